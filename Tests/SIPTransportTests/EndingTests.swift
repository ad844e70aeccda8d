import Glibc
import SIP
import SIPTransport
import Testing

extension RealSockets {
    @Suite("Flows end, and the program hears why")
    struct EndingTests {
        @Test("nobody listens there")
        func refused() throws {
            let address = try RawSocket.bound().address  // closed again at once
            let client = Station()
            client.connect(.tcp, to: address)
            #expect(try client.inbox.failed() == .refused)
        }

        @Test("nobody listens there, as a datagram learns from its echo")
        func refusedDatagram() throws {
            let address = try RawSocket.bound(SOCK_DGRAM).address
            let client = Station()
            client.connect(.udp, to: address)
            let flow = try client.inbox.opened()
            client.send(try message(), on: flow)
            #expect(try client.inbox.closed(flow) == .refused)
        }

        @Test("a name that nobody has", arguments: [TransportProtocol.udp, .tcp])
        func unknownHost(_ transport: TransportProtocol) throws {
            let client = Station { $0.intervals.connect = .seconds(30) }
            client.connect(transport, to: SIP.SocketAddress(host: "nobody.invalid", port: 5060), attempt: 7)
            let failure = try client.inbox.next("failed", within: .seconds(40)) { event in
                if case .failed(let failure, attempt: 7) = event { failure } else { nil }
            }
            #expect(failure == .unknownHost("nobody.invalid"))
        }

        @Test("a server that does not answer in time")
        func connectTimesOut() throws {
            // A listener whose queue is full drops further handshakes, as a dead host would.
            let listener = try RawSocket.bound()
            listen(listener.descriptor, 0)
            let filler = Station()
            filler.connect(.tcp, to: listener.address)
            _ = try filler.inbox.opened()
            let client = Station { $0.intervals.connect = .milliseconds(100) }
            client.connect(.tcp, to: listener.address)
            #expect(try client.inbox.failed() == .timedOut)
        }

        @Test("the peer closes")
        func closedByPeer() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(messageText())
            let flow = try server.inbox.request().1
            peer.finish()
            #expect(try server.inbox.closed(flow) == .closedByPeer)
        }

        @Test("the peer resets the connection")
        func reset() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(messageText())
            let flow = try server.inbox.request().1
            peer.reset()
            #expect(try server.inbox.closed(flow) == .closedByPeer)
        }

        @Test("we close: what was sent before still arrives, and the end is reported once")
        func closedLocally() throws {
            let listener = try RawSocket.bound()
            let client = Station()
            client.connect(.tcp, to: listener.address)
            let flow = try client.inbox.opened()
            let peer = try listener.accepted()
            client.transport.perform([.send(try message("farewell"), on: flow), .close(flow), .close(flow)])
            #expect(try client.inbox.closed(flow) == .closedLocally)
            #expect(peer.readToEnd().hasSuffix("farewell"))
            #expect(client.inbox.waiting.isEmpty)
        }

        @Test("we close a datagram flow and may open another")
        func closedDatagramFlow() async throws {
            let (server, address) = try await Station.listening()
            let client = Station()
            client.connect(.udp, to: address)
            let flow = try client.inbox.opened()
            client.transport.perform([.close(flow)])
            #expect(try client.inbox.closed(flow) == .closedLocally)
            client.connect(.udp, to: address, attempt: 2)
            client.send(try message(), on: try client.inbox.opened(2))
            _ = try server.inbox.request()
        }

        @Test("at the end of the program the last message still leaves", arguments: [TransportProtocol.udp, .tcp])
        func shutdown(_ transport: TransportProtocol) async throws {
            let (server, address) = try await Station.listening()
            let client = Station()
            client.connect(transport, to: address)
            let flow = try client.inbox.opened()
            client.send(try message("good-bye"), on: flow)
            client.transport.shutdown(within: .seconds(5))
            #expect(try server.inbox.request().0.body == Array("good-bye".utf8))
            #expect(try client.inbox.closed(flow) == .closedLocally)
            client.connect(transport, to: address, attempt: 2)
            #expect(try client.inbox.failed(2) == .closedLocally)
        }

        @Test("a peer that keeps its side open does not hold up the end of the program")
        func shutdownIsBounded() throws {
            let listener = try RawSocket.bound()
            let client = Station()
            client.connect(.tcp, to: listener.address)
            _ = try client.inbox.opened()
            let peer = try listener.accepted()
            let clock = ContinuousClock()
            let taken = clock.measure { client.transport.shutdown(within: .milliseconds(100)) }
            #expect(taken < .seconds(5))
            #expect(peer.readToEnd() == "")
        }
    }
}
