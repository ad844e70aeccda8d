import Glibc
import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("Hostile WebSocket peers harm only themselves")
    struct WebSocketHostileTests {
        /// The server still serves somebody else.
        private func expectAlive(_ server: Station, _ address: SIP.SocketAddress) throws {
            let other = try RawWebSocket.connected(to: address.port)
            try other.send(messageText("still there?"))
            _ = try server.inbox.next("the other's message") { event in
                if case .received(let message, _) = event, message.body == Array("still there?".utf8) {
                    true
                } else {
                    nil
                }
            }
        }

        @Test(
            "who asks for something else is told what is spoken here, and the connection ends",
            arguments: [
                (RawWebSocket.upgrade(protocols: nil), 400, "Sec-WebSocket-Protocol: sip"),
                (RawWebSocket.upgrade(protocols: "chat"), 400, "Sec-WebSocket-Protocol: sip"),
                (RawWebSocket.upgrade(key: "short"), 400, "Sec-WebSocket-Key"),
                (RawWebSocket.upgrade(key: "a\r\nSec-WebSocket-Key: b"), 400, "Sec-WebSocket-Key"),
                (RawWebSocket.upgrade().replacing("13", with: "8"), 426, "version 13"),
                (RawWebSocket.upgrade().replacing("GET", with: "POST"), 426, "SIP over WebSocket"),
                (RawWebSocket.upgrade().replacing("HTTP/1.1", with: "HTTP/1.0"), 426, "SIP over WebSocket"),
                ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 426, "SIP over WebSocket"),
                (messageText(), 400, "no HTTP"),
                ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0", 400, "no HTTP"),
                ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n", 400, "no HTTP"),
                (
                    "GET / HTTP/1.1\r\n" + (1...1_000).map { "X\($0): \($0)\r\n" }.joined() + "\r\n", 400, "no HTTP"
                ),
            ])
        func refused(_ text: String, _ status: Int, _ words: String) async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(text)
            let answer = peer.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains(words))
            #expect(answer.components(of: "HTTP/1.1 ") == 1)
            #expect(await server.transport.counters().violations == 1)
            #expect(server.inbox.waiting.isEmpty)
            try expectAlive(server, address)
        }

        @Test("pages of other origins are refused where a list says so; programs without an origin are not")
        func origins() async throws {
            let (server, address) = try await Station.listening([.ws]) {
                $0.allowedOrigins = ["https://Chat.example"]
            }
            defer { server.transport.shutdown(within: .milliseconds(200)) }
            func status(_ others: String) throws -> String {
                let peer = try RawSocket.connected(to: address.port)
                try peer.write(RawWebSocket.upgrade(others: others))
                return String(try peer.read(until: "\r\n\r\n").prefix(12))
            }
            #expect(try status("Origin: https://evil.example\r\n") == "HTTP/1.1 403")
            #expect(try status("Origin: null\r\n") == "HTTP/1.1 403")
            #expect(try status("Origin: https://chat.example\r\n") == "HTTP/1.1 101")
            #expect(try status("") == "HTTP/1.1 101")
        }

        @Test(
            "a head that never ends, a handshake that stops, and a WebSocket that says nothing are dropped in time",
            arguments: ["", "GET / HT", String(RawWebSocket.upgrade().dropLast(2)), RawWebSocket.upgrade()])
        func silent(_ text: String) async throws {
            let (server, address) = try await Station.listening([.ws]) { $0.intervals.message = .milliseconds(100) }
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(text)
            _ = peer.readToEnd()
            #expect(await server.transport.counters().violations == 1)
            #expect(server.inbox.waiting.isEmpty, "nobody had heard of that flow")
        }

        @Test("pings alone do not make a client")
        func onlyPings() async throws {
            let (server, address) = try await Station.listening([.ws]) { $0.intervals.message = .milliseconds(100) }
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(0x89)
            #expect(try peer.frame()?.opcode == 10)
            #expect(try peer.frame()?.opcode == 8)
            #expect(await server.transport.counters().violations == 1)
        }

        @Test(
            "who breaks the rules of frames is told the code, and the connection ends",
            arguments: [
                ("unmasked", RawWebSocket.frame(0x81, Array("hello".utf8), masked: false), 1_002),
                ("extension", RawWebSocket.frame(0xC1, Array("hello".utf8)), 1_002),
                ("unknown kind", RawWebSocket.frame(0x83, Array("hello".utf8)), 1_002),
                ("no beginning", RawWebSocket.frame(0x80, Array("hello".utf8)), 1_002),
                ("one in another", RawWebSocket.frame(0x01, [65]) + RawWebSocket.frame(0x81, [65]), 1_002),
                ("fragmented ping", RawWebSocket.frame(0x09, [65]), 1_002),
                ("long ping", RawWebSocket.frame(0x89, [], claiming: 126), 1_002),
                ("half a code", RawWebSocket.frame(0x88, [3]), 1_002),
                ("not UTF-8", RawWebSocket.frame(0x81, [0xC3, 0x28]), 1_007),
                ("large frame", RawWebSocket.frame(0x81, [], claiming: 65_536), 1_009),
                ("huge frame", RawWebSocket.frame(0x81, [], claiming: .max), 1_009),
                ("largest frame", RawWebSocket.frame(0x81, [], claiming: UInt64(Int64.max)), 1_009),
            ])
        func rules(_ what: String, _ bytes: [UInt8], _ code: Int) async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(messageText())
            let flow = try server.inbox.request().1
            try peer.socket.write(bytes)
            let frame = try #require(try peer.frame())
            #expect(frame.opcode == 8)
            #expect(frame.code == code)
            guard case .protocolViolation = try server.inbox.closed(flow) else {
                Issue.record("the flow should end as a violation")
                return
            }
            #expect(await server.transport.counters().violations == 1)
            try expectAlive(server, address)
        }

        @Test(
            "a message that grows without end ends the connection, in octets and in fragments",
            arguments: [(8_192, 1_009), (0, 1_008)])
        func flood(_ size: Int, _ code: Int) async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(0x01, [65])
            let fragment = RawWebSocket.frame(0x00, [UInt8](repeating: 65, count: size))
            while send(peer.socket.descriptor, fragment, fragment.count, CInt(MSG_NOSIGNAL)) > 0,
                recv(peer.socket.descriptor, nil, 0, CInt(MSG_PEEK | MSG_DONTWAIT)) < 0
            {}
            #expect(try peer.frame()?.code == code)
            #expect(await server.transport.counters().violations == 1)
            try expectAlive(server, address)
        }

        @Test("who has spoken may be silent, but not stop in the middle of a frame, or between two fragments")
        func stuck() async throws {
            for rest in [RawWebSocket.frame(0x81, [], claiming: 100), RawWebSocket.frame(0x01, [65]), [0x81]] {
                let (server, address) = try await Station.listening([.ws]) {
                    $0.intervals.message = .milliseconds(100)
                }
                let peer = try RawWebSocket.connected(to: address.port)
                try peer.socket.write(RawWebSocket.frame(0x81, Array(messageText().utf8)) + rest)
                let flow = try server.inbox.request().1
                #expect(try server.inbox.closed(flow) == .protocolViolation("no whole message in time"))
            }
        }

        @Test("what is no SIP is answered 400 and counted as over TCP")
        func malformed() async throws {
            let (server, address) = try await Station.listening([.ws]) { $0.limits.malformedMessages = 3 }
            let peer = try RawWebSocket.connected(to: address.port)
            let text = messageText().replacing("CSeq: 1 MESSAGE", with: "CSeq: 99999999999 MESSAGE")
            for _ in 1...3 { try peer.send(text) }
            for _ in 1...3 { #expect(try peer.frame()?.text.hasPrefix("SIP/2.0 400 ") == true) }
            #expect(try peer.frame()?.opcode == 8)
            #expect(await server.transport.counters().rejected == 3)
        }

        @Test("one WebSocket message is one SIP message: what stands behind its Content-Length is not a second one")
        func smuggling() async throws {
            let (server, address) = try await Station.listening([.ws])
            let peer = try RawWebSocket.connected(to: address.port)
            try peer.send(messageText("first") + messageText("second", number: 2))
            try peer.send(messageText("third", number: 3))
            #expect(try server.inbox.request().0.body == Array("first".utf8))
            #expect(try server.inbox.request().0.body == Array("third".utf8))
        }

        @Test("who does not read is closed")
        func slowReader() async throws {
            let (server, address) = try await Station.listening([.ws]) { $0.limits.unreadBytes = 200_000 }
            let lazy = RawWebSocket(try RawSocket.connected(to: address.port, receiveBuffer: 4_096))
            try lazy.socket.write(RawWebSocket.upgrade())
            _ = try lazy.head()
            try lazy.send(messageText())
            let flow = try server.inbox.request().1
            let large = try message(String(repeating: "x", count: 40_000))
            var failure: TransportFailure?
            for _ in 1...1_000 where failure == nil {
                server.send(large, on: flow)
                _ = await server.transport.counters()
                failure =
                    server.inbox.waiting.lazy.compactMap { event in
                        if case .closed(flow, let failure) = event { failure } else { nil }
                    }.first
            }
            #expect(failure == .protocolViolation("does not read what it is sent"))
        }
    }
}
