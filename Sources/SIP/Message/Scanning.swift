/// Where reading failed, before it is known whether there is anybody to answer.
struct Fault: Error, Equatable {
    var offset: Int
    var reason: ParseError.Reason
}

/// Reading by offsets. All offsets are those of the span; `end` is one past the last octet that belongs to the element.
extension Span where Element == UInt8 {
    /// The first offset from `start` on whose octet is not in `set`.
    @inline(__always)
    func end(of set: OctetSet, from start: Int, before end: Int) -> Int {
        precondition(start >= 0 && end <= count)
        var offset = start
        while offset < end, set.contains(self[unchecked: offset]) { offset &+= 1 }
        return offset
    }

    /// The first offset from `start` on that is not linear white space.
    @inline(__always)
    func skipLWS(from start: Int, before end: Int) -> Int {
        var offset = start
        while offset < end, self[offset].isLWS { offset &+= 1 }
        return offset
    }

    /// The range without linear white space at either side.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        let lower = skipLWS(from: range.lowerBound, before: range.upperBound)
        var upper = range.upperBound
        while upper > lower, self[upper &- 1].isLWS { upper &-= 1 }
        return lower..<upper
    }

    /// The eight octets at `offset`, the first in the lowest bits. The caller has made sure that they are there; the
    /// span traps when they are not.
    @inline(__always)
    func eightOctets(at offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    func firstOffset(of octet: UInt8, in range: Range<Int>) -> Int? {
        let pattern = UInt64(octet) &* 0x0101_0101_0101_0101
        var offset = range.lowerBound
        while offset &+ 8 <= range.upperBound {
            let difference = eightOctets(at: offset) ^ pattern
            // The lowest high bit that is set stands at the first octet that is zero in `difference`.
            let zeros = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            if zeros != 0 { return offset &+ zeros.trailingZeroBitCount &>> 3 }
            offset &+= 8
        }
        while offset < range.upperBound {
            if self[offset] == octet { return offset }
            offset &+= 1
        }
        return nil
    }

    /// The offset after the closing quote of the quoted string that opens at `start`, or nil when it never closes.
    func endOfQuotedString(from start: Int, before end: Int) -> Int? {
        var offset = start &+ 1
        while offset < end {
            switch self[offset] {
            case UInt8(ascii: "\""): return offset &+ 1
            case UInt8(ascii: "\\"): offset &+= 2
            default: offset &+= 1
            }
        }
        return nil
    }

    /// Whether the range spells `text`, upper or lower case; `text` is given in lower case.
    @inline(__always)
    func spells(_ text: StaticString, in range: Range<Int>) -> Bool {
        let expected = text.utf8Start
        guard range.count == text.utf8CodeUnitCount else { return false }
        var index = 0
        while index < text.utf8CodeUnitCount {
            if self[range.lowerBound &+ index].asciiLowercased != expected[index] { return false }
            index &+= 1
        }
        return true
    }

    /// A decimal number of digits only, or nil when empty, malformed or above `limit`.
    func decimal(in range: Range<Int>, atMost limit: UInt64) -> UInt64? {
        guard !range.isEmpty else { return nil }
        var value: UInt64 = 0
        for offset in range {
            let octet = self[offset]
            guard octet.isDigit else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(UInt64(octet &- 0x30))
            guard !overflow, !carry, sum <= limit else { return nil }
            value = sum
        }
        return value
    }

    /// The text of a range, each fold in it made one space (RFC 3261 §7.3.1). Octets that are not UTF-8 become U+FFFD.
    func text(_ range: Range<Int>) -> String {
        guard firstOffset(of: UInt8(ascii: "\r"), in: range) != nil else { return verbatimText(range) }
        return String(decoding: unfolded(range), as: UTF8.self)
    }

    @inline(__always)
    func verbatimText(_ range: Range<Int>) -> String {
        withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self) }
    }

    func unfolded(_ range: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let octet = self[offset]
            if octet == 0x0D {
                while let last = result.last, last == 0x20 || last == 0x09 { result.removeLast() }
                result.append(0x20)
                offset = skipLWS(from: offset, before: range.upperBound)
            } else {
                result.append(octet)
                offset &+= 1
            }
        }
        return result
    }

    /// The content of a quoted string, its quotes excluded from `range`, each quoted pair resolved.
    func unquoted(_ range: Range<Int>) -> String {
        guard firstOffset(of: UInt8(ascii: "\\"), in: range) != nil else { return text(range) }
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        let folded = unfolded(range)
        var index = 0
        while index < folded.count {
            if folded[index] == UInt8(ascii: "\\"), index &+ 1 < folded.count { index &+= 1 }
            result.append(folded[index])
            index &+= 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension UInt8 {
    /// SP, HTAB, and the CR and LF of a fold: the header table admits these two nowhere else.
    @inline(__always)
    var isLWS: Bool { self <= 0x20 && (self == 0x20 || self == 0x0D || self == 0x0A || self == 0x09) }

    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    @inline(__always)
    var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of a hexadecimal digit.
    var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }
}

extension String {
    /// Upper-case ASCII letters made lower case; everything else, Kelvin signs included, left alone.
    var asciiLowercased: String {
        guard utf8.contains(where: { $0 &- 0x41 < 26 }) else { return self }
        return String(decoding: utf8.map(\.asciiLowercased), as: UTF8.self)
    }
}
