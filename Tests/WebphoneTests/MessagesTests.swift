import SIP
import Testing

@testable import Webphone

@Suite("Messages on their way")
struct MessagesTests {
    let call = CallID.placed(1)

    func send(_ id: Int, _ text: String, _ messages: inout Messages) -> [Messages.Effect] {
        messages.handle(.send(MessageID(id), text, in: call))
    }

    func delivery(_ id: Int, _ delivery: Delivery) -> Messages.Effect {
        .report(.delivery(MessageID(id), delivery))
    }

    @Test("one after the other, in order, each told as sending and delivered")
    func order() {
        var messages = Messages()
        #expect(send(1, "a", &messages) == [delivery(1, .sending), .sendInside(MessageToken(1), "a", call)])
        #expect(send(2, "b", &messages) == [delivery(2, .sending)])
        #expect(send(3, "c", &messages) == [delivery(3, .sending)])
        for (id, next) in [(1, "b"), (2, "c")] {
            let effects = messages.handle(.result(MessageToken(UInt64(id)), .delivered))
            #expect(effects == [delivery(id, .delivered), .sendInside(MessageToken(UInt64(id + 1)), next, call)])
        }
        #expect(messages.handle(.result(MessageToken(3), .delivered)) == [delivery(3, .delivered)])
    }

