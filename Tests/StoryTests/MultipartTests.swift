import SIP
import Testing

@testable import Webphone

/// What PBXs, emergency gateways and mail-like clients do to bodies on their way.
@Suite("Bodies of several parts")
struct MultipartStoryTests {
    static func mixed(_ subtype: String, _ parts: [(fields: String, content: [UInt8])]) -> (type: String, body: [UInt8])
    {
        let body = parts.flatMap { part in
            Array("--edge\r\n\(part.fields)\r\n\r\n".utf8) + part.content + Array("\r\n".utf8)
        }
        return ("multipart/\(subtype);boundary=edge", body + Array("--edge--\r\n".utf8))
    }

    /// Puts what a request carries beside something that we do not know.
    static func wrapping(_ method: SIP.Method, _ subtype: String, _ other: String) -> (Message) -> Message {
        { message in
            guard case .request(var request) = message, request.method == method, !request.body.isEmpty else {
                return message
            }
            let own = (fields: "Content-Type: \(request.headers[.contentType] ?? "")", content: request.body)
            let (type, body) = mixed(subtype, [own, (fields: other, content: Array("<other/>".utf8))])
            request.headers[.contentType] = type
            request.body = body
            return .request(request)
        }
    }

    static let place =
        "Content-Type: application/pidf+xml\r\nContent-ID: <1@h>\r\nContent-Disposition: render;handling=optional"

    @Test(
        "a request for a chat with a place beside its offer is taken, and so is hold",
        arguments: TransportProtocol.inBoth)
    func offer(_ transport: TransportProtocol) {
        let world = FirstStoryTests.room((transport, transport))
        world.exchangeChanges = Self.wrapping(.invite, "mixed", Self.place)
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[0].talking == [.placed(1)])
        world.command(0, .hold(.placed(1)))
        world.run(for: .seconds(3))
        #expect(HoldStoryTests.told(world, 1).last == .call(.received(1), .hold, by: .them))
        for person in 0..<2 { world.say(person) }
        world.run(for: .seconds(3))
        #expect(world.people[0].heard == ["bert 1"] && world.people[1].heard == ["anna 1"])
    }

    @Test("one with something beside it that has to be understood fails, and the caller is told why")
    func notUnderstood() {
        let world = FirstStoryTests.room()
        world.exchangeChanges = Self.wrapping(.invite, "mixed", "Content-Type: application/isup")
        world.call(0, "bert")
        world.run(for: .seconds(3))
        #expect(world.people[0].calls[.placed(1)] == .failed(Reasons.general(415)))
        #expect(world.people[1].calls.isEmpty)
    }

    @Test("texts with their picture in letters are read, confirmed ones too", arguments: [true, false])
    func texts(isConfirmed: Bool) {
        let world = HoldStoryTests.call()
        world.command(0, .preferences(Preferences(tellsDelivery: isConfirmed)))
        world.exchangeChanges = Self.wrapping(.message, "alternative", "Content-Type: text/html")
        for _ in 0..<2 { for person in 0..<2 { world.say(person) } }
        world.run(for: .seconds(5))
        #expect(world.people[0].heard == ["bert 1", "bert 2"])
        #expect(world.people[1].heard == ["anna 1", "anna 2"])
        #expect(world.people[0].deliveries.values.allSatisfy { $0.last == .delivered })
    }

    @Test("a text of several kinds inside of what asks to be confirmed is read, and confirmed once")
    func inside() throws {
        let world = HoldStoryTests.call()
        let tap = SignsTests.Tap(world)
        let parts = Self.mixed(
            "alternative",
            [
                (fields: "Content-Type: text/plain", content: Array("hi".utf8)),
                (fields: "Content-Type: text/html", content: Array("<b>hi</b>".utf8)),
            ])
        var message = try CommonMessage(parsing: ReceiptStories.asking.body)
        message.content = UserAgent.Content(type: parts.type, body: parts.body)
        let asking = UserAgent.Content(type: CommonMessage.mediaType, body: message.serialized)
        world.ask(0) { _ in .message(MessageToken(900), asking, in: .placed(1)) }
        world.run(for: .seconds(3))
        #expect(world.people[1].heard == ["hi"])
        #expect(tap.contents.count == 2, "it is confirmed")
        message.content.body.removeLast(4)
        let cut = UserAgent.Content(type: CommonMessage.mediaType, body: message.serialized)
        world.ask(0) { _ in .message(MessageToken(901), cut, in: .placed(1)) }
        world.run(for: .seconds(3))
        #expect(world.people[1].reports.contains(.fault(Reasons.unreadable(world.party(0)))))
        #expect(world.people[1].heard == ["hi"])
    }

    @Test("what nobody could read is marked, and the chat goes on")
    func unreadable() {
        let world = HoldStoryTests.call()
        world.exchangeChanges = Self.wrapping(.message, "mixed", "Content-Type: image/png")
        world.say(0)
        world.run(for: .seconds(3))
        #expect(world.people[0].deliveries[MessageID(1)]?.last == .failed(Reasons.message(415)))
        world.exchangeChanges = { $0 }
        #expect(world.people[0].talking.count == 1)
        #expect(world.people[1].heard.isEmpty)
    }
}
