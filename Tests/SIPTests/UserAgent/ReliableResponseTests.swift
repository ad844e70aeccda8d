import SIP
import Testing

@Suite("A reliable provisional response") struct ReliableResponseTests {
    static let call = ForkingTests.call

    /// An INVITE whose caller insists.
    static func invite(_ body: String = RenewalTests.softphone) -> Request {
        var invite = request(.invite, body: body, type: body.isEmpty ? nil : "application/sdp")
        invite.headers[.require] = "100rel"
        return invite
    }

    static func prack(_ response: Response, cseq: UInt32 = 2, rack: String? = nil, body: String = "") -> Request {
        var prack = request(.prack, cseq: cseq, toTag: response.to?.tag)
        prack.headers[.rack] = rack ?? "\(response.headers[.rseq] ?? "?") 1 INVITE"
        prack.answer(body)
        return prack
    }

    static func ringing(_ body: String = RenewalTests.softphone) throws -> (Phone, Response) {
        var phone = Phone("1001")
        phone.hears(invite(body))
        phone.does(.ring(.received(1)))
        let ringing = try phone.takeResponse()
        return (phone, ringing)
    }

    // MARK: As the one who is called

    @Test("is what a caller gets who insists; it brings our answer, and the 200 nothing more") func sent() throws {
        var (phone, ringing) = try Self.ringing()
        #expect(ringing.status == 180 && ringing.required == ["100rel"])
        #expect((1...0x7FFF_FFFF).contains(ringing.rseq ?? 0))
        #expect(try SessionDescription(parsing: ringing.body).media.count == 2)
        phone.hears(Self.prack(ringing))
        #expect(try phone.takeResponse().status == 200)
        phone.wait(.seconds(40))
        #expect(phone.sent.isEmpty, "acknowledged, so not repeated")
        phone.does(.accept(.received(1)))
        let ok = try phone.takeResponse()
        #expect(ok.status == 200 && ok.body.isEmpty)
        #expect(ok.required == [])
        #expect(phone.latest == .session(.received(1), .established))
    }

    @Test("is not what other callers get") func notWanted() throws {
        var phone = Phone("1001")
        var invite = Self.invite()
        invite.headers[.require] = nil
        invite.headers[.supported] = "100rel"
        phone.hears(invite)
        phone.does(.ring(.received(1)))
        let ringing = try phone.takeResponse()
        #expect(ringing.rseq == nil && ringing.required == [] && ringing.body.isEmpty)
    }

    @Test("is repeated from T1, doubling, and after 64·T1 without a PRACK the call is refused") func unheard() throws {
        var (phone, ringing) = try Self.ringing()
        var copies = 0
        for second in [0.5, 1, 2, 4, 8, 16] {
            phone.wait(.milliseconds(Int64(second * 1_000) - 1))
            #expect(phone.sent.isEmpty)
            phone.wait(.milliseconds(1))
            #expect(try phone.takeResponse() == ringing)
            copies += 1
        }
        phone.wait(.seconds(1))
        #expect(try phone.takeResponse().status == 504)
        #expect(phone.latest == .session(.received(1), .ended(.init(.timedOut, by: .them))))
        phone.sent = []
        phone.hears(Self.prack(ringing))
        #expect(try phone.takeResponse().status == 481)
        phone.wait(.seconds(60))
        #expect(phone.timers.isEmpty)
    }

    @Test(
        "is acknowledged by its own number only: anything else is 481, and no RAck at all 400",
        arguments: [
            ("1 1 INVITE", 481), ("RSEQ 2 INVITE", 481), ("RSEQ 1 MESSAGE", 481), ("", 400), ("RSEQ -1 INVITE", 400),
        ])
    func wrongRAck(_ rack: String, _ status: Int) throws {
        var (phone, ringing) = try Self.ringing()
        let rack = rack.replacing("RSEQ", with: ringing.headers[.rseq] ?? "")
        phone.hears(Self.prack(ringing, rack: rack))
        #expect(try phone.takeResponse().status == status)
        phone.wait(.milliseconds(500))
        #expect(try phone.takeResponse() == ringing, "still repeated")
    }

    @Test("is acknowledged once: a second PRACK matches nothing") func twice() throws {
        var (phone, ringing) = try Self.ringing()
        phone.hears(Self.prack(ringing))
        phone.hears(Self.prack(ringing, cseq: 3))
        #expect(try phone.takeResponse().status == 200)
        #expect(try phone.takeResponse().status == 481)
    }

    @Test("keeps the 200 back until its PRACK came, because of its session description") func waits() throws {
        var (phone, ringing) = try Self.ringing()
        phone.does(.accept(.received(1)))
        #expect(phone.sent.isEmpty)
        phone.hears(Self.prack(ringing))
        #expect(try phone.takeResponse().cseq?.method == .prack)
        let ok = try phone.takeResponse()
        #expect(ok.status == 200 && ok.cseq?.method == .invite)
        #expect(phone.latest == .session(.received(1), .established))
    }

