/// One header field by its offsets, folded lines joined (RFC 3261 §7.3.1).
struct HeaderLine {
    @Compact var name: Range<Int>
    /// Which field it is; nil for a name that this library does not know.
    var known: KnownHeader?
    /// Without white space at either side; folds inside.
    @Compact var value: Range<Int>
    /// Behind the CRLF.
    var end: Int

    /// How much white space may stand between name and colon.
    private static let blanks = 64

    /// Reads the field that begins at `start`.
    ///
    /// - Throws: what is wrong with it; `.unterminatedHeader` when no CRLF ends it.
    init(_ bytes: Span<UInt8>, from start: Int, before limit: Int) throws(Fault) {
        // Not further than a name may be long: lines without a colon must not make each search a long one.
        let reach = min(limit, start &+ Limits.headerNameLength &+ HeaderLine.blanks)
        guard let colon = bytes.firstOffset(of: UInt8(ascii: ":"), in: start..<reach) else {
            throw HeaderLine.faultWithoutColon(bytes, from: start, before: limit)
        }
        var nameEnd = colon
        while nameEnd > start, bytes[nameEnd &- 1] == 0x20 || bytes[nameEnd &- 1] == 0x09 { nameEnd &-= 1 }
        name = start..<nameEnd
        known = KnownHeader.named(bytes, start..<nameEnd)
        if known == nil {
            // A known name has been compared letter by letter; of an unknown one each must be looked at.
            let end = bytes.end(of: .token, from: start, before: nameEnd)
            guard end == nameEnd, end > start else { throw Fault(offset: end, reason: .malformedHeader) }
        }
        let stop = try bytes.endOfFieldValue(from: colon &+ 1, before: limit)
        value = bytes.trimmed((colon &+ 1)..<stop)
        end = stop &+ 2
    }

    /// A line that is cut off may still become a field; a whole one without a colon is none.
    private static func faultWithoutColon(_ bytes: Span<UInt8>, from start: Int, before limit: Int) -> Fault {
        let isWhole = skip(bytes, from: start, before: limit) != nil
        return Fault(offset: isWhole ? start : limit, reason: isWhole ? .malformedHeader : .unterminatedHeader)
    }

    /// Behind the line end of the field at `start`, which is not a field at all: reading goes on there, so that a
    /// request with one bad line can still be answered.
    static func skip(_ bytes: Span<UInt8>, from start: Int, before limit: Int) -> Int? {
        var offset = start
        while let carriageReturn = bytes.firstOffset(of: 0x0D, in: offset..<limit), carriageReturn &+ 1 < limit {
            if bytes[carriageReturn &+ 1] == 0x0A { return carriageReturn &+ 2 }
            offset = carriageReturn &+ 1
        }
        return nil
    }
}

extension Span where Element == UInt8 {
    /// The first offset from `start` on that holds a control character; eight octets at a time.
    @inline(__always)
    func skipPlain(from start: Int, before end: Int) -> Int {
        let high: UInt64 = 0x8080_8080_8080_8080
        var offset = start
        while offset &+ 8 <= end {
            let eight = eightOctets(at: offset)
            let low = eight & ~high
            // In the high bit of each octet: whether its low seven bits are 0x20 or more; whether they are 0x7F.
            let isVisible = low &+ 0x6060_6060_6060_6060
            let isDelete = low &+ 0x0101_0101_0101_0101
            let controls = (~isVisible | isDelete) & ~eight & high
            if controls != 0 { return offset &+ controls.trailingZeroBitCount &>> 3 }
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
                if self[offset] == 0x0D || self[offset] == 0x0A { return false }
            } else if octet < 0x20 && octet != 0x09 || octet == 0x7F {
                return false
            }
            offset &+= 1
        }
        return true
    }
}
