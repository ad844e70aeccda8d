import Foundation
import SIP
import Testing

@testable import Webphone

/// What two people do at random for a while, over a network as bad as the seed says, with connections cut and the
/// exchange killed; then the weather clears, and everything must agree.
@Suite("A thousand conversations")
struct ConversationTests {
    /// Who looks for what happens once in ten thousand times asks for more of them (`PARTYLINE_SEEDS`).
    static let seeds = ProcessInfo.processInfo.environment["PARTYLINE_SEEDS"].flatMap(UInt64.init) ?? 1_000

    /// So many in parallel as there are parts.
    @Test("calls agree, messages arrive once or are marked, lists are right, nothing is stuck", arguments: 0..<20)
    func conversations(part: Int) async {
        var events = Events()
        for seed in UInt64(1)...Self.seeds where seed % 20 == UInt64(part) {
            events.add(Self.check(seed))
            await Task.yield()  // other tests want the processor too
        }
        // Stories in which nothing happens prove nothing.
        let isEventful = events.calls > 200 && events.delivered > 150 && events.failed > 40 && events.outages > 40
        #expect(isEventful, "\(events)")
    }

    @Test("octets that change on the way crash nobody, and leave no call that only one side has", arguments: 0..<4)
    func garbled(part: Int) async {
        for seed in UInt64(1)...(Self.seeds / 10) where seed % 4 == UInt64(part) {
            Self.checkGarbled(seed)
            await Task.yield()
        }
    }

    /// What was found among a hundred thousand: a 200 without its tag, an Expires that became another field, a Contact
    /// that got headers, a 200 without its tag whose copies were lost too, a name of an instance that brought a second
    /// number, an `inactive` that became a word that nobody knows.
    @Test(
        "octets that change on the way, where that once went wrong",
        arguments: [6_554, 7_860, 13_597, 17_848, 71_709, 77_692, 79_993, 61_062, 89_631])
    func onceGarbled(seed: UInt64) { Self.checkGarbled(seed) }

    static func checkGarbled(_ seed: UInt64) {
        let world = begin(seed)
        world.weather.garbled = 20
        world.isWritten = true
        plan(world, seed)
        world.run(for: .seconds(15))
        world.weather = World.Weather()
        world.run(for: .seconds(300))
        agreeOnCalls(world, seed)
        // A name, or a line, that became another one on the way may have been refused for good.
        let isDenied = world.people.contains { if case .accessDenied = $0.connection { true } else { false } }
        if !isDenied { seeEachOther(world, seed) }
    }

    /// What happened, as far as it tells whether the stories are worth telling.
    struct Events {
        var calls = 0
        var delivered = 0
        var failed = 0
        var outages = 0

        mutating func add(_ person: Person) {
            for report in person.reports {
                switch report {
                case .call(_, .inCall, _): calls += 1
                case .delivery(_, .delivered): delivered += 1
                case .delivery(_, .failed): failed += 1
                case .connection(.connectionClosed): outages += 1
                case .connection, .online, .offline, .roster, .incoming, .call, .party, .message, .delivery, .note,
                    .transferAsked, .voiceAsked, .voice, .typing, .turnedAway, .connected, .untrusted, .fault:
                    break
                }
            }
        }

        mutating func add(_ people: [Person]) {
            for person in people { add(person) }
        }
    }

    static func begin(_ seed: UInt64) -> World {
        let world = World(seed: seed)
        world.isWritten = seed % 10 == 0
        let transports: [TransportProtocol] = [.tcp, .udp]
        for (index, name) in ["anna", "bert"].enumerated() {
            let transport = transports[Int(seed >> index) % 2]
            let person = world.seat(name, over: transport)
            world.people[person].rejects = 10
            world.command(person, .connect(world.people[person].account))
        }
        world.weather.lost = Int(seed % 5) * 5
        world.weather.doubled = Int(seed % 3) * 5
        world.weather.delay = 1...(seed % 7 == 0 ? 400 : 40)
        world.run(for: .seconds(1))
        return world
    }

    static func check(_ seed: UInt64) -> [Person] {
        let world = begin(seed)
        plan(world, seed)
        world.run(for: .seconds(15))
        world.weather = World.Weather()
        world.run(for: .seconds(150))

        agreeOnCalls(world, seed)
        settledMessages(world, seed)
        seeEachOther(world, seed)
        let before = world.people.map(\.heard)
        for person in 0..<2 { world.say(person) }
        world.run(for: .seconds(2))
        for person in 0..<2 where !world.people[person].talking.isEmpty {
            let heard = world.people[1 - person].heard.count - before[1 - person].count
            #expect(heard == 1, "seed \(seed): \(world.people[person].name) is heard in the call that is left")
        }
        leave(world, seed)
        return world.people
    }

