import SIP
import Testing

@Suite("Being asked to call somebody else") struct ReferralTests {
    static let call = MessageTests.call

    /// A phone in a call that has heard a REFER of its peer, and the INVITE of the call.
    static func referred(
        to target: String = "<sip:1003@exchange.local>", by: String? = "<sip:1002@exchange.local>", cseq: UInt32 = 1
    ) throws -> (Phone, Request) {
        var (phone, invite) = try MessageTests.calling()
        phone.hears(refer(invite, to: target, by: by, cseq: cseq))
        return (phone, invite)
    }

    static func refer(
        _ invite: Request, to target: String, by: String? = nil, cseq: UInt32 = 1
    ) -> Request {
        var refer = request(
            .refer, callID: invite.callID ?? "", cseq: cseq, fromTag: "peer", toTag: invite.from?.tag)
        refer.headers[.referTo] = target
        refer.headers[.referredBy] = by
        return refer
    }

    /// The NOTIFYs that come when each is answered, copies left out; all else that was sent is left.
    static func notices(_ phone: inout Phone) -> [String] {
        var notices: [String] = []
        var last: CSeq?
        var others: [Message] = []
        while !phone.sent.isEmpty {
            let message = phone.sent.removeFirst()
            guard case .request(let notify) = message, notify.method == .notify else {
                others.append(message)
                continue
            }
            guard notify.cseq != last else { continue }
            last = notify.cseq
            let line = String(decoding: notify.body, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
            notices.append("\(line), \(notify.headers[.event] ?? "?"), \(notify.headers[.subscriptionState] ?? "?")")
            phone.hears(200, to: notify, tag: nil)
        }
        phone.sent = others
        return notices
    }

    @Test("is answered 202, told to the person, and 100 is told at once") func asked() throws {
        var (phone, first) = try Self.referred(to: "\"Carol\" <sip:1003@exchange.local>")
        let to = NameAddress(.sip("1003", "exchange.local"), displayName: "Carol")
        let by = NameAddress(.sip("1002", "exchange.local"))
        #expect(phone.latest == .referred(ReferralID(1), in: Self.call, to: to, by: by))
        let response = try phone.takeResponse()
        #expect(response.status == 202 && response.contact != nil)
        let notify = try phone.takeRequest(.notify)
        #expect(notify.headers[.contentType] == "message/sipfrag;version=2.0")
        #expect(notify.contact != nil && notify.callID == first.callID)
        phone.hears(200, to: notify, tag: nil)
        #expect(phone.count(.invite) == 0, "nobody is called without the person")
    }

    @Test("and saying yes, the peer is told how the call goes, and who asked goes with it") func followed() throws {
        var (phone, _) = try Self.referred()
        #expect(Self.notices(&phone) == ["SIP/2.0 100 Trying, refer, active;expires=420"])
        let target = URI.sip("1003", "exchange.local")
        phone.does(.invite(.placed(2), to: target, on: Phone.udp, following: ReferralID(1)))
        let invite = try phone.takeRequest(.invite)
        #expect(invite.referredBy == NameAddress(.sip("1002", "exchange.local")))
        #expect(invite.replaces == nil && invite.headers[.require] == nil)
        phone.hears(180, to: invite)
        phone.hears(180, to: invite)
        #expect(Self.notices(&phone) == ["SIP/2.0 180 Ringing, refer, active;expires=420"], "once")
        phone.hears(200, to: invite) { $0.contact = NameAddress(target) }
        #expect(Self.notices(&phone) == ["SIP/2.0 200 OK, refer, terminated;reason=noresource"])
        #expect(phone.count(.bye) == 0, "which call goes on is the person's affair")
        phone.wait(.seconds(500))
        #expect(phone.timers.isEmpty)
    }

    @Test("and saying no, the peer is told 603") func refused() throws {
        var (phone, _) = try Self.referred()
        phone.does(.refuse(ReferralID(1)))
        phone.does(.refuse(ReferralID(1)))
        phone.does(.refuse(ReferralID(7)))
        #expect(
            Self.notices(&phone) == [
                "SIP/2.0 100 Trying, refer, active;expires=420",
                "SIP/2.0 603 Decline, refer, terminated;reason=noresource",
            ])
        #expect(phone.timers.keys.allSatisfy { if case .session(_, .referral) = $0.kind { false } else { true } })
    }

