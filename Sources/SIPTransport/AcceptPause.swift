import Glibc

/// What becomes of a listener that the system gives no connection: it waits for a moment, and the log hears of it now and
/// then.
struct AcceptPause: Sendable, Equatable {
    /// So short that those who connect do not mind, so long that asking costs nothing.
    static let length = Duration.milliseconds(100)
    /// How long the log hears nothing more of it.
    static let silence = Duration.seconds(10)

    private var told: Duration?

    /// A connection could not be taken.
    ///
    /// - Parameters:
    ///   - code: the `errno` of `accept`.
    ///   - now: since any fixed start.
    /// - Returns: whether it belongs in the log; nil when nothing stands in the way of the next connection, as this one
    ///   was only gone again.
    mutating func failed(_ code: CInt, at now: Duration) -> Bool? {
        guard [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) else { return nil }
        if let told, now - told < Self.silence { return false }
        told = now
        return true
    }
}
