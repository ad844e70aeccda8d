import SIP

/// What the transport did since it started; for logs, tests and benchmarks.
package struct Counters: Sendable, Equatable {
    package var received = 0
    package var sent = 0
    /// Requests that did not parse and were answered (RFC 3261 §21.4.1 and others).
    package var rejected = 0
    /// Malformed responses, malformed requests that cannot be answered, and datagrams that are no SIP at all.
    package var dropped = 0
    /// Connections closed because their framing was broken or a limit was passed.
    package var violations = 0
    /// Connections not admitted, or ended in favour of others before they said anything.
    package var refusedConnections = 0
    /// How often the system had no descriptor or no memory for one more connection.
    package var unaccepted = 0
    /// Datagrams dropped unread and connections refused because their address or port had too many in a second.
    package var excessive = 0
    /// The same while their address or port was banned.
    package var banned = 0
    /// Bans so far.
    package var bans = 0
    /// How often a connection was left unread for a while, as it had sent too much.
    package var slowed = 0
    /// Connections and datagrams of addresses that are not let in; nothing of them was read.
    package var denied = 0
    /// Clients with whom no TLS connection came about.
    package var failedHandshakes = 0
    /// Messages of our own that could not be serialised.
    package var unserialisable = 0
    /// Messages for a flow that no longer exists, and datagrams the kernel did not take.
    package var unsent = 0
    /// Writes to the kernel; with `sent` it tells how well they are coalesced.
    package var flushes = 0
    /// Batches handed to the sink.
    package var batches = 0
    /// Accepted connections at this moment, those of them that have not sent a whole message yet, and who is banned.
    package var connections = 0
    package var halfOpenConnections = 0
    package var bansInForce = 0

    package init() {}
}

/// Something the machines need not know, but a log should.
package enum Diagnostic: Sendable, Equatable {
    /// A message of our own was not sent, as it would have been malformed; the text says why.
    case unserialisable(Flow, String)
    /// A peer's message did not parse.
    case malformed(Flow, ParseError)
    /// A connection was not admitted.
    case refused(SIP.SocketAddress)
    /// Somebody at an address that is not let in (`Transport.restrict`); told once for each of the first few hundred.
    case denied(SIP.SocketAddress, TransportProtocol)
    /// Somebody asks for so much that nothing more of theirs is read for some seconds.
    case banned(source: String, seconds: Int, why: String)
    /// A ban is over; how many datagrams and connections it turned away.
    case unbanned(source: String, turnedAway: Int)
    /// A connection brings more than may come over one, and is read more slowly; told once for each.
    case slowed(Flow)
    /// The system has no descriptor or no memory for one more connection, and says this; not told again for a while.
    case unaccepted(String)
    /// The process may have fewer descriptors than connections are allowed.
    case fewDescriptors(connections: Int)
    /// Somebody connected for a WebSocket and did not get one; the text is the answer.
    case refusedHandshake(SIP.SocketAddress, String)
    /// With a client no TLS connection came about; the text says why.
    case handshakeFailed(SIP.SocketAddress, String)
    /// A listening socket ended by itself; the text is the operating system's.
    case listenerFailed(SIP.SocketAddress, TransportProtocol, String)

    /// Whether it is news each time: strangers cannot bring it about as often as they like.
    package var isRare: Bool {
        switch self {
        case .banned, .unbanned, .unaccepted, .fewDescriptors, .listenerFailed: true
        case .unserialisable, .malformed, .refused, .denied, .slowed, .refusedHandshake, .handshakeFailed: false
        }
    }
}
