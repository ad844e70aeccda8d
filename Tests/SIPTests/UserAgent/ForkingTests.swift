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

    /// A call whose 200 came without its tag.
    static func tagless() throws -> Phone {
        var (phone, invite) = try calling()
        phone.hears(200, to: invite, tag: nil) {
            $0.headers[.allow] = Capabilities.allow
            $0.contact = NameAddress(.sip("desk", "192.0.2.9"))
        }
        #expect(try phone.takeRequest(.ack).to?.tag == nil)
        #expect(phone.latest == .session(call, .established))
        phone.does(.message(MessageToken(1), .init(text: "hello"), in: call))
        return phone
    }

    @Test("whose 200 lost its tag is over when the other side speaks under it: each has told the other by then")
    func speaksUnderLostTag() throws {
        var phone = try Self.tagless()
        let message = try phone.takeRequest(.message)
        phone.hears(
            request(.bye, callID: message.callID ?? "", fromTag: "desk", toTag: message.from?.tag))
        #expect(try phone.takeResponse().status == 481)
        #expect(phone.reports.contains(.session(Self.call, .ended(.init(.gone, by: .them)))))
    }

    @Test("whose 200 lost its tag is over when a text in it is taken as one outside of calls; the text did arrive")
    func textOutsideOfLostDialog() throws {
        var phone = try Self.tagless()
        phone.hears(200, to: try phone.takeRequest(.message), tag: "outside")
        #expect(
            phone.reports.suffix(2) == [
                .messageResult(MessageToken(1), .delivered), .session(Self.call, .ended(.init(.gone, by: .them))),
            ])
    }

    @Test("whose 200 lost its tag is over when its renewal is taken for a new request, which is taken back")
    func renewalOutsideOfLostDialog() throws {
        for status in [180, 200] {
            var phone = try Self.tagless()
            phone.hears(200, to: try phone.takeRequest(.message), tag: nil)
            phone.does(.renew(Self.call))
            phone.hears(status, to: try phone.takeRequest(.invite), tag: "new", Self.contact("desk"))
            #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
            let farewell = status == 180 ? try phone.takeRequest(.cancel).to?.tag : try phone.takeRequest(.bye).to?.tag
            #expect(farewell == (status == 180 ? nil : "new"))
        }
    }

    @Test("answered by one who has no tags (RFC 2543) is a call like any other") func noTags() throws {
        var phone = try Self.tagless()
        let message = try phone.takeRequest(.message)
        #expect(message.to?.tag == nil)
        phone.hears(200, to: message, tag: nil)
        phone.does(.renew(Self.call))
        let renewal = try phone.takeRequest(.invite)
        phone.hears(503, to: renewal, tag: "proxy")
        #expect(phone.latest == .renewed(Self.call, accepted: false))
        let bye = request(.bye, callID: message.callID ?? "", toTag: message.from?.tag)
        var untagged = bye
        untagged.from?.tag = nil
        phone.hears(untagged)
        #expect(phone.latest == .session(Self.call, .ended(.init(.hungUp, by: .them))))
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
