#if Voice
import Harness
import RTP
import Testing

@testable import Voice

@Suite struct CodecTests {
    /// `sound` through encoder and decoder, frame by frame.
    private func pass(_ sound: [Int16], _ encoder: any SpeechEncoder, _ decoder: any SpeechDecoder) -> [Int16] {
        var heard: [Int16] = []
        var payload = [UInt8](repeating: 0, count: Sound.largestPayload)
        var samples = [Int16](repeating: 0, count: Sound.longestPacket)
        for start in stride(from: 0, through: sound.count - Sound.wireFrame, by: Sound.wireFrame) {
            let count = encoder.encode(Array(sound[start..<(start + Sound.wireFrame)]), into: &payload)
            if count > 0, let decoded = decoder.decode(payload.span.extracting(0..<count), into: &samples) {
                heard += samples[..<decoded]
            } else {
                decoder.conceal(Sound.wireFrame, into: &samples)
                heard += samples[..<Sound.wireFrame]
            }
        }
        return heard
    }

    @Test("Opus says again what was said, in a fraction of the octets") func opus() throws {
        let speech = Voices.speech(seconds: 4)
        let heard = pass(speech, try OpusSpeechEncoder(), try OpusSpeechDecoder())
        let (likeness, delay) = Likeness.correlation(speech[24_000..<150_000], heard, delay: 0...960)
        #expect(likeness > 0.8, "\(likeness) at \(delay)")
    }

    @Test("G.711 says again what was said, sample for sample but for its delay", arguments: [G711.Law.mu, .a])
    func g711(law: G711.Law) {
        let narrow = Voices.speech(seconds: 4, rate: 8_000)
        let reader = WaveReader(WaveFile(rate: 8_000, samples: narrow))
        var speech = [Int16](repeating: 0, count: 191_040)
        reader.read(into: &speech)
        let heard = pass(speech, G711SpeechEncoder(law), G711SpeechDecoder(law))
        let (likeness, delay) = Likeness.correlation(speech[24_000..<150_000], heard, delay: 0...960)
        #expect(likeness > 0.98, "\(likeness) at \(delay)")
    }

    @Test("Opus leaves silence out") func silence() throws {
        let encoder = try OpusSpeechEncoder()
        var payload = [UInt8](repeating: 0, count: Sound.largestPayload)
        let silence = [Int16](repeating: 0, count: Sound.wireFrame)
        let sent = (0..<100).count { _ in encoder.encode(silence, into: &payload) > 0 }
        #expect(sent < 30)
    }

    @Test("what a lost packet of Opus said is in the next one") func forwardErrorCorrection() throws {
        let encoder = try OpusSpeechEncoder()
        encoder.expect(loss: 0.2)
        let speech = Voices.speech(seconds: 4)
        let withNext = try OpusSpeechDecoder()
        let without = try OpusSpeechDecoder()
        var (repaired, guessed): ([Int16], [Int16]) = ([], [])
        var payloads: [[UInt8]] = []
        var payload = [UInt8](repeating: 0, count: Sound.largestPayload)
        for start in stride(from: 0, to: speech.count, by: Sound.wireFrame) {
            let count = encoder.encode(Array(speech[start..<(start + Sound.wireFrame)]), into: &payload)
            payloads.append(Array(payload[..<count]))
        }
        var samples = [Int16](repeating: 0, count: Sound.longestPacket)
        for (index, payload) in payloads.enumerated() {
            if index % 5 == 4 {
                let next = index + 1 < payloads.count ? payloads[index + 1] : []
                withNext.recover(Sound.wireFrame, from: next.span, into: &samples)
                repaired += samples[..<Sound.wireFrame]
                without.conceal(Sound.wireFrame, into: &samples)
                guessed += samples[..<Sound.wireFrame]
            } else {
                _ = withNext.decode(payload.span, into: &samples)
                repaired += samples[..<Sound.wireFrame]
                _ = without.decode(payload.span, into: &samples)
                guessed += samples[..<Sound.wireFrame]
            }
        }
        let part = speech[24_000..<150_000]
        let good = Likeness.correlation(part, repaired, delay: 0...960).correlation
        let poor = Likeness.correlation(part, guessed, delay: 0...960).correlation
        #expect(good > poor + 0.02, "\(good) with the next packet, \(poor) without")
    }

    @Test("a payload that is none is refused", arguments: [[], [0xFF], [0xFF, 0x3F], [0x03, 0x31]] as [[UInt8]])
    func garbage(payload: [UInt8]) throws {
        var samples = [Int16](repeating: 0, count: Sound.longestPacket)
        let decoded = try OpusSpeechDecoder().decode(payload.span, into: &samples)
        #expect(decoded == nil)
    }
}
#endif
