/// Deadlines by the dozen on one coarse timer: whoever outlives its deadline falls due at the next beat.
///
/// Renewing costs a store, not a timer: an entry stays in its old bucket and moves on when that bucket comes up.
package struct Expiry<Key: Hashable & Sendable>: Sendable, Equatable {
    /// Beats since the start. One beat is `Exchange.Timing.beatSeconds` long.
    package private(set) var beat: UInt64 = 0
    private var buckets: [UInt64: [Key]] = [:]
    private var entries: [Key: Entry] = [:]

    private struct Entry: Equatable {
        var deadline: UInt64
        /// The one bucket that counts; copies left in others are dropped when those come up.
        var bucket: UInt64
    }

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// Sets or moves a deadline to at least so many seconds from now, at most two beats more.
    package mutating func set(_ key: Key, seconds: UInt32) {
        let perBeat = UInt64(Exchange.Timing.beatSeconds)
        let deadline = beat &+ (UInt64(seconds) &+ perBeat &- 1) / perBeat &+ 1
        if let bucket = entries[key]?.bucket, bucket <= deadline {
            entries[key]?.deadline = deadline
        } else {
            entries[key] = Entry(deadline: deadline, bucket: deadline)
            buckets[deadline, default: []].append(key)
        }
    }

    package mutating func remove(_ key: Key) {
        entries[key] = nil
    }

    /// Whole seconds until the deadline, at least 0; nil without one.
    package func remaining(_ key: Key) -> UInt32? {
        guard let deadline = entries[key]?.deadline else { return nil }
        let beats = deadline > beat &+ 1 ? deadline &- beat &- 1 : 0
        return UInt32(clamping: beats &* UInt64(Exchange.Timing.beatSeconds))
    }

    /// One beat on: gives and forgets the keys that fell due.
    package mutating func advance() -> [Key] {
        beat &+= 1
        guard let bucket = buckets.removeValue(forKey: beat) else { return [] }
        var due: [Key] = []
        for key in bucket {
            guard let entry = entries[key], entry.bucket == beat else { continue }
            if entry.deadline <= beat {
                entries[key] = nil
                due.append(key)
            } else {
                entries[key]?.bucket = entry.deadline
                buckets[entry.deadline, default: []].append(key)
            }
        }
        return due
    }
}
