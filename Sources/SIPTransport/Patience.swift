/// How long a peer may keep us waiting for a whole message, so that connections that say nothing, or one byte a
/// minute, do not pile up.
struct Patience: Sendable, Equatable {
    private let limit: Duration
    private var waitingSince: Duration?
    private var expectsFirst: Bool

    /// - Parameter expecting: whether a first message is due from the start, as from a client of ours.
    init(limit: Duration, expecting: Bool, at now: Duration) {
        self.limit = limit
        expectsFirst = expecting
        waitingSince = expecting ? now : nil
    }

    /// After each read.
    /// - Parameters:
    ///   - completed: whether a whole message came with it.
    ///   - partial: whether a piece of the next one is left.
    mutating func read(completed: Bool, partial: Bool, at now: Duration) {
        if completed {
            expectsFirst = false
            waitingSince = partial ? now : nil
        } else if partial {
            waitingSince = waitingSince ?? now
        } else if !expectsFirst {
            // What had begun was a keep-alive.
            waitingSince = nil
        }
    }

    /// The peer could not be heard so far, and that is not its fault.
    mutating func restart(at now: Duration) {
        if waitingSince != nil { waitingSince = now }
    }

    /// What is left of the patience, `zero` when it is over; nil while nothing is awaited.
    func remaining(at now: Duration) -> Duration? {
        waitingSince.map { max(.zero, $0 + limit - now) }
    }
}