    @Test(
        "of a call that is refused, taken back or hung up meanwhile is not repeated",
        arguments: ["no", "CANCEL", "BYE"])
    func endedMeanwhile(_ how: String) throws {
        var (phone, ringing) = try Self.ringing()
        phone.does(.accept(.received(1)))
        switch how {
        case "CANCEL":
            var cancel = Self.invite("")
            cancel.method = .cancel
            cancel.cseq = CSeq(1, .cancel)
            phone.hears(cancel)
        case "BYE": phone.hears(request(.bye, cseq: 2, toTag: ringing.to?.tag))
        default: phone.does(.hangUp(.received(1)))
        }
        phone.wait(.seconds(60))
        let copies = phone.sent.count { if case .response(let response) = $0 { response.status == 180 } else { false } }
        #expect(copies == 0)
        #expect(phone.timers.isEmpty)
    }

    @Test("comes again each minute under the next number, and is not described again") func minutes() throws {
        var (phone, ringing) = try Self.ringing()
        phone.hears(Self.prack(ringing))
        phone.sent = []
        phone.wait(.seconds(60))
        let again = try phone.takeResponse()
        #expect(again.rseq == (ringing.rseq ?? 0) + 1 && again.body.isEmpty)
        phone.hears(Self.prack(again, cseq: 3))
        #expect(try phone.takeResponse().status == 200)
    }

    @Test("to an INVITE without an offer makes one, and its PRACK brings the answer") func lateOffer() throws {
        var (phone, ringing) = try Self.ringing("")
        let offer = try SessionDescription(parsing: ringing.body)
        #expect(offer.direction(of: offer.media[0]) == .inactive)
        phone.hears(Self.prack(ringing))
        #expect(try phone.takeResponse().status == 400, "no answer in it")
        phone.hears(Self.prack(ringing, cseq: 3, body: RenewalTests.softphone))
        #expect(try phone.takeResponse().status == 488, "an answer to something else")
        phone.hears(Self.prack(ringing, cseq: 4, body: HoldTests.offer("inactive")))
        #expect(try phone.takeResponse().status == 200)
        phone.does(.accept(.received(1)))
        #expect(try phone.takeResponse().body.isEmpty)
        var ack = request(.ack, toTag: ringing.to?.tag)
        ack.answer("")
        phone.hears(ack)
        phone.does(.message(MessageToken(1), .init(text: "hello"), in: .received(1)))
        #expect(phone.count(.message) == 1 && phone.count(.bye) == 0, "the ACK owes us no answer")
    }

    @Test("answered lets the caller offer anew in its PRACK, or by UPDATE") func earlyChange() throws {
        var (phone, ringing) = try Self.ringing()
        phone.hears(Self.prack(ringing, body: HoldTests.offer("sendrecv", version: 2)))
        let answer = try phone.takeResponse()
        #expect(try HoldTests.audio(of: .response(answer)) == .inactive)
        phone.hears(
            request(
                .update, cseq: 3, toTag: ringing.to?.tag, body: HoldTests.offer("sendonly", version: 3),
                type: "application/sdp"))
        #expect(try HoldTests.audio(of: .response(phone.takeResponse())) == .inactive)
        phone.does(.accept(.received(1)))
        #expect(phone.latest == .held(.received(1), byUs: false, byThem: true))
    }

    // MARK: As the one who calls

    static func reliable(_ number: UInt32, _ body: String = "") -> (inout Response) -> Void {
        {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9", port: 5060))
            $0.headers[.require] = "100rel"
            $0.headers[.rseq] = String(number)
            $0.headers[.contentType] = body.isEmpty ? nil : "application/sdp"
            $0.body = Array(body.utf8)
        }
    }

