/// Whether text is a numeric address, without asking the operating system.
public enum IPAddress {
    /// Whether `text` is four decimal numbers up to 255 with dots between.
    public static func isIPv4(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        return isIPv4(bytes.span, bytes.indices)
    }

    /// Whether `text` is an IPv6 address without brackets and zone (RFC 4291 §2.2).
    public static func isIPv6(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        return isIPv6(bytes.span, bytes.indices)
    }

    static func isIPv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= 15 else { return false }
        var dots = 0
        var digits = 0
        var value = 0
        for offset in range {
            let octet = bytes[offset]
            if octet.isDigit {
                digits &+= 1
                value = value &* 10 &+ Int(octet &- 0x30)
                if digits > 3 || value > 255 { return false }
            } else {
                guard octet == UInt8(ascii: "."), digits > 0 else { return false }
                dots &+= 1
                digits = 0
                value = 0
            }
        }
        return dots == 3 && digits > 0
    }

    static func isIPv6(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        groups(bytes, range) != nil
    }

    /// The eight groups of an IPv6 address, so that two spellings of one address compare equal; nil when it is none.
    static func groups(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt16]? {
        guard range.count >= 2, range.count <= 45 else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        var offset = range.lowerBound
        if bytes[offset] == UInt8(ascii: ":") {
            guard bytes[offset &+ 1] == UInt8(ascii: ":") else { return nil }
            gap = 0
            offset &+= 2
        }
        while offset < range.upperBound {
            guard groups.count < 8 else { return nil }
            var end = offset
            var value: UInt16 = 0
            while end < range.upperBound, end &- offset < 5, let digit = bytes[end].hexDigit {
                value = value &<< 4 | UInt16(digit)
                end &+= 1
            }
            if end < range.upperBound, bytes[end] == UInt8(ascii: ".") {
                guard let tail = embeddedIPv4(bytes, offset..<range.upperBound) else { return nil }
                groups += tail
                offset = range.upperBound
                break
            }
            guard end > offset, end &- offset <= 4 else { return nil }
            groups.append(value)
            guard end < range.upperBound else { offset = end; break }
            guard bytes[end] == UInt8(ascii: ":"), end &+ 1 < range.upperBound else { return nil }
            offset = end &+ 1
            if bytes[offset] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                offset &+= 1
                // RFC 3261's grammar allowed a third colon before an embedded IPv4 address (RFC 5118 §4.10).
                if offset < range.upperBound, bytes[offset] == UInt8(ascii: ":") {
                    offset &+= 1
                    guard isIPv4(bytes, offset..<range.upperBound) else { return nil }
                }
            }
        }
        guard let gap else { return groups.count == 8 ? groups : nil }
        guard groups.count < 8 else { return nil }
        groups.insert(contentsOf: repeatElement(0, count: 8 &- groups.count), at: gap)
        return groups
    }

    private static func embeddedIPv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt16]? {
        guard isIPv4(bytes, range) else { return nil }
        var parts: [UInt16] = [0]
        for offset in range {
            if bytes[offset] == UInt8(ascii: ".") {
                parts.append(0)
            } else {
                parts[parts.count - 1] = parts[parts.count - 1] &* 10 &+ UInt16(bytes[offset] &- 0x30)
            }
        }
        return [parts[0] &<< 8 | parts[1], parts[2] &<< 8 | parts[3]]
    }

    /// Whether two hosts are the same: names in any case, IPv6 addresses in any spelling (RFC 5118 §4.1).
    static func isSameHost(_ left: String, _ right: String) -> Bool {
        if left.asciiLowercased == right.asciiLowercased { return true }
        let (one, other) = (Array(left.utf8), Array(right.utf8))
        guard let groups = groups(one.span, one.indices) else { return false }
        return groups == IPAddress.groups(other.span, other.indices)
    }
}
