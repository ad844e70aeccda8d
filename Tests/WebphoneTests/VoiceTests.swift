import SIP
import Testing

@testable import Webphone

@Suite("Voice in calls")
struct VoiceTests {
    let call = CallID.placed(1)
    let session = SessionID.placed(1)
    let ours = AudioCapabilities(address: SocketAddress(host: "192.0.2.1", port: 4_000), codecs: [.pcmu])
    let stream = AudioStream(
        remote: SocketAddress(host: "192.0.2.9", port: 5_000),
        remoteControl: SocketAddress(host: "192.0.2.9", port: 5_001), isMultiplexed: false,
        sends: AudioFormat(0, .pcmu), receives: [AudioFormat(0, .pcmu)])

    func calls() -> Calls {
        var calls = Calls(identifiers: .seeded(1))
        _ = calls.handle(.established(number: "1001"))
        _ = calls.handle(.call(call, Party(number: "1002", name: "guest")))
        _ = calls.handle(.session(session, .established))
        return calls
    }

    func told(_ state: VoiceState) -> [Calls.Effect] { [.report(.voice(call, state))] }

    @Test("is asked for once, and told as it begins, changes and ends")
    func asked() {
        var calls = calls()
        #expect(calls.handle(.offerVoice(call, ours)) == told(.asking) + [.offerVoice(session, ours)])
        #expect(calls.handle(.offerVoice(call, ours)) == [], "asked already")
        #expect(calls.handle(.audioWanted(session)) == [], "they want it too")
        #expect(calls.handle(.voice(session, .agreed(stream))) == told(.on(stream)))
        var held = stream
        held.maySend = false
        #expect(calls.handle(.voice(session, .agreed(held))) == told(.on(held)))
        #expect(calls.handle(.endVoice(call)) == [.endVoice(session)])
        #expect(calls.handle(.voice(session, .ended(by: .us))) == told(.off(by: .us)))
        #expect(calls.handle(.endVoice(call)) == [])
    }

    @Test("asked of us is answered, and a question that is gone is not")
    func question() {
        var calls = calls()
        #expect(calls.handle(.acceptVoice(call, ours)) == [] && calls.handle(.refuseVoice(call)) == [])
        #expect(
            calls.handle(.voice(session, .asked(isEncrypted: false))) == [
                .report(.voiceAsked(call, isEncrypted: false))
            ])
        #expect(calls.handle(.acceptVoice(call, ours)) == [.acceptVoice(session, ours)])
        #expect(calls.handle(.voice(session, .withdrawn)) == told(.withdrawn))
        #expect(calls.handle(.acceptVoice(call, ours)) == [])
        _ = calls.handle(.voice(session, .asked(isEncrypted: false)))
        #expect(calls.handle(.refuseVoice(call)) == [.refuseVoice(session)])
        _ = calls.handle(.voice(session, .asked(isEncrypted: false)))
        #expect(calls.handle(.offerVoice(call, ours)) == [.acceptVoice(session, ours)], "that is a yes")
    }

    @Test(
        "that does not come about is explained",
        arguments: [
            VoiceRefusal.declined, .unanswered, .incompatible, .unable(status: 200), .unable(status: 501),
            .onHold, .noSession,
        ])
    func refused(_ refusal: VoiceRefusal) {
        var calls = calls()
        _ = calls.handle(.offerVoice(call, ours))
        let effects = calls.handle(.voice(session, .refused(refusal)))
        #expect(effects == told(.failed(Reasons.voice(refusal))))
        #expect(Reasons.voice(refusal).hasSuffix("."))
        #expect(calls.handle(.offerVoice(call, ours)).count == 2, "and may be asked for again")
    }

    @Test("that is refused encrypted is told as such, and may be asked for again") func unencrypted() {
        var calls = calls()
        _ = calls.handle(.offerVoice(call, ours))
        #expect(calls.handle(.voice(session, .refused(.unencrypted))) == told(.unencrypted))
        #expect(calls.handle(.offerVoice(call, ours)).count == 2)
        #expect(
            calls.handle(.voice(session, .asked(isEncrypted: true))) == [.report(.voiceAsked(call, isEncrypted: true))])
    }

    @Test("is not asked for without a call, before it is accepted, or on hold")
    func noPlace() {
        var calls = calls()
        let nobody = CallID.placed(9)
        #expect(
            calls.handle(.offerVoice(nobody, ours)) == [.report(.voice(nobody, .failed(Reasons.noCall)))])
        _ = calls.handle(.held(session, byUs: false, byThem: true))
        #expect(calls.handle(.offerVoice(call, ours)) == told(.failed(Reasons.voice(.onHold))))
        #expect(calls.handle(.voice(.placed(9), .agreed(stream))) == [])
    }

    @Test("of a call that comes in is accepted with it, or left out, and nothing more is said of it")
    func incoming() {
        for isSpoken in [true, false] {
            var calls = calls()
            let (id, new) = (CallID.received(1), SessionID.received(1))
            _ = calls.handle(.incoming(new, from: Party(number: "1003", name: ""), wantsAudio: true))
            #expect(
                calls.handle(.voice(new, .asked(isEncrypted: false))) == [.report(.voiceAsked(id, isEncrypted: false))])
            let answer = calls.handle(isSpoken ? .acceptVoice(id, ours) : .accept(id))
            #expect(answer == [.accept(new, voice: isSpoken ? ours : nil)])
            #expect(calls.handle(.acceptVoice(id, ours)) == [], "once")
            let effects = calls.handle(.session(new, .established))
            #expect(effects == [.cancel(.ring(id)), .report(.call(id, .inCall, by: .us))])
            #expect(calls.handle(.audioWanted(new)) == [])
        }
    }

    @Test("ends with the call, whoever hangs up, and a question with it")
    func end() {
        var calls = calls()
        _ = calls.handle(.voice(session, .asked(isEncrypted: false)))
        let hungUp = calls.handle(.hangUp(call))
        #expect(hungUp.dropLast(2) == [.hangUp(session), .report(.voice(call, .withdrawn))])
        calls = self.calls()
        _ = calls.handle(.voice(session, .agreed(stream)))
        let over = calls.handle(.session(session, .ended(SessionEnd(.hungUp, by: .them))))
        #expect(over.first == .report(.voice(call, .off(by: .them))))
        #expect(over.dropFirst().first == .report(.call(call, .completed, by: .them)))
    }

    @Test("is left where another party takes the call over")
    func handedOver() {
        var calls = calls()
        _ = calls.handle(.voice(session, .agreed(stream)))
        let effects = calls.handle(.replaced(session, by: .received(1), Party(number: "1003", name: "third")))
        #expect(effects.contains(.report(.voice(call, .off(by: .them)))))
        #expect(calls.handle(.offerVoice(call, ours)).last == .offerVoice(.received(1), ours))
    }
}
