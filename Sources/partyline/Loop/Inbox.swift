import Dispatch
import Synchronization

/// The one door into a program's state: whatever happens on any thread is posted here as a value and reaches the
/// queue in batches, in order. A burst costs one wake-up, and so one painted frame.
final class Inbox<Input: Sendable>: Sendable {
    private struct Pending {
        var inputs: [Input] = []
        var isScheduled = false
        // In here, not in a lock of its own: each `withLock` of a bare closure wraps it in one more thunk.
        var receiver: (@Sendable ([Input]) -> Void)?
    }

    private let queue: DispatchQueue
    private let pending = Mutex(Pending())

    init(queue: DispatchQueue) {
        self.queue = queue
    }

    /// Says who handles the batches; they run on the queue. What was posted earlier follows at once.
    func deliver(to receiver: @escaping @Sendable ([Input]) -> Void) {
        pending.withLock { $0.receiver = receiver }
        schedule(adding: [])
    }

    func post(_ input: Input) {
        schedule(adding: CollectionOfOne(input))
    }

    private func schedule(adding inputs: some Collection<Input>) {
        let mustWake = pending.withLock { pending in
            pending.inputs.append(contentsOf: inputs)
            defer { pending.isScheduled = true }
            return !pending.isScheduled
        }
        if mustWake { queue.async { @Sendable in self.drain() } }
    }

    private func drain() {
        let taken = pending.withLock { pending in
            let taken = pending
            pending.isScheduled = false
            // Nobody listens yet: keep what is there, and wait for `deliver(to:)` to schedule again.
            if pending.receiver != nil { pending.inputs = [] }
            return taken
        }
        if !taken.inputs.isEmpty { taken.receiver?(taken.inputs) }
    }
}
