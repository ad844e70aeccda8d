import Glibc
import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("Peers that send too much")
    struct RateTests {
        private func configure(_ configuration: inout Configuration) {
            configuration.trusted = []
            configuration.limits.messagesPerSecond = 20
            configuration.limits.connectionsPerAddress = 4
            configuration.limits.connectionsPerSecond = 1
        }

        @Test("datagrams beyond the pace of a port are dropped unread, then all of them, and another port is heard")
        func datagrams() async throws {
            let clock = ContinuousClock()
            let began = clock.now
            let (server, address) = try await Station.listening { configure(&$0) }
            let flooder = try RawSocket.connected(SOCK_DGRAM, to: address.port)
            for number in 1...200 { try flooder.write(messageText(number: number)) }
            while await server.transport.counters().banned == 0 { try flooder.write(messageText()) }
            let counters = await server.transport.counters()
            // Two seconds' worth at once, and what the time allowed meanwhile.
            let allowed = 40 + 20 * ((clock.now - began) / .seconds(1))
            #expect(counters.received >= 40 && Double(counters.received) <= allowed, "\(counters.received)")
            #expect(counters.excessive > 40 && counters.bans == 1 && counters.bansInForce == 1)
            let other = try RawSocket.connected(SOCK_DGRAM, to: address.port)
            try other.write(messageText("still there?"))
            _ = try server.inbox.next("the other's message") { event in
                if case .received(let message, _) = event, message.body == Array("still there?".utf8) {
                    true
                } else {
                    nil
                }
            }
        }

        @Test("over a connection nothing is lost: what comes too fast is heard one by one, and another meanwhile")
        func stream() async throws {
            let (server, address) = try await Station.listening { configure(&$0) }
            let flooder = try RawSocket.connected(to: address.port)
            for number in 1...60 { try flooder.write(messageText(number: number)) }
            while await server.transport.counters().slowed == 0 {}
            let other = try RawSocket.connected(to: address.port)
            try other.write(messageText("still there?"))
            _ = try server.inbox.next("the other's message") { event in
                if case .received(let message, _) = event, message.body == Array("still there?".utf8) {
                    true
                } else {
                    nil
                }
            }
            for number in 1...60 { #expect(try server.inbox.request().0.callID == "c\(number)") }
            #expect(server.inbox.batchSizes.suffix(15).allSatisfy { $0 == 1 }, "\(server.inbox.batchSizes)")
            #expect(await server.transport.counters().bans == 0)
        }

        @Test("who is slowed down and ends the connection is heard for what came last, as far as it is not too much")
        func ending() async throws {
            let (server, address) = try await Station.listening { configure(&$0) }
            let flooder = try RawSocket.connected(to: address.port)
            try flooder.write((1...50).map { messageText(number: $0) }.joined())
            flooder.finish()
            for number in 1...50 { #expect(try server.inbox.request().0.callID == "c\(number)") }
            let endless = try RawSocket.connected(to: address.port)
            try endless.write((1...200).map { messageText(number: $0) }.joined())
            endless.finish()
            _ = try server.inbox.next("the end") { event in if case .closed = event { true } else { nil } }
            _ = try server.inbox.next("the other end") { event in if case .closed = event { true } else { nil } }
            #expect(server.inbox.waiting.count < 100)
        }

        @Test(
            "who connects too often is refused, then banned; connections that behaved stay, and a new limit counts at once"
        )
        func connections() async throws {
            let (server, address) = try await Station.listening { configure(&$0) }
            let good = try RawSocket.connected(to: address.port)
            try good.write(messageText())
            let flow = try server.inbox.request().1
            while await server.transport.counters().banned == 0 {
                _ = try RawSocket.connected(to: address.port)
            }
            server.send(try message("you stay"), on: flow)
            #expect(try good.read(until: "you stay").isEmpty == false)
            var limits = Configuration.Limits()
            limits.ban = 0
            // What was passed before counts on: at this pace it is forgotten by the time anybody can connect.
            limits.connectionsPerSecond = 1_000_000
            limits.connectionsPerAddress = 1_000
            server.transport.configure(limits, trusted: [], allowedOrigins: [])
            while await server.transport.counters().bansInForce > 0 {}
            let late = try RawSocket.connected(to: address.port)
            try late.write(messageText("let in again"))
            #expect(try server.inbox.request().0.body == Array("let in again".utf8))
        }

        @Test("what strangers make us end counts against their address")
        func violations() async throws {
            let (server, address) = try await Station.listening { configure(&$0) }
            let peer = try RawSocket.connected(to: address.port)
            try peer.write("MESSAGE sip:x SIP/2.0\r\nContent-Length: -1\r\n\r\n")
            _ = peer.readToEnd()
            #expect(await server.transport.counters().bans == 1)
            #expect(try RawSocket.connected(to: address.port).readToEnd() == "")
            #expect(await server.transport.counters().banned == 1)
        }
    }
}
