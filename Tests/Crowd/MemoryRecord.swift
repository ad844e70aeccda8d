/// What a process held in memory over time, and whether that grew.
package struct MemoryRecord: Sendable {
    /// Kilobytes, by the time of the look.
    package private(set) var samples: [(at: Duration, kilobytes: Int)] = []

    package init() {}

    /// The newest, in megabytes.
    package var megabytes: Int { (samples.last?.kilobytes ?? 0) / 1_024 }

    package mutating func add(_ kilobytes: Int, at time: Duration) { samples.append((time, kilobytes)) }

    /// The mean of the last quarter of the time after `start`, beside that of its first quarter: 1.03 means three of a
    /// hundred more. Nil when there were too few looks for that.
    ///
    /// Means, since a look may fall into a burst; quarters, since a leak of a steady stream of work is larger in the
    /// last than in the first, whatever the bursts.
    package func growth(after start: Duration) -> Double? {
        let counted = samples.filter { $0.at >= start }.map { Double($0.kilobytes) }
        let quarter = counted.count / 4
        guard quarter >= 5 else { return nil }
        let first = counted.prefix(quarter).reduce(0, +)
        let last = counted.suffix(quarter).reduce(0, +)
        return last / first
    }
}
