/// The first line of a message by its offsets (RFC 3261 §7.1, §7.2).
enum StartLine {
    case request(method: Range<Int>, uri: URILayout)
    case response(status: Int, reason: Range<Int>)

    /// Reads the line that `range` spans, its CRLF excluded.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        if StartLine.isStatusLine(bytes, range) {
            self = try StartLine.statusLine(bytes, range)
        } else {
            self = try StartLine.requestLine(bytes, range)
        }
    }

    /// Whether the line begins as a response's does: there is nobody to answer, whatever else is wrong.
    static func isStatusLine(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.count >= 4 && bytes.spells("sip/", in: range.lowerBound..<(range.lowerBound &+ 4))
    }

    private static func requestLine(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) -> StartLine {
        let methodEnd = bytes.end(of: .token, from: range.lowerBound, before: range.upperBound)
        guard methodEnd > range.lowerBound, methodEnd < range.upperBound, bytes[methodEnd] == 0x20 else {
            throw Fault(offset: methodEnd, reason: .malformedStartLine)
        }
        let start = methodEnd &+ 1
        guard let uriEnd = bytes.firstOffset(of: 0x20, in: start..<range.upperBound) else {
            throw Fault(offset: range.upperBound, reason: .malformedStartLine)
        }
        // The version first: what another version calls a Request-URI is not ours to judge.
        try checkVersion(bytes, (uriEnd &+ 1)..<range.upperBound)
        let uri = try URILayout(bytes, start..<uriEnd)
        // RFC 3261 §19.1.1: the header component is not allowed in a Request-URI.
        guard uri.query == nil else { throw Fault(offset: start, reason: .malformedURI) }
        return .request(method: range.lowerBound..<methodEnd, uri: uri)
    }

    private static func statusLine(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) -> StartLine {
        let versionEnd = bytes.firstOffset(of: 0x20, in: range) ?? range.upperBound
        try checkVersion(bytes, range.lowerBound..<versionEnd)
        let start = min(versionEnd &+ 1, range.upperBound)
        let end = bytes.end(of: .digit, from: start, before: range.upperBound)
        guard end &- start == 3, let status = bytes.decimal(in: start..<end, atMost: 699), status >= 100,
            end == range.upperBound || bytes[end] == 0x20
        else { throw Fault(offset: start, reason: .malformedStatus) }
        for offset in end..<range.upperBound
        where bytes[offset] < 0x20 && bytes[offset] != 0x09 || bytes[offset] == 0x7F {
            throw Fault(offset: offset, reason: .controlCharacter)
        }
        return .response(status: Int(status), reason: min(end &+ 1, range.upperBound)..<range.upperBound)
    }

    private static func checkVersion(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        if bytes.spells("sip/2.0", in: range) { return }
        let malformed = Fault(offset: range.lowerBound, reason: .malformedStartLine)
        guard isStatusLine(bytes, range) else { throw malformed }
        let major = bytes.end(of: .digit, from: range.lowerBound &+ 4, before: range.upperBound)
        guard major > range.lowerBound &+ 4, major < range.upperBound, bytes[major] == UInt8(ascii: ".") else {
            throw malformed
        }
        let minor = bytes.end(of: .digit, from: major &+ 1, before: range.upperBound)
        guard minor > major &+ 1, minor == range.upperBound else { throw malformed }
        throw Fault(offset: range.lowerBound, reason: .unsupportedVersion)
    }
}
