import NIOHTTP1

/// The opening of a WebSocket that carries SIP (RFC 6455 §4, RFC 7118 §4.1): what is asked for, and what is refused.
enum WebSocketHandshake {
    static let subprotocol = "sip"
    static let subprotocolField = "Sec-WebSocket-Protocol"
    static let version = "13"
    /// Which resource a client asks for. Ours does not care, and of the others some insist on this one.
    static let path = "/ws"
    /// Octets of the fields of a request or response, and of one of them.
    static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 4_096
        limits.maxHeaderListSize = 16_384
        limits.maxHeaderFieldCount = 64
        return limits
    }

    /// An answer other than 101, in words for whoever looks into why a phone does not get in.
    struct Refusal: Error, Equatable {
        var status: HTTPResponseStatus
        var words: String
        /// Fields that say what would be taken.
        var fields: HTTPHeaders = [:]
    }

    /// - Parameter allowedOrigins: the pages whose scripts may connect (RFC 6455 §10.2), in lower case; empty for all.
    ///   A program that is no browser names no origin, and is not what the list is against.
    /// - Returns: nil when the connection may become a WebSocket.
    static func refusal(of request: HTTPRequestHead, allowedOrigins: Set<String>) -> Refusal? {
        let fields = request.headers
        guard request.method == .GET, request.version == .http1_1, fields.lists("connection", "upgrade"),
            fields.lists("upgrade", "websocket")
        else {
            return Refusal(
                status: .upgradeRequired, words: "Here is SIP over WebSocket (RFC 7118), and nothing else.",
                fields: ["Upgrade": "websocket"])
        }
        guard fields["Sec-WebSocket-Version"] == [version] else {
            return Refusal(
                status: .upgradeRequired, words: "Only version \(version) of WebSocket is spoken here.",
                fields: ["Upgrade": "websocket", "Sec-WebSocket-Version": version])
        }
        let keys = fields["Sec-WebSocket-Key"]
        guard keys.count == 1, isKey(keys[0]) else {
            return Refusal(
                status: .badRequest, words: "Sec-WebSocket-Key must be there once, with 16 octets in Base64.")
        }
        guard fields.lists(subprotocolField, subprotocol) else {
            return Refusal(
                status: .badRequest, words: "The WebSocket must be asked for with \(subprotocolField): sip (RFC 7118).")
        }
        guard allowedOrigins.isEmpty || fields["Origin"].allSatisfy({ allowedOrigins.contains($0.lowercased()) }) else {
            return Refusal(status: .forbidden, words: "Pages of this origin may not connect here.")
        }
        return nil
    }

    /// What a server's answer lacks to be a WebSocket with SIP inside, apart from Sec-WebSocket-Accept; nil when
    /// nothing does.
    static func objection(to response: HTTPResponseHead) -> String? {
        guard response.status == .switchingProtocols else {
            return "it answers the WebSocket handshake with \(response.status.code)"
        }
        guard response.headers[subprotocolField] == [subprotocol] else {
            return "it offers a WebSocket, but not for SIP"
        }
        // We asked for none, so that frames would not mean what they say (RFC 6455 §4.1).
        guard !response.headers.contains(name: "Sec-WebSocket-Extensions") else {
            return "its WebSocket has extensions that were not asked for"
        }
        return nil
    }

    /// 16 octets in Base64 are 22 characters and two signs of padding.
    private static func isKey(_ text: String) -> Bool {
        text.utf8.count == 24 && text.hasSuffix("==")
            && text.utf8.dropLast(2).allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }
}

extension HTTPHeaders {
    /// Whether a list of tokens, which may be spread over several fields, has this one.
    fileprivate func lists(_ name: String, _ token: String) -> Bool {
        self[canonicalForm: name].contains { $0.lowercased() == token }
    }
}
