/// When something must be sent although there is nothing to say, so that no NAT forgets the way back (RFC 6263 §4, §6): muted,
/// on hold, or silent, in every direction.
package struct KeepAlive: Equatable, Sendable {
    /// RFC 6263's Tr.
    package static let interval: Duration = .seconds(15)

    /// What keeps the way open.
    package enum Way: Equatable, Sendable {
        /// A report: on a shared port the way that RFC 6263 §4.3 recommends, and reports come every five seconds anyway.
        case report
        /// A datagram without octets (§4.1), where the stream has a port of its own.
        case empty
    }

    private var last: Duration

    package init(at now: Duration) { last = now }

    /// Anything was sent from the stream's port.
    package mutating func sent(at now: Duration) { last = max(last, now) }

    /// When something has to be sent.
    package var due: Duration { last + Self.interval }

    /// - Parameter isShared: reports go from the stream's port (RFC 5761).
    /// - Returns: what to send now; nil while nothing has to be.
    package func way(isShared: Bool, at now: Duration) -> Way? {
        guard now >= due else { return nil }
        return isShared ? .report : .empty
    }
}
