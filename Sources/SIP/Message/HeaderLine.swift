/// One header field by its offsets, folded lines joined (RFC 3261 §7.3.1).
struct HeaderLine {
    var name: Range<Int>
    /// Without white space at either side; folds inside.
    var value: Range<Int>
    /// Behind the CRLF.
    var end: Int

    /// Reads the field that begins at `start`.
    ///
    /// - Throws: what is wrong with it; `.unterminatedHeader` when no CRLF ends it.
    init(_ bytes: Span<UInt8>, from start: Int, before limit: Int) throws(Fault) {
        let nameEnd = bytes.end(of: .token, from: start, before: limit)
        var colon = nameEnd
        while colon < limit, bytes[colon] == 0x20 || bytes[colon] == 0x09 { colon &+= 1 }
        guard colon < limit else { throw Fault(offset: limit, reason: .unterminatedHeader) }
        guard nameEnd > start, bytes[colon] == UInt8(ascii: ":") else {
            throw Fault(offset: colon, reason: .malformedHeader)
        }
        name = start..<nameEnd
        let stop = try bytes.endOfFieldValue(from: colon &+ 1, before: limit)
        value = bytes.trimmed((colon &+ 1)..<stop)
        end = stop &+ 2
    }

    /// Behind the line end of the field at `start`, which is not a field at all: reading goes on there, so that a
    /// request with one bad line can still be answered.
    static func skip(_ bytes: Span<UInt8>, from start: Int, before limit: Int) -> Int? {
        var offset = start
        while offset &+ 1 < limit {
            if bytes[offset] == 0x0D, bytes[offset &+ 1] == 0x0A { return offset &+ 2 }
            offset &+= 1
        }
        return nil
    }
}

extension Span where Element == UInt8 {
    /// The first offset from `start` on that holds a control character other than none; eight octets at a time.
    @inline(__always)
    func skipPlain(from start: Int, before end: Int) -> Int {
        var offset = start
        let raw = bytes
        let high: UInt64 = 0x8080_8080_8080_8080
        while offset &+ 8 <= end {
            let eight = raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let ascii = eight & ~high
            // The high bit of each octet: set when its low seven bits are at least 0x20, or when they are 0x7F.
            let visible = ascii &+ 0x6060_6060_6060_6060
            let delete = ascii &+ 0x0101_0101_0101_0101
            guard (visible | eight) & ~(delete & ~eight) & high == high else { break }
            offset &+= 8
        }
        while offset < end, self[offset] >= 0x20, self[offset] != 0x7F { offset &+= 1 }
        return offset
    }

    /// The offset of the CRLF that ends the value at `start`: one that no white space follows.
    func endOfFieldValue(from start: Int, before end: Int) throws(Fault) -> Int {
        var offset = start
        while true {
            offset = skipPlain(from: offset, before: end)
            guard offset &+ 1 < end else { throw Fault(offset: end, reason: .unterminatedHeader) }
            switch self[offset] {
            case 0x09:
                offset &+= 1
            case 0x0D:
                guard self[offset &+ 1] == 0x0A else { throw Fault(offset: offset, reason: .malformedHeader) }
                guard offset &+ 2 < end else { return offset }
                guard self[offset &+ 2] == 0x20 || self[offset &+ 2] == 0x09 else { return offset }
                offset &+= 3
            case 0x0A:
                throw Fault(offset: offset, reason: .malformedHeader)
            default:
                return try endOfQuotingValue(from: start, before: end)
            }
        }
    }

    /// As `endOfFieldValue`, for a value with control characters: they may only stand behind the backslash of a quoted
    /// pair (RFC 3261 §25.1 `quoted-pair`, RFC 4475 §3.1.1.2). One pass with the quotes followed.
    private func endOfQuotingValue(from start: Int, before end: Int) throws(Fault) -> Int {
        var offset = start
        var isQuoted = false
        while offset &+ 1 < end {
            let octet = self[offset]
            switch octet {
            case 0x0D:
                guard self[offset &+ 1] == 0x0A else { throw Fault(offset: offset, reason: .malformedHeader) }
                guard offset &+ 2 < end, self[offset &+ 2] == 0x20 || self[offset &+ 2] == 0x09 else { return offset }
                offset &+= 3
            case 0x0A:
                throw Fault(offset: offset, reason: .malformedHeader)
            case UInt8(ascii: "\\") where isQuoted:
                let escaped = self[offset &+ 1]
                offset &+= escaped == 0x0D || escaped == 0x0A ? 1 : 2
            case UInt8(ascii: "\""):
                isQuoted.toggle()
                offset &+= 1
            case 0x09, 0x20...0x7E, 0x80...0xFF:
                offset &+= 1
            default:
                throw Fault(offset: offset, reason: .controlCharacter)
            }
        }
        throw Fault(offset: end, reason: .unterminatedHeader)
    }

    /// Whether a value can be written as one line: no CR, no LF, other control characters in quoted pairs only.
    func isWritable(_ range: Range<Int>) -> Bool {
        var isQuoted = false
        var offset = range.lowerBound
        while offset < range.upperBound {
            let octet = self[offset]
            if octet == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if octet == UInt8(ascii: "\\"), isQuoted, offset &+ 1 < range.upperBound {
                offset &+= 1
                if self[offset] == 0x0D || self[offset] == 0x0A || self[offset] >= 0x80 { return false }
            } else if octet < 0x20 && octet != 0x09 || octet == 0x7F {
                return false
            }
            offset &+= 1
        }
        return true
    }
}
