import SIP
import Testing

@testable import Webphone

@Suite("Three people, of whom one sends another on to the third")
struct TransferStoryTests {
    static let (anna, bert, carl) = (0, 1, 2)

    /// Anna in a call with Bert, whom she called, or who called her.
    static func chat(_ transport: TransportProtocol = .tcp, annaCalls: Bool = true, seed: UInt64 = 1) -> World {
        let world = ForwardTests.three(transport, seed: seed)
        world.call(annaCalls ? anna : bert, annaCalls ? "bert" : "anna")
        world.run(for: .seconds(3))
        return world
    }

    static func call(_ world: World, _ person: Int) -> CallID { world.people[person].talking.first ?? .placed(.max) }

    static func progress(_ world: World) -> [TransferProgress] {
        world.people[anna].notes.compactMap { if case .transfer(let progress) = $0 { progress } else { nil } }
    }

    /// Whom each of them is in a call with, as the calls themselves have it.
    static func pairs(_ world: World) -> Set<[String]> {
        var pairs: Set<[String]> = []
        for person in world.people {
            for id in person.talking {
                guard let other = person.phone.calls.party(of: id)?.number, let own = person.number else { continue }
                pairs.insert([own, other])
            }
        }
        return pairs
    }

    static func talks(_ world: World, _ one: Int, _ other: Int) -> Bool {
        let before = world.people.map(\.heard.count)
        world.say(one)
        world.say(other)
        world.run(for: .seconds(3))
        return world.people[one].heard.count == before[one] + 1 && world.people[other].heard.count == before[other] + 1
    }

    // MARK: Blind

    @Test(
        "whoever agrees is in a call with the third, and the first is out of it",
        arguments: TransportProtocol.inBoth, [true, false])
    func blind(_ transport: TransportProtocol, annaCalls: Bool) {
        let world = Self.chat(transport, annaCalls: annaCalls)
        let (first, second) = (Self.call(world, Self.anna), Self.call(world, Self.bert))
        world.command(Self.anna, .transfer(first, to: "1002"))
        world.run(for: .seconds(15))
        #expect(world.people[Self.bert].reports.contains(.transferAsked(second, to: world.party(Self.carl))))
        #expect(Self.progress(world).first == .accepted && Self.progress(world).last == .succeeded)
        #expect(world.people[Self.anna].calls[first] == .completed && world.people[Self.anna].alive.isEmpty)
        #expect(world.people[Self.bert].calls[second] == .completed)
        #expect(Self.pairs(world) == [["1001", "1002"], ["1002", "1001"]])
        #expect(Self.talks(world, Self.bert, Self.carl))
        world.hangUp(Self.carl)
        world.run(for: .seconds(10))
        #expect(world.people.allSatisfy { $0.alive.isEmpty && $0.phone.calls.leaving.isEmpty })
    }

    @Test("the one who sends on may call the third what they like: it is shown by its number")
    func falseName() {
        let world = Self.chat()
        world.people[Self.bert].isAway = true
        world.exchangeChanges = { message in
            guard case .request(var request) = message, request.method == .refer else { return message }
            request.headers["Refer-To"] = "\"Your bank\" <sip:4711@exchange.local>"
            return .request(request)
        }
        world.command(Self.anna, .transfer(.placed(1), to: "1002"))
        world.run(for: .seconds(5))
        let third = Party(number: "4711", name: "4711")
        #expect(world.people[Self.bert].reports.contains(.transferAsked(.received(1), to: third)))
    }

    @Test("whoever does not agree stays, and the first is told")
    func refused() {
        let world = Self.chat()
        world.people[Self.bert].staysPut = true
        world.command(Self.anna, .transfer(.placed(1), to: "1002"))
        world.run(for: .seconds(15))
        #expect(Self.progress(world).last == .failed(status: 603, reason: Reasons.transfer(603)))
        #expect(world.people[Self.carl].reports.allSatisfy { if case .incoming = $0 { false } else { true } })
        #expect(Self.talks(world, Self.anna, Self.bert))
    }

    @Test(
        "when the third does not want, the first call goes on, also one that was set aside", arguments: [true, false])
    func busy(isHeld: Bool) {
        let world = Self.chat(.udp)
        if isHeld { world.command(Self.anna, .hold(.placed(1))) }
        world.command(Self.carl, .preferences(Preferences(doNotDisturb: true)))
        world.run(for: .seconds(2))
        world.command(Self.anna, .transfer(.placed(1), to: "1002"))
        world.run(for: .seconds(15))
        #expect(Self.progress(world).last == .failed(status: 486, reason: Reasons.transfer(486)))
        #expect(world.people[Self.bert].calls[.placed(1)] == .busy)
        #expect(world.people[Self.anna].calls[.placed(1)] == (isHeld ? .hold : .inCall))
        #expect(Self.pairs(world) == [["1000", "1001"], ["1001", "1000"]])
        #expect(Self.talks(world, Self.anna, Self.bert))
    }

    @Test("the first may hang up before the third has answered: the new call is none of theirs")
    func leavesEarly() {
        let world = Self.chat()
        world.command(Self.carl, .preferences(Preferences()))
        world.people[Self.carl].isAway = true
        world.command(Self.anna, .transfer(.placed(1), to: "1002"))
        world.run(for: .seconds(5))
        world.command(Self.anna, .hangUp(.placed(1)))
        world.run(for: .seconds(2))
        world.command(Self.carl, .accept(.received(1)))
        world.run(for: .seconds(10))
        #expect(Self.pairs(world) == [["1001", "1002"], ["1002", "1001"]])
        #expect(world.people[Self.anna].alive.isEmpty)
    }

