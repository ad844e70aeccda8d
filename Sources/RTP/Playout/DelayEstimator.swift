/// How long packets must wait so that nearly all of them are there in time. All times in microseconds.
///
/// As NetEq does it: against the fastest packet of the last seconds each one is late by something; the worst of every 200 ms
/// goes into a histogram that forgets, and what 97 of 100 stay below is waited. Two that were later than that within five
/// seconds count at once, so it grows fast and shrinks slowly.
struct DelayEstimator: Sendable {
    private static let binWidth = 2_500
    private static let binCount = 200
    private static let interval = 200_000
    private static let window = 2_000_000
    private static let quantile = 0.97
    private static let forgetting = 0.993
    private static let peakMemory = 5_000_000
    private static let step = 30_000

    let limits: PlayoutBuffer.Limits
    /// The transit of the fastest packet: its arrival less its media time.
    private(set) var base = 0
    /// What to wait, from the fastest packet's arrival.
    private(set) var target: Int

    private var bins: [Double]
    private var commits = 0
    private var minima: (before: Int, now: Int, since: Int)?
    private var worst = 0
    private var intervalStart = 0
    private var lastPeak: (height: Int, at: Int)?
    private var peak: (height: Int, until: Int)?

    init(_ limits: PlayoutBuffer.Limits) {
        self.limits = limits
        target = limits.initial.inMicroseconds
        bins = [Double](repeating: 0, count: Self.binCount)
        // What one believes before anything came: it leads to the same target.
        bins[min(Self.binCount - 1, max(0, target - Self.binWidth) / Self.binWidth)] = 1
    }

    /// Begins anew with this packet as the fastest; what was learned of the others' lateness stays.
    mutating func restart(transit: Int, at now: Int) {
        base = transit
        minima = (transit, transit, now)
        worst = 0
        intervalStart = now
    }

    /// A packet came.
    ///
    /// - Returns: how much later than the fastest one.
    @discardableResult
    mutating func add(transit: Int, at now: Int) -> Int {
        guard var minima else {
            restart(transit: transit, at: now)
            return 0
        }
        if now - minima.since >= Self.window { minima = (minima.now, transit, now) }
        minima.now = min(minima.now, transit)
        self.minima = minima
        move(base: min(minima.before, minima.now))
        let late = transit - base
        worst = max(worst, late)
        if now - intervalStart >= Self.interval { commit(at: now) }
        return late
    }

    /// A way that has become longer made every packet late until the base followed: what was learned meanwhile was wrong by
    /// as much. Small moves are drift and chance.
    private mutating func move(base new: Int) {
        let change = new - base
        base = new
        guard change >= Self.step else { return }
        let count = min(Self.binCount - 1, change / Self.binWidth)
        for bin in 1...count { bins[0] += bins[bin] }
        for bin in 1..<Self.binCount {
            bins[bin] = bin + count < Self.binCount ? bins[bin + count] : 0
        }
    }

    private mutating func commit(at now: Int) {
        commits += 1
        let kept = min(Self.forgetting, 1 - 1 / Double(commits + 1))
        for bin in bins.indices { bins[bin] *= kept }
        bins[min(Self.binCount - 1, worst / Self.binWidth)] += 1 - kept
        if worst > target { notePeak(at: now) }
        if let peak, now > peak.until { self.peak = nil }
        let wanted = max(quantileHeight, peak?.height ?? 0) + Self.binWidth
        target = min(limits.maximum.inMicroseconds, max(limits.minimum.inMicroseconds, wanted))
        worst = 0
        intervalStart = now
    }

    private mutating func notePeak(at now: Int) {
        if let lastPeak, now - lastPeak.at <= Self.peakMemory {
            peak = (max(worst, lastPeak.height, peak?.height ?? 0), now + Self.peakMemory)
        }
        lastPeak = (worst, now)
    }

    private var quantileHeight: Int {
        var below = 0.0
        for bin in bins.indices {
            below += bins[bin]
            if below >= Self.quantile { return bin * Self.binWidth }
        }
        return Self.binCount * Self.binWidth
    }
}