    @Test("and saying nothing, the peer is told so after three minutes") func ignored() throws {
        var (phone, _) = try Self.referred()
        _ = Self.notices(&phone)
        phone.wait(.seconds(179))
        #expect(phone.count(.notify) == 0)
        phone.wait(.seconds(2))
        #expect(Self.notices(&phone) == ["SIP/2.0 408 Request Timeout, refer, terminated;reason=timeout"])
    }

    @Test(
        "the end of a call that came to nothing is told with its status",
        arguments: [(486, "486 Busy Here"), (302, "302 Moved Temporarily"), (404, "404 Not Found")])
    func failed(_ status: Int, _ line: String) throws {
        var (phone, _) = try Self.referred()
        _ = Self.notices(&phone)
        phone.does(.invite(.placed(2), to: .sip("1003", "x.invalid"), on: Phone.udp, following: ReferralID(1)))
        phone.hears(status, to: try phone.takeRequest(.invite)) { $0.headers[.contact] = "<sip:1004@x.invalid>" }
        #expect(Self.notices(&phone) == ["SIP/2.0 \(line), refer, terminated;reason=noresource"])
    }

    @Test("a call that the person takes back is told too, and one that nobody answers") func takenBack() throws {
        for isTakenBack in [true, false] {
            var (phone, _) = try Self.referred()
            _ = Self.notices(&phone)
            phone.does(.invite(.placed(2), to: .sip("1003", "x.invalid"), on: Phone.udp, following: ReferralID(1)))
            if isTakenBack {
                phone.does(.hangUp(.placed(2)))
            } else {
                phone.hears(180, to: try phone.takeRequest(.invite))
                _ = Self.notices(&phone)
                phone.wait(.seconds(181))
            }
            let status = isTakenBack ? "487 Request Terminated" : "408 Request Timeout"
            #expect(Self.notices(&phone) == ["SIP/2.0 \(status), refer, terminated;reason=noresource"])
        }
    }

    @Test("the news go on though the call with the peer is over") func outlives() throws {
        var (phone, first) = try Self.referred()
        _ = Self.notices(&phone)
        phone.does(.invite(.placed(2), to: .sip("1003", "x.invalid"), on: Phone.udp, following: ReferralID(1)))
        let invite = try phone.takeRequest(.invite)
        phone.hears(request(.bye, callID: first.callID ?? "", cseq: 2, fromTag: "peer", toTag: first.from?.tag))
        #expect(phone.latest == .session(Self.call, .ended(.init(.hungUp, by: .them))))
        phone.sent = []
        phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1003", "192.0.2.9")) }
        #expect(Self.notices(&phone) == ["SIP/2.0 200 OK, refer, terminated;reason=noresource"])
        phone.hears(request(.bye, callID: first.callID ?? "", cseq: 3, fromTag: "peer", toTag: first.from?.tag))
        #expect(try phone.takeResponse().status == 481)
    }

    @Test("a peer that will not hear of it loses the news and not the call", arguments: [481, 489, 405, 500])
    func unheard(_ status: Int) throws {
        var (phone, _) = try Self.referred()
        phone.hears(status, to: try phone.takeRequest(.notify), tag: nil)
        phone.does(.refuse(ReferralID(1)))
        #expect(phone.count(.notify) == 0)
        #expect(phone.count(.bye) == 0)
    }

