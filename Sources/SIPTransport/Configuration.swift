import SIP

/// What bounds and paces a `Transport`; the defaults are what the program runs with, tests shorten them.
package struct Configuration: Sendable {
    package var limits = Limits()
    /// Addresses with many behind them, such as a proxy's: what one address may have does not bound them, and they are
    /// never banned. Whoever floods us from this very machine could as well kill us.
    package var trusted = AddressRange.loopback
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
        /// whole message yet makes room; without such a one the newcomer is refused. Fewer where the process may not
        /// have so many descriptors.
        package var connections = 16_384
        /// The same for those that have not sent a whole message yet: past it their oldest makes room.
        package var halfOpenConnections = 4_096
        /// Connections at a time from one IPv4 address or one IPv6 /64: an office behind one NAT fits. Past it the
        /// oldest of that address that has not sent a whole message yet makes room, or the newcomer is refused.
        package var connectionsPerAddress = 512
        /// New connections a second from one address; after a pause as many at once as it may hold.
        package var connectionsPerSecond = 50
        /// Messages a second over one connection, or from one port over UDP; keep-alives count. Twice that at once.
        package var messagesPerSecond = 100
        /// The same from one address, whatever it is over.
        package var messagesPerSecondPerAddress = 1_000
        /// How long a ban lasts, in seconds; 0 bans nobody.
        package var ban = 60
        /// Bans at a time; beyond it whoever asks too much is only slowed down.
        package var bans = 4_096
        /// Bytes a peer may leave unread, beyond what the kernel holds, before it is closed.
        package var unreadBytes = 4 << 20
        /// The same for all peers together. Past it, whoever leaves more than `fairUnreadBytes` is closed.
        package var unreadBytesInAll = 64 << 20
        package var fairUnreadBytes = 128 << 10
        /// Malformed messages after which a connection is closed; each is answered until then.
        package var malformedMessages = 16
        /// Events that the program may have before it, handled or not, until reading stops; nil for a program that
        /// does not call `Transport.handled`.
        package var unhandledEvents: Int?
        /// Bytes of one read from a connection we accepted, where thousands share the memory, and what one brings at
        /// once is what the others wait for.
        package var serverRead = 2_048
        /// Bytes of one read from a connection we opened.
        package var clientRead = 65_536
        /// Remote addresses of datagrams whose `Flow` is remembered, so that it is not spelled out for each packet;
        /// and addresses for which it is counted what they ask for.
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
