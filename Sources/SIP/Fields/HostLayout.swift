/// A host and a port by their offsets (RFC 3261 §25.1 `hostport`, RFC 5118 §4).
struct HostLayout {
    /// Without the brackets of an IPv6 reference.
    var host: Range<Int>
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
            end = bytes.end(of: .hostname, from: start, before: limit)
            host = start..<end
            guard HostLayout.isHostname(bytes, host) else { throw Fault(offset: start, reason: .malformedURI) }
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

    /// Labels between single dots; when they are all digits, an IPv4 address. A final dot is allowed.
    static func isHostname(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty, range.count <= 255 else { return false }
        var isNumeric = true
        var labelLength = 0
        for offset in range {
            let octet = bytes[offset]
            if octet == UInt8(ascii: ".") {
                if labelLength == 0 { return false }
                labelLength = 0
            } else {
                labelLength &+= 1
                if !OctetSet.digit.contains(octet) { isNumeric = false }
            }
        }
        return !isNumeric || IPAddress.isIPv4(bytes, range)
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
