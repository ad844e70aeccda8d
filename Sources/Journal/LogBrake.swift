import SIP

/// Keeps a log from becoming a flood itself: some lines at once, then a few a second.
package struct LogBrake: Sendable {
    /// Lines a second, and at once.
    private static let pace = Pace(rate: 10, burst: 200)

    private var bucket: TokenBucket
    private var leftOut = 0

    package init(at now: Duration) { bucket = TokenBucket(Self.pace, at: now) }

    /// Whether one more line may be written; time is the caller's, since any fixed start.
    ///
    /// - Returns: nil to leave it out; else how many were left out before it.
    package mutating func admit(at now: Duration) -> Int? {
        guard bucket.level(Self.pace, at: now) >= 1 else {
            leftOut += 1
            return nil
        }
        bucket.take(1, Self.pace, at: now)
        defer { leftOut = 0 }
        return leftOut
    }
}
