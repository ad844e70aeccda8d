/// What will happen, in virtual time: a binary heap by time, first come first served within one instant.
struct Agenda<Item> {
    private struct Entry {
        var time: Duration
        var order: Int
        var item: Item

        func comesBefore(_ other: Entry) -> Bool { (time, order) < (other.time, other.order) }
    }

    private var heap: [Entry] = []
    private var count = 0

    var nextTime: Duration? { heap.first?.time }

    mutating func add(_ item: Item, at time: Duration) {
        count += 1
        heap.append(Entry(time: time, order: count, item: item))
        var child = heap.count - 1
        while child > 0, heap[child].comesBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> (time: Duration, item: Item)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return (first.time, first.item) }
        heap[0] = last
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0].comesBefore(heap[$1]) }),
                heap[least].comesBefore(heap[parent])
            else { return (first.time, first.item) }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
