import Glibc
import NIOCore
import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("Hostile peers harm only themselves")
    struct HostileTests {
        /// The server still serves somebody else.
        private func expectAlive(_ server: Station, _ address: SIP.SocketAddress) throws {
            let other = try RawSocket.connected(to: address.port)
            try other.write(messageText("still there?"))
            _ = try server.inbox.next("the other's message") { event in
                if case .received(let message, _) = event, message.body == Array("still there?".utf8) {
                    true
                } else {
                    nil
                }
            }
        }

        private let malformed = messageText().replacing("CSeq: 1 MESSAGE", with: "CSeq: 99999999999 MESSAGE")

        @Test("a malformed request is answered 400, and the connection lives", arguments: [SOCK_DGRAM, SOCK_STREAM])
        func malformedRequest(_ kind: __socket_type) async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(kind, to: address.port)
            try peer.write(malformed)
            #expect(try peer.read(until: "\r\n\r\n").hasPrefix("SIP/2.0 400 "))
            try peer.write(messageText())
            _ = try server.inbox.request()
            #expect(await server.transport.counters().rejected == 1)
        }

        @Test("a malformed response is dropped")
        func malformedResponse() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            try peer.write("SIP/2.0 999999 What\r\nContent-Length: 0\r\n\r\n" + messageText())
            _ = try server.inbox.request()
            let counters = await server.transport.counters()
            #expect(counters.dropped == 1)
            #expect(counters.sent == 0)
        }

        @Test("a flood of malformed messages is answered for a while, then the connection ends")
        func malformedFlood() async throws {
            let (server, address) = try await Station.listening { $0.limits.malformedMessages = 5 }
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(String(repeating: malformed, count: 20))
            #expect(peer.readToEnd().components(of: "SIP/2.0 400 ") <= 5)
            #expect(await server.transport.counters().rejected == 5)
            try expectAlive(server, address)
        }

        @Test(
            "rubbish over UDP is counted and nothing else",
            arguments: ["\u{0}", "\r\n\r\n", "hello, hello", "\u{FF}\u{0}\u{1}"])
        func rubbishDatagrams(_ text: String) async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(SOCK_DGRAM, to: address.port)
            try peer.write(text)
            try peer.write(messageText())
            _ = try server.inbox.request()
            #expect(await server.transport.counters().sent == 0)
        }

        @Test(
            "a Content-Length that lies ends the connection",
            arguments: ["-1", "99999999999999999999999", "4294967296", "65536", "1e3", "6\r\nContent-Length: 7"])
        func contentLength(_ length: String) async throws {
            let (server, address) = try await Station.listening { $0.intervals.message = .milliseconds(300) }
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(messageText().replacing("Content-Length: 6", with: "Content-Length: \(length)"))
            _ = peer.readToEnd()
            #expect(await server.transport.counters().violations == 1)
            try expectAlive(server, address)
        }

        @Test("a header that never ends ends the connection")
        func endlessHeader() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            try peer.write("MESSAGE sip:1002@exchange.local SIP/2.0\r\nSubject: ")
            let chunk = String(repeating: "x", count: 10_000)
            while send(peer.descriptor, chunk, chunk.utf8.count, CInt(MSG_NOSIGNAL)) > 0 {}
            #expect(await server.transport.counters().violations == 1)
            try expectAlive(server, address)
        }

        @Test(
            "who says nothing is dropped in time",
            arguments: ["", "\r\n\r\n", "MESSAGE sip:1002@exchange.local SIP/2.0\r\n"])
        func silent(_ text: String) async throws {
            let (server, address) = try await Station.listening { $0.intervals.message = .milliseconds(100) }
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(text)
            #expect(peer.readToEnd() == (text == "\r\n\r\n" ? "\r\n" : ""))
            #expect(await server.transport.counters().violations == 1)
            #expect(server.inbox.waiting.isEmpty, "nobody had heard of that flow")
        }

        @Test("who has spoken may be silent as long as it likes, but not stop in the middle")
        func stuck() async throws {
            let (server, address) = try await Station.listening { $0.intervals.message = .milliseconds(100) }
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(messageText() + "MESSAGE sip:")
            let flow = try server.inbox.request().1
            #expect(try server.inbox.closed(flow) == .protocolViolation("no whole message in time"))
        }

        @Test("who does not read is closed, others are unaffected")
        func slowReader() async throws {
            let (server, address) = try await Station.listening { $0.limits.unreadBytes = 200_000 }
            let lazy = try RawSocket.connected(to: address.port, receiveBuffer: 4_096)
            try lazy.write(messageText())
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
            try expectAlive(server, address)
        }

        @Test(
            "when all together leave too much unread, who leaves more than a fair share is closed, and the others are not"
        )
        func unreadInAll() async throws {
            let (server, address) = try await Station.listening {
                $0.limits.unreadBytesInAll = 300_000
                $0.limits.fairUnreadBytes = 100_000
            }
            let modest = try RawSocket.connected(to: address.port, receiveBuffer: 4_096)
            try modest.write(messageText())
            let modestFlow = try server.inbox.request().1
            let lazy = try RawSocket.connected(to: address.port, receiveBuffer: 4_096)
            try lazy.write(messageText())
            let lazyFlow = try server.inbox.request().1
            let large = try message(String(repeating: "x", count: 40_000))
            var failure: TransportFailure?
            for _ in 1...1_000 where failure == nil {
                server.send(large, on: lazyFlow)
                _ = await server.transport.counters()
                failure =
                    server.inbox.waiting.lazy.compactMap { event in
                        if case .closed(lazyFlow, let failure) = event { failure } else { nil }
                    }.first
            }
            #expect(failure == .protocolViolation("does not read what it is sent"))
            server.send(try message("you stay"), on: modestFlow)
            #expect(try modest.read(until: "you stay").isEmpty == false)
        }

        @Test("one address may hold only so many connections")
        func connectionsPerAddress() async throws {
            let (server, address) = try await Station.listening {
                $0.limits.connectionsPerAddress = 2
                $0.limits.connectionsPerSecond = 1_000_000
                $0.trusted = []
            }
            let first = try RawSocket.connected(to: address.port)
            let second = try RawSocket.connected(to: address.port)
            for peer in [first, second] {
                try peer.write(messageText())
                _ = try server.inbox.request()
            }
            let third = try RawSocket.connected(to: address.port)
            #expect(third.readToEnd() == "")
            #expect(await server.transport.counters().refusedConnections == 1)
            first.finish()
            #expect(first.readToEnd() == "")
            try expectAlive(server, address)
        }

        @Test("when there is no more room, who has said nothing longest makes it")
        func eviction() async throws {
            let (server, address) = try await Station.listening { $0.limits.connections = 2 }
            let speaker = try RawSocket.connected(to: address.port)
            try speaker.write(messageText())
            let flow = try server.inbox.request().1
            let silent = try RawSocket.connected(to: address.port)
            try silent.write("\r\n\r\n")
            _ = silent.read()
            try expectAlive(server, address)
            #expect(silent.readToEnd() == "")
            server.send(try message("you stay"), on: flow)
            #expect(try speaker.read(until: "you stay").isEmpty == false)
        }

        @Test(
            "what claims to come from everybody, a group or port 0 is not answered",
            arguments: [
                ("0.0.0.0", 5060, false), ("224.0.0.1", 5060, false), ("255.255.255.255", 5060, false),
                ("192.0.2.1", 0, false), ("192.0.2.1", 5060, true), ("ff02::1", 5060, false),
                ("2001:db8::1", 5060, true),
            ])
        func unanswerable(_ host: String, _ port: Int, _ expected: Bool) throws {
            #expect(try NIOCore.SocketAddress(ipAddress: host, port: port).isAnswerable == expected)
        }
    }
}
