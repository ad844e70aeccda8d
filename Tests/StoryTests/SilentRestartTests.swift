import SIP
import Testing

@testable import Webphone

/// Over UDP nothing tells that the exchange was started anew, and knows nobody: until somebody asks.
@Suite("An exchange that restarts unseen")
struct SilentRestartTests {
    /// Two people, and an exchange that has just forgotten them.
    static func room(inCall: Bool) -> World {
        let world = FirstStoryTests.room((.udp, .udp))
        if inCall {
            world.call(0, "bert")
            world.run(for: .seconds(3))
        }
        world.killExchange()
        world.startExchange()
        return world
    }

    static func offline(_ world: World) -> Int {
        world.people.map { person in
            person.reports.count { if case .offline = $0 { true } else { false } }
        }.reduce(0, +)
    }

    @Test("is noticed by the next ping: numbers, list and connection are kept, and nobody is called OFFLINE")
    func idle() {
        let world = Self.room(inCall: false)
        world.run(for: .seconds(16))
        #expect(world.exchange?.clientCount == 2)
        world.run(for: .seconds(60))
        #expect(world.people.map(\.number) == ["1000", "1001"])
        #expect(Self.offline(world) == 0)
        let carl = world.seat("carl", over: .tcp)
        world.command(carl, .connect(world.people[carl].account))
        world.run(for: .seconds(1))
        #expect(world.people.allSatisfy { $0.online.count == 3 }, "the list is alive")
    }

    @Test("a call goes on: what is said arrives once, in order, as soon as the other is known again too")
    func talking() {
        let world = Self.room(inCall: true)
        world.run(for: .seconds(16))
        world.say(0)
        world.say(1)
        world.run(for: .seconds(2))
        #expect(world.people[1].heard == ["anna 1"] && world.people[0].heard == ["bert 1"])
        world.run(for: .seconds(60))
        #expect(world.people[0].talking == [.placed(1)] && world.people[1].talking == [.received(1)])
        #expect(Self.offline(world) == 0)
    }

    @Test("a message is the first to find out: it is refused, waits for the other to be back too, and arrives")
    func refusedMessage() {
        let world = Self.room(inCall: true)
        for _ in 0..<3 { world.say(0) }
        world.run(for: .seconds(1))
        #expect(world.exchange?.clientCount == 1, "at once, not at the next refresh")
        #expect(world.people[0].deliveries.values.allSatisfy { $0 == [.sending] })
        world.run(for: .seconds(16))
        #expect(world.people[1].heard == ["anna 1", "anna 2", "anna 3"])
        #expect(world.people[0].deliveries.values.allSatisfy { $0 == [.sending, .delivered] })
    }

    @Test("a message whose answer died with it goes again, is shown once and marked as delivered")
    func lostAnswer() {
        let world = FirstStoryTests.room((.udp, .udp))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        world.say(0)
        while world.people[1].heard.isEmpty { world.run(for: .milliseconds(1)) }
        world.killExchange()
        world.startExchange()
        world.run(for: .seconds(40))
        world.say(0)
        world.run(for: .seconds(5))
        #expect(world.people[1].heard == ["anna 1", "anna 2"])
        #expect(Array(world.people[0].deliveries.values) == [[.sending, .delivered], [.sending, .delivered]])
    }

    @Test("a message to one who never comes back fails with the call, and is told once")
    func neverBack() {
        let world = Self.room(inCall: true)
        world.say(0)
        world.say(0)
        world.vanish(1)
        world.run(for: .seconds(60))
        #expect(world.people[0].alive.isEmpty)
        for ends in world.people[0].deliveries.values {
            guard ends.count == 2, case .failed? = ends.last else {
                Issue.record("\(ends)")
                return
            }
        }
    }

    @Test("a chat request is the first to find out: it is asked again, and answered when the other is known again")
    func refusedCall() {
        let world = Self.room(inCall: false)
        world.call(0, "Echo test")
        world.run(for: .seconds(2))
        #expect(world.people[0].talking == [.placed(1)])
        #expect(world.people[0].calls.count == 1)
    }

    @Test("who learns it by a refused datagram is back first, and calls nobody OFFLINE who comes with the next ping")
    func refusedDatagram() {
        let world = Self.room(inCall: true)
        world.refuseDatagram(of: 0)
        world.run(for: .seconds(2))
        #expect(world.exchange?.clientCount == 1 && world.people[0].alive.isEmpty)
        world.run(for: .seconds(30))
        #expect(world.exchange?.clientCount == 2 && world.people.map(\.number) == ["1000", "1001"])
        #expect(Self.offline(world) == 0)
    }

    @Test("whenever it happens between two pings, all is well within half a minute", arguments: 0..<30)
    func anyMoment(second: Int) {
        let world = FirstStoryTests.room((.udp, .udp), seed: UInt64(second))
        world.run(for: .seconds(second))
        world.killExchange()
        world.startExchange()
        world.run(for: .seconds(31))
        let carl = world.seat("carl", over: .tcp)
        world.command(carl, .connect(world.people[carl].account))
        world.run(for: .seconds(2))
        #expect(world.people.allSatisfy { $0.online.count == 3 })
        #expect(Self.offline(world) == 0)
    }
}
