import Synchronization

/// Samples on their way from one thread to another, in memory made once. One thread writes and one reads; neither ever
/// waits, takes a lock or allocates.
final class SampleRing: @unchecked Sendable {
    private let storage: UnsafeMutablePointer<Int16>
    private let mask: Int
    /// All that was ever written and read. Only the writer moves the one, only the reader the other.
    private let written = Atomic<Int>(0)
    private let taken = Atomic<Int>(0)

    /// - Parameter capacity: samples, rounded up to a power of two.
    init(capacity: Int) {
        precondition(capacity > 0)
        var size = 1
        while size < capacity { size *= 2 }
        storage = .allocate(capacity: size)
        storage.initialize(repeating: 0, count: size)
        mask = size - 1
    }

    deinit { storage.deallocate() }

    /// Samples that wait to be read.
    var count: Int { written.load(ordering: .acquiring) - taken.load(ordering: .acquiring) }

    /// For the writer.
    ///
    /// - Returns: the samples written; fewer than there are when the reader is behind.
    @discardableResult
    func write(_ samples: UnsafeBufferPointer<Int16>) -> Int {
        let end = written.load(ordering: .relaxed)
        let room = mask + 1 - (end - taken.load(ordering: .acquiring))
        let count = min(room, samples.count)
        guard count > 0, let source = samples.baseAddress else { return 0 }
        let place = end & mask
        let first = min(count, mask + 1 - place)
        (storage + place).update(from: source, count: first)
        if count > first { storage.update(from: source + first, count: count - first) }
        written.store(end + count, ordering: .releasing)
        return count
    }

    /// For the reader.
    ///
    /// - Returns: the samples read; fewer than there is room for when there are no more.
    @discardableResult
    func read(into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        let start = taken.load(ordering: .relaxed)
        let count = min(written.load(ordering: .acquiring) - start, samples.count)
        guard count > 0, let target = samples.baseAddress else { return 0 }
        let place = start & mask
        let first = min(count, mask + 1 - place)
        target.update(from: storage + place, count: first)
        if count > first { (target + first).update(from: storage, count: count - first) }
        taken.store(start + count, ordering: .releasing)
        return count
    }

    /// For the reader: passes over what is there, but for the newest `kept` samples.
    func skip(keeping kept: Int) {
        let start = taken.load(ordering: .relaxed)
        let excess = written.load(ordering: .acquiring) - start - kept
        if excess > 0 { taken.store(start + excess, ordering: .releasing) }
    }
}

extension SampleRing {
    @discardableResult
    func write(_ samples: [Int16]) -> Int { samples.withUnsafeBufferPointer { write($0) } }

    @discardableResult
    func read(into samples: inout [Int16]) -> Int { samples.withUnsafeMutableBufferPointer { read(into: $0) } }
}
