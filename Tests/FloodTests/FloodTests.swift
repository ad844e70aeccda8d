import Foundation
import Harness
import Testing

@Suite("An exchange that is flooded", .serialized, .enabled(if: Floods.takePart), .timeLimit(.minutes(5)))
struct FloodTests {
    @Test("10,000 half-open connections from twenty addresses: the oldest make room, and others come and go")
    func halfOpen() throws {
        let scene = try Scene(own: "127.10.1", shared: "127.20.1.1")
        let outcome = try scene.endure("half-open", from: "127.20.1.1/20", 10_000)
        outcome.expectOthersServed()
        #expect(outcome.tally["begun", default: 0] >= 10_000)
        #expect(outcome.status.counters.transport["halfOpenConnections", default: .max] <= 4_096)
        let counters = outcome.status.counters.transport
        #expect(counters["refusedConnections", default: 0] + counters["banned", default: 0] > 1_000)
    }

    @Test("100,000 calls that nobody answers, over TCP and UDP from ten addresses: 503 for those who have too many")
    func transactions() throws {
        let scene = try Scene(own: "127.10.2", shared: "127.20.2.1")
        let outcome = try scene.endure("transactions", from: "127.20.2.1/10", 100_000)
        outcome.expectOthersServed()
        #expect(outcome.tally["tried", default: 0] >= 100_000)
        #expect(outcome.status.transactions <= 65_536)
    }

    @Test("1,000 registrations a second from one address: so many as it may have, and others are as they were")
    func registrations() throws {
        let scene = try Scene(own: "127.10.3", shared: "127.20.3.1")
        let outcome = try scene.endure("registrations", from: "127.20.3.1/1", 1_000)
        outcome.expectOthersServed()
        #expect(outcome.tally["a second", default: 0] >= 950)
        #expect(outcome.status.counters.limits["registrations", default: 0] > 0)
    }

    @Test("10,000 requests a second from one peer: unread beyond its pace; banned when that is wanted, as the log says")
    func requests() throws {
        let scene = try Scene(own: "127.10.4", shared: "127.20.4.1", limits: "ban = 0")
        let outcome = try scene.endure("requests", from: "127.20.4.1/1", 10_000)
        outcome.expectOthersServed()
        #expect(outcome.tally["a second", default: 0] >= 9_500)
        #expect(outcome.status.counters.transport["excessive", default: 0] > 40_000)
        #expect(outcome.status.counters.transport["slowed", default: 0] > 0)
        #expect(outcome.status.counters.transport["bans"] == 0)

        try scene.configure("ban = 4")
        let flooder = try scene.flooder("requests", from: "127.20.4.1/1", 10_000, seconds: 3)
        flooder.waitUntilExit()
        let banned = try scene.status().counters.transport
        #expect(banned["bans"] == 1 && banned["bansInForce"] == 1 && banned["banned", default: 0] > 10_000)
        #expect(eventually(within: 10) { scene.log.contains("no longer banned: 127.20.4.1:") })
        #expect(scene.log.contains("banned for 4 s: 127.20.4.1:"))
        let aboutIt = scene.log.split(separator: "\n").count { $0.contains("127.20.4.1:") }
        #expect(aboutIt < 1_000, "the log is no flood")
        _ = try scene.windows(1)
        #expect(scene.lost == [:])
    }

    @Test("descriptors taken away amid a flood end nothing: others are served, newcomers too, and the processor rests")
    func descriptors() throws {
        let scene = try Scene(own: "127.10.5", shared: "127.20.5.1", limits: "ban = 0")
        let flooder = try scene.flooder("half-open", from: "127.20.5.1/20", 1_000, seconds: 8)
        try scene.exchange.allowDescriptors(200)
        let began = try scene.exchange.processorSeconds()
        let starved = try scene.windows(2)
        #expect(scene.lost == [:])
        #expect(starved.allSatisfy { $0.answered > 0 }, "\(starved)")
        let spent = try scene.exchange.processorSeconds() - began
        #expect(spent < Double(Floods.window * 2) / 2, "\(starved)")
        flooder.waitUntilExit()
        #expect(scene.log.contains("no connection can be taken for now: Too many open files"))
        #expect(scene.log.contains("so few descriptors that 72 connections fit"))
        #expect(try scene.status().counters.transport["unaccepted", default: 0] > 0)
        #expect(scene.exchange.isRunning)
    }
}
