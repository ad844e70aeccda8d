import SIP
import Testing

@testable import Webphone

@Suite("Two people and an exchange")
struct FirstStoryTests {
    /// Two people who see each other.
    static func room(
        _ transports: (TransportProtocol, TransportProtocol) = (.tcp, .tcp), seed: UInt64 = 1,
        codecs: [AudioCodec] = []
    ) -> World {
        let world = World(seed: seed)
        for (name, transport) in [("anna", transports.0), ("bert", transports.1)] {
            let person = world.seat(name, over: transport, codecs: codecs)
            world.command(person, .connect(world.people[person].account))
            world.run(for: .seconds(1))
        }
        return world
    }

    @Test("they connect, and see each other and the Echo test", arguments: TransportProtocol.inBoth)
    func list(_ transport: TransportProtocol) {
        let world = Self.room((transport, transport))
        #expect(world.people[0].connection == .accessGranted(number: "1000"))
        #expect(world.people[1].connection == .accessGranted(number: "1001"))
        #expect(world.people[0].online.values.map(\.name).sorted() == ["Echo test", "bert"])
        #expect(world.people[1].online.values.map(\.name).sorted() == ["Echo test", "anna"])
    }

    @Test("they talk, and one hangs up", arguments: TransportProtocol.inBoth)
    func talk(_ transport: TransportProtocol) {
        let world = Self.room((transport, transport))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[0].talking == [.placed(1)])
        #expect(world.people[1].talking == [.received(1)])
        for _ in 0..<3 { world.say(0) }
        world.say(1)
        world.run(for: .seconds(3))
        #expect(world.people[1].heard == ["anna 1", "anna 2", "anna 3"])
        #expect(world.people[0].heard == ["bert 1"])
        #expect(world.people[0].deliveries.values.allSatisfy { $0 == [.sending, .delivered] })
        world.hangUp(1)
        world.run(for: .seconds(1))
        #expect(world.people[0].calls[.placed(1)] == .completed)
        #expect(world.people[1].calls[.received(1)] == .completed)
    }

    @Test("the Echo test takes a call at once and says what it is told")
    func echo() {
        let world = Self.room()
        world.call(0, "Echo test")
        world.run(for: .seconds(1))
        #expect(world.people[0].talking == [.placed(1)])
        world.say(0)
        world.run(for: .seconds(1))
        #expect(world.people[0].heard.contains("anna 1"))
    }

    @Test("both call at the same moment and are in one call", arguments: TransportProtocol.inBoth)
    func glare(_ transport: TransportProtocol) {
        let world = Self.room((transport, transport))
        world.call(0, "bert")
        world.call(1, "anna")
        world.run(for: .seconds(10))
        #expect(world.people[0].talking == [.placed(1)])
        #expect(world.people[1].talking == [.placed(1)])
        world.say(0)
        world.say(1)
        world.run(for: .seconds(1))
        #expect(world.people[0].heard == ["bert 1"])
        #expect(world.people[1].heard == ["anna 1"])
    }

    @Test("a message over 1,300 bytes moves a UDP phone to TCP, number, call and order kept")
    func tooLarge() {
        let world = Self.room((.udp, .udp))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        world.say(0)
        world.say(0, length: 4_000)
        world.say(0)
        world.say(1)
        world.run(for: .seconds(5))
        #expect(world.people[1].heard.map(\.count) == [6, 4_006, 6])
        #expect(world.people[0].heard == ["bert 1"])
        #expect(world.people[0].number == "1000")
        world.say(1)
        let subscribed = world.requests[0]?[.subscribe]
        world.run(for: .seconds(40))
        #expect(world.requests[0]?[.subscribe] == subscribed, "the list is asked for once")
        #expect(world.people[0].heard == ["bert 1", "bert 2"])
        #expect(world.people[0].talking.count == 1 && world.people[1].talking.count == 1)
    }

    @Test("an exchange that dies and comes back finds the same numbers, and nobody is called OFFLINE")
    func restart() {
        let world = Self.room()
        world.call(0, "bert")
        world.run(for: .seconds(3))
        world.killExchange()
        world.run(for: .seconds(1))
        #expect(world.people[0].alive.isEmpty && world.people[1].alive.isEmpty)
        #expect(world.people[0].number == nil)
        world.startExchange()
        world.run(for: .seconds(20))
        #expect(world.people[0].number == "1000" && world.people[1].number == "1001")
        for person in world.people {
            #expect(!person.reports.contains { if case .offline = $0 { true } else { false } })
            #expect(person.online.count == 2)
        }
        world.call(1, "anna")
        world.run(for: .seconds(3))
        #expect(world.people[0].talking.count == 1 && world.people[1].talking.count == 1)
    }

    @Test("one who disconnects is OFFLINE for the other, whose call ends")
    func leaves() {
        let world = Self.room()
        world.call(0, "bert")
        world.run(for: .seconds(3))
        world.command(1, .disconnect)
        world.run(for: .seconds(1))
        #expect(world.people[1].connection == .connectionClosed(reason: Reasons.disconnected, retryIn: nil))
        #expect(world.people[0].calls[.placed(1)] == .completed)
        #expect(world.people[0].online.count == 1)
    }
}

extension TransportProtocol {
    static let inBoth: [TransportProtocol] = [.tcp, .udp]
}