    @Test("is acknowledged by PRACK in its early dialog, and the call goes on counting there") func acknowledged()
        throws
    {
        var (phone, invite) = try ForkingTests.calling()
        #expect(invite.supported.contains("100rel"))
        phone.hears(183, to: invite, tag: "desk", Self.reliable(7_001, HoldTests.offer("inactive")))
        let prack = try phone.takeRequest(.prack)
        #expect(prack.headers[.rack] == "7001 1 INVITE" && prack.cseq == CSeq(2, .prack))
        #expect(prack.to?.tag == "desk" && prack.body.isEmpty)
        phone.hears(200, to: prack)
        phone.hears(180, to: invite, tag: "desk", Self.reliable(7_002))
        #expect(try phone.takeRequest(.prack).cseq?.number == 3)
        phone.hears(200, to: invite, tag: "desk", ForkingTests.contact("desk"))
        #expect(try phone.takeRequest(.ack).cseq == CSeq(1, .ack))
        phone.does(.message(MessageToken(1), .init(text: "hello"), in: Self.call))
        #expect(try phone.takeRequest(.message).cseq?.number == 4)
        #expect(
            phone.reports.prefix(3) == [
                .session(Self.call, .calling), .session(Self.call, .ringing), .session(Self.call, .established),
            ])
    }

    @Test("that comes twice, too early or without a number is neither acknowledged nor used") func outOfOrder() throws {
        var (phone, invite) = try ForkingTests.calling()
        phone.hears(183, to: invite, tag: "desk", Self.reliable(0))
        #expect(phone.count(.prack) == 0 && phone.latest == .session(Self.call, .calling))
        phone.hears(183, to: invite, tag: "desk", Self.reliable(10))
        phone.hears(183, to: invite, tag: "desk", Self.reliable(10))
        phone.hears(180, to: invite, tag: "desk", Self.reliable(12))
        #expect(phone.count(.prack) == 1)
        phone.hears(180, to: invite, tag: "desk", Self.reliable(11))
        phone.hears(180, to: invite, tag: "desk", Self.reliable(12))
        #expect(phone.count(.prack) == 3)
    }

    @Test("of each fork has numbers of its own") func forks() throws {
        var (phone, invite) = try ForkingTests.calling()
        phone.hears(180, to: invite, tag: "desk", Self.reliable(5))
        phone.hears(180, to: invite, tag: "mobile", Self.reliable(900))
        phone.hears(183, to: invite, tag: "desk", Self.reliable(6))
        var pracks: [String] = []
        while phone.count(.prack) > 0 {
            let prack = try phone.takeRequest(.prack)
            pracks.append("\(prack.to?.tag ?? "") \(prack.headers[.rack] ?? "") \(prack.cseq?.number ?? 0)")
        }
        #expect(pracks == ["desk 5 1 INVITE 2", "mobile 900 1 INVITE 2", "desk 6 1 INVITE 3"])
    }

    @Test("of more forks than we follow costs nothing") func manyForks() throws {
        var (phone, invite) = try ForkingTests.calling()
        for fork in 1...100 { phone.hears(180, to: invite, tag: "fork\(fork)", Self.reliable(1)) }
        #expect(phone.count(.prack) == UserAgent.Limits.forks)
    }

    @Test("to a re-INVITE of ours is acknowledged too") func inSession() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        let hold = try phone.takeRequest(.invite)
        phone.hears(183, to: hold, Self.reliable(3))
        phone.hears(183, to: hold, Self.reliable(3))
        #expect(phone.count(.prack) == 1)
        #expect(try phone.takeRequest(.prack).headers[.rack] == "3 \(hold.cseq?.number ?? 0) INVITE")
        phone.hears(200, to: hold)
        #expect(phone.latest == .held(MessageTests.call, byUs: true, byThem: false))
    }

    @Test("answered early lets the peer change the session by UPDATE before it answers") func earlyUpdate() throws {
        var (phone, invite) = try ForkingTests.calling()
        phone.hears(180, to: invite, tag: "desk", ForkingTests.contact("desk"))
        func update(_ number: UInt32, _ body: String) -> Request {
            var update = request(
                .update, callID: invite.callID ?? "", cseq: number, fromTag: "desk", toTag: invite.from?.tag)
            update.answer(body)
            return update
        }
        phone.hears(update(1, HoldTests.offer("sendrecv")))
        #expect(try phone.takeResponse().status == 491, "our offer is not answered yet")
        phone.hears(update(2, ""))
        #expect(try phone.takeResponse().status == 200)
        phone.hears(183, to: invite, tag: "desk", Self.reliable(1, HoldTests.offer("inactive")))
        phone.sent = []
        phone.hears(update(3, HoldTests.offer("sendonly")))
        let answer = try phone.takeResponse()
        #expect(answer.status == 200 && answer.contacts.count == 1)
        #expect(try HoldTests.audio(of: .response(answer)) == .inactive)
        phone.hears(update(3, HoldTests.offer("sendonly")))
        phone.hears(200, to: invite, tag: "desk", ForkingTests.contact("desk"))
        #expect(phone.latest == .held(Self.call, byUs: false, byThem: true))
    }

    @Test("gets through in bad weather, with the caller insisting", arguments: 0..<10) func storm(_ block: Int) {
        var answered = 0
        for seed in UInt64(block * 20)..<UInt64(block * 20 + 20) {
            var wire = Wire(weather: StormTests.weather, seed: seed)
            wire.changes = { message in
                guard case .request(var invite) = message, invite.method == .invite, invite.to?.tag == nil else {
                    return message
                }
                invite.headers[.require] = "100rel"
                return .request(invite)
            }
            wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
            wire.wait(.seconds(8))
            wire.does(.b, .ring(Wire.answered))
            wire.wait(.milliseconds(Int64(seed % 5) * 300))
            wire.does(.b, .accept(Wire.answered))
            wire.wait(.seconds(60))
            if wire.states(.a, Wire.call).last == .established { answered += 1 }
            wire.says(.a, 1, "a1")
            wire.wait(.seconds(40))
            wire.does(.a, .hangUp(Wire.call))
            wire.wait(.seconds(250))
            for (end, id) in [(Wire.End.a, Wire.call), (.b, Wire.answered)] {
                let ends = wire.states(end, id).count { if case .ended = $0 { true } else { false } }
                #expect(ends <= 1, "seed \(seed)")
            }
            #expect(wire.isQuiet, "seed \(seed)")
        }
        #expect(answered >= 18)
    }
}
