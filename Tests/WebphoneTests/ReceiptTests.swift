import SIP
import Testing

@testable import Webphone

@Suite("Texts that are confirmed")
struct ReceiptTests {
    static let asking = """
        From: MR SANDERS <im:piglet@100akerwood.com>\r
        To: Depressed Donkey <im:eeyore@100akerwood.com>\r
        DateTime: 2000-12-13T13:40:00-08:00\r
        NS: wishes <urn:ietf:params:imdn>\r
        wishes.Message-ID: 34jk324j\r
        wishes.Disposition-Notification: display , positive-delivery\r
        \r
        Content-type: text/plain; charset=iso-8859-1\r
        Content-length: 5\r
        \r
        caf
        """

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    // MARK: The common format

    @Test("what other programs write is read: fields, content, charset, the notification's prefix")
    func read() throws {
        let message = try CommonMessage(parsing: Self.bytes(Self.asking) + [0xE9, 0x0D, 0x0A])
        #expect(message.fields.count == 6)
        #expect(message.content.text == "café\r", "as long as it says")
        #expect(message.notificationField("Message-ID") == "34jk324j")
        let notification = try #require(DeliveryNotification(asked: message))
        #expect(notification == DeliveryNotification(messageID: "34jk324j", dateTime: "2000-12-13T13:40:00-08:00"))
    }

    @Test("lines may end without a carriage return, and a content without a type is plain text")
    func bare() throws {
        let message = try CommonMessage(parsing: Self.bytes("From: <im:a@b>\n\n\nhello\n"))
        #expect(message.content == UserAgent.Content(type: "text/plain", body: Self.bytes("hello\n")))
        #expect(DeliveryNotification(asked: message) == nil)
    }

    @Test("what is written is read, and a value never makes a line of its own")
    func written() throws {
        let content = UserAgent.Content(text: "a\r\n\r\nb: c\u{0}")
        var message = CommonMessage(
            fields: [.init("From", "<sip:1000@x>"), .init("X", "1\r\nNS: y")], content: content)
        message.contentFields = [.init("Content-Disposition", "render")]
        let read = try CommonMessage(parsing: message.serialized)
        #expect(read.content == content && read.contentFields == message.contentFields)
        #expect(read.fields == [.init("From", "<sip:1000@x>"), .init("X", "1NS: y")])
    }

    @Test(
        "what is cut, endless, encoded or says something twice is refused",
        arguments: [
            ("", .malformed), ("From: a", .malformed), ("From: a\r\n", .malformed), ("From: a\r\n\r\n", .malformed),
            ("no field\r\n\r\n\r\n", .malformed), (": a\r\n\r\n\r\n", .malformed),
            (String(repeating: "x", count: 5_000), .tooLarge),
            (String(repeating: "a: b\r\n", count: 100) + "\r\n\r\n", .tooLarge),
            ("From: a\r\n\r\nContent-Transfer-Encoding: base64\r\n\r\naGk=", .encoded),
            ("From: a\r\n\r\nContent-length: x\r\ncontent-Length: 1\r\n\r\nhi", .malformed),
            ("From: a\r\n\r\nContent-Type: text/plain\r\ncontent-type: text/html\r\n\r\nhi", .malformed),
        ] as [(String, CommonMessage.Fault)])
    func refused(text: String, fault: CommonMessage.Fault) {
        #expect(throws: fault) { try CommonMessage(parsing: Self.bytes(text)) }
    }

    @Test("every prefix of a message is read or refused")
    func prefixes() {
        let bytes = Self.bytes(Self.asking)
        for end in bytes.indices { _ = try? CommonMessage(parsing: Array(bytes[..<end])) }
    }

