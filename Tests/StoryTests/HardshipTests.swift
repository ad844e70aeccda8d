import SIP
import Testing

@testable import Webphone

@Suite("When something is wrong")
struct HardshipTests {
    static func isOffline(_ report: PhoneReport) -> Bool {
        if case .offline = report { true } else { false }
    }

    @Test("an exchange that is not there is waited for, and found when it comes")
    func notThere() {
        let world = World(seed: 1)
        world.killExchange()
        let anna = world.seat("anna", over: .tcp)
        world.command(anna, .connect(world.people[anna].account))
        world.run(for: .seconds(20))
        guard case .connectionFailed = world.people[anna].connection else {
            Issue.record("\(world.people[anna].connection)")
            return
        }
        world.startExchange()
        world.run(for: .seconds(31))
        #expect(world.people[anna].number == "1000")
    }

    @Test("an unknown line is refused in words, and not tried again")
    func unknownLine() {
        let world = World(seed: 1)
        let anna = world.seat("anna", over: .tcp)
        var account = world.people[anna].account
        account.line = "Nowhere"
        world.command(anna, .connect(account))
        world.run(for: .seconds(60))
        let denied = ConnectionState.accessDenied(reason: "The exchange has no line named Nowhere (404).")
        #expect(world.people[anna].connection == denied)
        #expect(world.people[anna].reports.count == 2)
        #expect(world.runningTimers(anna).isEmpty)
    }

    @Test("over UDP a silent exchange is noticed within 30 seconds, and the number kept when it is back")
    func silence() {
        let world = FirstStoryTests.room((.udp, .udp))
        world.weather.lost = 100
        world.run(for: .seconds(28))
        #expect(world.people.allSatisfy { $0.number == nil })
        world.weather.lost = 0
        world.run(for: .seconds(60))
        #expect(world.people.map(\.number) == ["1000", "1001"])
        #expect(world.people.allSatisfy { $0.online.count == 2 })
    }

    @Test("messages under way as the exchange dies are marked, and none is heard twice")
    func underWay() {
        let world = FirstStoryTests.room()
        world.call(0, "bert")
        world.run(for: .seconds(3))
        for _ in 0..<5 { world.say(0) }
        world.killExchange()
        world.run(for: .seconds(1))
        world.startExchange()
        world.run(for: .seconds(40))
        let ends = world.people[0].deliveries.values.map { $0.last }
        #expect(ends.count == 5)
        #expect(ends.allSatisfy { if case .failed? = $0 { true } else { false } })
        #expect(world.people[1].heard.count <= 1)
    }

    @Test(
        "one whose connection is cut comes back with its number, and the other's call has ended too", arguments: [0, 1])
    func cut(who: Int) {
        let world = FirstStoryTests.room()
        world.call(0, "bert")
        world.run(for: .seconds(3))
        world.cutConnection(who)
        world.run(for: .seconds(5))
        #expect(world.people.map(\.number) == ["1000", "1001"])
        #expect(world.people.allSatisfy { $0.alive.isEmpty })
        #expect(world.people.allSatisfy { $0.online.count == 2 })
        #expect(!world.people[who].reports.contains(where: Self.isOffline))
    }

    @Test("nobody there, and a number that is nobody's, are NOT_FOUND")
    func notFound() {
        let world = FirstStoryTests.room()
        world.command(0, .call(.placed(1), number: "4711"))
        world.run(for: .seconds(1))
        #expect(world.people[0].calls[.placed(1)] == .notFound)
    }

    @Test("a refusal is told, and a request taken back is withdrawn on the other side")
    func refused() {
        let world = FirstStoryTests.room()
        world.people[1].rejects = 100
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[0].calls[.placed(1)] == .rejected)
        #expect(world.people[1].calls[.received(1)] == .rejected)
        world.call(0, "bert")
        world.run(for: .milliseconds(20))
        world.command(0, .hangUp(.placed(2)))
        world.run(for: .seconds(3))
        #expect(world.people[0].calls[.placed(2)] == .cancelled)
        #expect(world.people[1].calls[.received(2)] == .cancelled)
    }

    @Test("what is written comes clean, whatever it tries", arguments: TransportProtocol.inBoth)
    func hostile(_ transport: TransportProtocol) {
        let world = FirstStoryTests.room((transport, transport))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        guard let call = world.people[0].talking.first else {
            Issue.record("no call")
            return
        }
        for (id, text) in ["\u{1B}[2J\u{7}x\u{202E}y", "one\r\ntwo", "", "Ünïcödé 李 👩‍👩‍👧"].enumerated() {
            world.command(0, .send(MessageID(id), text, in: call))
        }
        world.run(for: .seconds(2))
        #expect(world.people[1].heard == ["␛[2J␇xy", "one\ntwo", "", "Ünïcödé 李 👩‍👩‍👧"])
    }

    @Test("a name that tries tricks is shown without them, and an empty one as the number")
    func names() {
        let world = World(seed: 1)
        for name in ["\u{202E}evil\u{1B}", "\"quo\\ted\" <sip:600@x>", ""] {
            let person = world.seat(name, over: .tcp)
            world.command(person, .connect(world.people[person].account))
            world.run(for: .seconds(1))
        }
        #expect(world.people.map(\.number) == ["1000", "1001", "1002"])
        #expect(world.people[2].online["1000"]?.name == "evil")
        #expect(world.people[0].online["1001"]?.name == "\"quo\\ted\" <sip:600@x>")
        #expect(world.people[0].online["1002"]?.name == "Webphone1")
    }

    @Test("an exchange that asserts nothing: the listed name counts, not what a caller likes to be called")
    func borrowedName() {
        let world = FirstStoryTests.room()
        world.exchangeChanges = { message in
            guard case .request(var request) = message else { return message }
            request.headers[.pAssertedIdentity] = nil
            request.from?.displayName = "bert"
            return .request(request)
        }
        world.call(0, "bert")
        world.run(for: .milliseconds(100))
        let anna = Party(number: "1000", name: "anna")
        #expect(world.people[1].reports.contains(.incoming(.received(1), from: anna)))
    }

    @Test("what is said before the other side accepted fails with the reason")
    func early() {
        let world = FirstStoryTests.room()
        world.call(0, "bert")
        world.command(0, .send(MessageID(1), "too early", in: .placed(1)))
        #expect(world.people[0].deliveries[MessageID(1)] == [.failed(Reasons.notAccepted)])
        world.command(0, .send(MessageID(2), "no call", in: .placed(9)))
        #expect(world.people[0].deliveries[MessageID(2)] == [.failed(Reasons.noCall)])
    }

    @Test("one who moves to another exchange leaves the first, and comes as somebody new")
    func elsewhere() {
        let world = FirstStoryTests.room()
        world.command(0, .connect(world.people[0].account))
        world.run(for: .seconds(2))
        #expect(world.people[0].number == "1002")
        #expect(world.people[1].online.keys.sorted() == ["1002", "600"])
    }

    @Test("150 people fill a line: the next are told so")
    func full() {
        let world = World(seed: 1)
        world.isWritten = false
        for index in 0..<152 {
            let person = world.seat("p\(index)", over: .tcp)
            world.command(person, .connect(world.people[person].account))
        }
        world.run(for: .seconds(3))
        let states = world.people.map(\.connection)
        #expect(states.count { if case .accessGranted = $0 { true } else { false } } == 150)
        let full = states.count { state in
            if case .connectionFailed("The line is full (480).", .some) = state { true } else { false }
        }
        #expect(full == 2 || states.contains { if case .connecting = $0 { true } else { false } })
    }
}
