/// Why a datagram is refused. Nobody is answered; the caller counts it and goes on.
package enum PacketFault: Error, Equatable, Sendable, CaseIterable {
    /// Fewer octets than its fixed part takes.
    case short
    /// Another version than 2.
    case version
    /// It says that it is longer than it is, or it does not end where it says.
    case length
    /// The padding is empty, reaches before the payload, or stands where none may be.
    case padding
    /// A compound packet that does not begin with a sender or receiver report (RFC 3550 A.2).
    case order
    /// More packets, reports or items than a datagram of ours is read for.
    case tooMany
}
