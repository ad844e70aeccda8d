import Glibc

package func sine(_ angle: Double) -> Double { sin(angle) }

/// How like two sounds are.
package enum Likeness {
    /// The greatest correlation of the two over all shifts of `heard` by `delay` samples.
    ///
    /// - Returns: -1...1 over all of `said`, and the shift.
    package static func correlation(
        _ said: ArraySlice<Int16>, _ heard: [Int16], delay: ClosedRange<Int>
    ) -> (correlation: Double, delay: Int) {
        // The shift is found where the sound is loudest, on 100 ms of it.
        let window = min(4_800, said.count)
        let start =
            stride(from: said.startIndex, through: said.endIndex - window, by: max(window, 1)).max {
                loudness(said[$0..<($0 + window)]) < loudness(said[$1..<($1 + window)])
            } ?? said.startIndex
        // Over many shifts every eighth sample tells about where, and all of them only there.
        var best = (correlation: -1.0, delay: delay.lowerBound)
        let isWide = delay.count > 200
        if isWide {
            for shift in stride(from: delay.lowerBound, through: delay.upperBound, by: 3)
            where start + shift >= 0 && start + shift + window <= heard.count {
                let place = start + shift
                let likeness = correlation(
                    said[start..<(start + window)], heard[place..<(place + window)], step: 8)
                if likeness > best.correlation { best = (likeness, shift) }
            }
        }
        let near = isWide ? max(delay.lowerBound, best.delay - 6)...min(delay.upperBound, best.delay + 6) : delay
        best.correlation = -1
        for shift in near where start + shift >= 0 && start + shift + window <= heard.count {
            let place = start + shift
            let likeness = correlation(said[start..<(start + window)], heard[place..<(place + window)])
            if likeness > best.correlation { best = (likeness, shift) }
        }
        let (first, last) = (said.startIndex + best.delay, min(said.endIndex + best.delay, heard.count))
        guard first >= 0, first < last else { return (-1, best.delay) }
        return (correlation(said[..<(last - best.delay)], heard[first..<last]), best.delay)
    }

    package static func correlation(_ one: ArraySlice<Int16>, _ other: ArraySlice<Int16>, step: Int = 1) -> Double {
        var product = 0
        var first = 1
        var second = 1
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                var index = 0
                let count = min(one.count, other.count)
                while index < count {
                    let (a, b) = (Int(one[index]), Int(other[index]))
                    product &+= a &* b
                    first &+= a &* a
                    second &+= b &* b
                    index &+= step
                }
            }
        }
        return Double(product) / (Double(first) * Double(second)).squareRoot()
    }

    /// The strongest frequency, from where the phase of `near` hertz turns to over the sound.
    package static func frequency(_ sound: ArraySlice<Int16>, near hertz: Double, rate: Int = 48_000) -> Double {
        // A scan in steps of 0.1 Hz, 20 Hz to either side.
        var best = (power: -1.0, hertz: hertz)
        for step in -200...200 {
            let candidate = hertz + Double(step) / 10
            let power = self.power(sound, at: candidate, rate: rate)
            if power > best.power { best = (power, candidate) }
        }
        return best.hertz
    }

    /// The power of `sound` at one frequency (Goertzel).
    package static func power(_ sound: ArraySlice<Int16>, at hertz: Double, rate: Int = 48_000) -> Double {
        let coefficient = 2 * cos(2 * .pi * hertz / Double(rate))
        var one = 0.0
        var two = 0.0
        for sample in sound {
            let zero = Double(sample) + coefficient * one - two
            (two, one) = (one, zero)
        }
        return (one * one + two * two - coefficient * one * two) / Double(max(sound.count, 1))
    }

    /// Root mean square, of 32,767.
    package static func loudness(_ sound: ArraySlice<Int16>) -> Double {
        sound.withUnsafeBufferPointer { samples in
            var sum = 0
            for sample in samples { sum &+= Int(sample) &* Int(sample) }
            return (Double(sum) / Double(max(samples.count, 1))).squareRoot()
        }
    }
}
