import Foundation
import Glibc
import Harness
import Testing

/// Strings with their length before them (`5:hello,`) over TCP, as baresip takes commands and tells events.
final class NetstringConnection {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    /// Waits until somebody listens there.
    init(to host: String, port: UInt16) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        var connected: Int32 = -1
        let isThere = eventually(within: 20) {
            connected = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let outcome = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(connected, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if outcome != 0 { close(connected) }
            return outcome == 0
        }
        try #require(isThere, "baresip does not listen for commands")
        descriptor = connected
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func sends(_ body: Data) {
        let bytes = Array("\(body.count):".utf8) + body + Array(",".utf8)
        send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// The next string; nil when the connection ends or nothing comes.
    func hears() -> Data? {
        while true {
            if let colon = unread.firstIndex(of: UInt8(ascii: ":")),
                let length = Int(String(decoding: unread[..<colon], as: UTF8.self)), unread.count >= colon + length + 2
            {
                defer { unread.removeFirst(colon + length + 2) }
                return Data(unread[(colon + 1)...(colon + length)])
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            unread += buffer.prefix(count)
        }
    }
}
