/// What is heard where G.711 lost a packet: the last period of the voice again and again, softer and softer. In the manner
/// of G.711 appendix I. At 8 kHz; nothing is allocated after `init`.
struct Concealment: Equatable {
    /// The sound before, oldest first: two of the longest periods and what is compared with them.
    private var history = [Int16](repeating: 0, count: Self.memory)
    /// One period of the voice at the loss, its end blended into its beginning.
    private var period = [Int16](repeating: 0, count: Self.longestPeriod)
    private var periodLength = 0
    /// Samples made up since the last that was heard.
    private var missing = 0

    private static let memory = 400
    /// 66 Hz to 200 Hz, in samples.
    private static let shortestPeriod = 40
    private static let longestPeriod = 120
    /// What two places are compared by: 20 ms.
    private static let window = 160
    /// Full for 10 ms, then down to nothing in 50.
    private static let steady = 80
    private static let fading = 400
    /// Over which what is heard again takes over from what is made up.
    private static let overlap = 32

    /// Takes what a packet said. After a loss its beginning is blended with what had been made up.
    mutating func heard(_ sound: inout [Int16], count: Int) {
        if missing > 0 {
            let overlap = min(Self.overlap, count)
            for index in 0..<overlap {
                let made = Int(next())
                sound[index] = Int16((Int(sound[index]) * index + made * (overlap - index)) / overlap)
            }
            missing = 0
        }
        remember(sound, count)
    }

    /// Makes up `count` samples.
    mutating func fill(_ sound: inout [Int16], count: Int) {
        if missing == 0 { findPeriod() }
        for index in 0..<count { sound[index] = next() }
        remember(sound, count)
    }

    private mutating func next() -> Int16 {
        let sample = Int(period[missing % periodLength])
        let gone = min(max(missing - Self.steady, 0), Self.fading)
        missing += 1
        return Int16(sample * (Self.fading - gone) / Self.fading)
    }

    private mutating func remember(_ sound: [Int16], _ count: Int) {
        let kept = min(count, Self.memory)
        for index in 0..<(Self.memory - kept) { history[index] = history[index + kept] }
        for index in 0..<kept { history[Self.memory - kept + index] = sound[count - kept + index] }
    }

    private mutating func findPeriod() {
        periodLength = likeliestPeriod()
        let start = Self.memory - periodLength
        // The first quarter is blended with what came before the period, so that it follows its own end smoothly.
        let blend = periodLength / 4
        for index in 0..<periodLength { period[index] = history[start + index] }
        for index in 0..<blend {
            let place = periodLength - blend + index
            let before = Int(history[start - blend + index])
            period[place] = Int16((Int(period[place]) * (blend - index) + before * index) / blend)
        }
    }

    /// The lag at which the last 20 ms are most like what was before them.
    private func likeliestPeriod() -> Int {
        let start = Self.memory - Self.window
        var best = Self.longestPeriod
        var bestLikeness = 0.0
        for lag in Self.shortestPeriod...Self.longestPeriod {
            var product = 0
            var energy = 1
            for index in start..<Self.memory {
                product += Int(history[index]) * Int(history[index - lag])
                energy += Int(history[index - lag]) * Int(history[index - lag])
            }
            let likeness = product > 0 ? Double(product) * Double(product) / Double(energy) : 0
            if likeness > bestLikeness { (best, bestLikeness) = (lag, likeness) }
        }
        return best
    }
}
