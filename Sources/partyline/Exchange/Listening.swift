import SIP

/// One place where an exchange listens.
struct Listening: Equatable {
    var address: HostPort
    var transports: [TransportProtocol]

    init(on address: HostPort, over transports: [TransportProtocol]) {
        self.address = address
        self.transports = transports
    }

    /// `udp, tcp`.
    var names: String { transports.map(\.rawValue).joined(separator: ", ") }
}
