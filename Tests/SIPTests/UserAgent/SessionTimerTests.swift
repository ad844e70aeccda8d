import SIP
import Testing

@Suite("A session timer") struct SessionTimerTests {
    static let call = MessageTests.call

    /// A call we placed, answered with these fields.
    static func calling(_ change: (inout Response) -> Void) throws -> (Phone, Request) {
        var phone = Phone("1001")
        phone.does(.invite(call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(200, to: invite) {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9"))
            change(&$0)
        }
        phone.sent = []
        return (phone, invite)
    }

    /// A call from a peer whose INVITE has these fields, and our 200.
    static func answering(_ change: (inout Request) -> Void) throws -> (Phone, Response) {
        var phone = Phone("1001")
        var invite = request(.invite, body: RenewalTests.softphone, type: "application/sdp")
        change(&invite)
        phone.hears(invite)
        phone.does(.accept(.received(1)))
        let ok = try phone.takeResponse()
        phone.hears(request(.ack, toTag: ok.to?.tag))
        phone.sent = []
        return (phone, ok)
    }

    @Test("is asked for in each INVITE, and never below 90 seconds") func asked() throws {
        let (_, invite) = try Self.calling { _ in }
        #expect(invite.supported.contains("timer"))
        #expect(invite.headers[.sessionExpires] == "180")
        #expect(invite.headers[.minSE] == nil, "90 is what is meant without it (§5)")
    }

    @Test("between our own is kept by the caller, with an UPDATE each 90 seconds") func refreshed() {
        var wire = Wire.inCall()
        wire.wait(.seconds(600))
        #expect(wire.log.dropFirst(4).prefix(2) == ["a> UPDATE", "b> 200 UPDATE"])
        #expect(wire.log.count { $0 == "a> UPDATE" } == 6)
        #expect(wire.states(.b, Wire.answered) == [.established])
        let update = wire.carried.last { $0.summary == "UPDATE" }
        guard case .request(let update)? = update else { return }
        #expect(update.headers[.sessionExpires] == "180;refresher=uac" && update.body.isEmpty)
        #expect(update.contacts.count == 1, "a target refresh (RFC 3311 §5.1)")
    }

    @Test(
        "ends the session on both sides when nothing gets through any more", arguments: [[Wire.End.a, .b], [.a], [.b]])
    func vanished(_ silent: [Wire.End]) {
        var wire = Wire.inCall()
        wire.wait(.seconds(100))
        wire.loses = { end, _ in silent.contains(end) }
        wire.wait(.seconds(180))
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.gone, by: .them)))
        #expect(wire.states(.b, Wire.answered).last == .ended(.init(silent == [.b] ? .hungUp : .gone, by: .them)))
        wire.wait(.seconds(60))
        #expect(wire.isQuiet)
    }

    @Test(
        "that a peer is to refresh ends the session at its end less a third or 32 seconds", arguments: [90, 180, 1_800])
    func neglected(_ interval: Int) throws {
        var (phone, _) = try Self.calling { $0.headers[.sessionExpires] = "\(interval);refresher=uas" }
        let patience = interval - min(32, interval / 3)
        phone.wait(.seconds(patience - 1))
        #expect(phone.latest == .session(Self.call, .established) && phone.sent.isEmpty)
        phone.wait(.milliseconds(1_100))
        #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
        #expect(phone.count(.bye) == 1)
    }

    @Test("counts anew with each refresh of the peer, by re-INVITE or UPDATE", arguments: [SIP.Method.invite, .update])
    func renewed(_ method: SIP.Method) throws {
        var (phone, invite) = try Self.calling { $0.headers[.sessionExpires] = "90;refresher=uas" }
        for number in 1...5 as ClosedRange<UInt32> {
            phone.wait(.seconds(45))
            let sdp = method == .invite ? RenewalTests.softphone : ""
            var refresh = request(
                method, callID: invite.callID ?? "", cseq: number, fromTag: "peer", toTag: invite.from?.tag, body: sdp,
                type: sdp.isEmpty ? nil : "application/sdp")
            refresh.headers[.supported] = "timer"
            refresh.headers[.sessionExpires] = "90;refresher=uac"
            phone.sent = []
            phone.hears(refresh)
            let answer = try phone.takeResponse()
            #expect(answer.status == 200 && answer.headers[.sessionExpires] == "90;refresher=uac")
            #expect(answer.required == ["timer"])
            if method == .invite {
                phone.hears(
                    request(.ack, callID: invite.callID ?? "", cseq: number, fromTag: "peer", toTag: invite.from?.tag))
            }
        }
        #expect(!phone.reports.contains { if case .session(_, .ended) = $0 { true } else { false } })
    }

    @Test("that we keep is refreshed at half, by re-INVITE where UPDATE is not taken") func ours() throws {
        var (phone, _) = try Self.calling {
            $0.headers[.sessionExpires] = "120;refresher=uac"
            $0.headers[.allow] = "INVITE, ACK, BYE, CANCEL, MESSAGE"
        }
        phone.wait(.seconds(59))
        #expect(phone.sent.isEmpty)
        phone.wait(.seconds(1))
        let refresh = try phone.takeRequest(.invite)
        #expect(refresh.headers[.sessionExpires] == "120;refresher=uac")
        let description = try SessionDescription(parsing: refresh.body)
        #expect(description.origin.version == "1", "nothing changed (RFC 4028 §7.4)")
        phone.hears(200, to: refresh) { $0.headers[.sessionExpires] = "120;refresher=uac" }
        phone.sent = []
        phone.wait(.seconds(60))
        #expect(phone.count(.invite) == 1)
    }

    @Test("is kept by re-INVITE from the day that a promised UPDATE is refused", arguments: [405, 501])
    func brokenPromise(_ status: Int) throws {
        var (phone, _) = try Self.calling { $0.headers[.allow] = "INVITE, ACK, BYE, MESSAGE, UPDATE" }
        phone.wait(.seconds(90))
        phone.hears(status, to: try phone.takeRequest(.update))
        #expect(phone.count(.invite) == 1)
    }

    @Test("without a peer that knows it is ours alone: an answer shows that the peer is there") func alone() throws {
        var (phone, _) = try Self.calling { _ in }
        for _ in 1...10 {
            phone.wait(.seconds(90))
            phone.hears(403, to: try phone.takeRequest(.invite))
            phone.sent = []
        }
        #expect(phone.latest == .session(Self.call, .established), "refused, and alive")
        phone.wait(.seconds(90))
        phone.hears(481, to: try phone.takeRequest(.invite))
        #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
    }

    @Test("that we keep ends the session when every refresh is refused") func refused() throws {
        var (phone, _) = try Self.calling { $0.headers[.sessionExpires] = "120;refresher=uac" }
        for _ in 1...2 {
            phone.wait(.seconds(60))
            if phone.count(.invite) > 0 { phone.hears(403, to: try phone.takeRequest(.invite)) }
        }
        #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
    }

    @Test(
        "is agreed to as the caller said: our interval where it may be, and who refreshes",
        arguments: [
            // nothing said: ours, and the caller refreshes
            ("timer", nil, nil, "180;refresher=uac", true),
            ("timer", "1800", nil, "180;refresher=uac", true),
            ("timer", "1800", "600", "600;refresher=uac", true),
            ("timer", "100;refresher=uas", "90", "100;refresher=uas", true),
            ("timer", "4294967296", nil, "180;refresher=uac", true),
            ("timer", "4294967296", "4294967296", "86400;refresher=uac", true),
            // a proxy asked, and the caller knows nothing of it
            ("path", "300", nil, "180;refresher=uas", false),
            ("path", "60", nil, "90;refresher=uas", false),
            ("path", nil, nil, nil, false),
            ("timer", "soon", nil, "180;refresher=uac", true),
        ] as [(String, String?, String?, String?, Bool)])
    func agreement(_ supported: String, _ asked: String?, _ least: String?, _ agreed: String?, _ required: Bool) throws
    {
        let (_, ok) = try Self.answering {
            $0.headers[.supported] = supported
            $0.headers[.sessionExpires] = asked
            $0.headers[.minSE] = least
        }
        #expect(ok.headers[.sessionExpires] == agreed)
        #expect(ok.required == (required ? ["timer"] : []))
        #expect(ok.supported.contains("timer"))
    }

    @Test("below 90 seconds is answered 422, in the first request and later ones") func tooSmall() throws {
        var phone = Phone("1001")
        var invite = request(.invite)
        invite.headers[.supported] = "timer"
        invite.headers[.sessionExpires] = "89"
        phone.hears(invite)
        let refusal = try phone.takeResponse()
        #expect(refusal.status == 422 && refusal.minSE == 90)
        #expect(phone.reports.isEmpty)

        var (other, ok) = try Self.answering { $0.headers[.supported] = "timer" }
        for (number, method) in [(2, SIP.Method.invite), (3, .update)] as [(UInt32, SIP.Method)] {
            var refresh = request(method, cseq: number, toTag: ok.to?.tag)
            refresh.headers[.supported] = "timer"
            refresh.headers[.sessionExpires] = "30"
            other.hears(refresh)
            #expect(try other.takeResponse().status == 422)
        }
        #expect(other.latest == .session(.received(1), .established))
    }

    @Test("too small for somebody on the way (422) is asked for again, as long as that one wants") func raised() throws
    {
        var phone = Phone("1001")
        phone.does(.invite(Self.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(422, to: invite) { $0.headers[.minSE] = "600" }
        let again = try phone.takeRequest(.invite)
        #expect(again.headers[.sessionExpires] == "600" && again.headers[.minSE] == "600")
        #expect(again.callID == invite.callID && again.cseq == CSeq(2, .invite))
        #expect(phone.reports == [.session(Self.call, .calling)])
        phone.hears(200, to: again) {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9"))
            $0.headers[.sessionExpires] = "600;refresher=uac"
        }
        phone.sent = []
        phone.wait(.seconds(300))
        #expect(try phone.takeRequest(.invite).headers[.minSE] == "600", "in each later request too (§7.1)")
    }

    @Test("too small for a refresh is lengthened too, and no 422 is answered for ever") func raisedLater() throws {
        var (phone, _) = try Self.calling { $0.headers[.allow] = "UPDATE, MESSAGE" }
        phone.wait(.seconds(90))
        var asked = 0
        while phone.count(.update) > 0, asked < 20 {
            let update = try phone.takeRequest(.update)
            phone.sent = []
            asked += 1
            phone.hears(422, to: update) { $0.headers[.minSE] = String(200 + asked) }
        }
        #expect(asked == 5)
        #expect(phone.latest == .session(Self.call, .established))
    }

    @Test("refused with a 422 that wants nothing more ends the call as refused", arguments: [nil, "90", "180", "x"])
    func senseless(_ least: String?) throws {
        var phone = Phone("1001")
        phone.does(.invite(Self.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        phone.hears(422, to: try phone.takeRequest(.invite)) { $0.headers[.minSE] = least }
        let end = SessionEnd(.refused(status: 422, reason: "Session Interval Too Small"), by: .them)
        #expect(phone.latest == .session(Self.call, .ended(end)))
    }

    @Test("does not go on in a session that ended") func ended() {
        var wire = Wire.inCall()
        wire.does(.b, .hangUp(Wire.answered))
        wire.wait(.seconds(60))
        #expect(wire.isQuiet)
    }
}