    @Test("one that fails does not hold up the next, and the reason is in words")
    func failure() {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = send(2, "b", &messages)
        let refused = messages.handle(.result(MessageToken(1), .failed(.refused(status: 480, reason: "\u{7}"))))
        #expect(
            refused == [
                delivery(1, .failed("The other side is not online (480).")), .sendInside(MessageToken(2), "b", call),
            ])
        #expect(
            messages.handle(.result(MessageToken(2), .failed(.timedOut))) == [
                delivery(2, .failed("No answer came in time."))
            ])
    }

    @Test("one refused as a stranger's goes once more when the exchange knows us again, before those after it")
    func disowned() {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = send(2, "b", &messages)
        let refusal = UserAgent.MessageResult.failed(.refused(status: 403, reason: ""))
        #expect(messages.handle(.result(MessageToken(1), refusal)) == [.disowned])
        #expect(messages.handle(.renewed) == [.sendInside(MessageToken(2), "a", call)])
        #expect(
            messages.handle(.result(MessageToken(2), refusal)) == [
                delivery(1, .failed("The exchange does not allow it (403).")), .sendInside(MessageToken(3), "b", call),
            ])
    }

    @Test("one that then finds the other side not back yet goes again as others come back, and last when all have")
    func awaited() {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = messages.handle(.result(MessageToken(1), .failed(.refused(status: 403, reason: ""))))
        _ = messages.handle(.renewed)
        let refusal = UserAgent.MessageResult.failed(.refused(status: 480, reason: ""))
        for token in 2...4 as ClosedRange<UInt64> {
            #expect(messages.handle(.result(MessageToken(token), refusal)) == [.awaited(call)])
            #expect(messages.handle(.renewed) == [.sendInside(MessageToken(token + 1), "a", call)])
        }
        #expect(messages.handle(.result(MessageToken(5), refusal)) == [.awaited(call)])
        #expect(messages.handle(.reconciled(call)) == [.sendInside(MessageToken(6), "a", call)])
        #expect(messages.handle(.reconciled(call)) == [], "it is under way")
        #expect(
            messages.handle(.result(MessageToken(6), refusal)) == [
                delivery(1, .failed("The other side is not online (480)."))
            ])
    }

    @Test(
        "one refused as a stranger's is marked failed when the connection is lost, or the call ends",
        arguments: [true, false])
    func disownedAndLost(isLost: Bool) {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = messages.handle(.result(MessageToken(1), .failed(.refused(status: 403, reason: ""))))
        let end = isLost ? messages.handle(.lost) : messages.handle(.ended(call))
        #expect(end == [delivery(1, .failed(isLost ? Reasons.lost : Reasons.endedMessage))])
        #expect(messages.handle(.renewed) == [])
    }

    private static let pending = UserAgent.MessageResult.failed(.refused(status: 491, reason: ""))

    @Test("what comes between the other side's question and our answer (491) goes again, before those after it")
    func pending() {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = send(2, "b", &messages)
        let pause = messages.handle(.result(MessageToken(1), Self.pending))
        #expect(pause == [.start(.again(call), after: .milliseconds(250))])
        #expect(messages.handle(.fired(.again(call))) == [.sendInside(MessageToken(2), "a", call)])
        #expect(messages.handle(.fired(.again(call))) == [], "once")
        let longer = messages.handle(.result(MessageToken(2), Self.pending))
        #expect(longer == [.start(.again(call), after: .milliseconds(500))])
        #expect(messages.handle(.fired(.again(call))) == [.sendInside(MessageToken(3), "a", call)])
        let end = messages.handle(.result(MessageToken(3), .delivered))
        #expect(end == [delivery(1, .delivered), .sendInside(MessageToken(4), "b", call)])
    }

    @Test("it is not asked for ever: after half a minute the text fails, and the next has its turn")
    func pendingForEver() {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = send(2, "b", &messages)
        var waited = Duration.zero
        var effects = messages.handle(.result(MessageToken(1), Self.pending))
        var token: UInt64 = 1
        while case .start(let timer, let delay) = effects.first {
            waited += delay
            token += 1
            #expect(messages.handle(.fired(timer)) == [.sendInside(MessageToken(token), "a", call)])
            effects = messages.handle(.result(MessageToken(token), Self.pending))
        }
        #expect(waited > .seconds(25) && waited < .seconds(35))
        let next = Messages.Effect.sendInside(MessageToken(token + 1), "b", call)
        #expect(effects == [delivery(1, .failed(Reasons.message(491))), next])
    }

    @Test("a text that waits so fails with its call, and with the connection", arguments: [true, false])
    func pendingToTheEnd(isLost: Bool) {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = messages.handle(.result(MessageToken(1), Self.pending))
        let end = messages.handle(isLost ? .lost : .ended(call))
        let reason = isLost ? Reasons.lost : Reasons.endedMessage
        #expect(end == [.cancel(.again(call)), delivery(1, .failed(reason))])
        #expect(messages.handle(.fired(.again(call))) == [])
    }

    @Test("a text that waits so goes at once when something else lets it, whatever becomes of the way to TCP")
    func pendingAndMoved() {
        for event in [Messages.Event.moved, .moveFailed, .renewed] {
            var messages = Messages()
            _ = send(1, "a", &messages)
            _ = messages.handle(.result(MessageToken(1), Self.pending))
            #expect(messages.handle(event) == [.sendInside(MessageToken(2), "a", call)])
            #expect(messages.handle(.fired(.again(call))) == [])
        }
    }

    @Test("a result that comes twice, or late, is told once")
    func once() {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = messages.handle(.result(MessageToken(1), .delivered))
        #expect(messages.handle(.result(MessageToken(1), .failed(.timedOut))) == [])
    }

    @Test("where the dialog takes no MESSAGE it goes outside, and so do those after it", arguments: [405, 501])
    func outside(status: Int) {
        var messages = Messages()
        _ = send(1, "a", &messages)
        let first = messages.handle(.result(MessageToken(1), .failed(.refused(status: status, reason: ""))))
        #expect(first == [.report(.note(call, .textOutside)), .sendOutside(MessageToken(2), "a", call)])
        _ = messages.handle(.result(MessageToken(2), .delivered))
        #expect(send(2, "b", &messages) == [delivery(2, .sending), .sendOutside(MessageToken(3), "b", call)])
        let last = messages.handle(.result(MessageToken(3), .failed(.refused(status: status, reason: ""))))
        let end = delivery(2, .failed("The other side does not support it (\(status))."))
        #expect(last == [.report(.note(call, .noText)), end])
    }

    @Test("a lost connection marks what is under way and what waits, once")
    func lost() {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = send(2, "b", &messages)
        let lost = messages.handle(.lost)
        #expect(lost == [delivery(1, .failed(Reasons.lostMessage)), delivery(2, .failed(Reasons.lost))])
        #expect(messages.handle(.result(MessageToken(1), .delivered)) == [])
        #expect(messages.handle(.lost) == [])
    }

    @Test("when the call ends, what waits fails and what is under way may still be confirmed")
    func ended() {
        var messages = Messages()
        _ = send(1, "a", &messages)
        _ = send(2, "b", &messages)
        #expect(messages.handle(.ended(call)) == [delivery(2, .failed(Reasons.endedMessage))])
        #expect(messages.handle(.result(MessageToken(1), .delivered)) == [delivery(1, .delivered)])
    }

    @Test("what is too large for UDP waits for TCP, and those behind it with it")
    func moved() {
        var messages = Messages()
        _ = send(1, "long", &messages)
        _ = send(2, "b", &messages)
        #expect(messages.handle(.result(MessageToken(1), .failed(.tooLarge))) == [.tooLarge])
        #expect(messages.handle(.moved) == [.sendInside(MessageToken(2), "long", call)])
        #expect(messages.handle(.result(MessageToken(2), .delivered)).last == .sendInside(MessageToken(3), "b", call))
    }

    @Test("where there is no TCP, what is too large fails and the rest goes on")
    func notMoved() {
        var messages = Messages()
        _ = send(1, "long", &messages)
        _ = send(2, "b", &messages)
        _ = messages.handle(.result(MessageToken(1), .failed(.tooLarge)))
        let failed = messages.handle(.moveFailed)
        #expect(failed == [delivery(1, .failed(Reasons.tooLarge)), .sendInside(MessageToken(2), "b", call)])
    }

    @Test("a text longer than one message holds is refused with the excess in words")
    func tooLong() {
        var messages = Messages()
        let words = "The text is 3 bytes longer than the 8192 that one message holds."
        let text = String(repeating: "x", count: Messages.longestText + 3)
        #expect(send(1, text, &messages) == [delivery(1, .failed(words))])
        #expect(send(2, String(text.dropLast(3)), &messages).count == 2)
    }

    @Test("a long queue is bounded and keeps its order")
    func bounded() {
        var messages = Messages()
        for id in 0...Messages.waitingLimit { _ = send(id, "\(id)", &messages) }
        #expect(send(-1, "x", &messages) == [delivery(-1, .failed(Reasons.tooManyMessages))])
        for id in 0..<Messages.waitingLimit {
            let effects = messages.handle(.result(MessageToken(UInt64(id + 1)), .delivered))
            #expect(effects.last == .sendInside(MessageToken(UInt64(id + 2)), "\(id + 1)", call))
        }
    }
}
