import Harness
import Testing

/// What a network does to packets; by a seed, so that two lines do the same.
enum Network: String, CaseIterable, CustomTestStringConvertible {
    case fastClock, slowClock, good, loss1, loss5, loss10, loss20, jitter80, reordered, duplicated

    var testDescription: String {
        switch self {
        case .fastClock: "a clock 600 ppm fast"
        case .slowClock: "a clock 600 ppm slow"
        case .good: "no impairment"
        case .loss1: "1 % loss"
        case .loss5: "5 % loss"
        case .loss10: "10 % loss"
        case .loss20: "20 % loss"
        case .jitter80: "80 ms jitter"
        case .reordered: "5 % out of order"
        case .duplicated: "10 % twice"
        }
    }

    private var loss: Double {
        switch self {
        case .loss1: 0.01
        case .loss5: 0.05
        case .loss10: 0.1
        case .loss20: 0.2
        case .fastClock, .slowClock, .good, .jitter80, .reordered, .duplicated: 0
        }
    }

    /// How long is spoken. Two clocks come apart by 120 ms in 200 s at 600 ppm, as in ten minutes at 200.
    var seconds: Double { hasDrift ? 200 : 24 }

    /// One of the two clocks that count time is the sender's, and it is off: nobody who receives can tell it from a way that
    /// becomes ever shorter, or longer.
    var hasDrift: Bool { self == .fastClock || self == .slowClock }

    /// Seconds that a packet is under way: none, once or twice.
    ///
    /// - Parameter elapsed: seconds since the first one.
    func delays(_ random: inout SplitMix, elapsed: Double) -> [Double] {
        let (lost, late, behind, twice) = (random.unit(), random.unit(), random.unit(), random.unit())
        if lost < loss { return [] }
        var delay = 0.02
        if self == .fastClock { delay += max(0, 0.15 - 600e-6 * elapsed) }
        if self == .slowClock { delay += 600e-6 * elapsed }
        if self == .jitter80 { delay += 0.08 * late }
        if self == .reordered, behind < 0.05 { delay += 0.025 }
        return self == .duplicated && twice < 0.1 ? [delay, delay + 0.005] : [delay]
    }
}