    @Test("a call that ends before the other side has decided takes the wish with it")
    func undecided() {
        let world = Self.chat()
        world.people[Self.bert].isAway = true
        world.command(Self.anna, .transfer(.placed(1), to: "1002"))
        world.run(for: .seconds(2))
        world.command(Self.bert, .hangUp(.received(1)))
        world.run(for: .seconds(2))
        world.command(Self.bert, .acceptTransfer(.received(1), as: .placed(9)))
        world.run(for: .seconds(10))
        #expect(world.people.allSatisfy { $0.alive.isEmpty })
        #expect(world.people[Self.bert].calls[.placed(9)] == .failed(Reasons.noTransfer))
    }

    // MARK: Attended

    /// Anna sets Bert aside, talks to Carl, and joins the two.
    static func attended(_ world: World) -> (first: CallID, second: CallID) {
        let first = Self.call(world, anna)
        world.command(anna, .hold(first))
        world.run(for: .seconds(2))
        let second = CallID.placed(50)
        world.command(anna, .call(second, number: "1002"))
        world.run(for: .seconds(3))
        world.command(anna, .join(first, with: second))
        return (first, second)
    }

    @Test(
        "the third's call goes on with the second, and the first is out of both",
        arguments: TransportProtocol.inBoth, [true, false])
    func joined(_ transport: TransportProtocol, annaCalls: Bool) {
        let world = Self.chat(transport, annaCalls: annaCalls)
        let calls = Self.attended(world)
        world.run(for: .seconds(15))
        #expect(Self.progress(world).last == .succeeded)
        #expect(world.people[Self.anna].alive.isEmpty)
        #expect(world.people[Self.anna].calls[calls.first] == .completed)
        #expect(world.people[Self.anna].calls[calls.second] == .completed)
        let bert = world.party(Self.bert)
        #expect(world.people[Self.carl].notes == [.handedOver(to: bert)])
        #expect(world.people[Self.carl].reports.contains(.party(.received(1), bert)))
        #expect(world.people[Self.carl].talking == [.received(1)], "the same call")
        #expect(Self.pairs(world) == [["1001", "1002"], ["1002", "1001"]])
        #expect(Self.talks(world, Self.bert, Self.carl))
        world.hangUp(Self.bert)
        world.run(for: .seconds(10))
        #expect(world.people.allSatisfy { $0.alive.isEmpty && $0.phone.calls.leaving.isEmpty })
    }

    @Test("when the second does not follow, the first has both calls, one of them still set aside")
    func notJoined() {
        let world = Self.chat()
        world.people[Self.bert].staysPut = true
        let calls = Self.attended(world)
        world.run(for: .seconds(15))
        #expect(Self.progress(world).last == .failed(status: 603, reason: Reasons.transfer(603)))
        #expect(world.people[Self.anna].calls[calls.first] == .hold)
        #expect(world.people[Self.anna].calls[calls.second] == .inCall)
        #expect(Self.pairs(world).count == 4)
    }

    @Test("the third hangs up as it is handed over: nobody is left with half a call", arguments: 1...20)
    func thirdLeaves(seed: UInt64) {
        let world = Self.chat(.udp, seed: seed)
        _ = Self.attended(world)
        world.run(for: .milliseconds(Int.random(in: 0...2_500, using: &world.random)))
        world.hangUp(Self.carl)
        world.run(for: .seconds(150))
        let pairs = Self.pairs(world)
        #expect(pairs.allSatisfy { pairs.contains($0.reversed()) }, "\(pairs)")
    }

    // MARK: Bad lines

    @Test("whatever is lost, doubled or late, both ends of every call that is left believe in it", arguments: 1...60)
    func storm(seed: UInt64) {
        let world = Self.chat(seed % 4 == 0 ? .tcp : .udp, annaCalls: seed % 3 == 0, seed: seed)
        world.weather = World.Weather(lost: Int(seed % 4) * 7, doubled: 10, delay: 1...(seed % 5 == 0 ? 400 : 40))
        let isAttended = seed % 2 == 0
        if isAttended {
            _ = Self.attended(world)
        } else {
            world.command(Self.anna, .transfer(Self.call(world, Self.anna), to: "1002"))
        }
        for person in 0..<3 where seed % 7 == UInt64(person) {
            let delay = Duration.milliseconds(Int.random(in: 0...4_000, using: &world.random))
            world.after(delay) { $0.hangUp(person) }
        }
        for person in 0..<3 { world.after(.seconds(1)) { $0.say(person) } }
        world.run(for: .seconds(20))
        world.weather = World.Weather()
        world.run(for: .seconds(200))
        let pairs = Self.pairs(world)
        #expect(pairs.allSatisfy { pairs.contains($0.reversed()) }, "\(pairs)")
        for person in world.people {
            #expect(person.alive.count == person.talking.count, "\(person.name) has a call that rings for ever")
            #expect(Set(person.phone.calls.calls.keys) == Set(person.alive), "what was told is not what is")
            #expect(person.phone.calls.leaving.isEmpty)
        }
    }
}
