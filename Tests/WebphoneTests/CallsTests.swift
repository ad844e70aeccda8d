import SIP
import Testing

@testable import Webphone

@Suite("Calls")
struct CallsTests {
    let guest = Party(number: "1002", name: "guest")

    /// Registered as 1001.
    func calls() -> Calls {
        var calls = Calls(identifiers: .seeded(1))
        _ = calls.handle(.established(number: "1001"))
        return calls
    }

    func reports(_ effects: [Calls.Effect]) -> [PhoneReport] {
        effects.compactMap { if case .report(let report) = $0 { report } else { nil } }
    }

    /// A placed call to guest that was answered.
    func inCall() -> Calls {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        _ = calls.handle(.session(.placed(1), .established))
        return calls
    }

    @Test("a call rings, is answered and ends, each told once")
    func life() {
        var calls = calls()
        #expect(
            calls.handle(.call(.placed(7), guest)) == [
                .report(.call(.placed(7), .calling, by: .us)), .start(.ring(.placed(7)), after: Calls.placedRings),
                .invite(.placed(1), number: "1002"),
            ])
        #expect(reports(calls.handle(.session(.placed(1), .ringing))) == [.call(.placed(7), .ringing, by: .them)])
        #expect(reports(calls.handle(.session(.placed(1), .ringing))) == [])
        #expect(
            calls.handle(.session(.placed(1), .established)) == [
                .cancel(.ring(.placed(7))), .report(.call(.placed(7), .inCall, by: .them)),
            ])
        #expect(
            calls.handle(.session(.placed(1), .ended(SessionEnd(.hungUp, by: .them)))) == [
                .report(.call(.placed(7), .completed, by: .them)), .ended(.placed(7)),
            ])
    }

    @Test(
        "each refusal has its word",
        arguments: [
            (486, .busy), (600, .busy), (603, .rejected), (404, .notFound), (480, .notFound), (408, .noAnswer),
            (488, .failed("The two programs have no way to talk in common (488).")),
            (699, .failed("The answer was 699.")),
        ] as [(Int, CallState)])
    func refusals(status: Int, state: CallState) {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        let end = SessionEnd(.refused(status: status, reason: "\u{1B}x"), by: .them)
        #expect(reports(calls.handle(.session(.placed(1), .ended(end)))) == [.call(.placed(1), state, by: .them)])
    }

    @Test("nobody is there who was asked already: no answer", arguments: [480, 487, 408])
    func noAnswer(status: Int) {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        _ = calls.handle(.session(.placed(1), .ringing))
        let end = SessionEnd(.refused(status: status, reason: ""), by: .them)
        let told = reports(calls.handle(.session(.placed(1), .ended(end))))
        #expect(told == [.call(.placed(1), .noAnswer, by: .them)])
    }

    @Test("a call refused as a stranger's is asked once more when the exchange knows us again")
    func disowned() {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        let refusal = SessionState.ended(SessionEnd(.refused(status: 403, reason: ""), by: .them))
        #expect(calls.handle(.session(.placed(1), refusal)) == [.disowned])
        #expect(calls.handle(.renewed) == [.invite(.placed(2), number: guest.number)])
        #expect(calls.handle(.renewed) == [])
        let end = calls.handle(.session(.placed(2), refusal))
        #expect(
            reports(end) == [.call(.placed(1), .failed("The exchange does not allow it (403)."), by: .them)])
    }

    @Test("a request taken back is cancelled, a call hung up is completed, and the session is told")
    func hangUp() {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        #expect(
            calls.handle(.hangUp(.placed(1))) == [
                .hangUp(.placed(1)), .cancel(.ring(.placed(1))), .report(.call(.placed(1), .cancelled, by: .us)),
                .ended(.placed(1)),
            ])
        var other = inCall()
        #expect(reports(other.handle(.hangUp(.placed(1)))) == [.call(.placed(1), .completed, by: .us)])
        #expect(other.handle(.hangUp(.placed(1))) == [])
    }

    @Test("late events of an old call never touch the new one")
    func late() {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        _ = calls.handle(.hangUp(.placed(1)))
        _ = calls.handle(.call(.placed(2), guest))
        #expect(calls.handle(.session(.placed(1), .established)) == [])
        #expect(calls.handle(.session(.placed(1), .ended(SessionEnd(.cancelled, by: .us)))) == [])
        #expect(calls.handle(.fired(.ring(.placed(1)))) == [])
        #expect(reports(calls.handle(.session(.placed(2), .established))) == [.call(.placed(2), .inCall, by: .them)])
    }

    @Test("several requests queue, each answered by its own name; one too many is busy")
    func queue() {
        var calls = calls()
        for caller in 1...Calls.incomingLimit {
            let party = Party(number: "\(2000 + caller)", name: "")
            let effects = calls.handle(.incoming(.received(UInt64(caller)), from: party))
            #expect(reports(effects) == [.incoming(.received(caller), from: party)])
        }
        let last = calls.handle(.incoming(.received(99), from: Party(number: "3000", name: "")))
        #expect(last == [.reject(.received(99), status: 486)])
        #expect(calls.handle(.accept(.received(2))) == [.accept(.received(2))])
        #expect(calls.handle(.accept(.received(2))) == [])
        #expect(
            calls.handle(.reject(.received(3))) == [
                .reject(.received(3), status: 603), .cancel(.ring(.received(3))),
                .report(.call(.received(3), .rejected, by: .us)), .ended(.received(3)),
            ])
    }

    @Test("a request withdrawn before the answer is told, and accepting it then does nothing")
    func withdrawn() {
        var calls = calls()
        _ = calls.handle(.incoming(.received(1), from: guest))
        let end = calls.handle(.session(.received(1), .ended(SessionEnd(.cancelled, by: .them))))
        #expect(reports(end) == [.call(.received(1), .cancelled, by: .them)])
        #expect(calls.handle(.accept(.received(1))) == [])
    }

    @Test("nobody rings for ever")
    func ringing() {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        _ = calls.handle(.incoming(.received(1), from: Party(number: "1003", name: "")))
        #expect(
            calls.handle(.fired(.ring(.placed(1)))).starts(with: [.hangUp(.placed(1))])
                && calls.handle(.fired(.ring(.received(1)))).starts(with: [.reject(.received(1), status: 480)]))
        #expect(calls.calls.isEmpty)
    }

    @Test("whoever goes OFFLINE leaves every call")
    func offline() {
        var calls = inCall()
        _ = calls.handle(.incoming(.received(1), from: guest))
        _ = calls.handle(.call(.placed(2), Party(number: "1003", name: "")))
        #expect(
            reports(calls.handle(.offline(number: "1002"))) == [.call(.placed(1), .completed, by: .them)])
        #expect(Array(calls.calls.keys) == [.placed(2)])
        #expect(reports(calls.handle(.offline(number: "1003"))) == [.call(.placed(2), .notFound, by: .them)])
    }

    @Test("a lost connection ends every call, and the other side is told when there is a connection again")
    func lost() {
        var calls = inCall()
        #expect(reports(calls.handle(.lost)) == [.call(.placed(1), .failed(Reasons.lost), by: .them)])
        #expect(calls.handle(.established(number: "1001")) == [.hangUp(.placed(1))])
        #expect(calls.handle(.established(number: "1001")) == [])
    }

    @Test("under another number the calls of the former one are over, and a request under way is not")
    func renamed() {
        var calls = inCall()
        _ = calls.handle(.incoming(.received(1), from: Party(number: "1004", name: "late")))
        _ = calls.handle(.call(.placed(2), Party(number: "1003", name: "")))
        #expect(calls.handle(.established(number: "1001")) == [], "the same number")
        let effects = calls.handle(.established(number: "1005"))
        #expect(effects.contains(.hangUp(.placed(1))) && effects.contains(.reject(.received(1), status: 480)))
        #expect(
            reports(effects) == [
                .call(.placed(1), .failed(Reasons.newNumber), by: .them),
                .call(.received(1), .failed(Reasons.newNumber), by: .them),
            ])
        #expect(Array(calls.calls.keys) == [.placed(2)])
    }

    @Test("without a connection, and to ourselves, nothing is called")
    func refused() {
        var idle = Calls(identifiers: .seeded(1))
        let refusal = idle.handle(.call(.placed(1), guest))
        #expect(refusal == [.report(.call(.placed(1), .failed(Reasons.notConnected), by: .us))])
        var calls = calls()
        let own = calls.handle(.call(.placed(1), Party(number: "1001", name: "me")))
        #expect(own == [.report(.call(.placed(1), .failed(Reasons.ownNumber), by: .us))])
    }

    @Test("what cannot be a number reaches nobody", arguments: ["", " ", "10 02", "1002\u{202E}", "\u{1B}[m"])
    func noNumber(number: String) {
        var calls = calls()
        let effects = calls.handle(.call(.placed(1), Party(number: number, name: "x")))
        #expect(effects == [.report(.call(.placed(1), .notFound, by: .us))])
    }

    @Test("an INVITE too large for UDP goes out again over TCP, or fails with the reason")
    func tooLarge() {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        let large = SessionState.ended(SessionEnd(.tooLarge, by: .us))
        #expect(calls.handle(.session(.placed(1), large)) == [.tooLarge])
        #expect(calls.handle(.moved) == [.invite(.placed(2), number: "1002")])
        #expect(calls.handle(.session(.placed(2), large)) == [.tooLarge])
        #expect(reports(calls.handle(.moveFailed)) == [.call(.placed(1), .failed(Reasons.tooLarge), by: .us)])
    }

    @Test("a 491 without the other's request is tried again, and not for ever")
    func retried() {
        var calls = calls()
        _ = calls.handle(.call(.placed(1), guest))
        for round in 1...Calls.glareAttempts {
            let refusal = SessionState.ended(SessionEnd(.refused(status: 491, reason: ""), by: .them))
            let effects = calls.handle(.session(.placed(UInt64(round)), refusal))
            #expect(reports(effects) == [])
            #expect(calls.handle(.fired(.again(.placed(1)))) == [.invite(.placed(UInt64(round + 1)), number: "1002")])
        }
        let last = SessionState.ended(SessionEnd(.refused(status: 491, reason: ""), by: .them))
        #expect(reports(calls.handle(.session(.placed(5), last))).count == 1)
    }

    @Test("calling whom is asking us at this moment accepts the request")
    func callBack() {
        var calls = calls()
        _ = calls.handle(.incoming(.received(1), from: guest))
        let effects = calls.handle(.call(.placed(1), guest))
        #expect(reports(effects) == [.call(.received(1), .completed, by: .us)])
        #expect(effects.contains(.accept(.received(1))))
        #expect(reports(calls.handle(.session(.received(1), .established))) == [.call(.placed(1), .inCall, by: .them)])
    }
}
