import SIP
import Testing

@testable import Webphone

@Suite("People who do not want to be reached, or not by everybody")
struct PreferenceTests {
    @Test(
        "who is not to be disturbed is busy for whoever asks, and told who it was", arguments: TransportProtocol.inBoth)
    func doNotDisturb(_ transport: TransportProtocol) {
        let world = FirstStoryTests.room((transport, transport))
        world.command(1, .preferences(Preferences(doNotDisturb: true)))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[0].states(.placed(1)) == [.calling, .busy])
        #expect(world.people[1].turnedAway == [.turnedAway(world.party(0), .doNotDisturb)])
        #expect(world.people[1].calls.isEmpty)
        world.call(1, "anna")
        world.run(for: .seconds(3))
        #expect(world.people[1].talking.count == 1, "who is not to be disturbed may call")
        world.hangUp(1)
        world.command(1, .preferences(Preferences()))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[0].talking.count == 1)
    }

    @Test("both call each other and are in one call, though one is not to be disturbed")
    func doNotDisturbAndGlare() {
        for seed in UInt64(1)...20 {
            let world = FirstStoryTests.room((.udp, .udp), seed: seed)
            for person in 0..<2 { world.command(person, .preferences(Preferences(doNotDisturb: true))) }
            world.call(0, "bert")
            world.call(1, "anna")
            world.run(for: .seconds(10))
            #expect(world.people[0].talking == [.placed(1)] && world.people[1].talking == [.placed(1)])
            #expect(world.people.allSatisfy { $0.turnedAway.isEmpty })
        }
    }

    @Test("whoever is blocked is refused as if the person had said no, and reaches nobody by messages either")
    func blocked() {
        let world = FirstStoryTests.room()
        let bert = Preferences(blocked: ["1000"])
        world.command(1, .preferences(bert))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[0].states(.placed(1)) == [.calling, .rejected])
        #expect(world.people[1].turnedAway == [.turnedAway(world.party(0), .blocked)])

        let before = world.people[1].reports.count
        let text = UserAgent.Content(text: "and yet")
        world.ask(0) { .messageOutside(MessageToken(900), text, to: .sip("1001", "exchange.local"), on: $0) }
        world.run(for: .seconds(3))
        #expect(world.people[1].reports.count == before, "not a word on the screen")
        world.command(1, .preferences(Preferences()))
        world.ask(0) { .messageOutside(MessageToken(901), text, to: .sip("1001", "exchange.local"), on: $0) }
        world.run(for: .seconds(3))
        #expect(world.people[1].reports.count == before + 1, "nobody is blocked any more")
    }

    @Test("a call with whom one blocks ends, and so does a request of theirs that waits", arguments: [true, false])
    func blockedInCall(isAnswered: Bool) {
        let world = FirstStoryTests.room()
        world.call(0, "bert")
        if isAnswered { world.run(for: .seconds(3)) } else { world.run(for: .milliseconds(20)) }
        world.people[1].rejects = 100
        #expect(world.people[1].alive.count == 1)
        world.command(1, .preferences(Preferences(blocked: ["1000"])))
        world.run(for: .seconds(3))
        #expect(world.people.allSatisfy { $0.alive.isEmpty })
        #expect(world.people[0].calls[.placed(1)] == (isAnswered ? .completed : .rejected))
    }

    @Test("blocking lasts when the exchange was lost and came back")
    func blockedAfterReconnect() {
        let world = FirstStoryTests.room()
        world.command(1, .preferences(Preferences(blocked: ["1000"])))
        world.killExchange()
        world.run(for: .seconds(2))
        world.startExchange()
        world.run(for: .seconds(40))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[0].calls[.placed(1)] == .rejected)
    }

    @Test("nobody answers: the caller gives up first, and both are told", arguments: TransportProtocol.inBoth)
    func noAnswer(_ transport: TransportProtocol) {
        let world = FirstStoryTests.room((transport, transport))
        world.people[1].isAway = true
        world.call(0, "bert")
        world.run(for: .seconds(89))
        #expect(world.people[0].alive.count == 1 && world.people[1].alive.count == 1)
        world.run(for: .seconds(3))
        #expect(world.people[0].states(.placed(1)) == [.calling, .ringing, .noAnswer])
        #expect(world.people[1].states(.received(1)) == [.cancelled])
    }
}
