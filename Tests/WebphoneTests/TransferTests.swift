import SIP
import Testing

@testable import Webphone

@Suite("Calls sent on")
struct TransferTests {
    let guest = Party(number: "1002", name: "guest")
    let third = Party(number: "1003", name: "third")
    let first = CallID.placed(1)
    let session = SessionID.placed(1)

    var referral: Calls.Referral {
        Calls.Referral(id: ReferralID(7), party: third, target: .sip("1003", "exchange.local"))
    }

    /// Registered as 1001, in a call with 1002.
    func calls() -> Calls {
        var calls = Calls(identifiers: .seeded(1))
        _ = calls.handle(.established(number: "1001"))
        _ = calls.handle(.call(first, guest))
        _ = calls.handle(.session(session, .established))
        return calls
    }

    func reports(_ effects: [Calls.Effect]) -> [PhoneReport] {
        effects.compactMap { if case .report(let report) = $0 { report } else { nil } }
    }

    // MARK: 302

    @Test("a request is answered by sending the caller to somebody else, once")
    func forward() {
        var calls = calls()
        _ = calls.handle(.incoming(.received(1), from: third))
        let effects = calls.handle(.forward(.received(1), to: guest))
        #expect(effects.first == .redirect(.received(1), to: guest))
        #expect(reports(effects) == [.call(.received(1), .forwarded(to: guest), by: .us)])
        #expect(calls.handle(.forward(.received(1), to: guest)) == [])
        #expect(calls.handle(.forward(first, to: guest)) == [], "a call that we placed is not ours to send on")
    }

    @Test("a request of ours that is sent to somebody else ends with whom it names")
    func redirected() {
        var calls = Calls(identifiers: .seeded(1))
        _ = calls.handle(.established(number: "1001"))
        _ = calls.handle(.call(first, guest))
        let effects = calls.handle(.redirected(session, to: third))
        #expect(reports(effects) == [.call(first, .forwarded(to: third), by: .them)])
        #expect(calls.handle(.redirected(session, to: third)) == [])
    }

    // MARK: The one who sends on

