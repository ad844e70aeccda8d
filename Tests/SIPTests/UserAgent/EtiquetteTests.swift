import SIP
import Testing

/// What holds for every message, seen in conversations of every kind.
@Suite("Every message of a user agent") struct EtiquetteTests {
    @Test("has what RFC 3261 demands of it, in any weather", arguments: 0..<10 as Range<UInt64>)
    func storms(_ seed: UInt64) {
        var wire = Wire(weather: StormTests.weather, seed: seed)
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.seconds(3))
        wire.does(.b, .ring(Wire.answered))
        wire.wait(.milliseconds(300))
        wire.does(.b, .accept(Wire.answered))
        wire.says(.b, 1, "b1")
        wire.wait(.seconds(4))
        wire.says(.a, 1, "a1")
        wire.does(.b, .renew(Wire.answered))
        wire.does(.a, .renew(Wire.call))
        wire.does(.a, .options(PingToken(1), to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.seconds(60))
        wire.does(.b, .messageOutside(MessageToken(9), .init(text: "and"), to: Wire.guest, on: wire.flow(.b)))
        wire.does(.b, .invite(.placed(7), to: Wire.guest, on: wire.flow(.b)))
        wire.wait(.seconds(2))
        wire.does(.b, .hangUp(.placed(7)))
        wire.does(.a, .hangUp(Wire.call))
        wire.wait(.seconds(200))
        #expect(wire.faults == [])
        #expect(wire.log.count > 20)
    }

    @Test("a request outside of a dialog has no tag in To, one inside has the peer's")
    func tags() throws {
        var phone = Phone("1001")
        phone.does(.invite(.placed(1), to: Wire.guest, on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        #expect(invite.to?.tag == nil)
        #expect(invite.headers[.maxForwards] == "70")
        phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1002", "192.0.2.9")) }
        #expect(try phone.takeRequest(.ack).to?.tag == "peer")
    }

    @Test("a body that nobody understands is answered 415 with what would be, unless it may be left unread")
    func bodies() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite, callID: "picture", body: "GIF89a", type: "image/gif"))
        let refusal = try phone.takeResponse()
        #expect(refusal.status == 415)
        #expect(refusal.headers[.accept]?.contains("application/sdp") == true)
        phone.hears(request(.message, callID: "sound", body: "RIFF", type: "audio/wav"))
        let second = try phone.takeResponse()
        #expect(second.status == 415)
        #expect(second.headers[.accept]?.contains("text/plain") == true)
        var optional = request(.invite, callID: "optional", body: "GIF89a", type: "image/gif")
        optional.headers[.contentDisposition] = "icon;handling=optional"
        phone.hears(optional)
        guard case .incoming(_, _, offer: nil)? = phone.latest else {
            Issue.record("was refused")
            return
        }
    }

    @Test(
        "of a dialog that is not there is answered 481", arguments: [.bye, .message, .options, .info] as [SIP.Method])
    func unknownDialogs(_ method: SIP.Method) throws {
        var phone = Phone("1001")
        phone.hears(request(method, callID: "nobody's", toTag: "nothing", body: method == .message ? "hello" : ""))
        #expect(try phone.takeResponse().status == 481)
    }

    @Test("a BYE that is refused, or never answered, ends the session all the same", arguments: [481, 408, 500, 0])
    func byes(_ status: Int) throws {
        var phone = Phone("1001")
        phone.does(.invite(.placed(1), to: Wire.guest, on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1002", "192.0.2.9")) }
        phone.does(.hangUp(.placed(1)))
        let bye = try phone.takeRequest(.bye)
        if status != 0 { phone.hears(status, to: bye) }
        phone.wait(.seconds(100))
        #expect(phone.latest == .session(.placed(1), .ended(SessionEnd(.hungUp, by: .us))))
        #expect(phone.timers.isEmpty)
    }

    @Test("a rule that is broken is found")
    func judge() throws {
        var phone = Phone("1001")
        phone.does(.invite(.placed(1), to: Wire.guest, on: Phone.udp))
        var invite = try phone.takeRequest(.invite)
        var etiquette = Etiquette()
        etiquette.sends(.request(invite))
        #expect(etiquette.faults == [])
        invite.headers[.contact] = nil
        etiquette.sends(.request(invite))
        invite.headers[.via] = "SIP/2.0/UDP 192.0.2.1;branch=plain"
        etiquette.sends(.request(invite))
        etiquette.sends(.response(Response(200, to: invite)))
        #expect(
            etiquette.faults == [
                "§8.1.1.7 branch used twice: INVITE", "§8.1.1.7 cookie: INVITE", "§8.1.1.8 one Contact: INVITE",
                "§12.2.1.1 CSeq rises: INVITE", "§8.2.6 answers nothing: 200 INVITE",
            ])
    }
}
