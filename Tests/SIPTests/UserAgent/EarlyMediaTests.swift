import SIP
import Testing

/// A chat is asked for with silent audio, so nobody is entitled to send us anything before the answer (RFC 3264 §5.1). The
/// ring-back is ours.
@Suite("Early media") struct EarlyMediaTests {
    static func described(_ body: String) -> (inout Response) -> Void {
        {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9", port: 5060))
            $0.headers[.contentType] = "application/sdp"
            $0.body = Array(body.utf8)
        }
    }

    @Test(
        "in answer to a chat request is not listened to: it rings, and the chat is one of texts",
        arguments: ["", "sendonly", "inactive"], [true, false])
    func chatRequest(_ direction: String, _ isReliable: Bool) throws {
        var phone = Phone("1001", codecs: VoiceTests.all)
        phone.does(.invite(MessageTests.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        let announcement = HoldTests.offer(direction)
        phone.hears(
            183, to: invite,
            isReliable ? ReliableResponseTests.reliable(1, announcement) : Self.described(announcement))
        #expect(phone.latest == .session(MessageTests.call, .ringing))
        #expect(phone.count(.prack) == (isReliable ? 1 : 0))
        phone.hears(180, to: invite, Self.described(announcement))
        phone.hears(200, to: invite, Self.described(HoldTests.offer("")))
        #expect(phone.latest == .session(MessageTests.call, .established))
        #expect(phone.voice.isEmpty, "an answer that would be heard, though we offered to hear nothing")
    }

    @Test("of a call that is refused after it leaves nothing behind") func refused() throws {
        var phone = Phone("1001", codecs: VoiceTests.all)
        phone.does(.invite(MessageTests.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(183, to: invite, Self.described(HoldTests.offer("")))
        phone.hears(486, to: invite)
        #expect(phone.voice.isEmpty)
        guard case .session(_, .ended)? = phone.latest else {
            Issue.record("\(phone.latest as Any)")
            return
        }
    }

    @Test("before the other side has said yes to voice is not listened to, nor after a no") func question() throws {
        for status in [200, 488] {
            var (phone, _) = try VoiceTests.calling()
            phone.does(.offerVoice(MessageTests.call, .of(1)))
            let question = try phone.takeRequest(.invite)
            phone.hears(183, to: question, tag: nil, Self.described(HoldTests.offer("")))
            #expect(phone.voice.isEmpty)
            phone.hears(status, to: question, tag: nil, Self.described(HoldTests.offer("")))
            #expect((phone.stream != nil) == (status == 200))
        }
    }

    @Test("whose answer was acknowledged counts where the yes does not bring it again (RFC 3262 §5)") func onlyEarly()
        throws
    {
        var (phone, _) = try VoiceTests.calling()
        phone.does(.offerVoice(MessageTests.call, .of(1)))
        let question = try phone.takeRequest(.invite)
        phone.hears(183, to: question, tag: nil, ReliableResponseTests.reliable(3, HoldTests.offer("")))
        #expect(phone.count(.prack) == 1 && phone.voice.isEmpty)
        phone.hears(180, to: question, tag: nil, ReliableResponseTests.reliable(4))
        phone.hears(200, to: question, tag: nil)
        #expect(phone.stream?.remote.port == 4_000)
        // The next question has an answer of its own.
        phone.does(.endVoice(MessageTests.call))
        phone.hears(200, to: try phone.takeRequest(.invite), tag: nil, Self.described(HoldTests.offer("inactive")))
        phone.does(.offerVoice(MessageTests.call, .of(1)))
        phone.hears(200, to: try phone.takeRequest(.invite), tag: nil)
        #expect(phone.voice.last == .refused(.incompatible))
    }
}
