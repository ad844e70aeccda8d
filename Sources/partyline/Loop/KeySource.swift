import Dispatch
import Glibc
import Synchronization

/// Waits for the terminal on a thread of its own, and has it read on that very thread while the queue waits: `sync` on
/// an idle queue is a lock and no change of threads, which would cost a key more than all that is done about it.
final class KeySource: Sendable {
    private let isCancelled = Atomic<Bool>(false)

    init(descriptor: Int32, queue: DispatchQueue, handle: @escaping @Sendable () -> Void) {
        DispatchQueue(label: "keys", qos: .userInteractive).async { @Sendable in
            while !self.isCancelled.load(ordering: .relaxed) {
                var keys = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                if poll(&keys, 1, -1) > 0 { queue.sync(execute: handle) }
            }
        }
    }

    /// Called by what handles the keys: nothing is handled after that.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }
}
