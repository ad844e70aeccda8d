import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("SIP over WebSocket, as a server")
    struct WebSocketServerTests {
        /// As a script in a browser writes it: no Content-Length, a Via that leads nowhere.
        private func scripted(_ body: String = "lunch?") -> String {
            messageText(body, via: "df7jal23ls0d.invalid").replacing("SIP/2.0/TCP", with: "SIP/2.0/WS")
                .replacing("Content-Length: \(body.utf8.count)\r\n", with: "")
        }

        @Test(
            "the handshake is answered as RFC 6455 and RFC 7118 say, whatever the path",
            arguments: ["/", "/ws", "/a?b"])
        func handshake(_ path: String) async throws {
            let (server, address) = try await Station.listening([.ws])
            defer { server.transport.shutdown(within: .milliseconds(200)) }
            let peer = RawWebSocket(try RawSocket.connected(to: address.port))
            try peer.socket.write(RawWebSocket.upgrade(path, protocols: "chat, sip"))
            let head = try peer.head().lowercased()
            #expect(head.hasPrefix("http/1.1 101 "))
            #expect(head.contains("\r\nsec-websocket-accept: \(RawWebSocket.sampleAccept.lowercased())\r\n"))
            #expect(head.contains("\r\nsec-websocket-protocol: sip\r\n"))
            #expect(head.contains("\r\nupgrade: websocket\r\n"))
        }

        @Test("a message needs no Content-Length, is one frame of text or of octets, and shows where it came from")
        func messages() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(scripted("grüße"))
            try peer.send(0x82, Array(scripted("octets").utf8))
            let (request, flow) = try server.inbox.request()
            #expect(request.body == Array("grüße".utf8))
            #expect(request.topVia?.transportProtocol == .ws)
            #expect(request.topVia?.received == "127.0.0.1")
            #expect(flow.transport == .ws)
            #expect(flow.alias == nil)
            #expect(flow.remote == peer.socket.address)
            #expect(try server.inbox.request().0.body == Array("octets".utf8))
        }

        @Test("each answer is a frame of its own, unmasked")
        func answers() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(scripted())
            let (request, flow) = try server.inbox.request()
            server.transport.perform([180, 200, 202].map { .send(.response(Response($0, to: request)), on: flow) })
            for status in [180, 200, 202] {
                let frame = try #require(try peer.frame())
                #expect(frame.opcode == 1)
                #expect(!frame.isMasked)
                #expect(frame.text.hasPrefix("SIP/2.0 \(status) "))
            }
            #expect(await server.transport.counters().flushes == 1)
        }

        @Test("what is no text leaves as octets")
        func octets() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(scripted())
            var (request, flow) = try server.inbox.request()
            request.body = [0xFF, 0xFE]
            server.send(.request(request), on: flow)
            #expect(try peer.frame()?.opcode == 2)
        }

        @Test("fragments are one message, and a ping between them is answered")
        func fragments() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            let text = Array(scripted("grüße").utf8)
            try peer.send(0x01, Array(text.prefix(100)))
            try peer.send(0x89, Array("are you there?".utf8))
            // The cut goes through the ü.
            try peer.send(0x00, Array(text[100..<(text.count - 5)]))
            try peer.send(0x80, Array(text.suffix(5)))
            #expect(try peer.frame() == RawWebSocket.Frame(opcode: 10, payload: Array("are you there?".utf8)))
            #expect(try server.inbox.request().0.body == Array("grüße".utf8))
            #expect(server.inbox.waiting.isEmpty)
        }

        @Test("a frame that comes byte by byte is one message")
        func drops() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            for byte in RawWebSocket.frame(0x81, Array(scripted().utf8)) { try peer.socket.write([byte]) }
            #expect(try server.inbox.request().0.body == Array("lunch?".utf8))
        }

        @Test("a frame that comes with the handshake is not lost")
        func pipelined() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = RawWebSocket(try RawSocket.connected(to: address.port))
            try peer.socket.write(
                Array(RawWebSocket.upgrade().utf8) + RawWebSocket.frame(0x81, Array(scripted().utf8)))
            #expect(try peer.head().hasPrefix("HTTP/1.1 101 "))
            #expect(try server.inbox.request().0.method == .message)
        }

        @Test("the keep-alive of RFC 5626 is answered too")
        func keepAlive() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send("\r\n\r\n")
            #expect(try peer.frame()?.text == "\r\n")
            #expect(server.inbox.waiting.isEmpty)
        }

        @Test("a good-bye is returned with its code, and the flow is closed", arguments: [1_000, 1_001])
        func goodbye(_ code: Int) async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(scripted())
            let flow = try server.inbox.request().1
            try peer.send(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)])
            let frame = try #require(try peer.frame())
            #expect(frame.opcode == 8)
            #expect(frame.code == code)
            #expect(try peer.frame() == nil)
            #expect(try server.inbox.closed(flow) == .closedByPeer)
        }

        @Test("we say good-bye with a frame before the connection ends")
        func ourGoodbye() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(scripted())
            let (request, flow) = try server.inbox.request()
            server.transport.perform([.send(.response(Response(200, to: request)), on: flow), .close(flow)])
            #expect(try peer.frame()?.text.hasPrefix("SIP/2.0 200 ") == true)
            #expect(try peer.frame()?.code == 1_000)
            #expect(try peer.frame() == nil)
        }
    }
}
