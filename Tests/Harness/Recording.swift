import Foundation

/// Sound out of WAV files, as one channel at 8 kHz: enough for every tone that tests send.
package struct Recording {
    package static let rate = 8_000
    package let samples: [Double]

    /// One tone and nothing beside it, for a second.
    package struct Tone: CustomStringConvertible {
        package let hertz: Double
        /// The mean amplitude: the root of the mean square, of 32,768.
        package let loudness: Double
        /// How much of the sound's power is this tone: 1 is all of it. A gap, a jump and a second tone each take some.
        package let purity: Double

        package var description: String {
            String(format: "%.2f Hz, loudness %.0f, purity %.3f", hertz, loudness, purity)
        }
    }

    package init(samples: [Double]) { self.samples = samples }

    /// What files of 16 bits and a multiple of 8 kHz hold, one after the other; of one that is being written, all that is
    /// there, whatever its header says. A file that is not there yet holds nothing.
    ///
    /// - Parameter unsaid: samples a second in one channel, where the header is written last.
    package init(files paths: [String], last seconds: Double = .infinity, unsaid: Int = 0) {
        let parts = paths.map { Recording.samples(of: $0, last: seconds, unsaid: unsaid) }
        let all = parts.count == 1 ? parts[0] : Array(parts.joined())
        samples = seconds.isFinite ? Array(all.suffix(Int(seconds * Double(Recording.rate)))) : all
    }

    private static let header = 44

    private static func samples(of path: String, last seconds: Double, unsaid: Int) -> [Double] {
        guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: header),
            head.count == header
        else { return [] }
        let channels = Int(head[22]) | Int(head[23]) << 8
        let hertz = (0..<4).reduce(0) { $0 | Int(head[24 + $1]) << (8 * $1) }
        let step = hertz == 0 ? unsaid / rate : hertz / rate * channels
        guard step > 0, let end = try? file.seekToEnd() else { return [] }
        let there = (Int(end) - header) / 2 / step
        let count = seconds.isFinite ? min(there, Int(seconds * Double(rate))) : there
        try? file.seek(toOffset: UInt64(header + (there - count) * step * 2))
        guard let sound = try? file.read(upToCount: count * step * 2) else { return [] }
        return sound.withUnsafeBytes { octets in
            let values = octets.bindMemory(to: Int16.self)
            return (0..<values.count / step).map { index in
                var sum = 0
                for place in index * step..<(index + 1) * step { sum += Int(values[place]) }
                return Double(sum) / Double(step)
            }
        }
    }

    package var duration: Double { Double(samples.count) / Double(Recording.rate) }

    /// What there is, for those who miss something in it: its length, and what each tenth of a second begins.
    package var account: String {
        var runs: [(words: String, count: Int)] = []
        for tone in seconds {
            let words = tone.purity > 0.9 ? String(format: "%.1f Hz", tone.hertz) : "no tone"
            if runs.last?.words == words { runs[runs.count - 1].count += 1 } else { runs.append((words, 1)) }
        }
        return "\(duration) s: " + runs.map { "\($0.words) ×\($0.count)" }.joined(separator: ", ")
    }

    /// Only what came later than the first `count` samples.
    package func dropping(_ count: Int) -> Recording { Recording(samples: Array(samples.dropFirst(count))) }

    /// Every tone that was steady for a second, looked for at each tenth of a second.
    package var tones: [Tone] { seconds.filter { $0.purity > 0.9 } }

    /// What is loud enough to be one.
    private var seconds: [Tone] {
        stride(from: 0, through: samples.count - Recording.rate, by: Recording.rate / 10).compactMap {
            Recording.tone(samples[$0..<$0 + Recording.rate])
        }
    }

    /// Whether a tone was heard: steadily for a second, and within 1 Hz.
    package func hasTone(_ hertz: Double) -> Bool { tones.contains { abs($0.hertz - hertz) <= 1 } }

    /// Whether nothing can be heard in it, which is a second at least.
    package var isSilent: Bool { samples.count >= Recording.rate && !isAudible }

    package var isAudible: Bool { samples.contains { abs($0) > 100 } }

    private static func loudness(_ sound: ArraySlice<Double>) -> Double {
        var power = 0.0
        for sample in sound { power += sample * sample }
        return (power / Double(max(sound.count, 1))).squareRoot()
    }

    /// The frequency is what the zeros say between the first and the last wave; the purity says whether to believe it.
    private static func tone(_ sound: ArraySlice<Double>) -> Tone? {
        let loudness = loudness(sound)
        guard loudness > 500 else { return nil }
        var (first, last, waves, before) = (0.0, 0.0, -1, sound[sound.startIndex])
        for index in sound.indices.dropFirst() {
            let sample = sound[index]
            if before < 0 && sample >= 0 {
                last = Double(index) - sample / (sample - before)
                if waves < 0 { first = last }
                waves += 1
            }
            before = sample
        }
        guard waves > 0 else { return nil }
        let hertz = Double(waves) / (last - first) * Double(rate)
        let (step, count) = (2 * Double.pi * hertz / Double(rate), Double(sound.count))
        var (real, imaginary) = (0.0, 0.0)
        for index in sound.indices {
            let angle = step * Double(index - sound.startIndex)
            real += sound[index] * cos(angle)
            imaginary += sound[index] * sin(angle)
        }
        let power = 2 * (real * real + imaginary * imaginary) / (count * count)
        return Tone(hertz: hertz, loudness: loudness, purity: power / (loudness * loudness))
    }
}
