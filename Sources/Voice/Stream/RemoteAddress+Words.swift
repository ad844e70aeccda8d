import Glibc
import RTP

extension RemoteAddress {
    /// - Parameter host: an address in digits; a zone behind it (`fe80::1%eth0`) is the socket's to know. Nil for a name.
    package init?(host: String, port: UInt16) {
        let digits = host.split(separator: "%", maxSplits: 1).first.map(String.init) ?? ""
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, digits, &four) == 1 {
            self.init(Host(ipv4: UInt32(bigEndian: four.s_addr)), port: port)
        } else if inet_pton(AF_INET6, digits, &six) == 1 {
            self.init(Host(six), port: port)
        } else {
            return nil
        }
    }

    /// The address in digits.
    package var hostName: String {
        var text = [CChar](repeating: 0, count: 64)
        if let bits = host.ipv4 {
            var four = in_addr(s_addr: bits.bigEndian)
            inet_ntop(AF_INET, &four, &text, 64)
        } else {
            var six = in6_addr(host)
            inet_ntop(AF_INET6, &six, &text, 64)
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension RemoteAddress.Host {
    /// Nil for an address that is IPv6's own.
    var ipv4: UInt32? { high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil }

    init(_ address: in6_addr) {
        var address = address
        self = withUnsafeBytes(of: &address) { octets in
            Self(
                high: octets[..<8].reduce(0) { $0 << 8 | UInt64($1) },
                low: octets[8...].reduce(0) { $0 << 8 | UInt64($1) })
        }
    }
}

extension in6_addr {
    init(_ host: RemoteAddress.Host) {
        self.init()
        withUnsafeMutableBytes(of: &self) { octets in
            for index in 0..<8 {
                octets[index] = UInt8(truncatingIfNeeded: host.high >> (56 - 8 * UInt64(index)))
                octets[8 + index] = UInt8(truncatingIfNeeded: host.low >> (56 - 8 * UInt64(index)))
            }
        }
    }
}
