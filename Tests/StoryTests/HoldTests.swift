import SIP
import Testing

@testable import Webphone

@Suite("A chat set aside")
struct HoldStoryTests {
    /// Anna and Bert in a call that Anna placed.
    static func call(_ transport: TransportProtocol = .tcp, seed: UInt64 = 1) -> World {
        let world = FirstStoryTests.room((transport, transport), seed: seed)
        world.call(0, "bert")
        world.run(for: .seconds(3))
        return world
    }

    static func call(of person: Int) -> CallID { person == 0 ? .placed(1) : .received(1) }

    static func told(_ world: World, _ person: Int) -> [PhoneReport] {
        world.people[person].reports.filter {
            switch $0 {
            case .call(_, .hold, _), .call(_, .inCall, _): true
            case _: false
            }
        }
    }

    @Test(
        "either side may, both see it, both may write, and it is taken up again", arguments: TransportProtocol.inBoth,
        [0, 1])
    func aside(_ transport: TransportProtocol, who: Int) {
        let world = Self.call(transport)
        let (mine, theirs) = (Self.call(of: who), Self.call(of: 1 - who))
        world.command(who, .hold(mine))
        world.run(for: .seconds(2))
        #expect(Self.told(world, who).last == .call(mine, .hold, by: .us))
        #expect(Self.told(world, 1 - who).last == .call(theirs, .hold, by: .them))
        for person in 0..<2 { world.say(person) }
        world.run(for: .seconds(2))
        #expect(world.people[0].heard == ["bert 1"] && world.people[1].heard == ["anna 1"])
        world.command(who, .resume(mine))
        world.run(for: .seconds(2))
        #expect(Self.told(world, who).last == .call(mine, .inCall, by: .us))
        #expect(Self.told(world, 1 - who).last == .call(theirs, .inCall, by: .them))
        #expect(Self.told(world, 0).count == 3 && Self.told(world, 1).count == 3)
        #expect(world.people.allSatisfy { $0.notes.isEmpty })
    }

    @Test("when both do, each has to take it up again")
    func both() {
        let world = Self.call()
        for person in 0..<2 {
            world.command(person, .hold(Self.call(of: person)))
            world.run(for: .seconds(2))
        }
        world.command(0, .resume(.placed(1)))
        world.run(for: .seconds(2))
        #expect(world.people[0].calls[.placed(1)] == .hold && world.people[1].calls[.received(1)] == .hold)
        #expect(Self.told(world, 0).last == .call(.placed(1), .hold, by: .them))
        world.command(1, .resume(.received(1)))
        world.run(for: .seconds(2))
        #expect(world.people[0].calls[.placed(1)] == .inCall && world.people[1].calls[.received(1)] == .inCall)
    }

    @Test("it lasts through checks for life and the move from UDP to TCP")
    func lasts() {
        let world = Self.call(.udp)
        world.command(1, .hold(.received(1)))
        world.run(for: .seconds(2))
        world.say(0, length: 3_000)
        world.say(1, length: 3_000)
        world.run(for: .seconds(600))
        #expect(world.people[0].heard.count == 1 && world.people[1].heard.count == 1)
        #expect(world.people[0].calls[.placed(1)] == .hold && world.people[1].calls[.received(1)] == .hold)
        #expect(Self.told(world, 0).count == 2 && Self.told(world, 1).count == 2)
        world.command(1, .resume(.received(1)))
        world.run(for: .seconds(2))
        #expect(world.people[0].calls[.placed(1)] == .inCall && world.people[1].calls[.received(1)] == .inCall)
    }

    @Test("whatever the network does and the two of them do at once, they agree in the end", arguments: 1...60)
    func storm(seed: UInt64) {
        let world = Self.call(.udp, seed: seed)
        world.weather.lost = Int(seed % 4) * 8
        world.weather.doubled = 10
        world.weather.delay = 1...(seed % 3 == 0 ? 400 : 40)
        for _ in 0..<10 {
            let who = Int.random(in: 0...1, using: &world.random)
            let isHold = Bool.random(using: &world.random)
            let delay = Duration.milliseconds(Int.random(in: 0...4_000, using: &world.random))
            world.after(delay) { $0.command(who, isHold ? .hold(Self.call(of: who)) : .resume(Self.call(of: who))) }
            world.after(delay) { $0.say(1 - who) }
        }
        let hangUp = seed % 5 == 0
        if hangUp { world.after(.milliseconds(Int.random(in: 0...4_000, using: &world.random))) { $0.hangUp(0) } }
        world.run(for: .seconds(5))
        world.weather = World.Weather()
        world.run(for: .seconds(120))
        let (anna, bert) = (world.people[0], world.people[1])
        if hangUp || anna.alive.isEmpty {
            // A network this bad may end a call; then it has ended for both.
            #expect(anna.alive.isEmpty && bert.alive.isEmpty)
            return
        }
        #expect(anna.calls[.placed(1)] == bert.calls[.received(1)])
        for person in 0..<2 {
            guard let call = world.people[person].phone.calls.calls[Self.call(of: person)] else { return }
            #expect(call.hold.asked == nil && call.hold.isWanted == call.hold.byUs)
            #expect(call.hold.byThem == world.people[1 - person].phone.calls.calls.values.first?.hold.byUs)
        }
        #expect(anna.heard.count == bert.sent.count && bert.heard.count == anna.sent.count)
    }
}
