/// A host and a port by their offsets (RFC 3261 §25.1 `hostport`, RFC 5118 §4).
struct HostLayout {
    /// Without the brackets of an IPv6 reference.
    @Compact var host: Range<Int>
    var port: UInt16?
    /// The offset behind the last octet of the host or port.
    var end: Int

    /// Reads `host [":" port]` at `start`.
    ///
    /// - Parameter allowsLWS: whether white space may stand around the colon, as in a Via (`COLON`).
    init(_ bytes: Span<UInt8>, from start: Int, before limit: Int, allowsLWS: Bool = false) throws(Fault) {
        guard start < limit else { throw Fault(offset: start, reason: .malformedURI) }
        if bytes[start] == UInt8(ascii: "[") {
            guard let close = bytes.firstOffset(of: UInt8(ascii: "]"), in: start..<limit),
                IPAddress.isIPv6(bytes, (start &+ 1)..<close)
            else { throw Fault(offset: start, reason: .malformedURI) }
            host = (start &+ 1)..<close
            end = close &+ 1
        } else {
            guard let nameEnd = HostLayout.endOfName(bytes, from: start, before: limit) else {
                throw Fault(offset: start, reason: .malformedURI)
            }
            host = start..<nameEnd
            end = nameEnd
        }
        port = nil
        let colon = allowsLWS ? bytes.skipLWS(from: end, before: limit) : end
        guard colon < limit, bytes[colon] == UInt8(ascii: ":") else { return }
        let digits = allowsLWS ? bytes.skipLWS(from: colon &+ 1, before: limit) : colon &+ 1
        end = bytes.end(of: .digit, from: digits, before: limit)
        guard let number = bytes.decimal(in: digits..<end, atMost: UInt64(UInt16.max)) else {
            throw Fault(offset: digits, reason: .malformedURI)
        }
        port = UInt16(number)
    }

    /// The end of labels between single dots; when they are all digits, of an IPv4 address. Nil when it is neither. A
    /// final dot is allowed.
    private static func endOfName(_ bytes: Span<UInt8>, from start: Int, before limit: Int) -> Int? {
        var isNumeric = true
        var label = start
        var offset = start
        while offset < limit {
            let octet = bytes[offset]
            if octet == UInt8(ascii: ".") {
                if offset == label { return nil }
                label = offset &+ 1
            } else if !octet.isDigit {
                guard OctetSet.hostname.contains(octet) else { break }
                isNumeric = false
            }
            offset &+= 1
        }
        guard offset > start, offset &- start <= 255 else { return nil }
        return !isNumeric || IPAddress.isIPv4(bytes, start..<offset) ? offset : nil
    }
}

extension Span where Element == UInt8 {
    /// A host as written, but with the third colon left out that RFC 3261's grammar wrongly allowed (RFC 5118 §4.10).
    func hostText(_ range: Range<Int>) -> String {
        var offset = range.lowerBound
        while offset &+ 2 < range.upperBound {
            let colon = UInt8(ascii: ":")
            if self[offset] == colon, self[offset &+ 1] == colon, self[offset &+ 2] == colon {
                return verbatimText(range.lowerBound..<offset) + verbatimText((offset &+ 1)..<range.upperBound)
            }
            offset &+= 1
        }
        return verbatimText(range)
    }
}
