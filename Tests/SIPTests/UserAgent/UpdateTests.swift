import SIP
import Testing

@Suite("UPDATE") struct UpdateTests {
    static let call = MessageTests.call

    static func update(_ invite: Request, cseq: UInt32 = 1, body: String = "") -> Request {
        request(
            .update, callID: invite.callID ?? "", cseq: cseq, fromTag: "peer", toTag: invite.from?.tag, body: body,
            type: body.isEmpty ? nil : "application/sdp")
    }

    @Test("stands in Allow, in requests and answers") func allowed() throws {
        var (phone, invite) = try MessageTests.calling()
        #expect(invite.allowed.contains(.update))
        phone.hears(Self.update(invite))
        #expect(try phone.takeResponse().allowed.contains(.update))
    }

    @Test("with an offer is answered with ours, and says whether we are held") func offer() throws {
        var (phone, invite) = try MessageTests.calling()
        phone.hears(Self.update(invite, body: HoldTests.offer("sendonly")))
        let answer = try phone.takeResponse()
        #expect(answer.status == 200 && answer.contacts.count == 1)
        #expect(try HoldTests.audio(of: .response(answer)) == .inactive)
        #expect(phone.latest == .held(Self.call, byUs: false, byThem: true))
        phone.wait(.seconds(10))
        #expect(phone.sent.isEmpty, "no ACK is awaited, nothing is repeated")
    }

    @Test("without an offer is answered without one, and moves the peer's address") func targetRefresh() throws {
        var (phone, invite) = try MessageTests.calling()
        var update = Self.update(invite)
        update.contact = NameAddress(.sip("1002", "198.51.100.4", port: 5070))
        phone.hears(update)
        let answer = try phone.takeResponse()
        #expect(answer.status == 200 && answer.body.isEmpty)
        phone.does(.message(MessageToken(1), .init(text: "moved?"), in: Self.call))
        #expect(try phone.takeRequest(.message).uri.host == "198.51.100.4")
    }

    @Test("with an offer while ours is out is answered 491; without one it is served") func glare() throws {
        var (phone, invite) = try MessageTests.calling()
        phone.does(.hold(Self.call))
        let hold = try phone.takeRequest(.invite)
        phone.hears(Self.update(invite, body: HoldTests.offer("sendonly")))
        #expect(try phone.takeResponse().status == 491)
        phone.hears(Self.update(invite, cseq: 2))
        #expect(try phone.takeResponse().status == 200)
        phone.hears(200, to: hold)
        #expect(phone.latest == .held(Self.call, byUs: true, byThem: false))
    }

    @Test("before our first answer is answered 500 with Retry-After when it offers anew") func tooEarly() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite, body: RenewalTests.softphone, type: "application/sdp"))
        phone.does(.ring(.received(1)))
        let tag = try phone.takeResponse().to?.tag
        phone.hears(
            request(.update, cseq: 2, toTag: tag, body: HoldTests.offer("sendonly"), type: "application/sdp"))
        let refusal = try phone.takeResponse()
        #expect(refusal.status == 500)
        #expect((0...10).contains(refusal.retryAfter ?? 99))
        phone.hears(request(.update, cseq: 3, toTag: tag))
        #expect(try phone.takeResponse().status == 200)
        phone.does(.accept(.received(1)))
        #expect(try phone.takeResponse().status == 200)
    }

    @Test("that cannot be agreed to is refused, and the session stays", arguments: [("video", 488), ("broken", 400)])
    func unacceptable(_ kind: String, _ status: Int) throws {
        var (phone, invite) = try MessageTests.calling()
        let body = kind == "video" ? HoldTests.offer("").replacing("m=audio", with: "m=video") : "v=0"
        phone.hears(Self.update(invite, body: body))
        #expect(try phone.takeResponse().status == status)
        phone.does(.message(MessageToken(1), .init(text: "still there"), in: Self.call))
        #expect(phone.count(.message) == 1)
    }

    @Test("to a session that is over, or to none, is answered 481") func noSession() throws {
        var (phone, invite) = try MessageTests.calling()
        phone.does(.hangUp(Self.call))
        phone.hears(Self.update(invite))
        #expect(try phone.takeResponse().status == 481)
        phone.hears(request(.update, callID: "other"))
        #expect(try phone.takeResponse().status == 481)
    }

    @Test("of ours that is refused with 481, or not answered, ends the session", arguments: [481, 408, nil])
    func gone(_ status: Int?) throws {
        var (phone, _) = try SessionTimerTests.calling { $0.headers[.allow] = "UPDATE, MESSAGE" }
        phone.wait(.seconds(90))
        let update = try phone.takeRequest(.update)
        if let status { phone.hears(status, to: update) } else { phone.wait(.seconds(33)) }
        #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
        #expect(phone.count(.bye) >= 1)
    }

    @Test("of ours does not stand in the way of the peer's re-INVITE") func noObstacle() throws {
        var (phone, invite) = try SessionTimerTests.calling { $0.headers[.allow] = "UPDATE, MESSAGE" }
        phone.wait(.seconds(90))
        phone.sent = []
        phone.hears(
            request(
                .invite, callID: invite.callID ?? "", fromTag: "peer", toTag: invite.from?.tag,
                body: HoldTests.offer("sendrecv"), type: "application/sdp"))
        #expect(try phone.takeResponse().status == 200)
    }
}
