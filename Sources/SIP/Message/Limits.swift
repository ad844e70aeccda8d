/// How much of anything a message may have. Beyond a limit the answer is a 4xx or 5xx, or the end of the connection.
public enum Limits {
    /// Octets of one whole message: what a UDP datagram can carry. More is answered 513 (RFC 3261 §21.5.12).
    public static let messageSize = 65_535
    /// Octets of start line and header fields together.
    public static let headSize = 49_152
    /// Octets of the start line, and of the Request-URI in it (RFC 3261 §21.4.11: 414).
    public static let startLineLength = 8_192
    /// Header fields in a message; a comma list counts once.
    public static let headerCount = 256
    /// Octets of one header field, folded lines included, also of what is written for octets that are no UTF-8.
    public static let headerLength = 8_192
    /// Octets of a header field's name.
    public static let headerNameLength = 256
    /// Octets of a body; more is answered 413 (RFC 3261 §21.4.10).
    public static let bodySize = 49_152
    /// Values in a comma list, over all fields of one name.
    public static let listLength = 256
    /// Parameters of one header field value or URI; one tag, one received and one rport have places of their own, so
    /// that what is answered, to which they are added, can be read as well as what was asked.
    public static let parameterCount = 64
}