    /// 20 things at random moments of 15 seconds.
    static func plan(_ world: World, _ seed: UInt64) {
        let names = ["anna", "bert"]
        for _ in 0..<20 {
            let delay = Duration.milliseconds(Int.random(in: 0...12_000, using: &world.random))
            let who = Int.random(in: 0...1, using: &world.random)
            let what = Int.random(in: 0..<100, using: &world.random)
            world.after(delay) { world in
                // Something is under way whenever something else happens.
                for _ in 0..<(what % 4) { world.say(who) }
                switch what {
                case 0..<30: world.call(who, names[1 - who])
                case 30..<56: world.say(who)
                case 56..<64: for call in world.people[who].talking { world.command(who, .typing(call, what % 3 > 0)) }
                case 64..<72: for call in world.people[who].talking { world.command(who, .hold(call)) }
                case 72..<80: for call in world.people[who].talking { world.command(who, .resume(call)) }
                case 80..<92: world.hangUp(who)
                case 92..<95: world.cutConnection(who)
                case 95..<97: world.say(who, length: 3_000)
                default: if seed % 2 == 0 { restart(world) }
                }
            }
        }
        if seed % 3 == 0 {
            let moment = Duration.milliseconds(Int.random(in: 2_000...10_000, using: &world.random))
            for who in 0..<2 {
                let lag = Duration.milliseconds(Int.random(in: 0...60, using: &world.random))
                world.after(moment + lag) { $0.call(who, names[1 - who]) }
            }
        }
    }

    static func restart(_ world: World) {
        world.killExchange()
        world.after(.milliseconds(Int.random(in: 0...3_000, using: &world.random))) { world in
            if world.exchange == nil { world.startExchange() }
        }
    }

    static func agreeOnCalls(_ world: World, _ seed: UInt64) {
        let (anna, bert) = (world.people[0], world.people[1])
        #expect(anna.alive.count == anna.talking.count, "seed \(seed): a call of anna rings for ever")
        #expect(bert.alive.count == bert.talking.count, "seed \(seed): a call of bert rings for ever")
        #expect(anna.talking.count == bert.talking.count, "seed \(seed): they disagree about their call")
        #expect(anna.talking.count <= 1, "seed \(seed): more than one call")
        for (person, other) in [(anna, bert), (bert, anna)] {
            guard let call = person.phone.calls.calls.values.first, let theirs = other.phone.calls.calls.values.first
            else {
                continue
            }
            let isAgreed = call.hold.byThem == theirs.hold.byUs && call.hold.asked == nil
            #expect(
                isAgreed || world.hasFalseDirections, "seed \(seed): they disagree about who has set it aside")
        }
        for person in world.people {
            let known = Set(person.phone.calls.calls.keys)
            #expect(known == Set(person.alive), "seed \(seed): what was told is not what is")
        }
    }

    static func settledMessages(_ world: World, _ seed: UInt64) {
        for (person, other) in [(world.people[0], world.people[1]), (world.people[1], world.people[0])] {
            for (id, text) in person.sent {
                let told = person.deliveries[id] ?? []
                let ends = told.filter { $0 != .sending }
                #expect(ends.count == 1 && told.last != .sending, "seed \(seed): \(text) ended \(told)")
                let copies = other.heard.count { $0 == text }
                let isDelivered = ends == [.delivered]
                #expect(isDelivered ? copies == 1 : copies <= 1, "seed \(seed): \(text) \(told), heard \(copies) times")
            }
            let order = other.heard.compactMap { Int($0.split(separator: " ").last?.prefix { $0 != "." } ?? "") }
            #expect(order == order.sorted(), "seed \(seed): out of order: \(order)")
        }
    }

    static func seeEachOther(_ world: World, _ seed: UInt64) {
        for (person, other) in [(world.people[0], world.people[1]), (world.people[1], world.people[0])] {
            let expected = ["600", other.number ?? "?"].sorted()
            let seen = person.online.keys.sorted()
            #expect(
                seen == expected,
                "seed \(seed): \(person.name) sees \(seen) instead of \(expected), \(person.connection)")
        }
    }

    /// After the farewells nothing is left to wait for.
    static func leave(_ world: World, _ seed: UInt64) {
        for person in 0..<2 {
            world.hangUp(person)
        }
        world.run(for: .seconds(40))
        for person in 0..<2 {
            let stuck = world.runningTimers(person).filter { timer in
                if case .calls = timer.kind { true } else { false }
            }
            #expect(stuck.isEmpty, "seed \(seed): timers of calls run on: \(stuck)")
            #expect(world.runningTimers(person).count <= 12, "seed \(seed): timers pile up")
        }
        for person in 0..<2 { world.command(person, .disconnect) }
        world.run(for: .seconds(130))
        for person in 0..<2 {
            let state = ConnectionState.connectionClosed(reason: Reasons.disconnected, retryIn: nil)
            #expect(world.people[person].connection == state, "seed \(seed)")
            #expect(world.runningTimers(person).isEmpty, "seed \(seed): \(world.runningTimers(person))")
        }
    }
}
