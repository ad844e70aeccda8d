/// A challenge or credentials: a scheme and its comma-separated parameters (RFC 3261 §20.7, §20.44, RFC 7616).
///
/// What they mean is for whoever authenticates; another scheme than Digest is read as well (RFC 4475 §3.3.7).
public struct AuthenticationParameters: Hashable, Sendable {
    /// `Digest` for instance, as written; equal in any case.
    public var scheme: String
    /// realm, nonce, qop and their kin, unquoted.
    public var parameters: Parameters

    /// A scheme without parameters.
    public init(scheme: String) {
        self.scheme = scheme
        parameters = Parameters()
    }

    /// Reads `Digest realm="…", nonce="…"`; nil when it is malformed.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let span = bytes.span
        let end = span.end(of: .token, from: 0, before: span.count)
        guard end > 0, end < span.count, span[end].isLWS else { return nil }
        scheme = span.verbatimText(0..<end)
        parameters = Parameters()
        var start = end
        while start <= span.count {
            let stop = span.endOfListElement(from: start, before: span.count)
            guard parameters.count < Limits.parameterCount, let element = span.authenticationParameter(start..<stop)
            else { return nil }
            parameters.append(element)
            start = stop &+ 1
        }
    }
}

extension AuthenticationParameters: CustomStringConvertible {
    /// The value as it is written in a message; a value is quoted when it was, or when it is no token.
    public var description: String { scheme + " " + parameters.listText }
}

extension Span where Element == UInt8 {
    /// `name=value` or `name="value"` and nothing else.
    fileprivate func authenticationParameter(_ range: Range<Int>) -> Parameters.Element? {
        let name = skipLWS(from: range.lowerBound, before: range.upperBound)
        let nameEnd = end(of: .token, from: name, before: range.upperBound)
        let equals = skipLWS(from: nameEnd, before: range.upperBound)
        guard nameEnd > name, equals < range.upperBound, self[equals] == UInt8(ascii: "=") else { return nil }
        let value = trimmed((equals &+ 1)..<range.upperBound)
        guard let first = value.first else { return nil }
        if self[first] == UInt8(ascii: "\"") {
            guard endOfQuotedString(from: first, before: value.upperBound) == value.upperBound, value.count >= 2 else {
                return nil
            }
            let inside = (first &+ 1)..<(value.upperBound &- 1)
            return Parameters.Element(name: verbatimText(name..<nameEnd), value: unquoted(inside), isQuoted: true)
        }
        guard end(of: .parameterValue, from: first, before: value.upperBound) == value.upperBound else { return nil }
        return Parameters.Element(name: verbatimText(name..<nameEnd), value: verbatimText(value))
    }
}
