import SIP
import Testing

@testable import Webphone

@Suite("What two programs tell each other beside the texts")
struct SignsTests {
    static func typing(_ world: World, _ person: Int) -> [Bool] {
        world.people[person].reports.compactMap { if case .typing(_, let isTyping) = $0 { isTyping } else { nil } }
    }

    /// What went over the wire in MESSAGEs, as the exchange passed it on.
    final class Tap {
        var contents: [UserAgent.Content] = []

        init(_ world: World, _ change: @escaping (Message) -> Message = { $0 }) {
            world.exchangeChanges = { message in
                if case .request(let request) = message, request.method == .message {
                    let type = request.headers[.contentType] ?? ""
                    self.contents.append(UserAgent.Content(type: type, body: request.body))
                }
                return change(message)
            }
        }

        func count(_ type: String) -> Int { contents.count { $0.type.hasPrefix(type) } }
    }

    // MARK: Typing

    @Test("who is typing is shown to the other side, until the text is there", arguments: TransportProtocol.inBoth)
    func typing(_ transport: TransportProtocol) {
        let world = HoldStoryTests.call(transport)
        world.command(0, .typing(.placed(1), true))
        world.run(for: .seconds(1))
        #expect(Self.typing(world, 1) == [true])
        world.run(for: .seconds(300))
        #expect(Self.typing(world, 1) == [true], "as long as it lasts")
        world.say(0)
        world.run(for: .seconds(1))
        #expect(Self.typing(world, 1) == [true, false])
        world.command(0, .typing(.placed(1), true))
        world.command(0, .typing(.placed(1), false))
        world.run(for: .seconds(1))
        #expect(Self.typing(world, 1) == [true, false, true, false])
        #expect(Self.typing(world, 0).isEmpty)
    }

    @Test("it is told to nobody when the person does not want that, nor before the request is accepted")
    func untold() {
        let world = HoldStoryTests.call()
        world.command(0, .preferences(Preferences(tellsTyping: false)))
        world.command(0, .typing(.placed(1), true))
        world.run(for: .seconds(5))
        #expect(Self.typing(world, 1).isEmpty)
        world.hangUp(0)
        world.command(0, .preferences(Preferences()))
        world.people[1].isAway = true
        world.call(0, "bert")
        world.run(for: .seconds(1))
        world.command(0, .typing(.placed(2), true))
        world.run(for: .seconds(5))
        #expect(Self.typing(world, 1).isEmpty)
    }

    @Test("it is told to no program that does not say that it understands")
    func silentPeer() {
        let world = FirstStoryTests.room()
        let tap = Tap(world) { $0.without(.accept) }
        world.call(0, "bert")
        world.run(for: .seconds(3))
        for person in 0..<2 { world.command(person, .typing(HoldStoryTests.call(of: person), true)) }
        for person in 0..<2 { world.say(person) }
        world.run(for: .seconds(60))
        #expect(tap.contents.count == 2 && tap.count("text/plain") == 2)
        #expect(world.people.allSatisfy { $0.heard.count == 1 })
    }

    @Test("on a bad line no indication is shown behind the text that ends it, and all texts arrive", arguments: 1...30)
    func badLine(seed: UInt64) {
        let world = HoldStoryTests.call(.udp, seed: seed)
        world.weather = World.Weather(lost: 15, doubled: 15, delay: 1...200)
        for _ in 0..<12 {
            let delay = Duration.milliseconds(Int.random(in: 0...8_000, using: &world.random))
            let who = Int.random(in: 0...1, using: &world.random)
            let isText = Bool.random(using: &world.random)
            let isTyping = Bool.random(using: &world.random)
            world.after(delay) { world in
                if isText { return world.say(who) }
                world.command(who, .typing(HoldStoryTests.call(of: who), isTyping))
            }
        }
        world.run(for: .seconds(8))
        for who in 0..<2 { world.say(who) }
        world.run(for: .seconds(40))
        world.weather = World.Weather()
        world.run(for: .seconds(40))
        for person in 0..<2 where !world.people[person].alive.isEmpty {
            #expect(Self.typing(world, person).last != true)
            #expect(world.people[person].heard.count == world.people[1 - person].sent.count)
        }
    }

    // MARK: Keys

    @Test("keys arrive one by one in their order, from either side", arguments: TransportProtocol.inBoth, [0, 1])
    func keys(_ transport: TransportProtocol, who: Int) {
        let world = HoldStoryTests.call(transport)
        world.weather.delay = 1...200
        world.command(who, .dtmf(HoldStoryTests.call(of: who), "12a3#"))
        world.say(who)
        world.run(for: .seconds(20))
        #expect(world.people[1 - who].notes == ["1", "2", "A", "3", "#"].map { .dtmf($0) })
        #expect(world.people[1 - who].heard.count == 1)
        #expect(world.people[who].notes.isEmpty)
    }

    // MARK: Delivery

    @Test("texts between two of us ask to be confirmed, are, and look as ever", arguments: TransportProtocol.inBoth)
    func confirmed(_ transport: TransportProtocol) {
        let world = HoldStoryTests.call(transport)
        let tap = Tap(world)
        for _ in 0..<3 { for person in 0..<2 { world.say(person) } }
        world.run(for: .seconds(3))
        #expect(world.people[0].heard == ["bert 1", "bert 2", "bert 3"])
        #expect(world.people[1].heard == ["anna 1", "anna 2", "anna 3"])
        #expect(world.people.allSatisfy { $0.deliveries.values.allSatisfy { $0 == [.sending, .delivered] } })
        let messages = tap.contents.compactMap { try? CommonMessage(parsing: $0.body) }
        #expect(messages.count == 12)
        #expect(messages.count { DeliveryNotification(parsing: $0.content.body)?.hasArrived == true } == 6)
        #expect(messages.contains { $0.fields.contains(.init("DateTime", "2026-11-22T16:00:00Z")) })
    }

