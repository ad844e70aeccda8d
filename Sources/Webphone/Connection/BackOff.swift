import SIP

/// How long to wait before the next attempt: 0.5 s, doubling, never more than 30 s.
///
/// Up to a quarter is added at random, so that the clients of an exchange that restarts do not all come back in the
/// same instant.
package struct BackOff: Sendable, Equatable {
    package static let shortest: Duration = .milliseconds(500)
    package static let longest: Duration = .seconds(30)
    /// With a quarter added it is the longest.
    private static let ceiling: Duration = .seconds(24)

    private var base = Self.shortest
    /// The last wait; zero when there was none.
    package private(set) var last = Duration.zero
    private var identifiers: Identifiers

    package init(identifiers: Identifiers) {
        self.identifiers = identifiers
    }

    package mutating func next() -> Duration {
        let extra = Int.random(in: 0...250, using: &identifiers)
        let delay = base + base * extra / 1000
        base = min(base * 2, Self.ceiling)
        last = delay
        return delay
    }

    package mutating func reset() {
        base = Self.shortest
        last = .zero
    }
}
