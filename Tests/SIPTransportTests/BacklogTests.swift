import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("A program that falls behind is not buried")
    struct BacklogTests {
        @Test("reading stops at the limit and goes on when the program has caught up")
        func holds() async throws {
            let (server, address) = try await Station.listening { $0.limits.unhandledEvents = 100 }
            let flood = try RawSocket.connected(to: address.port)
            let total = 20_000
            let text = Array(messageText(String(repeating: "x", count: 1_000)).utf8)
            let writer = Task.detached { for _ in 0..<total { try flood.write(text) } }
            var handled = 0
            while handled < total {
                _ = try server.inbox.request()
                handled += 1
                let waiting = server.inbox.waiting.count
                #expect(waiting < 1_000, "\(waiting) wait after \(handled)")
                server.transport.handled(1)
            }
            try await writer.value
            #expect(server.inbox.waiting.isEmpty)
        }

        @Test("a flow that is not read keeps its pings and its patience")
        func innocent() async throws {
            let (server, address) = try await Station.listening {
                $0.limits.unhandledEvents = 0
                $0.intervals.message = .milliseconds(50)
            }
            let peer = try RawSocket.connected(to: address.port)
            let text = messageText("second", number: 2)
            try peer.write(messageText() + text.prefix(100))
            let flow = try server.inbox.request().1
            // Not handled yet: the rest waits in the kernel, longer than a peer could take for it.
            try peer.write(String(text.dropFirst(100)))
            let other = try RawSocket.connected(to: address.port)
            #expect(other.readToEnd() == "", "its patience is over, and so would be the first one's")
            server.transport.handled(1)
            #expect(try server.inbox.request().1 == flow)
        }

        @Test("the hold begins above the limit and ends at half of it")
        func backlog() {
            let backlog = Backlog(limit: 10)
            #expect(!backlog.delivered(10))
            #expect(backlog.delivered(1))
            #expect(!backlog.handled(5))
            #expect(backlog.handled(1))
            #expect(!backlog.handled(5))
            let boundless = Backlog(limit: nil)
            #expect(!boundless.delivered(1_000_000))
        }
    }
}