    @Test("a second one is told of by its number, and only so many are taken at once") func several() throws {
        var (phone, first) = try Self.referred(cseq: 10)
        _ = Self.notices(&phone)
        phone.sent = []
        for number in UInt32(11)...20 {
            phone.hears(Self.refer(first, to: "<sip:1003@exchange.local>", cseq: number))
        }
        let statuses = phone.sent.compactMap { if case .response(let response) = $0 { response.status } else { nil } }
        #expect(statuses == [202, 202, 202] + Array(repeating: 486, count: 7))
        #expect(phone.reports.count { if case .referred = $0 { true } else { false } } == 4)
        phone.does(.refuse(ReferralID(3)))
        #expect(
            Self.notices(&phone) == [
                "SIP/2.0 100 Trying, refer;id=11, active;expires=420",
                "SIP/2.0 100 Trying, refer;id=12, active;expires=420",
                "SIP/2.0 100 Trying, refer;id=13, active;expires=420",
                "SIP/2.0 603 Decline, refer;id=12, terminated;reason=noresource",
            ])
    }

    @Test(
        "to nobody, to two, to no telephone or by another method is refused",
        arguments: [
            (nil, 400), ("<tel:+15550100>", 416), ("<http://x.invalid/>", 416),
            ("<sip:1003@exchange.local;method=BYE>", 400), ("<sip:1003@exchange.local;method=REFER>", 400),
            ("<sip:1003@exchange.local?Replaces=1>", 400),
            ("<sip:1003@x.invalid?Replaces=1%3Bto-tag%3Da%3Bfrom-tag%3Db&replaces=2%3Bto-tag%3Da%3Bfrom-tag%3Db>", 400),
            ("<sip:1003@exchange.local;method=INVITE>", 202),
        ])
    func unservable(_ target: String?, _ status: Int) throws {
        var (phone, invite) = try MessageTests.calling()
        var refer = Self.refer(invite, to: target ?? "")
        if target == nil { refer.headers.removeAll(.referTo) }
        phone.hears(refer)
        #expect(try phone.takeResponse().status == status)
        #expect((phone.count(.notify) == 1) == (status == 202))
    }

    @Test("outside of a call, or before it is answered, is refused") func stranger() throws {
        var phone = Phone("1001")
        var refer = request(.refer)
        refer.headers[.referTo] = "<sip:1003@exchange.local>"
        phone.hears(refer)
        #expect(try phone.takeResponse().status == 403)
        phone.hears(request(.invite, callID: "call-2"))
        phone.does(.ring(.received(1)))
        let tag = try phone.takeResponse().to?.tag
        refer = request(.refer, callID: "call-2", cseq: 2, toTag: tag)
        refer.headers[.referTo] = "<sip:1003@exchange.local>"
        phone.hears(refer)
        #expect(try phone.takeResponse().status == 403)
    }

    @Test("nothing but Replaces gets from the Refer-To into our INVITE") func smuggling() throws {
        let hostile =
            "<sip:1003@exchange.local;method=INVITE?Replaces=1%40x%3Bto-tag%3Da%3Bfrom-tag%3Db&Require=replaces%2Cteleport"
            + "&Route=%3Csip%3Aevil.invalid%3Blr%3E&From=%3Csip%3A1009%40x%3E&P-Preferred-Identity=%3Csip%3A1009%40x%3E"
            + "&Contact=%3Csip%3Aevil.invalid%3E&Call-ID=x&Via=x&Subject=x%0D%0AX-Evil%3A%201&body=hello&Referred-By=x>"
        var (phone, _) = try Self.referred(to: hostile)
        guard case .referred(let id, _, let to, _)? = phone.latest else { return #expect(Bool(false), "not asked") }
        #expect(to == NameAddress(.sip("1003", "exchange.local")))
        _ = Self.notices(&phone)
        phone.does(.invite(.placed(2), to: to.uri, on: Phone.udp, following: id))
        let invite = try phone.takeRequest(.invite)
        #expect(invite.headers[.replaces] == "1@x;to-tag=a;from-tag=b")
        #expect(invite.headers[.require] == "replaces")
        #expect(invite.headers.values(.via).count == 1)
        #expect(invite.headers[.route] == nil && invite.headers[.subject] == nil)
        #expect(invite.from?.uri.user == "1001" && invite.contact?.uri.host == "192.0.2.1")
        #expect(invite.referredBy == NameAddress(.sip("1002", "exchange.local")))
        let text = String(decoding: try Message.request(invite).serialized(), as: UTF8.self)
        #expect(!text.contains("evil") && !text.contains("1009") && !text.contains("Evil"))
    }

    @Test(
        "a Replaces that would become another field is refused",
        arguments: ["1%0D%0AX%3A1%3Bto-tag%3Da%3Bfrom-tag%3Db", "1%3Bto-tag%3D%22a%0D%0AX%3A%22%3Bfrom-tag%3Db", "%00"])
    func injection(_ value: String) throws {
        var (phone, _) = try Self.referred(to: "<sip:1003@exchange.local?Replaces=\(value)>")
        #expect(try phone.takeResponse().status == 400)
    }

    @Test("the news of a call over a flow that is gone are nobody's") func lost() throws {
        var (phone, _) = try Self.referred()
        phone.handle(.closed(Phone.udp))
        #expect(phone.latest == .session(Self.call, .ended(.init(.lost, by: .us))))
        phone.does(.refuse(ReferralID(1)))
        phone.wait(.seconds(1_000))
        #expect(phone.timers.isEmpty)
    }
}
