import Glibc

/// How loud something is, in decibels of full scale: 0 is the loudest there is.
package struct Level: Sendable, Equatable {
    /// Root mean square; a full sine is -3.
    package var mean: Double
    package var peak: Double

    package init(mean: Double, peak: Double) {
        self.mean = mean
        self.peak = peak
    }

    /// Where silence is: below what 16 bits can say.
    package static let floor = -96.0
    package static let silence = Level(mean: floor, peak: floor)
}

/// Measures the sound that passes by until it is read.
struct LevelMeter: Equatable {
    private var energy = 0
    private var loudest = 0
    private var count = 0

    mutating func add(_ sound: [Int16], count samples: Int) {
        let (sum, peak) = sound.energy(count: samples)
        energy &+= sum
        loudest = max(loudest, peak)
        count += samples
    }

    /// The level since it was read last.
    mutating func read() -> Level {
        defer { self = LevelMeter() }
        guard count > 0 else { return .silence }
        return Level(
            mean: max(Level.floor, 10 * log10(Double(energy) / Double(count) / (32_768 * 32_768) + 1e-12)),
            peak: max(Level.floor, 20 * log10(Double(loudest) / 32_768 + 1e-6)))
    }
}
