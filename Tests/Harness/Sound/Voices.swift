import Glibc

/// Sound made by arithmetic, the same in every run.
package enum Voices {
    /// A sine of `hertz` at a loudness of 0...1 of full scale.
    package static func tone(_ hertz: Double, seconds: Double, rate: Int = 48_000, amplitude: Double = 0.3) -> [Int16] {
        (0..<Int(seconds * Double(rate))).map { index in
            Int16(amplitude * 32_767 * sin(2 * .pi * hertz * Double(index) / Double(rate)))
        }
    }

    /// Speech as far as codecs, concealment and scores care: syllables of a voice whose pitch wanders, through the
    /// resonances of vowels, with hisses and pauses between them.
    package static func speech(seconds: Double, rate: Int = 48_000, seed: UInt64 = 1) -> [Int16] {
        var random = SplitMix(state: seed)
        var sound: [Double] = []
        let wanted = Int(seconds * Double(rate))
        while sound.count < wanted {
            let vowel = vowels[Int(random.next() % UInt64(vowels.count))]
            let length = 0.12 + 0.18 * random.unit()
            if random.unit() < 0.5 { sound += hiss(seconds: 0.04 + 0.06 * random.unit(), rate: rate, &random) }
            sound += voiced(vowel, seconds: length, pitch: 95 + 60 * random.unit(), rate: rate, &random)
            if random.unit() < 0.25 {
                sound += [Double](repeating: 0, count: Int((0.05 + 0.25 * random.unit()) * Double(rate)))
            }
        }
        let peak = sound.reduce(1e-9) { max($0, abs($1)) }
        return sound.prefix(wanted).map { Int16($0 / peak * 16_000) }
    }

    /// Centres of the three lowest resonances, in Hz.
    private static let vowels: [[Double]] = [
        [730, 1_090, 2_440], [270, 2_290, 3_010], [300, 870, 2_240], [530, 1_840, 2_480], [570, 840, 2_410],
        [440, 1_020, 2_240], [660, 1_720, 2_410],
    ]

    private static func voiced(
        _ formants: [Double], seconds: Double, pitch: Double, rate: Int, _ random: inout SplitMix
    ) -> [Double] {
        let count = Int(seconds * Double(rate))
        var resonators = formants.map { Resonator(hertz: $0, width: 60 + $0 / 20, rate: rate) }
        var phase = 0.0
        return (0..<count).map { index in
            let progress = Double(index) / Double(count)
            phase += pitch * (1.1 - 0.2 * progress) / Double(rate)
            var pulse = 0.02 * (random.unit() - 0.5)
            if phase >= 1 {
                phase -= 1
                pulse += 1
            }
            let sample = resonators.indices.reduce(0.0) { $0 + resonators[$1].pass(pulse) / Double($1 + 1) }
            return sample * envelope(progress)
        }
    }

    private static func hiss(seconds: Double, rate: Int, _ random: inout SplitMix) -> [Double] {
        let count = Int(seconds * Double(rate))
        var resonator = Resonator(hertz: 3_200, width: 1_200, rate: rate)
        return (0..<count).map { 0.25 * resonator.pass(random.unit() - 0.5) * envelope(Double($0) / Double(count)) }
    }

    private static func envelope(_ progress: Double) -> Double { min(1, min(progress, 1 - progress) * 6) }
}

/// A resonance of two poles.
private struct Resonator {
    private let a: Double
    private let b: Double
    private let gain: Double
    private var before = 0.0
    private var beforeThat = 0.0

    init(hertz: Double, width: Double, rate: Int) {
        let radius = 1 - .pi * width / Double(rate)
        a = 2 * radius * sin(2 * .pi * hertz / Double(rate) + .pi / 2)
        b = -radius * radius
        gain = 1 - radius
    }

    mutating func pass(_ sample: Double) -> Double {
        let out = gain * sample + a * before + b * beforeThat
        (beforeThat, before) = (before, out)
        return out
    }
}

/// Numbers from a seed.
package struct SplitMix: RandomNumberGenerator {
    package var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// 0..<1.
    package mutating func unit() -> Double { Double(next() >> 11) / Double(UInt64(1) << 53) }
}
