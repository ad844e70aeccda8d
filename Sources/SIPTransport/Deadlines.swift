/// Which timer is due next: a binary heap with cancellation, on no clock of its own.
///
/// Starting costs O(log n), cancelling O(1): a cancelled or restarted timer leaves a stale entry in the heap, which
/// is skipped when it surfaces, and swept out when more than half of the heap is stale. Timers may be large; those in the
/// heap stand for them.
package struct Deadlines<Timer: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var due: Duration
        /// Orders what is due at the same time as it was started, and tells a stale entry from a live one.
        var sequence: UInt64

        func precedes(_ other: Entry) -> Bool { (due, sequence) < (other.due, other.sequence) }
    }

    private var heap: [Entry] = []
    private var live: [Timer: UInt64] = [:]
    /// The other way round.
    private var timers: [UInt64: Timer] = [:]
    private var sequence: UInt64 = 0

    package init() {}

    package var isEmpty: Bool { live.isEmpty }
    package var count: Int { live.count }

    /// Starts the timer, or restarts it when it runs already.
    package mutating func start(_ timer: Timer, due: Duration) {
        sequence &+= 1
        if let former = live.updateValue(sequence, forKey: timer) { timers[former] = nil }
        timers[sequence] = timer
        heap.append(Entry(due: due, sequence: sequence))
        siftUp(from: heap.count - 1)
        if heap.count > 64, heap.count > 2 * live.count { sweep() }
    }

    /// Cancelling what does not run is fine.
    package mutating func cancel(_ timer: Timer) {
        guard let sequence = live.removeValue(forKey: timer) else { return }
        timers[sequence] = nil
        if live.isEmpty { heap.removeAll(keepingCapacity: heap.count <= 64) }
    }

    /// When the next timer is due; nil when none runs.
    package mutating func next() -> Duration? {
        while let first = heap.first {
            if timers.index(forKey: first.sequence) != nil { return first.due }
            removeFirst()
        }
        return nil
    }

    /// Takes out the timers that are due at `now` or were before, in the order of their deadlines.
    ///
    /// - Parameter limit: how many at most; the rest stays due.
    package mutating func expire(at now: Duration, upTo limit: Int = .max) -> [Timer] {
        var expired: [Timer] = []
        while expired.count < limit, let due = next(), due <= now {
            guard let timer = timers.removeValue(forKey: removeFirst().sequence) else { continue }
            live[timer] = nil
            expired.append(timer)
        }
        return expired
    }

    @discardableResult
    private mutating func removeFirst() -> Entry {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        siftDown(from: 0)
        return first
    }

    private mutating func sweep() {
        heap.removeAll { timers.index(forKey: $0.sequence) == nil }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(from: index) }
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            let left = 2 * parent + 1
            let right = left + 1
            var least = parent
            if left < heap.count, heap[left].precedes(heap[least]) { least = left }
            if right < heap.count, heap[right].precedes(heap[least]) { least = right }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
