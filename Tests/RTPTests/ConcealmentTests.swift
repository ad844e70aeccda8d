import RTP
import Testing

@Suite("A hole in the sound") struct ConcealmentTests {
    /// A voice of so many Hz with overtones, in frames of 20 ms.
    static func voice(_ hertz: Double, frame: Int) -> [Int16] {
        (0..<160).map { index in
            let time = Double(frame * 160 + index) / 8_000
            return Int16(
                (1...4).reduce(0.0) { $0 + 3_000 / Double($1) * sine(2 * Double.pi * hertz * Double($1) * time) })
        }
    }

    /// Nothing is imported but what is tested: Taylor's series, within a period.
    static func sine(_ angle: Double) -> Double {
        let turned = angle.remainder(dividingBy: 2 * .pi)
        var (term, sum) = (turned, turned)
        for step in 1...12 {
            term *= -turned * turned / Double(2 * step * (2 * step + 1))
            sum += term
        }
        return sum
    }

    /// Frames played, those in `lost` concealed.
    static func played(_ hertz: Double, frames: Int, lost: Set<Int>) -> [Int16] {
        var concealment = Concealment()
        return (0..<frames).flatMap { frame in
            var sound = lost.contains(frame) ? [Int16](repeating: 0, count: 160) : voice(hertz, frame: frame)
            var span = sound.mutableSpan
            if lost.contains(frame) { concealment.conceal(into: &span) } else { concealment.heard(&span) }
            return sound
        }
    }

    static func energy(_ sound: some Sequence<Int16>) -> Double { sound.reduce(0) { $0 + Double($1) * Double($1) } }

    @Test(
        "of one frame is filled so that a steady voice is hardly told from itself",
        arguments: [80.0, 100, 125, 160, 190])
    func steady(_ hertz: Double) {
        let original = (0..<12).flatMap { Self.voice(hertz, frame: $0) }
        let played = Self.played(hertz, frames: 12, lost: [8])
        // The first 10 ms are as loud as before, the next grow softer by a fifth.
        let hole = 8 * 160..<8 * 160 + 80
        let error = zip(original[hole], played[hole]).map { Int16(clamping: Int($0) - Int($1)) }
        #expect(Self.energy(error) < 0.1 * Self.energy(original[hole]))
        #expect(Array(original[..<(8 * 160)]) == Array(played[..<(8 * 160)]))
        #expect(Array(original[(9 * 160 + 80)...]) == Array(played[(9 * 160 + 80)...]))
    }

    @Test("begins and ends without a click", arguments: [90.0, 110, 150]) func smooth(_ hertz: Double) {
        let played = Self.played(hertz, frames: 12, lost: [6, 7])
        let steepest = zip(played[..<900], played[1..<901]).map { abs(Int($0) - Int($1)) }.max() ?? 0
        let inHole = zip(played[900..<1_400], played[901..<1_401]).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(inHole <= steepest * 3 / 2)
    }

    @Test("grows softer, and is silent after 60 ms") func fades() {
        let played = Self.played(120, frames: 20, lost: Set(8..<16))
        let loudness = (8..<16).map { Self.energy(played[($0 * 160)..<($0 * 160 + 160)]) }
        #expect(loudness[0] > loudness[1])
        #expect(loudness[1] > loudness[2])
        #expect(loudness[2] > 0)
        #expect(loudness[3...].allSatisfy { $0 == 0 })
    }

    @Test("before any sound, in silence and in the loudest of all is no trap") func extremes() {
        var concealment = Concealment()
        for sample: Int16 in [0, .max, .min, -1] {
            for frame in 0..<6 {
                var sound = [Int16](
                    repeating: frame % 2 == 0 ? sample : Int16(truncatingIfNeeded: ~Int(sample)), count: 160)
                var span = sound.mutableSpan
                if frame > 3 { concealment.conceal(into: &span) } else { concealment.heard(&span) }
            }
            var short = [Int16](repeating: sample, count: 7)
            var span = short.mutableSpan
            concealment.heard(&span)
            var long = [Int16](repeating: sample, count: 960)
            var longSpan = long.mutableSpan
            concealment.conceal(into: &longSpan)
        }
    }
}
