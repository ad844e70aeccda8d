/// When control packets are due (RFC 3550 §6.2, §6.3): five seconds apart on the average, half to one and a half of that, so
/// that two ends do not fall into step; the first one sooner.
struct ControlSchedule: Equatable {
    private(set) var due: Duration
    private var state: UInt64

    private static let interval: Duration = .seconds(5)

    init(seed: UInt64, at now: Duration) {
        state = seed
        due = now
        due = now + next(Self.interval / 4)
    }

    mutating func isDue(at now: Duration) -> Bool {
        guard now >= due else { return false }
        due = now + next(Self.interval)
        return true
    }

    /// 0.5 to 1.5 of `mean`.
    private mutating func next(_ mean: Duration) -> Duration {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return mean / 2 + mean * Int(state >> 44) / (1 << 20)
    }
}
