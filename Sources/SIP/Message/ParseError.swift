/// What is wrong with a message or a field, and where.
public struct ParseError: Error, Equatable, Sendable {
    /// Octets from the start of what was given to the parser to the first fault.
    public var offset: Int
    /// What was wrong there.
    public var reason: Reason
    /// The response to send back where the message came from: 400, 413, 414, 505 or 513. Nil for a response, for an
    /// ACK, and for a request whose top Via could not be read: those are dropped (RFC 3261 §18.3, §17.2.3).
    public var rejection: Response?

    /// Describes a fault at `offset`.
    public init(offset: Int, reason: Reason, rejection: Response? = nil) {
        self.offset = offset
        self.reason = reason
        self.rejection = rejection
    }

    init(_ fault: Fault, rejection: Response? = nil) {
        self.init(offset: fault.offset, reason: fault.reason, rejection: rejection)
    }

    /// The kinds of fault.
    public enum Reason: Hashable, Sendable {
        /// Nothing but line ends: a keep-alive over UDP.
        case empty
        /// The start line is neither a request's nor a response's (RFC 3261 §7.1, §7.2).
        case malformedStartLine
        /// A version other than SIP/2.0; 505.
        case unsupportedVersion
        /// A status code that is not three digits from 100 to 699.
        case malformedStatus
        /// A line that is no header field: no colon, no name, a name with a character outside `token`, a stray CR or LF.
        case malformedHeader
        /// A control character outside a quoted pair.
        case controlCharacter
        /// The empty line that ends the header fields never comes.
        case unterminatedHeader
        /// A field that every message must have is not there.
        case missing(HeaderName)
        /// A field that may be there once is there twice.
        case duplicate(HeaderName)
        /// A field whose value is not what the grammar asks for.
        case malformed(HeaderName)
        /// CSeq names another method than the request line (RFC 3261 §8.1.1.5).
        case mismatchedMethod
        /// A URI that is not one.
        case malformedURI
        /// A Request-URI longer than `Limits.startLineLength`; 414.
        case uriTooLong
        /// A parameter without a name or a value, given twice, or with a character that does not belong.
        case malformedParameter
        /// A quoted string that never closes.
        case unterminatedQuote
        /// A display name that is neither tokens nor a quoted string.
        case malformedDisplayName
        /// A value that ends too early or has something behind it.
        case malformedValue
        /// Content-Length says more than there is.
        case truncatedBody
        /// More than `Limits.bodySize`; 413.
        case bodyTooLarge
        /// More than `Limits.messageSize` or `Limits.headSize`; 513.
        case messageTooLarge
        /// More than `Limits.headerCount`; 513.
        case tooManyHeaders
        /// More than `Limits.headerLength` or `Limits.headerNameLength`; 513.
        case headerTooLong

        /// The status code that a request with this fault is answered.
        public var status: Int {
            switch self {
            case .bodyTooLarge: 413
            case .uriTooLong: 414
            case .unsupportedVersion: 505
            case .messageTooLarge, .tooManyHeaders, .headerTooLong: 513
            case .empty, .malformedStartLine, .malformedStatus, .malformedHeader, .controlCharacter,
                .unterminatedHeader, .missing, .duplicate, .malformed, .mismatchedMethod, .malformedURI,
                .malformedParameter, .unterminatedQuote, .malformedDisplayName, .malformedValue, .truncatedBody:
                400
            }
        }
    }
}

/// A message that cannot be written without breaking it in two, or beyond what a reader accepts.
public enum SerializationError: Error, Equatable, Sendable {
    /// The value holds CR, LF or another control character outside a quoted pair: written out it could become a
    /// line of its own.
    case controlCharacter(in: HeaderName)
    /// The method, the reason phrase or the Request-URI holds such a character, or the method is not a token.
    case malformedStartLine
    /// A header field's name is not a token.
    case malformedHeaderName(String)
    /// A status code outside 100...699.
    case malformedStatus(Int)
    /// More than `Limits.messageSize` octets.
    case messageTooLarge(Int)
}
