/// The messages to one peer, sent one after the other so that they arrive in order: a MESSAGE that overtakes another
/// over UDP would make the peer refuse the later one (RFC 3428 §8; RFC 3261 §12.2.2).
package struct Outbox: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package var token: MessageToken
        package var content: UserAgent.Content
    }

    /// The one whose answer is awaited.
    package private(set) var underWay: Entry?
    private var waiting: [Entry] = []
    /// Those before it in `waiting` are gone.
    private var head = 0

    package init() {}

    package var isEmpty: Bool { underWay == nil && head == waiting.count }

    /// Puts a message in; false when too many wait.
    package mutating func add(_ entry: Entry) -> Bool {
        guard waiting.count - head < UserAgent.Limits.queuedMessages else { return false }
        waiting.append(entry)
        return true
    }

    /// The message to send now, if none is under way.
    package mutating func next() -> Entry? {
        guard underWay == nil, head < waiting.count else { return nil }
        underWay = waiting[head]
        head += 1
        if head == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 256, head * 2 >= waiting.count {
            waiting.removeFirst(head)
            head = 0
        }
        return underWay
    }

    /// The answer came; gives back what it was for, unless that message was forgotten.
    package mutating func settle(_ token: MessageToken) -> Entry? {
        guard let entry = underWay, entry.token == token else { return nil }
        underWay = nil
        return entry
    }

    /// Empties the queue; the message under way is answered by its transaction.
    package mutating func abandon() -> [MessageToken] {
        defer {
            waiting.removeAll()
            head = 0
        }
        return waiting[head...].map(\.token)
    }
}
