import Glibc
import NIOCore
import SIP

/// Why a server could not listen; its description is a sentence for the person who chose the address.
package enum ListenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another program has the port (EADDRINUSE).
    case inUse(SIP.SocketAddress, TransportProtocol)
    /// Ports below 1024 are the superuser's (EACCES, EPERM).
    case notPermitted(SIP.SocketAddress, TransportProtocol)
    /// No interface of this machine has the address (EADDRNOTAVAIL).
    case notLocal(SIP.SocketAddress, TransportProtocol)
    /// The host is no numeric IPv4 or IPv6 address.
    case notAnAddress(String)
    /// Over this transport a server shows a certificate, and there is none.
    case noCertificate(TransportProtocol)
    /// Any other fault, in the operating system's words.
    case failed(SIP.SocketAddress, TransportProtocol, String)

    init(_ error: any Error, at address: SIP.SocketAddress, _ transport: TransportProtocol) {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: self = .inUse(address, transport)
        case EACCES, EPERM: self = .notPermitted(address, transport)
        case EADDRNOTAVAIL: self = .notLocal(address, transport)
        case let code?: self = .failed(address, transport, String(cString: strerror(code)))
        case nil: self = .failed(address, transport, String(describing: error))
        }
    }

    package var description: String {
        switch self {
        case .inUse(let address, let transport):
            "\(address) (\(transport.viaName)) is in use by another program"
        case .notPermitted(let address, let transport):
            "listening on \(address) (\(transport.viaName)) is not permitted; ports below 1024 need privileges"
        case .notLocal(let address, let transport):
            "\(address) (\(transport.viaName)) is not an address of this machine"
        case .notAnAddress(let host):
            "\(host) is not a numeric IPv4 or IPv6 address"
        case .noCertificate(let transport):
            "listening over \(transport.viaName) needs a certificate and its key"
        case .failed(let address, let transport, let reason):
            "cannot listen on \(address) (\(transport.viaName)): \(reason)"
        }
    }
}
