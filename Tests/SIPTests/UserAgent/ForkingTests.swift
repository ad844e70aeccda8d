import SIP
import Testing

@Suite("A forked INVITE") struct ForkingTests {
    static let call = SessionID.placed(1)

    static func calling() throws -> (Phone, Request) {
        var phone = Phone("1001")
        phone.does(.invite(call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        return (phone, invite)
    }

    static func contact(_ name: String) -> (inout Response) -> Void {
        { $0.contact = NameAddress(.sip(name, "192.0.2.9", port: 5060)) }
    }

    @Test("rings once, however many ring") func rings() throws {
        var (phone, invite) = try Self.calling()
        for tag in ["desk", "mobile", "kitchen"] { phone.hears(180, to: invite, tag: tag, Self.contact(tag)) }
        #expect(phone.reports == [.session(Self.call, .calling), .session(Self.call, .ringing)])
    }

    @Test("belongs to the first that answers; the second is acknowledged and hung up") func secondAnswer() throws {
        var (phone, invite) = try Self.calling()
        phone.hears(180, to: invite, tag: "desk", Self.contact("desk"))
        phone.hears(180, to: invite, tag: "mobile", Self.contact("mobile"))
        phone.hears(200, to: invite, tag: "mobile", Self.contact("mobile"))
        let ack = try phone.takeRequest(.ack)
        #expect(ack.to?.tag == "mobile" && ack.uri.user == "mobile")
        #expect(ack.cseq == CSeq(invite.cseq?.number ?? 0, .ack))
        phone.hears(200, to: invite, tag: "desk", Self.contact("desk"))
        #expect(try phone.takeRequest(.ack).to?.tag == "desk")
        #expect(try phone.takeRequest(.bye).to?.tag == "desk")
        #expect(phone.latest == .session(Self.call, .established))

        phone.does(.message(MessageToken(1), .init(text: "hello"), in: Self.call))
        #expect(try phone.takeRequest(.message).to?.tag == "mobile")
    }

    @Test("whose 200 lost its tag on the way is over as soon as the whole one comes: the other side has no such call")
    func lostTag() throws {
        var (phone, invite) = try Self.calling()
        phone.hears(200, to: invite, tag: "desk") { $0.to?.tag = nil }
        #expect(phone.latest == .session(Self.call, .established))
        phone.sent = []
        phone.hears(200, to: invite, tag: "desk", Self.contact("desk"))
        #expect(try phone.takeRequest(.bye).to?.tag == "desk")
        #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
    }

    @Test("has each copy of each 200 acknowledged, and only one BYE for the loser") func copies() throws {
        var (phone, invite) = try Self.calling()
        for _ in 1...3 {
            phone.hears(200, to: invite, tag: "mobile", Self.contact("mobile"))
            phone.hears(200, to: invite, tag: "desk", Self.contact("desk"))
        }
        #expect(phone.count(.ack) == 6)
        #expect(phone.count(.bye) == 1)
    }

    @Test("answered after we hung up is acknowledged and hung up, whoever answers") func lateAnswers() throws {
        var (phone, invite) = try Self.calling()
        phone.hears(180, to: invite, tag: "desk", Self.contact("desk"))
        phone.does(.hangUp(Self.call))
        #expect(phone.count(.cancel) == 1)
        phone.hears(200, to: invite, tag: "desk", Self.contact("desk"))
        phone.hears(200, to: invite, tag: "mobile", Self.contact("mobile"))
        #expect(phone.count(.ack) == 2 && phone.count(.bye) == 2)
        #expect(phone.latest == .session(Self.call, .ended(.init(.cancelled, by: .us))))
    }

    @Test("whose session ended still tells a late answer to go away") func afterTheEnd() throws {
        var (phone, invite) = try Self.calling()
        phone.hears(200, to: invite, tag: "mobile", Self.contact("mobile"))
        phone.does(.hangUp(Self.call))
        phone.sent = []
        phone.hears(200, to: invite, tag: "desk", Self.contact("desk"))
        #expect(try phone.takeRequest(.ack).to?.tag == "desk")
        #expect(try phone.takeRequest(.bye).to?.tag == "desk")
    }

    @Test("follows the route that the answer recorded, in reverse") func routes() throws {
        var (phone, invite) = try Self.calling()
        phone.hears(200, to: invite, tag: "mobile") {
            $0.contact = NameAddress(.sip("1002", "198.51.100.7", port: 6_000))
            $0.headers.append(.recordRoute, "<sip:outer@192.0.2.8;lr>, <sip:inner@192.0.2.9;lr>")
        }
        let ack = try phone.takeRequest(.ack)
        #expect(ack.routes.map(\.uri.user) == ["inner", "outer"])
        #expect(ack.uri == .sip("1002", "198.51.100.7", port: 6_000))
    }

    @Test("tells who the exchange says has answered") func asserted() throws {
        var (phone, invite) = try Self.calling()
        phone.hears(200, to: invite, tag: "mobile") {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9"))
            $0.headers[.pAssertedIdentity] = "\"guest\" <sip:1002@exchange.local>"
        }
        let guest = NameAddress(.sip("1002", "exchange.local"), displayName: "guest")
        #expect(phone.reports.contains(.peer(Self.call, guest)))
        phone.hears(
            request(.message, callID: invite.callID ?? "", fromTag: "mobile", toTag: invite.from?.tag, body: "hi"))
        #expect(phone.latest == .message(Self.call, from: guest, .init(type: "text/plain", body: Array("hi".utf8))))
    }

    @Test("cancelled before anything was heard waits for the first provisional response") func earlyCancel() throws {
        var (phone, invite) = try Self.calling()
        phone.does(.hangUp(Self.call))
        #expect(phone.count(.cancel) == 0)
        phone.hears(100, to: invite, tag: nil)
        #expect(phone.count(.cancel) == 1)
        phone.hears(487, to: invite)
        #expect(phone.count(.ack) == 1)
        phone.wait(.seconds(60))
        #expect(phone.timers.isEmpty)
    }
}
