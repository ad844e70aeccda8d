import Synchronization

/// How many events the program was given and has not handled yet. When it falls behind, the sockets that bring more
/// are no longer read: TCP then slows the sender down, and nobody's flood fills our memory or delays a key.
///
/// Only a program that says what it handled is held to this; see `Transport.handled`.
final class Backlog: Sendable {
    private let limit: Int?
    private let count = Atomic<Int>(0)
    private let isHeld = Atomic<Bool>(false)

    init(limit: Int?) { self.limit = limit }

    /// Counts events just before they go to the program: so the call of `handled` that ends a hold is still to come.
    ///
    /// - Returns: whether reading is to stop until `handled` says otherwise.
    func delivered(_ events: Int) -> Bool {
        guard let limit else { return false }
        guard count.wrappingAdd(events, ordering: .sequentiallyConsistent).newValue > limit else { return false }
        isHeld.store(true, ordering: .sequentiallyConsistent)
        return true
    }

    /// - Returns: whether reading is to start again.
    func handled(_ events: Int) -> Bool {
        guard let limit else { return false }
        guard count.wrappingSubtract(events, ordering: .sequentiallyConsistent).newValue <= limit / 2 else {
            return false
        }
        return isHeld.exchange(false, ordering: .sequentiallyConsistent)
    }
}

/// A socket that brings events, and can be left unread for a while.
protocol Reader: AnyObject {
    /// Whether it brought something since the last batch.
    var isListed: Bool { get set }
    func setReading(_ isReading: Bool)
}
