#if Voice
import Harness
import Testing

@testable import Voice

@Suite("Clocks") struct DriftTests {
    @Test("a clock that is 200 millionths off is followed", arguments: [(200.0, 10), (-200, 2)])
    func drift(millionths: Double, minutes: Int) throws {
        var conversation = try Conversation(.pcmu)
        conversation.drift = millionths
        // Only one direction is measured, and the other would take as long.
        var listening = conversation.bob.parameters
        listening.sends = false
        try conversation.bob.update(listening)
        let speech = Voices.speech(seconds: 20)
        var scores: [Double] = []
        let rounds = 3 * minutes
        for round in 0..<rounds {
            let heard = conversation.say(speech).bob
            if round == rounds - 1 || round == rounds / 2 { scores.append(ImpairmentTests.score(speech, heard)) }
        }
        let statistics = conversation.bob.measure(at: conversation.now)
        print(
            "drift \(millionths) ppm for \(conversation.now): STOI \(scores),", "waits \(statistics.wait),",
            conversation.bob.incoming.playout.counts)
        #expect(scores.allSatisfy { $0 > 0.98 })
        #expect(statistics.counts.missing <= 3)
        #expect(
            conversation.bob.incoming.playout.counts.dropped + conversation.bob.incoming.playout.counts.held <= 2
                * minutes)
        #expect(statistics.wait < .milliseconds(60))
    }
}
#endif
