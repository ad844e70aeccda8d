import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("SIP over WebSocket, as a client")
    struct WebSocketClientTests {
        /// A server by hand, with the client that connects to it.
        private func meeting(_ change: (inout Configuration) -> Void = { _ in }) throws -> (
            Station, RawWebSocket, String
        ) {
            let listener = try RawSocket.bound()
            let client = Station(change)
            client.connect(.ws, to: listener.address)
            let peer = RawWebSocket(try listener.accepted())
            return (client, peer, try peer.head())
        }

        private func field(_ name: String, of head: String) -> String? {
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
                .map { String($0.dropFirst(name.utf8.count + 2)) }
        }

        private func answer(_ head: String, protocols: String? = "sip", others: String = "") -> String {
            let key = field("Sec-WebSocket-Key", of: head) ?? ""
            return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(RawWebSocket.accept(for: key))\r\n"
                + (protocols.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? "") + others + "\r\n"
        }

        private func joined(_ change: (inout Configuration) -> Void = { _ in }) throws -> (Station, RawWebSocket, Flow)
        {
            let (client, peer, head) = try meeting(change)
            try peer.socket.write(answer(head))
            return (client, peer, try client.inbox.opened())
        }

        @Test("the handshake asks for SIP, with a new key each time")
        func handshake() throws {
            let (_, peer, head) = try meeting()
            #expect(head.hasPrefix("GET /ws HTTP/1.1\r\n"))
            #expect(field("Host", of: head)?.hasPrefix("127.0.0.1:") == true)
            #expect(field("Upgrade", of: head) == "websocket")
            #expect(field("Connection", of: head)?.lowercased() == "upgrade")
            #expect(field("Sec-WebSocket-Version", of: head) == "13")
            #expect(field("Sec-WebSocket-Protocol", of: head) == "sip")
            #expect(field("Sec-WebSocket-Key", of: head)?.utf8.count == 24)
            let (_, other, second) = try meeting()
            #expect(field("Sec-WebSocket-Key", of: head) != field("Sec-WebSocket-Key", of: second))
            peer.socket.finish()
            other.socket.finish()
        }

        @Test("a flow opens behind the 101, with a name for our end that leads nowhere, and masks what it sends")
        func opens() throws {
            let (client, peer, flow) = try joined()
            #expect(flow.transport == .ws)
            #expect(flow.alias?.hasSuffix(".invalid") == true)
            #expect(flow.sentBy.port == nil)
            client.transport.perform([
                .send(try message("lunch?"), on: flow), .send(try message("now?", number: 2), on: flow),
            ])
            for body in ["lunch?", "now?"] {
                let frame = try #require(try peer.frame())
                #expect(frame.isMasked)
                #expect(frame.opcode == 1)
                #expect(frame.text.hasSuffix("\r\n\r\n\(body)"))
            }
            try peer.send(messageText("one o'clock"), masked: false)
            #expect(try client.inbox.request().0.body == Array("one o'clock".utf8))
        }

        @Test("what comes right behind the 101 is not lost")
        func pipelined() throws {
            let (client, peer, head) = try meeting()
            try peer.socket.write(
                Array(answer(head).utf8) + RawWebSocket.frame(0x81, Array(messageText().utf8), masked: false))
            let flow = try client.inbox.opened()
            #expect(try client.inbox.request().1 == flow)
        }

        @Test("a server that agrees to something else is refused, and words say what is wrong")
        func refusals() throws {
            func failure(_ answer: (String) -> String) throws -> TransportFailure {
                let (client, peer, head) = try meeting()
                try peer.socket.write(answer(head))
                let failure = try client.inbox.failed()
                #expect(peer.socket.readToEnd() == "", "the connection is closed")
                return failure
            }
            let another = "it offers a WebSocket, but not for SIP"
            #expect(try failure { answer($0, protocols: nil) } == .protocolViolation(another))
            #expect(try failure { answer($0, protocols: "chat") } == .protocolViolation(another))
            #expect(
                try failure { answer($0, others: "Sec-WebSocket-Extensions: x\r\n") }
                    == .protocolViolation("its WebSocket has extensions that were not asked for"))
            #expect(
                try failure { _ in answer("") }
                    == .protocolViolation("its answer is not to our WebSocket handshake"))
            #expect(
                try failure { _ in "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n" }
                    == .protocolViolation("it answers the WebSocket handshake with 404"))
            #expect(
                try failure { _ in "SIP/2.0 400 Bad Request\r\n\r\n" }
                    == .protocolViolation("it does not speak WebSocket"))
        }

        @Test("a server that says nothing, or leaves, is told as such")
        func silence() throws {
            let (client, silent, _) = try meeting { $0.intervals.connect = .milliseconds(100) }
            #expect(try client.inbox.failed() == .timedOut)
            #expect(silent.socket.readToEnd() == "", "the connection is closed")
            let (other, peer, _) = try meeting()
            peer.socket.finish()
            #expect(try other.inbox.failed() == .closedByPeer)
        }

        @Test("nobody there is nobody there")
        func refused() async throws {
            let (server, address) = try await Station.listening([.tcp])
            server.transport.shutdown(within: .milliseconds(200))
            let client = Station()
            client.connect(.ws, to: address)
            #expect(try client.inbox.failed() == .refused)
        }

        @Test("a silent server is pinged, and is dead when it does not answer")
        func keepAlive() throws {
            let (client, peer, flow) = try joined {
                $0.intervals.ping = .milliseconds(50)
                $0.intervals.pong = .seconds(2)
            }
            let ping = try #require(try peer.frame())
            #expect(ping.opcode == 9)
            #expect(ping.isMasked)
            try peer.send(0x8A, ping.payload, masked: false)
            #expect(try peer.frame()?.opcode == 9, "the pong was heard")
            #expect(try client.inbox.closed(flow) == .keepAliveTimedOut)
        }

        @Test("a server that masks, and one that says good-bye, end the flow")
        func ends() throws {
            let (client, peer, flow) = try joined()
            try peer.send(messageText(), masked: true)
            #expect(try client.inbox.closed(flow) == .protocolViolation("a WebSocket frame with a mask"))
            #expect(try peer.frame()?.code == 1_002)
            let (other, leaving, second) = try joined()
            try leaving.send(0x88, [0x03, 0xE9], masked: false)
            #expect(try other.inbox.closed(second) == .closedByPeer)
            #expect(try leaving.frame()?.code == 1_001)
        }

        @Test("a request and its response cross between two of ours", arguments: ["127.0.0.1", "::1", "localhost"])
        func ours(_ host: String) async throws {
            let (server, address) = try await Station.listening(on: host == "::1" ? host : "127.0.0.1", [.ws])
            let client = Station()
            client.connect(.ws, to: SIP.SocketAddress(host: host, port: address.port))
            let flow = try client.inbox.opened()
            client.send(try message("lunch?"), on: flow)
            let (request, back) = try server.inbox.request()
            #expect(back.transport == .ws)
            server.send(.response(Response(200, to: request)), on: back)
            guard case (.response(let response), let arrived) = try client.inbox.message() else {
                Issue.record("a response should come")
                return
            }
            #expect(response.status == 200)
            #expect(arrived == flow)
            client.transport.perform([.close(flow)])
            #expect(try server.inbox.closed(back) == .closedByPeer)
        }
    }
}
