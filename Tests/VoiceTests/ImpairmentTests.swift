#if Voice
import Glibc
import Harness
import Testing

@testable import Voice

/// What an impaired network leaves of speech, in numbers; they are in the README's table. The sounds themselves are kept in
/// the folder PARTYLINE_SOUNDS, if it is named.
@Suite struct ImpairmentTests {
    enum Network: String, CaseIterable, CustomStringConvertible {
        case good, loss1, loss5, loss10, loss20, jitter80, reordered, duplicated

        var description: String {
            switch self {
            case .good: "no impairment"
            case .loss1: "1 % loss"
            case .loss5: "5 % loss"
            case .loss10: "10 % loss"
            case .loss20: "20 % loss"
            case .jitter80: "80 ms jitter"
            case .reordered: "5 % out of order"
            case .duplicated: "10 % twice"
            }
        }

        var impairment: Impairment {
            switch self {
            case .good: Impairment()
            case .loss1: Impairment(loss: 0.01)
            case .loss5: Impairment(loss: 0.05)
            case .loss10: Impairment(loss: 0.1)
            case .loss20: Impairment(loss: 0.2)
            case .jitter80: Impairment(jitter: .milliseconds(80))
            case .reordered: Impairment(reordering: 0.05)
            case .duplicated: Impairment(duplication: 0.1)
            }
        }

        /// The least that is understood: what was measured, less a little.
        func least(_ codec: Codec) -> Double {
            switch (self, codec == .opus) {
            case (.good, true), (.jitter80, true), (.reordered, true), (.duplicated, true): 0.97
            case (.good, false), (.jitter80, false), (.reordered, false), (.duplicated, false): 0.99
            case (.loss1, true): 0.97
            case (.loss1, false): 0.98
            case (.loss5, true): 0.95
            case (.loss5, false): 0.96
            case (.loss10, true): 0.94
            case (.loss10, false): 0.93
            case (.loss20, true): 0.91
            case (.loss20, false): 0.87
            }
        }
    }

    /// Heard against said, in parts of two seconds: where waiting grew or shrank, the parts behind are shifted.
    static func score(_ said: [Int16], _ heard: [Int16]) -> Double {
        let part = 96_000
        var scores: [Double] = []
        for start in stride(from: 2 * part, to: said.count - part - 24_000, by: part) {
            let delay = Likeness.correlation(said[start..<(start + part)], heard, delay: 480...16_000).delay
            scores.append(
                STOI.score(Array(said[start..<(start + part)]), Array(heard[(start + delay)..<(start + delay + part)])))
        }
        return scores.reduce(0, +) / Double(max(1, scores.count))
    }

    @Test("speech is understood over an impaired network", arguments: Network.allCases, [Codec.opus, .pcmu])
    func understood(network: Network, codec: Codec) throws {
        var conversation = try Conversation(codec)
        conversation.there = network.impairment
        let speech = Voices.speech(seconds: 24)
        // Reports of the first half tell the encoder what gets lost.
        let heard = conversation.say(speech, answer: speech).bob
        let score = Self.score(speech, heard)
        if let folder = getenv("PARTYLINE_SOUNDS") {
            let path = "\(String(cString: folder))/\(codec.name) \(network)"
            try VoiceEngineTests.write(speech, to: "\(path) said.wav")
            try VoiceEngineTests.write(heard, to: "\(path) heard.wav")
        }
        let statistics = conversation.bob.measure(at: conversation.now)
        print(
            "\(network), \(codec.name): STOI \((score * 1_000).rounded() / 1_000),",
            "waited \(Int(statistics.wait / .milliseconds(1))) ms, missing \(statistics.counts.missing),",
            "late \(statistics.counts.late)")
        #expect(score >= network.least(codec), "\(score)")
    }
}
#endif