    @Test("octets changed at random are read or refused, and what was read is within its bounds")
    func mutated() {
        var random = Identifiers.seeded(7)
        let seeds = [
            Self.bytes(Self.asking), ComposingIndication(isActive: true, refresh: 60).content.body,
            DeliveryNotification(messageID: "x", dateTime: "y").content(
                from: .sip("1", "x"), to: .sip("2", "x"), id: "z"
            )
            .body,
        ]
        for round in 0..<6_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: if bytes.count > 1 { bytes.remove(at: place) }
                }
            }
            _ = ComposingIndication(parsing: bytes)
            guard let message = try? CommonMessage(parsing: bytes) else { continue }
            #expect(message.content.body.count <= bytes.count && message.fields.count <= CommonMessage.Limits.headers)
            _ = DeliveryNotification(parsing: message.content.body)
            _ = DeliveryNotification(asked: message)?.content(from: .sip("1", "x"), to: .sip("2", "x"), id: "z")
        }
    }

    @Test(
        "a length that cannot be is not believed", arguments: ["-1", "99999999999999999999", "7", "five"])
    func length(_ length: String) throws {
        let text = "From: a\r\n\r\nContent-Length: \(length)\r\n\r\nhello"
        #expect(try CommonMessage(parsing: Self.bytes(text)).content.text == "hello")
    }

    // MARK: The notification

    @Test("what is written is read")
    func notification() throws {
        let asked = DeliveryNotification(messageID: "34jk324j", dateTime: "2000-12-13T13:40:00-08:00")
        let sender = try URI(parsing: "sip:10%26@exchange.local;a=%3C")
        let content = asked.content(from: sender, to: .sip("1001", "exchange.local"), id: "x")
        #expect(content.type == "message/cpim")
        let message = try CommonMessage(parsing: content.body)
        #expect(message.contentFields == [.init("Content-Disposition", "notification")])
        #expect(DeliveryNotification(parsing: message.content.body) == asked)
        #expect(DeliveryNotification(asked: message) == nil, "a notification asks for none")
    }

    @Test("one of a message that failed says so, one of a display says nothing of delivery")
    func others() {
        func document(_ status: String) -> [UInt8] {
            Self.bytes("<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>x</message-id>\(status)</imdn>")
        }
        let failed = document("<delivery-notification><status><failed/></status></delivery-notification>")
        #expect(DeliveryNotification(parsing: failed)?.hasArrived == false)
        let displayed = document("<display-notification><status><displayed/></status></display-notification>")
        #expect(DeliveryNotification(parsing: displayed) == nil)
    }

    @Test("names that mean something in XML are not repeated", arguments: ["a<b", "a&b", "", "a b", "é"])
    func names(_ name: String) throws {
        let text = Self.asking.replacing("34jk324j", with: name)
        let message = try CommonMessage(parsing: Self.bytes(text))
        #expect(DeliveryNotification(asked: message) == nil)
    }

    @Test(
        "moments are written as RFC 3339 wants them",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_363_369, "2026-11-22T16:02:49Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func moments(seconds: Int64, text: String) {
        #expect(Timestamp(secondsSince1970: seconds)?.description == text)
    }

    @Test(
        "a moment that four digits of a year do not hold is none",
        arguments: [-1, 253_402_300_800, .max, .min] as [Int64])
    func noMoment(seconds: Int64) {
        #expect(Timestamp(secondsSince1970: seconds) == nil)
    }

    // MARK: Which is which

    @Test("a notification counts in the call of its message, once, and not for ever")
    func settled() {
        var receipts = Receipts()
        _ = receipts.ask("a", MessageID(1), MessageToken(1), in: .placed(1))
        #expect(receipts.settle("a", in: .placed(2)) == nil)
        #expect(receipts.settle("a", in: .placed(1)) == MessageID(1))
        #expect(receipts.settle("a", in: .placed(1)) == nil)
        for count in 0...Receipts.limit {
            _ = receipts.ask("b\(count)", MessageID(count), MessageToken(UInt64(count)), in: .placed(1))
        }
        #expect(receipts.settle("b0", in: .placed(1)) == nil)
        #expect(receipts.settle("b1", in: .placed(1)) == MessageID(1))
        receipts.ended(.placed(1))
        #expect(receipts.settle("b2", in: .placed(1)) == nil)
    }

    @Test("a text that goes again keeps its name, by which the other side knows it, in its call only")
    func repeated() {
        var receipts = Receipts()
        #expect(receipts.ask("a", MessageID(1), MessageToken(1), in: .placed(1)) == "a")
        #expect(receipts.ask("b", MessageID(1), MessageToken(2), in: .placed(1)) == "a")
        #expect(receipts.ask("c", MessageID(2), MessageToken(3), in: .placed(1)) == "c")
        #expect(receipts.settle("a", in: .placed(1)) == MessageID(1))

        let first = (0..<Receipts.heardLimit).map { receipts.hears("\($0)", in: .received(1)) }
        #expect(first.allSatisfy { $0 })
        let again = receipts.hears("0", in: .received(1))
        let elsewhere = receipts.hears("0", in: .received(2))
        #expect(!again && elsewhere)
        _ = receipts.hears("one more", in: .received(1))
        let forgotten = receipts.hears("0", in: .received(1))
        #expect(forgotten)
        receipts.ended(.received(2))
        let inAnotherCall = receipts.hears("0", in: .received(2))
        #expect(inAnotherCall)
    }

    @Test("whoever refuses the common format is not sent it again")
    func refusedFormat() {
        var receipts = Receipts()
        _ = receipts.ask("a", MessageID(1), MessageToken(1), in: .placed(1))
        let wasWrapped = receipts.answered(MessageToken(1), .failed(.refused(status: 415, reason: "")))
        #expect(wasWrapped)
        #expect(!receipts.areAsked(in: .placed(1)) && receipts.areAsked(in: .placed(2)))
        let isAgain = receipts.answered(MessageToken(1), .delivered)
        #expect(!isAgain)
    }

    @Test(
        "a text that somebody keeps is accepted, then delivered or not, as the notification says",
        arguments: [true, false])
    func kept(hasArrived: Bool) {
        var messages = Messages()
        let id = MessageID(1)
        _ = messages.handle(.send(id, "a", in: .placed(1)))
        #expect(messages.handle(.notified(id, arrived: hasArrived)) == [])
        let end = hasArrived ? Delivery.delivered : .failed(Reasons.notPassedOn)
        var late = Messages()
        _ = late.handle(.send(id, "a", in: .placed(1)))
        #expect(late.handle(.result(MessageToken(1), .accepted)) == [.report(.delivery(id, .accepted))])
        #expect(late.handle(.notified(id, arrived: hasArrived)) == [.report(.delivery(id, end))])
        #expect(late.handle(.notified(id, arrived: hasArrived)) == [])
        #expect(messages.handle(.result(MessageToken(1), .accepted)) == [.report(.delivery(id, end))])
    }

    @Test("a text refused in the common format goes plain")
    func plain() {
        var messages = Messages()
        _ = messages.handle(.send(MessageID(1), "a", in: .placed(1)))
        let refusal = UserAgent.MessageResult.failed(.refused(status: 415, reason: ""))
        let again = messages.handle(.result(MessageToken(1), refusal, wasWrapped: true))
        #expect(again == [.sendInside(MessageToken(2), "a", .placed(1))])
    }
}
