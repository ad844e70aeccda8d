import Glibc
import SIP
import SIPTransport
import Testing

extension RealSockets {
    @Suite("Messages go back and forth")
    struct ExchangeOfMessagesTests {
        @Test(
            "a request and its response cross over each transport and address family",
            arguments: [
                (TransportProtocol.udp, "127.0.0.1"), (.udp, "::1"), (.tcp, "127.0.0.1"), (.tcp, "::1"),
            ])
        func requestAndResponse(_ transport: TransportProtocol, _ host: String) async throws {
            let (server, address) = try await Station.listening(on: host)
            let client = Station()
            client.connect(transport, to: address)
            let flow = try client.inbox.opened()
            #expect(flow.transport == transport)
            #expect(flow.remote == address)
            #expect(flow.local.host == host)
            #expect((flow.connection == 0) == (transport == .udp))

            client.send(try message("lunch?"), on: flow)
            let (request, back) = try server.inbox.request()
            #expect(request.body == Array("lunch?".utf8))
            #expect(back.local == address)
            #expect(back.remote == flow.local)

            server.send(.response(Response(200, to: request)), on: back)
            guard case (.response(let response), let arrived) = try client.inbox.message() else {
                Issue.record("a response should come")
                return
            }
            #expect(response.status == 200)
            #expect(arrived == flow)
        }

        @Test("a name is looked up", arguments: [TransportProtocol.udp, .tcp])
        func localhost(_ transport: TransportProtocol) async throws {
            let (server, address) = try await Station.listening()
            let client = Station()
            client.connect(transport, to: SIP.SocketAddress(host: "localhost", port: address.port))
            client.send(try message(), on: try client.inbox.opened())
            #expect(try server.inbox.request().0.method == .message)
        }

        @Test("a socket on every address says which one a datagram was sent to, and answers it")
        func wildcard() async throws {
            let (server, address) = try await Station.listening(on: "0.0.0.0")
            let client = Station()
            client.connect(.udp, to: SIP.SocketAddress(host: "127.0.0.1", port: address.port))
            let flow = try client.inbox.opened()
            client.send(try message(), on: flow)
            let (request, back) = try server.inbox.request()
            #expect(back.local == SIP.SocketAddress(host: "127.0.0.1", port: address.port))
            server.send(.response(Response(200, to: request)), on: back)
            #expect(try client.inbox.message().1 == flow)
        }

        @Test("a request shows where it really came from", arguments: [TransportProtocol.udp, .tcp])
        func source(_ transport: TransportProtocol) async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(transport == .udp ? SOCK_DGRAM : SOCK_STREAM, to: address.port)
            try peer.write(messageText(via: "phone.example.com"))
            let via = try #require(try server.inbox.request().0.topVia)
            #expect(via.received == "127.0.0.1")
            #expect(via.rport == peer.address.port)
        }

        @Test("a message that comes byte by byte is one message")
        func fragments() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            var one: CInt = 1
            setsockopt(peer.descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
            for byte in messageText("grüße").utf8 { try peer.write([byte]) }
            #expect(try server.inbox.request().0.body == Array("grüße".utf8))
            #expect(server.inbox.waiting.isEmpty)
        }

        @Test("messages of one segment come in one batch and their answers leave in one write")
        func coalescing() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            try peer.write((1...20).map { messageText("\($0)", number: $0) }.joined())
            let received = try (1...20).map { _ in try server.inbox.request() }
            #expect(received.map { String(decoding: $0.0.body, as: UTF8.self) } == (1...20).map(String.init))
            #expect(server.inbox.batchSizes.count < 20)

            server.transport.perform(received.map { .send(.response(Response(200, to: $0.0)), on: $0.1) })
            let answers = try peer.read(until: "CSeq: 20 ")
            #expect(answers.components(of: "SIP/2.0 200") == 20)
            let counters = await server.transport.counters()
            #expect(counters.received == 20)
            #expect(counters.sent == 20)
            #expect(counters.flushes == 1)
        }

        @Test("a datagram may be as large as a message")
        func largeDatagram() async throws {
            let (server, address) = try await Station.listening()
            let client = Station()
            client.connect(.udp, to: address)
            let body = String(repeating: "x", count: Limits.bodySize)
            client.send(try message(body), on: try client.inbox.opened())
            #expect(try server.inbox.request().0.body.count == Limits.bodySize)
        }

        @Test("a message of ours that would be malformed is counted, and the next one goes")
        func unserialisable() async throws {
            let (server, address) = try await Station.listening()
            let client = Station()
            client.connect(.tcp, to: address)
            let flow = try client.inbox.opened()
            var forged = try message()
            forged.headers.append("Subject", "hello\r\nFrom: somebody else")
            client.transport.perform([.send(forged, on: flow), .send(try message("honest"), on: flow)])
            #expect(try server.inbox.request().0.body == Array("honest".utf8))
            #expect(await client.transport.counters().unserialisable == 1)
        }

        @Test("what is sent on a flow that is gone is counted and harms nobody")
        func unknownFlow() async throws {
            let (server, address) = try await Station.listening()
            var flow = Flow(transport: .tcp, local: address, remote: address, connection: 4_711)
            server.send(try message(), on: flow)
            flow.transport = .udp
            flow.local.port = 1
            server.send(try message(), on: flow)
            #expect(await server.transport.counters().unsent == 2)
        }
    }
}

extension String {
    func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
