/// A request method. Case matters: `invite` is not INVITE (RFC 3261 §7.1).
public enum Method: Hashable, Sendable {
    /// The methods of RFC 3261.
    case invite, ack, bye, cancel, options, register
    /// Event notification (RFC 6665).
    case subscribe, notify
    /// Instant messages (RFC 3428).
    case message
    /// Application information in a session (RFC 6086).
    case info
    /// A new offer before the final answer (RFC 3311).
    case update
    /// Call transfer (RFC 3515).
    case refer
    /// The acknowledgement of a reliable provisional response (RFC 3262).
    case prack
    /// Event state publication (RFC 3903).
    case publish
    /// A method that this library does not know, as written.
    case other(String)

    /// The method that `token` names.
    public init(_ token: some StringProtocol) {
        self = Method.known.first { $0.rawValue == token } ?? .other(String(token))
    }

    /// The name on the wire.
    public var rawValue: String {
        switch self {
        case .invite: "INVITE"
        case .ack: "ACK"
        case .bye: "BYE"
        case .cancel: "CANCEL"
        case .options: "OPTIONS"
        case .register: "REGISTER"
        case .subscribe: "SUBSCRIBE"
        case .notify: "NOTIFY"
        case .message: "MESSAGE"
        case .info: "INFO"
        case .update: "UPDATE"
        case .refer: "REFER"
        case .prack: "PRACK"
        case .publish: "PUBLISH"
        case .other(let token): token
        }
    }

    private static let known: [Method] = [
        .invite, .ack, .bye, .cancel, .options, .register,
        .subscribe, .notify, .message, .info, .update, .refer, .prack, .publish,
    ]

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        self.init(bytes.verbatimText(range))
    }
}

extension Method: CustomStringConvertible {
    /// The name on the wire.
    public var description: String { rawValue }
}
