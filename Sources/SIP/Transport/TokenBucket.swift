/// How much may pass: at a steady rate, and some at once after a pause.
package struct Pace: Hashable, Sendable {
    /// Per second; above 0.
    package var rate: Double
    /// What may pass at once; above 0.
    package var burst: Double

    package init(rate: Double, burst: Double) {
        self.rate = rate
        self.burst = burst
    }
}

/// Counts what passes against a pace. Time is the caller's, since any fixed start.
package struct TokenBucket: Equatable, Sendable {
    /// What may still pass; below zero when more has passed than may.
    private var level: Double
    private var updated: Duration

    /// - Parameter now: from then on it fills; it begins full.
    package init(_ pace: Pace, at now: Duration) {
        level = pace.burst
        updated = now
    }

    /// What may still pass; below zero when more has passed than may.
    package func level(_ pace: Pace, at now: Duration) -> Double {
        let elapsed = max(0, (now - updated) / .seconds(1))
        return min(pace.burst, level + elapsed * pace.rate)
    }

    /// Something passes, or wanted to. The debt is never larger than a burst.
    ///
    /// - Returns: what may pass after it.
    @discardableResult
    package mutating func take(_ count: Double = 1, _ pace: Pace, at now: Duration) -> Double {
        level = max(-pace.burst, level(pace, at: now) - count)
        updated = max(updated, now)
        return level
    }

    /// How long it takes until nothing is owed any more.
    package func wait(_ pace: Pace, at now: Duration) -> Duration {
        let owed = -level(pace, at: now)
        return owed > 0 ? .seconds(owed / pace.rate) : .zero
    }
}
