import Crypto
import Glibc
import SIP
import Testing

/// A WebSocket peer that shares no code with the transport: frames by hand over a plain socket.
final class RawWebSocket {
    struct Frame: Equatable {
        /// 1 text, 2 binary, 8 close, 9 ping, 10 pong (RFC 6455 §5.2).
        var opcode: UInt8
        var payload: [UInt8]
        var isMasked = false

        var text: String { String(decoding: payload, as: UTF8.self) }
        /// What a close says.
        var code: Int? { payload.count < 2 ? nil : Int(payload[0]) << 8 | Int(payload[1]) }
    }

    /// RFC 6455 §1.3's own example, with the answer that it gives.
    static let sampleKey = "dGhlIHNhbXBsZSBub25jZQ=="
    static let sampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    static func upgrade(
        _ path: String = "/", key: String = sampleKey, protocols: String? = "sip", others: String = ""
    ) -> String {
        "GET \(path) HTTP/1.1\r\nHost: exchange.local\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
            + "Sec-WebSocket-Key: \(key)\r\nSec-WebSocket-Version: 13\r\n"
            + (protocols.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? "") + others + "\r\n"
    }

    static func accept(for key: String) -> String {
        let hash = Insecure.SHA1.hash(data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return base64(Array(hash))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0...3 {
                text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return text
    }

    let socket: RawSocket
    private var buffer: [UInt8] = []

    init(_ socket: RawSocket) { self.socket = socket }

    /// Behind the handshake.
    static func connected(to port: UInt16) throws -> RawWebSocket {
        let peer = RawWebSocket(try RawSocket.connected(to: port))
        try peer.socket.write(upgrade())
        #expect(try peer.head().hasPrefix("HTTP/1.1 101 "))
        return peer
    }

    /// Reads up to the empty line; what follows stays for `frame`.
    func head() throws -> String {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: end) {
                defer { buffer.removeFirst(range.upperBound) }
                return String(decoding: buffer[..<range.upperBound], as: UTF8.self)
            }
            try fill("an HTTP head")
        }
    }

    /// The next frame; nil at the end of the connection.
    func frame() throws -> Frame? {
        while true {
            if let frame = takeFrame() { return frame }
            let more = socket.octets()
            guard !more.isEmpty else { return nil }
            buffer += more
        }
    }

    private func fill(_ what: Comment) throws {
        let more = socket.octets()
        try #require(!more.isEmpty, what)
        buffer += more
    }

    private func takeFrame() -> Frame? {
        guard buffer.count >= 2 else { return nil }
        var offset = 2
        var length = Int(buffer[1] & 0x7F)
        if length == 126 {
            guard buffer.count >= 4 else { return nil }
            length = Int(buffer[2]) << 8 | Int(buffer[3])
            offset = 4
        }
        let isMasked = buffer[1] & 0x80 != 0
        let mask = isMasked ? Array(buffer.dropFirst(offset).prefix(4)) : [0, 0, 0, 0]
        if isMasked { offset += 4 }
        guard buffer.count >= offset + length else { return nil }
        let payload = buffer[offset..<(offset + length)].enumerated().map { $1 ^ mask[$0 % 4] }
        let frame = Frame(opcode: buffer[0] & 0x0F, payload: payload, isMasked: isMasked)
        buffer.removeFirst(offset + length)
        return frame
    }

    /// - Parameters:
    ///   - first: FIN, the reserved bits and the opcode: 0x81 is a whole text.
    ///   - claiming: a length that the frame only says it has.
    static func frame(_ first: UInt8, _ payload: [UInt8], masked: Bool = true, claiming length: UInt64? = nil)
        -> [UInt8]
    {
        let count = length ?? UInt64(payload.count)
        let bit: UInt8 = masked ? 0x80 : 0
        var bytes = [first]
        switch count {
        case 0...125: bytes.append(bit | UInt8(count))
        case 126...65_535: bytes += [bit | 126, UInt8(count >> 8), UInt8(count & 0xFF)]
        default: bytes += [bit | 127] + (0...7).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
        }
        guard masked else { return bytes + payload }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    func send(_ first: UInt8, _ payload: [UInt8] = [], masked: Bool = true, claiming length: UInt64? = nil) throws {
        try socket.write(Self.frame(first, payload, masked: masked, claiming: length))
    }

    func send(_ text: String, masked: Bool = true) throws { try send(0x81, Array(text.utf8), masked: masked) }
}
