import SIP
import Testing

@testable import Webphone

@Suite("Calls set aside")
struct HoldTests {
    let call = CallID.placed(1)
    let session = SessionID.placed(1)

    func calls() -> Calls {
        var calls = Calls(identifiers: .seeded(1))
        _ = calls.handle(.established(number: "1001"))
        _ = calls.handle(.call(call, Party(number: "1002", name: "guest")))
        _ = calls.handle(.session(session, .established))
        return calls
    }

    func told(_ state: CallState, _ side: Side) -> [Calls.Effect] { [.report(.call(call, state, by: side))] }

    @Test("by us, and gone on with, each told when the other side has agreed")
    func byUs() {
        var calls = calls()
        #expect(calls.handle(.hold(call)) == [.hold(session)])
        #expect(calls.handle(.hold(call)) == [], "asked already")
        #expect(calls.handle(.held(session, byUs: true, byThem: false)) == told(.hold, .us))
        #expect(calls.session(of: call) == session, "messages go on")
        #expect(calls.handle(.hold(call)) == [], "it is")
        #expect(calls.handle(.resume(call)) == [.resume(session)])
        #expect(calls.handle(.held(session, byUs: false, byThem: false)) == told(.inCall, .us))
    }

    @Test("by both: it is ours as long as we hold it, theirs then")
    func byBoth() {
        var calls = calls()
        #expect(calls.handle(.held(session, byUs: false, byThem: true)) == told(.hold, .them))
        #expect(calls.handle(.hold(call)) == [.hold(session)])
        #expect(calls.handle(.held(session, byUs: true, byThem: true)) == told(.hold, .us))
        #expect(calls.handle(.resume(call)) == [.resume(session)])
        #expect(calls.handle(.held(session, byUs: false, byThem: true)) == told(.hold, .them))
        #expect(calls.handle(.held(session, byUs: false, byThem: true)) == [], "nothing new")
        #expect(calls.handle(.held(session, byUs: false, byThem: false)) == told(.inCall, .them))
    }

    @Test("a change of mind before the answer came is asked when it has")
    func changedMind() {
        var calls = calls()
        _ = calls.handle(.hold(call))
        #expect(calls.handle(.resume(call)) == [])
        #expect(calls.handle(.held(session, byUs: false, byThem: true)) == told(.hold, .them), "theirs came between")
        #expect(calls.handle(.held(session, byUs: true, byThem: true)) == told(.hold, .us) + [.resume(session)])
    }

    @Test("a refusal is told in words, and asked again only by the person", arguments: [488, nil] as [Int?])
    func refused(status: Int?) {
        var calls = calls()
        _ = calls.handle(.hold(call))
        let note = PhoneReport.note(call, .holdFailed(Reasons.hold(status)))
        #expect(calls.handle(.holdFailed(session, status: status)) == [.report(note)])
        #expect(calls.handle(.holdFailed(session, status: status)) == [], "nothing was asked")
        #expect(calls.handle(.hold(call)) == [.hold(session)])
    }

    @Test("nothing is held that is not accepted, and nothing late of a call that is over")
    func notInCall() {
        var calls = Calls(identifiers: .seeded(1))
        _ = calls.handle(.established(number: "1001"))
        _ = calls.handle(.call(call, Party(number: "1002", name: "guest")))
        #expect(calls.handle(.hold(call)) == [])
        #expect(calls.handle(.held(session, byUs: true, byThem: false)) == [])
        _ = calls.handle(.session(session, .established))
        _ = calls.handle(.hold(call))
        _ = calls.handle(.session(session, .ended(SessionEnd(.hungUp, by: .them))))
        #expect(calls.handle(.held(session, byUs: true, byThem: false)) == [])
        #expect(calls.handle(.holdFailed(session, status: nil)) == [])
    }

    @Test("one that is held ends as any other: hung up, OFFLINE, and moved with the connection")
    func stillACall() {
        var calls = calls()
        _ = calls.handle(.held(session, byUs: false, byThem: true))
        #expect(calls.handle(.moved) == [.renew(session)])
        var other = calls
        #expect(
            other.handle(.hangUp(call)) == [
                .hangUp(session), .report(.call(call, .completed, by: .us)), .ended(call),
            ])
        #expect(
            calls.handle(.offline(number: "1002")).contains(.report(.call(call, .completed, by: .them))))
    }
}
