import Dispatch

/// The real timers of one host: what its machines start and cancel, on the queue that owns them.
///
/// Everything, `fire` included, happens on `queue`. One Dispatch timer stands for all and is armed for the earliest
/// deadline only; a machine that cancels its timers leaves at most one wake-up behind, and without timers there
/// is none. What is due together arrives together, up to `batch`.
package final class MachineTimers<Timer: Hashable & Sendable>: @unchecked Sendable {
    /// How many timers fire at once. Where a flood has started thousands that are due together, what else waits for the
    /// queue comes between.
    package static var batch: Int { 8 }

    // Unchecked: the state is confined to `queue`, which each entry checks.
    private let queue: DispatchQueue
    private let source: any DispatchSourceTimer
    private var deadlines = Deadlines<Timer>()
    private var armed: Duration?

    /// - Parameters:
    ///   - queue: the serial queue that owns the machines.
    ///   - fire: called on `queue` with timers that are due, in the order of their deadlines. Form it outside of
    ///     main-actor code or mark it `@Sendable`: a closure that inherits the main actor traps when it fires.
    package init(queue: DispatchQueue, fire: @escaping @Sendable ([Timer]) -> Void) {
        self.queue = queue
        source = DispatchSource.makeTimerSource(queue: queue)
        source.setEventHandler { @Sendable [weak self] in self?.wake(fire) }
        source.schedule(deadline: .distantFuture)
        source.activate()
    }

    deinit { source.cancel() }

    /// The monotonic time these timers run on, since an arbitrary start.
    package static var now: Duration { .nanoseconds(DispatchTime.now().uptimeNanoseconds) }

    package var isEmpty: Bool {
        dispatchPrecondition(condition: .onQueue(queue))
        return deadlines.isEmpty
    }

    /// Starts the timer, or restarts it when it runs already.
    package func start(_ timer: Timer, after delay: Duration) {
        dispatchPrecondition(condition: .onQueue(queue))
        let due = Self.now + max(.zero, delay)
        deadlines.start(timer, due: due)
        if armed.map({ due < $0 }) ?? true { arm(for: due) }
    }

    /// Cancelling what does not run is fine. A timer cancelled here never fires, unless it is already in the batch
    /// that `fire` was given.
    package func cancel(_ timer: Timer) {
        dispatchPrecondition(condition: .onQueue(queue))
        deadlines.cancel(timer)
    }

    /// The one that is due longest, if any, for an owner that has much else to do; it does not fire any more.
    package func expire() -> Timer? {
        dispatchPrecondition(condition: .onQueue(queue))
        return deadlines.expire(at: Self.now, upTo: 1).first
    }

    private func wake(_ fire: @escaping @Sendable ([Timer]) -> Void) {
        let now = Self.now
        // What is started meanwhile is looked at below.
        armed = now
        let expired = deadlines.expire(at: now, upTo: Self.batch)
        if !expired.isEmpty { fire(expired) }
        guard let next = deadlines.next() else { return armed = nil }
        if next > now { return arm(for: next) }
        // The rest is behind what waits for the queue already. Through the Dispatch timer each batch would take two
        // changes of threads, and on a busy machine come late by seconds.
        queue.async { @Sendable [weak self] in self?.wake(fire) }
    }

    private func arm(for due: Duration) {
        armed = due
        source.schedule(
            deadline: DispatchTime(uptimeNanoseconds: due.clampedNanoseconds), leeway: .milliseconds(1))
    }
}

extension Duration {
    /// At most the 146 years that Dispatch and NIO can count.
    var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow, whole < Int64.max / 2 else { return UInt64(Int64.max / 2) }
        return UInt64(max(0, whole + attoseconds / 1_000_000_000))
    }
}
