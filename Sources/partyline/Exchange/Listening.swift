import SIP
import Settings

/// One place where an exchange listens.
struct Listening: Equatable {
    var address: HostPort
    var transports: [TransportProtocol]

    init(on address: HostPort, over transports: [TransportProtocol]) {
        self.address = address
        self.transports = transports
    }

    /// A transport each.
    var each: [ExchangeSettings.Listen] {
        transports.map {
            ExchangeSettings.Listen(transport: $0, address: SocketAddress(host: address.host, port: address.port))
        }
    }

    /// `udp, tcp`.
    var names: String { transports.map(\.rawValue).joined(separator: ", ") }
}
