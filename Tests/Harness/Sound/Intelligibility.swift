/// How much of speech is understood that came some time later, over a network that made it wait now more, now less.
package enum Intelligibility {
    private static let part = 96_000
    private static let step = 480

    /// STOI in parts of two seconds, each where it is likest; the first four seconds are left to those who learn.
    ///
    /// - Parameters:
    ///   - said, heard: at 48 kHz; `heard` may begin up to 5 s later than `said`, or 40 s earlier.
    ///   - every: so many parts further is the next one that is looked at.
    /// - Returns: 0 to 1; nil where too little was heard.
    package static func score(_ said: [Int16], _ heard: [Int16], every: Int = 1) -> Double? {
        let shift = step * offset(envelope(said), envelope(heard))
        var scores: [Double] = []
        for start in stride(from: 2 * part, through: said.count - part, by: every * part) {
            let place = start + shift
            guard place >= 12_000, place + part + 12_000 <= heard.count else { continue }
            let spoken = Array(said[start..<start + part])
            let near = Array(heard[(place - 12_000)..<(place + part + 12_000)])
            let delay = Likeness.correlation(spoken[...], near, delay: 0...24_000).delay
            scores.append(STOI.score(spoken, Array(near[delay..<delay + part])))
        }
        return scores.count >= 4 ? scores.reduce(0, +) / Double(scores.count) : nil
    }

    private static func envelope(_ sound: [Int16]) -> [Double] {
        stride(from: 0, to: sound.count - step, by: step).map { Likeness.loudness(sound[$0..<$0 + step]) }
    }

    /// By how many steps the one has to be moved to lie on the other.
    private static func offset(_ said: [Double], _ heard: [Double]) -> Int {
        var best = (likeness: -1.0, offset: 0)
        for offset in -500...4_000 {
            let (first, last) = (max(0, -offset), min(said.count, heard.count - offset))
            guard last - first > 800 else { continue }
            var (product, one, other) = (0.0, 1.0, 1.0)
            for index in first..<last {
                product += said[index] * heard[index + offset]
                one += said[index] * said[index]
                other += heard[index + offset] * heard[index + offset]
            }
            let likeness = product / (one * other).squareRoot()
            if likeness > best.likeness { best = (likeness, offset) }
        }
        return best.offset
    }
}
