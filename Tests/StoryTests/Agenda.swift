/// What will happen, in virtual time: a binary heap by time, first come first served within one instant.
struct Agenda<Item> {
    private struct Entry {
        var time: Duration
        var order: Int

        func comesBefore(_ other: Entry) -> Bool { time == other.time ? order < other.order : time < other.time }
    }

    private var heap: [Entry] = []
    /// By order; items are large, and stay where they are.
    private var items: [Int: Item] = [:]
    private var count = 0

    var nextTime: Duration? { heap.first?.time }

    mutating func add(_ item: Item, at time: Duration) {
        count += 1
        items[count] = item
        heap.append(Entry(time: time, order: count))
        var child = heap.count - 1
        while child > 0, heap[child].comesBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (time: Duration, item: Item)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return items.removeValue(forKey: first.order).map { (first.time, $0) }
    }

    private mutating func sink() {
        var parent = 0
        while 2 * parent + 1 < heap.count {
            let left = 2 * parent + 1
            let least = left + 1 < heap.count && heap[left + 1].comesBefore(heap[left]) ? left + 1 : left
            guard heap[least].comesBefore(heap[parent]) else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
