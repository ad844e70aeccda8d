import Glibc
import NIOCore
import NIOSSL
import SIP

/// An address as sockets take it; `SIP.SocketAddress` is its readable twin.
typealias KernelAddress = NIOCore.SocketAddress

extension SIP.SocketAddress {
    /// Nil for the addresses SIP does not travel on (Unix sockets).
    ///
    /// Link-local IPv6 addresses keep their zone (`fe80::1%2`): without it they lead nowhere.
    init?(_ address: KernelAddress) {
        guard let host = address.ipAddress, let port = address.port.flatMap(UInt16.init(exactly:)) else { return nil }
        switch address {
        case .v6(let six) where six.address.sin6_scope_id != 0:
            self.init(host: "\(host)%\(six.address.sin6_scope_id)", port: port)
        case .v4, .v6, .unixDomainSocket:
            self.init(host: host, port: port)
        }
    }

    /// The address for a socket, without any lookup; nil when `host` is a name.
    var kernelAddress: KernelAddress? {
        guard let percent = host.utf8.lastIndex(of: UInt8(ascii: "%")) else {
            return try? KernelAddress(ipAddress: host, port: Int(port))
        }
        let zone = String(host[host.utf8.index(after: percent)...])
        let scope = UInt32(zone) ?? if_nametoindex(zone)
        guard scope != 0,
            case .v6(let six)? = try? KernelAddress(ipAddress: String(host[..<percent]), port: Int(port))
        else { return nil }
        var address = six.address
        address.sin6_scope_id = scope
        return KernelAddress(address)
    }

    /// 0.0.0.0 or ::, which stand for every address of the machine.
    var isWildcard: Bool { host == "0.0.0.0" || host == "::" }
}

extension KernelAddress {
    /// Nil for the addresses SIP does not travel on.
    var numeric: NumericAddress? {
        switch self {
        case .v4(let four):
            NumericAddress(bits: UInt128(UInt32(bigEndian: four.address.sin_addr.s_addr)), isIPv4: true)
        case .v6(let six):
            withUnsafeBytes(of: six.address.sin6_addr) { bytes in
                NumericAddress(bits: bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }, isIPv4: false)
            }
        case .unixDomainSocket: nil
        }
    }

    /// Whether an answer can be sent there. A datagram may claim to come from port 0, from everybody or from a
    /// group; answering would fail, or reach more than the one who asked.
    var isAnswerable: Bool {
        switch self {
        case .v4(let four):
            let bits = UInt32(bigEndian: four.address.sin_addr.s_addr)
            return four.address.sin_port != 0 && bits >> 24 != 0 && bits >> 28 < 0xE
        case .v6(let six):
            let first = withUnsafeBytes(of: six.address.sin6_addr) { $0[0] }
            return six.address.sin6_port != 0 && first != 0xFF
        case .unixDomainSocket:
            return false
        }
    }
}

extension TransportFailure {
    /// - Parameter error: what NIO or the kernel reported for a connecting or an open socket.
    init(_ error: any Error) {
        switch error {
        case let failure as TransportFailure: self = failure
        case let io as IOError: self.init(errno: io.errnoCode)
        case ChannelError.connectTimeout: self = .timedOut
        case ChannelError.eof, ChannelError.inputClosed, ChannelError.ioOnClosedChannel: self = .closedByPeer
        // SIP's framing tells a message that was cut short: whether the peer said farewell first does not matter.
        case NIOSSLError.uncleanShutdown: self = .closedByPeer
        case NIOSSLError.handshakeFailed(let reason): self = .handshakeFailed(reason.words)
        case let reason as BoringSSLError: self = .protocolViolation(reason.words)
        case let file as TLSFileError: self = .handshakeFailed(file.description)
        default: self = .unreachable(String(describing: error))
        }
    }

    init(errno code: CInt) {
        switch code {
        case ECONNREFUSED: self = .refused
        case ECONNRESET, EPIPE: self = .closedByPeer
        case ETIMEDOUT: self = .timedOut
        default: self = .unreachable(String(cString: strerror(code)))
        }
    }
}

extension NIODeadline {
    /// Now on the monotonic clock, since an arbitrary start.
    static var elapsed: Duration { .nanoseconds(NIODeadline.now().uptimeNanoseconds) }
}
