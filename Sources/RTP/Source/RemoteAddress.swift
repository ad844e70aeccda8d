/// Where a datagram came from or goes to, without anything that needs memory.
package struct RemoteAddress: Hashable, Sendable {
    /// 128 bits; those of IPv4 as IPv6 maps them (::ffff:a.b.c.d), so that a socket for both says the same.
    package struct Host: Hashable, Sendable {
        package var high: UInt64
        package var low: UInt64

        package init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }

        /// - Parameter ipv4: a.b.c.d with a in the highest octet.
        package init(ipv4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(ipv4)) }
    }

    package var host: Host
    package var port: UInt16

    package init(_ host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }
}
