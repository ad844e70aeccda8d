import Foundation
import Glibc
import Testing

/// A plain blocking socket and SIP as text: nothing here is shared with the program under test. Reads give up after
/// twenty seconds.
package final class Wire {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Connected to an address like `127.0.0.1:7777`.
    package convenience init(_ kind: __socket_type = SOCK_STREAM, to address: String) throws {
        self.init(socket(AF_INET, Int32(kind.rawValue), 0))
        try #require(Wire.withAddress(address) { connect(descriptor, $0, $1) } == 0, "connect")
    }

    /// Listening there.
    package convenience init(listeningAt address: String) throws {
        self.init(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        try #require(Wire.withAddress(address) { bind(descriptor, $0, $1) } == 0, "bind")
        try #require(listen(descriptor, 8) == 0, "listen")
    }

    package func accepted() throws -> Wire {
        let peer = accept(descriptor, nil, nil)
        try #require(peer >= 0, "nobody connected")
        return Wire(peer)
    }

    /// False when the other side does not take it any more.
    @discardableResult
    package func sends(_ text: String) -> Bool { sends(Array(text.utf8)) }

    @discardableResult
    package func sends(_ bytes: [UInt8]) -> Bool {
        send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// The next message, its head and body as text; nil when the connection ends or nothing comes.
    package func hears() -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            while unread.starts(with: [13, 10]) { unread.removeFirst(2) }
            if let head = unread.firstRange(of: end) {
                let text = String(decoding: unread[..<head.upperBound], as: UTF8.self)
                let length = text.split(separator: "\r\n").lazy.compactMap { line in
                    line.lowercased().hasPrefix("content-length:") ? Int(line.dropFirst(15).filter(\.isNumber)) : nil
                }.first
                let whole = head.upperBound + (length ?? 0)
                if unread.count >= whole {
                    defer { unread.removeFirst(whole) }
                    return String(decoding: unread[..<whole], as: UTF8.self)
                }
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            unread += buffer.prefix(count)
        }
    }

    /// The next message that begins with `start`.
    package func hears(_ start: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        var others: [String: Int] = [:]
        while let message = hears() {
            if message.hasPrefix(start) { return message }
            others[String(message.prefix { $0 != "\r\n" }), default: 0] += 1
        }
        Issue.record("waited in vain for \(start), there was: \(others)", sourceLocation: sourceLocation)
        throw Impatience()
    }

    private static func withAddress(_ text: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        let parts = text.split(separator: ":")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = (UInt16(parts[1]) ?? 0).bigEndian
        inet_pton(AF_INET, String(parts[0]), &address.sin_addr)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
