/// Fills holes in sound at 8 kHz, for codecs that cannot do it themselves: PCMU and PCMA.
///
/// As ITU-T G.711 appendix I does it, but without its delay of 3.75 ms: the last period of the voice is repeated, after 10 ms
/// the last two, then three, growing softer from there on until nothing is left after 60 ms. What comes after the hole is
/// blended in. All memory is made at the beginning.
package struct Concealment: Sendable {
    /// Samples: 5 to 15 ms, voices of 66 to 200 Hz and the overtones of higher ones.
    private static let periods = 40...120
    /// 20 ms that a period is looked for in.
    private static let compared = 160
    /// What has to be remembered: three of the longest periods, and a quarter to blend with.
    private static let memory = 390
    private static let step = 80
    private static let fadeOut = 480

    private var recent = [Int16](repeating: 0, count: memory)
    /// What was heard before the hole.
    private var before = [Int16](repeating: 0, count: memory)
    private var period = 0
    /// How far the first repetition is from where the sound stopped.
    private var jump = 0
    /// Samples filled in since the hole began.
    private var filled = 0

    package init() {}

    /// Sound came: it is remembered, and blended with what was filled in where that ends.
    package mutating func heard(_ sound: inout MutableSpan<Int16>) {
        if filled > 0 {
            // 4 ms, and 4 more for each 10 ms of the hole, up to 10 ms.
            let length = min(sound.count, min(Self.step, 32 + 32 * (filled / Self.step)))
            for index in 0..<length {
                let old = Int(repetition(filled + index))
                sound[index] = Int16(clamping: old + (Int(sound[index]) - old) * (index + 1) / (length + 1))
            }
            filled = 0
        }
        remember(sound.span)
    }

    /// Nothing came: fills the whole.
    package mutating func conceal(into sound: inout MutableSpan<Int16>) {
        if filled == 0 { begin() }
        for index in 0..<sound.count { sound[index] = repetition(filled + index) }
        // Beyond its end nothing changes any more.
        filled = min(filled + sound.count, 8 * Self.fadeOut)
        remember(sound.span)
    }

    private mutating func begin() {
        for index in before.indices { before[index] = recent[index] }
        period = findPeriod()
        jump = Int(before[Self.memory - 1]) - Int(before[Self.memory - 1 - period])
    }

    /// The distance at which the last 20 ms are most like what was before them.
    private func findPeriod() -> Int {
        let start = Self.memory - Self.compared
        var best = (period: Self.periods.upperBound, likeness: -1.0)
        for period in Self.periods {
            var product = 0
            var energy = 1
            for index in start..<Self.memory {
                let earlier = Int(before[index - period])
                product += Int(before[index]) * earlier
                energy += earlier * earlier
            }
            let likeness = product > 0 ? Double(product) * Double(product) / Double(energy) : 0
            if likeness > best.likeness { best = (period, likeness) }
        }
        return best.period
    }

    /// The sample of the hole at this place.
    private func repetition(_ place: Int) -> Int16 {
        guard place < Self.fadeOut else { return 0 }
        let count = min(3, 1 + place / Self.step)
        var value = sample(place, periods: count)
        let quarter = period / 4
        let since = place - (count - 1) * Self.step
        // One period more, or the first one: nobody should hear where it begins.
        if count > 1, since < quarter, place < 3 * Self.step {
            let old = sample(place, periods: count - 1)
            value = old + (value - old) * (since + 1) / (quarter + 1)
        } else if count == 1, place < quarter {
            value += jump * (quarter - place) / (quarter + 1)
        }
        let loudness = Self.fadeOut - Self.step - max(0, place - Self.step)
        return Int16(clamping: value * loudness / (Self.fadeOut - Self.step))
    }

    /// Of the last periods said again and again; the end of them goes over into what was before their beginning.
    private func sample(_ place: Int, periods count: Int) -> Int {
        let length = count * period
        let offset = place % length
        let index = Self.memory - length + offset
        let quarter = period / 4
        let value = Int(before[index])
        let into = offset - (length - quarter)
        guard into >= 0 else { return value }
        return value + (Int(before[index - length]) - value) * (into + 1) / (quarter + 1)
    }

    private mutating func remember(_ sound: Span<Int16>) {
        let new = min(sound.count, Self.memory)
        for index in 0..<(Self.memory - new) { recent[index] = recent[index + new] }
        for index in 0..<new { recent[Self.memory - new + index] = sound[sound.count - new + index] }
    }
}
