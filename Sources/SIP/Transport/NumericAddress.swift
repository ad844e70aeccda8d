/// An IP address as the number it is, whatever its spelling.
package struct NumericAddress: Hashable, Sendable {
    /// 32 or 128 bits, in the low end.
    package let bits: UInt128
    package let isIPv4: Bool

    /// An IPv4 address within IPv6 (`::ffff:192.0.2.1`) counts as what it stands for.
    package init(bits: UInt128, isIPv4: Bool) {
        let isMapped = !isIPv4 && bits >> 32 == 0xFFFF
        self.bits = isMapped ? bits & 0xFFFF_FFFF : bits
        self.isIPv4 = isIPv4 || isMapped
    }

    /// Reads an address without brackets; the zone of a link-local one (`fe80::1%2`) is left out. Nil for a name.
    package init?(_ text: some StringProtocol) {
        let octets = Array(text.utf8.prefix { $0 != UInt8(ascii: "%") })
        if IPAddress.isIPv4(octets.span, octets.indices) {
            let numbers = octets.split(separator: UInt8(ascii: ".")).map { digits in
                digits.reduce(UInt128(0)) { $0 &* 10 &+ UInt128($1 &- 0x30) }
            }
            self.init(bits: numbers.reduce(0) { $0 << 8 | $1 }, isIPv4: true)
        } else {
            guard let groups = IPAddress.groups(octets.span, octets.indices) else { return nil }
            self.init(bits: groups.reduce(UInt128(0)) { $0 << 16 | UInt128($1) }, isIPv4: false)
        }
    }

    /// What is counted as one peer: an IPv4 address, or the /64 that an IPv6 host has for itself.
    package var peer: NumericAddress {
        isIPv4 ? self : NumericAddress(bits: (bits >> 64) << 64, isIPv4: false)
    }
}

extension SocketAddress {
    /// What is counted as one peer, in a form to compare: the address, or the /64 of an IPv6 one.
    package var peerHost: String {
        guard host.utf8.contains(UInt8(ascii: ":")), let address = NumericAddress(host), !address.isIPv4 else {
            return host
        }
        return String(address.bits >> 64, radix: 16)
    }
}

/// Addresses with the same first bits, as firewalls write them: `192.0.2.0/24`, `2001:db8::/32`, or a single one.
package struct AddressRange: Hashable, Sendable {
    private let base: NumericAddress
    /// How many of the last bits do not matter.
    private let free: Int

    /// What is wrong with a range, in words that say how to write it.
    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case notNumeric, badLength(most: Int)
        /// Bits behind the prefix are set, so that it is not clear what was meant.
        case notItsStart

        package var description: String {
            switch self {
            case .notNumeric: "write an address such as 192.0.2.1, or a range such as 192.0.2.0/24 or 2001:db8::/32"
            case .badLength(let most): "behind the slash stands how many bits count, from 0 to \(most)"
            case .notItsStart: "a range begins with its first address: the bits behind the prefix have to be 0"
            }
        }
    }

    /// What leads nowhere but to this machine.
    package static let loopback = [
        AddressRange(base: NumericAddress(bits: 0x7F00_0000, isIPv4: true), free: 24),
        AddressRange(base: NumericAddress(bits: 1, isIPv4: false), free: 0),
    ]

    private init(base: NumericAddress, free: Int) {
        self.base = base
        self.free = free
    }

    package init(_ text: some StringProtocol) throws(Fault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.utf8.contains(UInt8(ascii: "%")), let address = NumericAddress(first)
        else { throw .notNumeric }
        base = address
        let most = address.isIPv4 ? 32 : 128
        guard parts.count == 2 else {
            free = 0
            return
        }
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]), length <= most
        else { throw .badLength(most: most) }
        free = most - length
        guard (base.bits >> free) << free == base.bits else { throw .notItsStart }
    }

    package func contains(_ address: NumericAddress) -> Bool {
        address.isIPv4 == base.isIPv4 && (address.bits ^ base.bits) >> free == 0
    }
}

/// Who may speak to a server at all.
package struct AccessList: Hashable, Sendable {
    /// Empty lets everybody in.
    package var allowed: [AddressRange]
    /// Counts before `allowed`.
    package var denied: [AddressRange]

    package init(allowed: [AddressRange] = [], denied: [AddressRange] = []) {
        self.allowed = allowed
        self.denied = denied
    }

    package var admitsAll: Bool { allowed.isEmpty && denied.isEmpty }

    package func admits(_ address: NumericAddress) -> Bool {
        if denied.contains(where: { $0.contains(address) }) { return false }
        return allowed.isEmpty || allowed.contains { $0.contains(address) }
    }
}
