import SIP
import Testing

@testable import Webphone

@Suite("Requests sent on to somebody else, and people elsewhere")
struct ForwardTests {
    /// Anna, Bert and Carl, who see each other.
    static func three(_ transport: TransportProtocol = .tcp, seed: UInt64 = 1) -> World {
        let world = FirstStoryTests.room((transport, transport), seed: seed)
        let carl = world.seat("carl", over: transport)
        world.command(carl, .connect(world.people[carl].account))
        world.run(for: .seconds(2))
        return world
    }

    @Test(
        "the caller is told to whom, calls there if its person wants that, and gets through",
        arguments: TransportProtocol.inBoth)
    func forwarded(_ transport: TransportProtocol) {
        let world = Self.three(transport)
        world.people[1].isAway = true
        world.call(0, "bert")
        world.run(for: .seconds(1))
        world.command(1, .forward(.received(1), to: "1002"))
        world.run(for: .seconds(2))
        let carl = world.party(2)
        #expect(world.people[0].states(.placed(1)) == [.calling, .ringing, .forwarded(to: carl)])
        #expect(world.people[1].states(.received(1)) == [.forwarded(to: carl)])
        #expect(world.people[2].calls.isEmpty, "nobody is called without the caller's consent")
        world.call(0, "carl")
        world.run(for: .seconds(3))
        #expect(world.people[0].talking.count == 1 && world.people[2].talking.count == 1)
    }

    @Test("sent to an address elsewhere, it is named as such")
    func elsewhere() {
        let world = Self.three()
        world.people[1].isAway = true
        world.call(0, "bert")
        world.run(for: .seconds(1))
        world.command(1, .forward(.received(1), to: "carl@pbx.example:5070"))
        world.run(for: .seconds(2))
        let number = "carl@pbx.example:5070"
        #expect(world.people[0].calls[.placed(1)] == .forwarded(to: Party(number: number, name: number)))
    }

    @Test(
        "nonsense is refused in words, and the request waits on",
        arguments: ["", "a@", "@b", "a@b;c", "a@b?c", "a@b c"])
    func nonsense(_ number: String) {
        let world = Self.three()
        world.people[1].isAway = true
        world.call(0, "bert")
        world.run(for: .seconds(1))
        world.command(1, .forward(.received(1), to: number))
        world.run(for: .seconds(2))
        #expect(world.people[1].reports.last == .fault(Reasons.noNumber))
        #expect(world.people[0].alive == [.placed(1)])
    }

    @Test("one that was taken back, or answered, a moment ago is not sent on", arguments: [true, false])
    func late(isAnswered: Bool) {
        let world = Self.three()
        world.people[1].isAway = true
        world.call(0, "bert")
        world.run(for: .seconds(1))
        if isAnswered { world.command(1, .accept(.received(1))) } else { world.command(0, .hangUp(.placed(1))) }
        world.run(for: .seconds(1))
        world.command(1, .forward(.received(1), to: "1002"))
        world.run(for: .seconds(2))
        #expect(world.people[0].calls[.placed(1)] == (isAnswered ? .inCall : .cancelled))
    }

    @Test(
        "a number with our exchange's name behind it is the number",
        arguments: ["1001@exchange.local", "sip:1001@192.0.2.1"])
    func ownDomain(_ number: String) {
        let world = Self.three()
        world.command(0, .call(.placed(7), number: number))
        world.run(for: .seconds(3))
        #expect(world.people[0].calls[.placed(7)] == .inCall)
        #expect(world.people[1].talking.count == 1)
    }

    @Test("what is no number reaches nobody", arguments: ["", "a@", "@b", "a@b;c", "a@[::1", "a b"])
    func noNumber(_ number: String) {
        let world = Self.three()
        world.command(0, .call(.placed(7), number: number))
        world.run(for: .seconds(3))
        #expect(world.people[0].calls[.placed(7)] == .notFound)
        #expect(world.requests[0]?[.invite] == nil)
    }

    @Test("who calls from elsewhere is shown with the host, blocked by it, and is not whom we know by the same number")
    func foreign() {
        let world = Self.three()
        world.exchangeChanges = { message in
            guard case .request(var request) = message, request.method == .invite else { return message }
            request.headers[.pAssertedIdentity] = "\"anna\" <sip:1002@pbx.example>"
            return .request(request)
        }
        world.people[1].rejects = 0
        world.call(0, "bert")
        world.run(for: .seconds(3))
        let stranger = Party(number: "1002@pbx.example", name: "anna")
        #expect(world.people[1].reports.contains(.incoming(.received(1), from: stranger)))
        world.command(1, .preferences(Preferences(blocked: ["1002@pbx.example"])))
        world.run(for: .seconds(3))
        #expect(world.people[1].talking.isEmpty)
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[1].turnedAway == [.turnedAway(stranger, .blocked)])
    }
}
