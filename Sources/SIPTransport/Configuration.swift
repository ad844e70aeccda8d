import SIP

/// What bounds and paces a `Transport`; the defaults are what the program runs with, tests shorten them.
package struct Configuration: Sendable {
    package var limits = Limits()
    package var intervals = Intervals()
    /// Origins of the web pages whose scripts may connect over WebSocket (`https://chat.example`); empty for all.
    /// Programs that are no browsers name no origin and are always let in (RFC 6455 §10.2).
    package var allowedOrigins: [String] = []
    package var tls = TLSSettings()
    /// An IPv4 address to ask instead of the system's name servers.
    package var nameServer: SIP.SocketAddress?

    package init() {}

    /// What one process, one peer and one connection may hold at most.
    package struct Limits: Sendable {
        /// Connections accepted at a time, all listeners together. Past it the oldest one that has not sent a
        /// whole message yet makes room; without such a one the newcomer is refused.
        package var connections = 16_384
        /// Connections at a time from one IPv4 address or one IPv6 /64: an office behind one NAT fits.
        package var connectionsPerAddress = 512
        /// The same for 127.0.0.0/8 and ::1, where whoever floods us could as well kill us.
        package var connectionsFromLoopback = 16_384
        /// Bytes a peer may leave unread, beyond what the kernel holds, before it is closed.
        package var unreadBytes = 4 << 20
        /// Malformed messages after which a connection is closed; each is answered until then.
        package var malformedMessages = 16
        /// Events that the program may have before it, handled or not, until reading stops; nil for a program that
        /// does not call `Transport.handled`.
        package var unhandledEvents: Int?
        /// Bytes of one read from a connection we accepted, where thousands share the memory.
        package var serverRead = 16_384
        /// Bytes of one read from a connection we opened.
        package var clientRead = 65_536
        /// Remote addresses of datagrams whose `Flow` is remembered, so that it is not spelled out for each packet.
        package var rememberedRemotes = 8_192

        package init() {}
    }

    /// All intervals are real time.
    package struct Intervals: Sendable {
        /// From `locate` to its answer: what DNS has not said by then does not count.
        package var lookUp = Duration.seconds(3)
        /// From `connect` to its answer, name resolution and TLS handshake included.
        package var connect = Duration.seconds(5)
        /// Silence after which a client flow sends a ping; each wait is 80 to 100 % of it (RFC 5626 §4.4.1).
        package var ping = Duration.seconds(20)
        /// How long the pong, or anything else, may take.
        package var pong = Duration.seconds(8)
        /// How long a peer may take for a whole message: from the connection's start for its first,
        /// from the first byte for the others.
        package var message = Duration.seconds(15)
        /// How long bytes may stay unacknowledged, or an idle peer unreachable, before the kernel gives up.
        package var unacknowledged = Duration.seconds(25)
        /// Idleness before the kernel's own keep-alive probes, and their distance, in seconds.
        package var probeIdle = 15
        package var probeDistance = 5
        /// How long a flow that we close may take to hand over what is still to be written, and TLS to say farewell.
        package var close = Duration.seconds(1)

        package init() {}
    }
}
