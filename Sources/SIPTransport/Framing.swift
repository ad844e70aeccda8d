import SIP

/// Where one message ends and the next begins.
enum Framing {
    /// Found in the bytes by Content-Length (RFC 3261 §18.3).
    case stream(StreamFramer)
    /// Told by the transport below, which carries one message at a time; Content-Length may be absent (RFC 7118 §5).
    case messages(waiting: [[UInt8]])

    init(_ transport: TransportProtocol) {
        switch transport {
        case .udp, .tcp, .tls: self = .stream(StreamFramer())
        case .ws, .wss: self = .messages(waiting: [])
        }
    }

    /// Whether what is sent must leave message by message.
    var keepsBoundaries: Bool {
        switch self {
        case .stream: false
        case .messages: true
        }
    }

    /// Octets that wait to be taken, or for the rest of their message.
    var pendingCount: Int {
        switch self {
        case .stream(let framer): framer.pendingCount
        case .messages(let waiting): waiting.reduce(0) { $0 + $1.count }
        }
    }

    /// Takes what one read brought.
    mutating func append(_ bytes: some Sequence<UInt8>) {
        switch self {
        case .stream(var framer):
            self = .messages(waiting: [])
            framer.append(bytes)
            self = .stream(framer)
        case .messages(let waiting): self = .messages(waiting: waiting + [Array(bytes)])
        }
    }

    mutating func next() throws(FramingError) -> StreamFramer.Frame? {
        switch self {
        case .stream(var framer):
            // The framer's buffer must have one owner only, or each step would copy it.
            self = .messages(waiting: [])
            defer { self = .stream(framer) }
            return try framer.next()
        case .messages(let waiting):
            guard let first = waiting.first else { return nil }
            self = .messages(waiting: Array(waiting.dropFirst()))
            return switch first {
            case [0x0D, 0x0A]: .pong
            case [0x0D, 0x0A, 0x0D, 0x0A]: .ping
            default: .message(first)
            }
        }
    }
}
