import Glibc
import SIP
import Testing

/// A peer that shares no code with the transport: a plain blocking socket. Reads give up after ten seconds.
final class RawSocket: Sendable {
    let descriptor: CInt

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Connected to 127.0.0.1 there.
    static func connected(_ kind: __socket_type = SOCK_STREAM, to port: UInt16, receiveBuffer: CInt? = nil) throws
        -> RawSocket
    {
        let socket = RawSocket(Glibc.socket(AF_INET, CInt(kind.rawValue), 0))
        if var size = receiveBuffer {
            setsockopt(socket.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        let result = withLoopback(port) { connect(socket.descriptor, $0, $1) }
        try #require(result == 0, "connect")
        return socket
    }

    /// Bound to a free port of 127.0.0.1; a stream socket listens.
    static func bound(_ kind: __socket_type = SOCK_STREAM) throws -> RawSocket {
        let socket = RawSocket(Glibc.socket(AF_INET, CInt(kind.rawValue), 0))
        try #require(withLoopback(0) { bind(socket.descriptor, $0, $1) } == 0, "bind")
        if kind == SOCK_STREAM { try #require(listen(socket.descriptor, 8) == 0) }
        return socket
    }

    var address: SIP.SocketAddress {
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return SIP.SocketAddress(host: "127.0.0.1", port: UInt16(bigEndian: name.sin_port))
    }

    func accepted() throws -> RawSocket {
        let peer = accept(descriptor, nil, nil)
        try #require(peer >= 0, "accept")
        return RawSocket(peer)
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) throws {
        let sent = send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        try #require(sent == bytes.count, "write")
    }

    /// What one read brings; empty at the end, or after ten seconds without anything.
    func read() -> String { String(decoding: octets(), as: UTF8.self) }

    /// The same, as it is on the wire.
    func octets(atMost size: Int = 65_536) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: size)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(0, count)))
    }

    /// Reads until the text has come.
    func read(until text: String) throws -> String {
        var all = ""
        while !all.contains(text) {
            let more = read()
            try #require(!more.isEmpty, "\(text) did not come, only \(all)")
            all += more
        }
        return all
    }

    /// Reads to the end of the connection, a reset included.
    func readToEnd() -> String {
        var all = ""
        while true {
            let more = read()
            if more.isEmpty { return all }
            all += more
        }
    }

    /// Ends the connection with an RST.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        shutdown(descriptor, CInt(SHUT_RD))
        // Closing what dup2 replaces resets the connection and keeps the descriptor number ours.
        let null = open("/dev/null", O_RDONLY)
        dup2(null, descriptor)
        close(null)
    }

    /// Ends our direction only.
    func finish() { shutdown(descriptor, CInt(SHUT_WR)) }
}

private func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}
