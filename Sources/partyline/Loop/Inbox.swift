import Dispatch
import Synchronization

/// The one door into a program's state: whatever happens on any thread is posted here as a value and reaches the
/// queue in batches, in order. A burst costs one wake-up, and so one painted frame.
final class Inbox<Input: Sendable>: Sendable {
    private struct Pending {
        var inputs: [Input] = []
        var isScheduled = false
    }

    private let queue: DispatchQueue
    private let pending = Mutex(Pending())
    private let receiver = Mutex<(@Sendable ([Input]) -> Void)?>(nil)

    init(queue: DispatchQueue) {
        self.queue = queue
    }

    /// Says who handles the batches; they run on the queue. What was posted earlier follows at once.
    func deliver(to receiver: @escaping @Sendable ([Input]) -> Void) {
        self.receiver.withLock { $0 = receiver }
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
        let batch = pending.withLock { pending in
            defer { pending = Pending() }
            return pending.inputs
        }
        guard let receiver = receiver.withLock({ $0 }) else {
            // Nobody listens yet: keep the order, and wait for `deliver(to:)` to schedule again.
            pending.withLock { $0.inputs.insert(contentsOf: batch, at: 0) }
            return
        }
        if !batch.isEmpty { receiver(batch) }
    }
}
