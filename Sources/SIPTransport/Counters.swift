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
    /// Connections not admitted.
    package var refusedConnections = 0
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
    /// Somebody connected for a WebSocket and did not get one; the text is the answer.
    case refusedHandshake(SIP.SocketAddress, String)
    /// With a client no TLS connection came about; the text says why.
    case handshakeFailed(SIP.SocketAddress, String)
    /// A listening socket ended by itself; the text is the operating system's.
    case listenerFailed(SIP.SocketAddress, TransportProtocol, String)
}
