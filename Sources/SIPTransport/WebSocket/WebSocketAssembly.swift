import NIOCore
import NIOWebSocket
import SIP

/// Puts the frames of one direction of a WebSocket together to messages, and holds the peer to the rules of RFC 6455.
struct WebSocketAssembly {
    enum Outcome: Equatable {
        /// A fragment: the message goes on.
        case more
        /// One whole message, which is one SIP message or a keep-alive (RFC 7118 §4.2).
        case message(ByteBuffer)
        /// To be answered with a pong of the same content (RFC 6455 §5.5.2).
        case ping(ByteBuffer)
        case pong
        /// The peer ends it; the code is to be given back when there is one.
        case close(WebSocketErrorCode?)
        /// The peer broke the rules: the code goes back to it, the words into the log.
        case violation(WebSocketErrorCode, String)
    }

    /// Fragments of one message. A message has room for many small ones, but not for a flood of empty ones.
    static let fragmentLimit = 1_024

    private let role: StreamConnection.Role
    private var fragments: ByteBuffer?
    private var fragmentCount = 0
    private var isText = false

    /// - Parameter role: ours; the peer has the other one.
    init(role: StreamConnection.Role) { self.role = role }

    /// Whether the rest of a message is awaited.
    var isPartial: Bool { fragments != nil }

    mutating func receive(_ frame: WebSocketFrame) -> Outcome {
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return .violation(.protocolError, "a WebSocket frame of an extension that was not agreed on")
        }
        // Clients mask, servers do not (RFC 6455 §5.1). Without it a proxy could take a frame for a request.
        guard (frame.maskKey != nil) == (role == .server) else {
            return .violation(.protocolError, "a WebSocket frame \(role == .server ? "without" : "with") a mask")
        }
        let data = frame.unmaskedData
        switch frame.opcode {
        case .text, .binary:
            guard fragments == nil else {
                return .violation(.protocolError, "a WebSocket message inside of another")
            }
            isText = frame.opcode == .text
            fragmentCount = 0
            return append(data, isLast: frame.fin)
        case .continuation:
            guard fragments != nil else {
                return .violation(.protocolError, "a WebSocket message without a beginning")
            }
            return append(data, isLast: frame.fin)
        case .ping: return .ping(data)
        case .pong: return .pong
        case .connectionClose: return closed(data)
        default: return .violation(.protocolError, "a WebSocket frame of an unknown kind")
        }
    }

    private mutating func append(_ data: ByteBuffer, isLast: Bool) -> Outcome {
        fragmentCount += 1
        guard fragmentCount <= Self.fragmentLimit else {
            return .violation(.policyViolation, "a WebSocket message in more than \(Self.fragmentLimit) fragments")
        }
        var whole = fragments ?? ByteBuffer()
        fragments = nil
        guard whole.readableBytes + data.readableBytes <= Limits.messageSize else {
            return .violation(.messageTooLarge, "a WebSocket message of more than \(Limits.messageSize) octets")
        }
        if whole.readableBytes == 0 { whole = data } else { whole.writeImmutableBuffer(data) }
        guard isLast else {
            fragments = whole
            return .more
        }
        guard !isText || String(validating: whole.readableBytesView, as: UTF8.self) != nil else {
            return .violation(.dataInconsistentWithMessage, "a WebSocket text that is not UTF-8")
        }
        return .message(whole)
    }

    private func closed(_ data: ByteBuffer) -> Outcome {
        var data = data
        switch data.readableBytes {
        case 0: return .close(nil)
        case 1: return .violation(.protocolError, "a WebSocket close of one octet")
        default: return .close(data.readWebSocketErrorCode())
        }
    }
}
