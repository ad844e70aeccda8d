import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("A dead peer is noticed")
    struct KeepAliveTests {
        private func keepAlive() -> KeepAlive {
            KeepAlive(interval: .seconds(20), pong: .seconds(8), identifiers: .seeded(1), openedAt: .zero)
        }

        @Test("silence brings a ping after 16 to 20 seconds, and without a pong the end 8 seconds later")
        func silence() {
            var keepAlive = keepAlive()
            guard case .wait(let pause) = keepAlive.fired(at: .zero) else {
                Issue.record("there is nothing to ping yet")
                return
            }
            #expect(pause >= .seconds(16))
            #expect(pause <= .seconds(20))
            #expect(keepAlive.fired(at: pause) == .ping(thenWait: .seconds(8)))
            #expect(keepAlive.fired(at: pause + .seconds(8)) == .dead)
        }

        @Test("a peer that talks is never pinged")
        func talking() {
            var keepAlive = keepAlive()
            for second in 1...100 {
                keepAlive.received(at: .seconds(second))
                guard case .wait(let pause) = keepAlive.fired(at: .seconds(second)) else {
                    Issue.record("pinged after \(second) s")
                    return
                }
                #expect(pause >= .seconds(16))
            }
        }

        @Test("a pong, or anything else, is proof of life")
        func pong() {
            var keepAlive = keepAlive()
            #expect(keepAlive.fired(at: .seconds(20)) == .ping(thenWait: .seconds(8)))
            keepAlive.received(at: .milliseconds(20_050))
            guard case .wait = keepAlive.fired(at: .seconds(28)) else {
                Issue.record("the pong had come")
                return
            }
            #expect(keepAlive.fired(at: .seconds(41)) == .ping(thenWait: .seconds(8)))
        }

        @Test("after a suspended night the first look pings, the second ends it")
        func suspended() {
            var keepAlive = keepAlive()
            #expect(keepAlive.fired(at: .seconds(36_000)) == .ping(thenWait: .seconds(8)))
            #expect(keepAlive.fired(at: .seconds(36_004)) == .wait(.seconds(4)))
            #expect(keepAlive.fired(at: .seconds(36_008)) == .dead)
        }

        @Test("clients that started together do not ping in step")
        func jitter() {
            let pauses = (UInt64(1)...50).map { seed in
                var keepAlive = KeepAlive(
                    interval: .seconds(20), pong: .seconds(8), identifiers: .seeded(seed), openedAt: .zero)
                return keepAlive.fired(at: .zero)
            }
            #expect(Set(pauses.map { "\($0)" }).count > 25)
        }

        @Test("a client's ping goes out, its pong keeps the flow, and two pongs in a row are not taken for a ping")
        func answered() throws {
            let listener = try RawSocket.bound()
            let client = Station {
                $0.intervals.ping = .milliseconds(20)
                $0.intervals.pong = .seconds(5)
            }
            client.connect(.tcp, to: listener.address)
            _ = try client.inbox.opened()
            let peer = try listener.accepted()
            for _ in 1...2 {
                #expect(try peer.read(until: "\r\n\r\n") == "\r\n\r\n")
                try peer.write("\r\n")
            }
            #expect(try peer.read(until: "\r\n\r\n") == "\r\n\r\n")
            #expect(client.inbox.waiting.isEmpty)
        }

        @Test("a client's ping without a pong ends the flow")
        func unanswered() throws {
            let listener = try RawSocket.bound()
            let client = Station {
                $0.intervals.ping = .milliseconds(20)
                $0.intervals.pong = .milliseconds(20)
            }
            client.connect(.tcp, to: listener.address)
            #expect(try client.inbox.closed(try client.inbox.opened()) == .keepAliveTimedOut)
        }

        @Test("a server answers pings, also between messages")
        func serverAnswers() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            try peer.write("\r\n\r\n")
            #expect(try peer.read(until: "\r\n") == "\r\n")
            try peer.write(messageText() + "\r\n\r\n" + messageText("second", number: 2))
            #expect(try peer.read(until: "\r\n") == "\r\n")
            #expect(try server.inbox.request().0.body == Array("lunch?".utf8))
            #expect(try server.inbox.request().0.body == Array("second".utf8))
        }

        @Test("the kernel is told to find out about vanished peers within 30 seconds")
        func kernelProbes() {
            let intervals = Configuration.Intervals()
            #expect(intervals.unacknowledged <= .seconds(30))
            #expect(intervals.probeIdle + 2 * intervals.probeDistance <= 30)
            #expect(intervals.ping + intervals.pong <= .seconds(30))
        }
    }
}
