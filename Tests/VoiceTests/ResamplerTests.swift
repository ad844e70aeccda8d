#if Voice
import Harness
import Testing

@testable import Voice

@Suite struct ResamplerTests {
    @Test("a tone keeps its frequency and its loudness from one rate to another", arguments: [8_000, 16_000, 44_100])
    func rates(rate: Int) {
        let resampler = Resampler(from: rate, to: Sound.rate)
        let tone = Voices.tone(440, seconds: 1, rate: rate)
        var out = [Int16](repeating: 0, count: 50_000)
        let (taken, written) = resampler.process(tone, 0..<tone.count, into: &out)
        #expect(taken == tone.count)
        #expect(abs(written - Sound.rate) < 10)
        #expect(abs(Likeness.frequency(out[4_800..<43_200], near: 440) - 440) < 0.2)
        let loudness = Likeness.loudness(out[4_800..<43_200]) / Likeness.loudness(tone[...])
        #expect(abs(loudness - 1) < 0.02)
    }

    @Test("a clock that runs 200 millionths faster gives fewer samples, without a click") func drift() {
        let resampler = Resampler(from: Sound.rate, to: Sound.rate)
        let tone = Voices.tone(440, seconds: 10)
        var out = [Int16](repeating: 0, count: 500_000)
        var written = 0
        for start in stride(from: 0, to: tone.count, by: 480) {
            if start == 48_000 { resampler.follow(partsPerMillion: 200) }
            written += resampler.process(tone, start..<(start + 480), into: &out, at: written).written
        }
        #expect(abs(written - (480_000 - 86)) <= 2, "\(written)")
        let steepest = zip(out[1_000..<written], out[1_001..<written]).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(steepest < 620, "\(steepest)")
    }

    @Test("every ratio of a clock that wanders is taken, from whichever came before") func wandering() {
        let resampler = Resampler(from: Sound.rate, to: Sound.rate)
        let tone = Voices.tone(440, seconds: 4)
        var out = [Int16](repeating: 0, count: 1_000)
        for (number, start) in stride(from: 0, to: tone.count, by: 480).enumerated() {
            resampler.follow(partsPerMillion: (number * 937) % 10_000 - 5_000)
            let written = resampler.process(tone, start..<(start + 480), into: &out).written
            #expect((476...484).contains(written), "\(written) in frame \(number)")
        }
    }
}
#endif
