/// How a call sounds, in one word.
///
/// By the E-model's rating R (ITU-T G.107), as R. Cole and J. Rosenbluth simplify it ("Voice over IP performance
/// monitoring", 2001): R = 93.2 - Id - Ie,eff. The words are G.109's categories with the two best put together, and the
/// two worst.
package enum Quality: String, Equatable, Sendable, CaseIterable, Comparable {
    /// R below 60: nearly all are dissatisfied.
    case bad
    /// R 60 to 70: many are dissatisfied.
    case poor
    /// R 70 to 80: some are dissatisfied.
    case fair
    /// R 80 and above: all are satisfied.
    case good

    /// - Parameters:
    ///   - loss: of the frames to be played, how many were missing: 0 to 1, those that came too late included.
    ///   - delay: from mouth to ear, one way: half the round trip, the playout delay, a frame, the devices.
    ///   - codec: how it bears loss.
    package init(loss: Double, delay: Duration, codec: Robustness) {
        self = Self(rating: Self.rating(loss: loss, delay: delay, codec: codec))
    }

    /// The rating R, at most 93.2.
    package static func rating(loss: Double, delay: Duration, codec: Robustness) -> Double {
        let milliseconds = max(0, delay / .milliseconds(1))
        let percent = 100 * min(1, max(0, loss))
        // Id: how delay hurts, more so from 177.3 ms on, where people begin to talk at the same time.
        let late = 0.024 * milliseconds + 0.11 * max(0, milliseconds - 177.3)
        // Ie,eff for loss at random (G.107 §7.5 with BurstR = 1).
        let impaired = codec.impairment + (95 - codec.impairment) * percent / (percent + codec.lossRobustness)
        return max(0, 93.2 - late - impaired)
    }

    package init(rating: Double) {
        switch rating {
        case 80...: self = .good
        case 70..<80: self = .fair
        case 60..<70: self = .poor
        default: self = .bad
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.order < right.order }

    private var order: Int {
        switch self {
        case .bad: 0
        case .poor: 1
        case .fair: 2
        case .good: 3
        }
    }

    /// How a codec and its concealment bear loss (ITU-T G.113, appendix I).
    package struct Robustness: Equatable, Sendable {
        /// Ie: what it takes without loss.
        package var impairment: Double
        /// Bpl: the percentage of loss at which half of the rest is gone.
        package var lossRobustness: Double

        package init(impairment: Double, lossRobustness: Double) {
            self.impairment = impairment
            self.lossRobustness = lossRobustness
        }

        /// G.711 with concealment: G.113's 0 and 25.1.
        package static let g711 = Self(impairment: 0, lossRobustness: 25.1)
        /// G.113 knows none of Opus; its loss is counted after FEC, and concealed at least as well as G.711's.
        package static let opus = Self(impairment: 0, lossRobustness: 25.1)
    }
}