    @Test("a blind transfer that works ends our call; nothing of it is asked twice")
    func blind() {
        var calls = calls()
        #expect(calls.handle(.transfer(first, to: third)) == [.refer(session, to: third)])
        #expect(calls.handle(.transfer(first, to: third)) == [.report(.fault(Reasons.transferUnderWay))])
        #expect(reports(calls.handle(.progress(session, .accepted))) == [.note(first, .transfer(.accepted))])
        let end = calls.handle(.progress(session, .succeeded))
        #expect(
            end == [
                .report(.note(first, .transfer(.succeeded))), .hangUp(session),
                .report(.call(first, .completed, by: .us)), .ended(first),
            ])
        #expect(calls.handle(.progress(session, .succeeded)) == [])
    }

    @Test("one that fails leaves the call, with the reason in our words, and may be asked again")
    func blindFails() {
        var calls = calls()
        _ = calls.handle(.transfer(first, to: third))
        let failure = calls.handle(.progress(session, .failed(status: 603, reason: "\u{1B}[2J")))
        let words = TransferProgress.failed(status: 603, reason: "Declined (603).")
        #expect(failure == [.report(.note(first, .transfer(words)))])
        #expect(calls.session(of: first) == session)
        #expect(calls.handle(.transfer(first, to: third)) == [.refer(session, to: third)])
    }

    @Test("an attended transfer ends both calls, in whichever order they end", arguments: [true, false])
    func attended(isReplacedFirst: Bool) {
        var calls = calls()
        _ = calls.handle(.call(.placed(2), third))
        _ = calls.handle(.session(.placed(2), .established))
        #expect(calls.handle(.join(first, with: .placed(2))) == [.join(session, with: .placed(2))])
        if isReplacedFirst {
            let over = calls.handle(.session(.placed(2), .ended(SessionEnd(.hungUp, by: .them))))
            #expect(reports(over) == [.call(.placed(2), .completed, by: .them)])
        }
        let ends = reports(calls.handle(.progress(session, .succeeded)))
        #expect(ends.count == (isReplacedFirst ? 2 : 3))
        #expect(calls.calls.isEmpty)
    }

    @Test("a call is not joined with itself, nor with one that is not accepted")
    func notJoined() {
        var calls = calls()
        _ = calls.handle(.call(.placed(2), third))
        for other in [first, .placed(2), .placed(9)] {
            #expect(calls.handle(.join(first, with: other)) == [.report(.fault(Reasons.noCall))])
        }
    }

    // MARK: The one who is sent on

    @Test("who agrees calls whom it was told to, and the old call is over when the new one is there")
    func follow() {
        var calls = calls()
        #expect(calls.handle(.referred(referral, in: session)) == [.report(.transferAsked(first, to: third))])
        let placed = calls.handle(.acceptTransfer(first, as: .placed(2)))
        #expect(placed.last == .follow(.placed(2), referral))
        #expect(reports(placed) == [.call(.placed(2), .calling, by: .us)])
        let effects = calls.handle(.session(.placed(2), .established))
        #expect(
            reports(effects) == [.call(.placed(2), .inCall, by: .them), .call(first, .completed, by: .them)])
        #expect(!effects.contains(.hangUp(session)), "that is for the one who sent us on")
        #expect(effects.last == .start(.leave(session), after: Calls.transferorPatience))
        var patient = calls
        #expect(patient.handle(.session(session, .ended(SessionEnd(.hungUp, by: .them)))) == [.cancel(.leave(session))])
        #expect(calls.handle(.fired(.leave(session))) == [.hangUp(session)])
        #expect(calls.handle(.fired(.leave(session))) == [])
    }

    @Test("when the new call comes to nothing the old one goes on, and another transfer can be asked for")
    func followFails() {
        var calls = calls()
        _ = calls.handle(.referred(referral, in: session))
        _ = calls.handle(.acceptTransfer(first, as: .placed(2)))
        let busy = SessionState.ended(SessionEnd(.refused(status: 486, reason: ""), by: .them))
        #expect(reports(calls.handle(.session(.placed(2), busy))) == [.call(.placed(2), .busy, by: .them)])
        #expect(calls.session(of: first) == session)
        #expect(calls.handle(.referred(referral, in: session)) == [.report(.transferAsked(first, to: third))])
    }

    @Test("the one who sent us on may leave before the new call is there")
    func transferorLeaves() {
        var calls = calls()
        _ = calls.handle(.referred(referral, in: session))
        _ = calls.handle(.acceptTransfer(first, as: .placed(2)))
        _ = calls.handle(.session(session, .ended(SessionEnd(.hungUp, by: .them))))
        let effects = calls.handle(.session(.placed(2), .established))
        #expect(reports(effects) == [.call(.placed(2), .inCall, by: .them)])
        #expect(calls.leaving.isEmpty)
    }

    @Test("who does not agree says so, once; a second request meanwhile is refused, and so is one to ourselves")
    func refused() {
        var calls = calls()
        _ = calls.handle(.referred(referral, in: session))
        var second = referral
        second.id = ReferralID(8)
        #expect(calls.handle(.referred(second, in: session)) == [.refuse(ReferralID(8))])
        #expect(calls.handle(.refuseTransfer(first)) == [.refuse(ReferralID(7))])
        #expect(calls.handle(.refuseTransfer(first)) == [])
        second.party.number = "1001"
        #expect(calls.handle(.referred(second, in: session)) == [.refuse(ReferralID(8))])
        let late = calls.handle(.acceptTransfer(first, as: .placed(2)))
        #expect(late == [.report(.call(.placed(2), .failed(Reasons.noTransfer), by: .them))])
    }

    @Test("a request that nobody answered is refused when the call ends")
    func callEnds() {
        var calls = calls()
        _ = calls.handle(.referred(referral, in: session))
        #expect(calls.handle(.hangUp(first)).first == .refuse(ReferralID(7)))
    }

    // MARK: The one to whom somebody is sent

    @Test("the call goes on with whom took the other's place, no longer on hold, and ends with the new session")
    func replaced() {
        var calls = calls()
        _ = calls.handle(.held(session, byUs: false, byThem: true))
        let effects = calls.handle(.replaced(session, by: .received(4), third))
        #expect(
            reports(effects) == [
                .note(first, .handedOver(to: third)), .party(first, third), .call(first, .inCall, by: .them),
            ])
        #expect(calls.session(of: first) == .received(4))
        #expect(calls.handle(.session(session, .ended(SessionEnd(.hungUp, by: .us)))) == [])
        #expect(calls.handle(.offline(number: "1002")) == [])
        let end = calls.handle(.session(.received(4), .ended(SessionEnd(.hungUp, by: .them))))
        #expect(reports(end) == [.call(first, .completed, by: .them)])
    }

    @Test("one of ours that rings is answered by whom takes the other's place")
    func replacedEarly() {
        var calls = calls()
        _ = calls.handle(.call(.placed(2), guest))
        _ = calls.handle(.session(.placed(2), .ringing))
        let effects = calls.handle(.replaced(.placed(2), by: .received(4), third))
        #expect(reports(effects) == [.note(.placed(2), .handedOver(to: third)), .party(.placed(2), third)])
        #expect(calls.session(of: .placed(2)) == nil, "not yet")
        let news = reports(calls.handle(.session(.received(4), .established)))
        #expect(news == [.call(.placed(2), .inCall, by: .them)])
        #expect(calls.handle(.session(.placed(2), .ended(SessionEnd(.cancelled, by: .us)))) == [])
        #expect(calls.session(of: .placed(2)) == .received(4))
    }

    @Test("whoever is blocked takes nobody's place")
    func replacedByBlocked() {
        var calls = calls()
        _ = calls.handle(.preferences(Preferences(blocked: ["1003"])))
        let effects = calls.handle(.replaced(session, by: .received(4), third))
        #expect(effects.first == .hangUp(.received(4)))
        #expect(
            reports(effects) == [.call(first, .completed, by: .us), .turnedAway(third, .blocked)])
    }

    @Test("a session that takes the place of none we know ends")
    func replacesNothing() {
        var calls = calls()
        #expect(calls.handle(.replaced(.placed(9), by: .received(4), third)) == [.hangUp(.received(4))])
    }

    // MARK: Keys, audio

    @Test("keys are those of a telephone, in a call")
    func keys() {
        var calls = calls()
        #expect(calls.handle(.dtmf(first, "1 2a#\u{7}x")) == [.dtmf(session, "12A#")])
        #expect(calls.handle(.dtmf(first, "hello, you")) == [])
        #expect(calls.handle(.dtmf(.placed(9), "1")) == [])
        #expect(calls.handle(.pressed(session, "5\u{1B}")) == [.report(.note(first, .dtmf("5")))])
    }

    @Test("that voice was left out is told once, when the call is there")
    func audio() {
        var calls = calls()
        _ = calls.handle(.incoming(.received(1), from: third, wantsAudio: true))
        _ = calls.handle(.accept(.received(1)))
        let effects = calls.handle(.session(.received(1), .established))
        #expect(effects.last == .report(.note(.received(1), .audioLeftOut)))
        #expect(calls.handle(.audioWanted(.received(1))) == [])
        #expect(calls.handle(.audioWanted(session)) == [.report(.note(first, .audioLeftOut))])
    }
}