    @Test("a long text over UDP does not ask where that would take it out of the datagram")
    func longText() {
        let world = HoldStoryTests.call(.udp)
        let tap = Tap(world)
        world.say(0, length: 500)
        world.run(for: .seconds(3))
        #expect(tap.count("text/plain") == 1 && tap.contents.count == 1)
        #expect(world.people[0].deliveries[MessageID(1)] == [.sending, .delivered])
    }

    @Test("who does not want it neither asks nor confirms", arguments: [0, 1])
    func unconfirmed(who: Int) {
        let world = HoldStoryTests.call()
        world.command(who, .preferences(Preferences(tellsDelivery: false)))
        let tap = Tap(world)
        world.say(0)
        world.run(for: .seconds(3))
        #expect(tap.contents.count == 1)
        #expect(tap.count("message/cpim") == (who == 0 ? 0 : 1))
        #expect(world.people[1].heard == ["anna 1"])
    }

    @Test("a text that somebody between keeps is delivered when the other side's program says so")
    func kept() {
        let world = HoldStoryTests.call()
        _ = Tap(world) { message in
            guard case .response(var response) = message, response.cseq?.method == .message else { return message }
            response.status = 202
            return .response(response)
        }
        world.say(0)
        world.run(for: .seconds(3))
        let told = world.people[0].deliveries[MessageID(1)] ?? []
        #expect(told.first == .sending && told.last == .delivered && told.count <= 3)
        world.command(1, .preferences(Preferences(tellsDelivery: false)))
        world.say(0)
        world.run(for: .seconds(60))
        #expect(world.people[0].deliveries[MessageID(2)] == [.sending, .accepted], "nobody told more")
    }

    @Test("who is in no chat with us learns nothing, whatever the text asks for; its From is nobody's name")
    func stranger() {
        let world = FirstStoryTests.room()
        let tap = Tap(world)
        let text = ReceiptStories.asking
        world.ask(0) { .messageOutside(MessageToken(900), text, to: .sip("1001", "exchange.local"), on: $0) }
        world.run(for: .seconds(3))
        #expect(tap.contents.count == 1)
        #expect(world.people[1].reports.last == .fault(Reasons.outside(world.party(0), "hi")))
        world.call(0, "bert")
        world.run(for: .seconds(3))
        world.ask(0) { _ in .message(MessageToken(901), text, in: .placed(1)) }
        world.run(for: .seconds(3))
        #expect(world.people[1].reports.contains(.message(.received(1), from: world.party(0), "hi")))
        #expect(tap.contents.count == 3, "in a chat it is confirmed")
        #expect(!world.people[1].reports.contains { "\($0)".contains("MR SANDERS") })
    }

    // MARK: Programs that take texts elsewhere, or not at all

    @Test("texts go outside of the call where the other side takes none within it, and the person is told once")
    func outside() {
        let world = FirstStoryTests.room()
        world.exchangeChanges = { message in
            guard case .response(var response) = message, response.cseq?.method == .invite, response.isSuccess else {
                return message
            }
            response.headers[.allow] = "INVITE, ACK, BYE, CANCEL, OPTIONS"
            return .response(response)
        }
        world.call(0, "bert")
        world.run(for: .seconds(3))
        for _ in 0..<3 { world.say(0) }
        world.run(for: .seconds(3))
        #expect(world.people[0].notes == [.textOutside])
        #expect(world.people[1].heard == ["anna 1", "anna 2", "anna 3"])
        #expect(world.people[1].notes.isEmpty)
    }

    @Test("one that takes none at all is told of once, and no text is lost without a word", arguments: [405, 415, 488])
    func mute(status: Int) {
        let world = HoldStoryTests.call()
        world.exchangeChanges = { message in
            guard case .response(var response) = message, response.cseq?.method == .message else { return message }
            response.status = status
            return .response(response)
        }
        for _ in 0..<2 { world.say(0) }
        world.run(for: .seconds(3))
        #expect(world.people[0].notes == [.textOutside, .noText])
        for id in 1...2 {
            let failed = Delivery.failed(Reasons.message(status))
            #expect(world.people[0].deliveries[MessageID(id)] == [.sending, failed])
        }
        #expect(world.people[0].talking.count == 1)
    }

    @Test("whose offer insists on voice gets a call of texts, and our person is told")
    func voice() {
        let world = FirstStoryTests.room()
        world.exchangeChanges = { message in
            guard case .request(var request) = message, request.method == .invite else { return message }
            request.body = Array(
                String(decoding: request.body, as: UTF8.self).replacing("inactive", with: "sendrecv").utf8)
            return .request(request)
        }
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[1].notes == [.audioLeftOut])
        world.say(1)
        world.run(for: .seconds(3))
        #expect(world.people[0].heard == ["bert 1"])
        world.run(for: .seconds(600))
        #expect(world.people[1].notes == [.audioLeftOut], "once")
        #expect(world.people[1].talking.count == 1)
    }
}

enum ReceiptStories {
    static let asking = UserAgent.Content(
        type: "message/cpim",
        body: Array(
            """
            From: MR SANDERS <im:piglet@100akerwood.com>\r
            DateTime: 2000-12-13T13:40:00-08:00\r
            NS: imdn <urn:ietf:params:imdn>\r
            imdn.Message-ID: 34jk324j\r
            imdn.Disposition-Notification: positive-delivery\r
            \r
            Content-type: text/plain\r
            \r
            hi
            """.utf8))
}

extension Message {
    func without(_ name: HeaderName) -> Message {
        var message = self
        message.headers[name] = nil
        return message
    }
}
