/// A Content-Type or Accept value (RFC 3261 §20.1, §20.15); types and parameter names are equal in any case.
public struct MediaType: Hashable, Sendable {
    /// `text` in `text/plain`, in lower case.
    public var type: String
    /// `plain` in `text/plain`, in lower case.
    public var subtype: String
    /// charset, boundary and whatever else there is.
    public var parameters: Parameters

    /// A media type without parameters.
    public init(_ type: String, _ subtype: String) {
        self.type = type.asciiLowercased
        self.subtype = subtype.asciiLowercased
        parameters = Parameters()
    }

    /// Reads `type/subtype;parameter=value`; nil when it is malformed.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let span = bytes.span
        let typeEnd = span.end(of: .token, from: 0, before: span.count)
        let slash = span.skipLWS(from: typeEnd, before: span.count)
        guard typeEnd > 0, slash < span.count, span[slash] == UInt8(ascii: "/") else { return nil }
        let start = span.skipLWS(from: slash &+ 1, before: span.count)
        let end = span.end(of: .token, from: start, before: span.count)
        guard end > start, let parameters = try? Parameters(headerField: span, from: end, before: span.count) else {
            return nil
        }
        type = span.verbatimText(0..<typeEnd).asciiLowercased
        subtype = span.verbatimText(start..<end).asciiLowercased
        self.parameters = parameters
    }

    /// `type/subtype` without parameters.
    public var essence: String { type + "/" + subtype }

    /// The charset in lower case; nil when none is given.
    public var charset: String? { parameters["charset"]?.asciiLowercased }

    /// `text/plain;charset=UTF-8`: what people type.
    public static let plainText: MediaType = {
        var type = MediaType("text", "plain")
        type.parameters.set("charset", "UTF-8")
        return type
    }()
    /// `application/sdp`.
    public static let sdp = MediaType("application", "sdp")
    /// `application/pidf+xml` (RFC 3863).
    public static let pidf = MediaType("application", "pidf+xml")
}

extension MediaType: CustomStringConvertible {
    /// The value as it is written in a message.
    public var description: String { essence + parameters.headerText }
}
