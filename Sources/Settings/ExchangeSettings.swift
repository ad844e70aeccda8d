import Exchange
import SIP

/// What the configuration file of an exchange says.
package struct ExchangeSettings: Equatable, Sendable {
    /// What the machine is set up with; the aliases are those of the file alone.
    package var exchange = Exchange.Configuration()
    /// Where to listen, by transport; nil where the file leaves it to the options or the default.
    package var listen: [Listen]?
    package var access = AccessList()
    /// Origins of the web pages whose scripts may connect; empty for all.
    package var origins: [String] = []
    /// What bounds the sockets, where the file says so.
    package var transport: [TransportLimit: Int] = [:]
    /// Nil without a section `tls`.
    package var certificate: CertificateFiles?
    /// In seconds; nil never ends.
    package var idleExit: Int?
    package var log: String?

    /// One address over one transport.
    package struct Listen: Hashable, Sendable {
        package var transport: TransportProtocol
        package var address: SocketAddress

        package init(transport: TransportProtocol, address: SocketAddress) {
            self.transport = transport
            self.address = address
        }
    }

    /// PEM files, relative to where the exchange was started.
    package struct CertificateFiles: Hashable, Sendable {
        package var certificate: String
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    package init() {}

    /// Whether whoever reads the file can log in as somebody.
    package var holdsSecrets: Bool { !exchange.extensions.isEmpty }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - lines: those that the options name in the place of the file's.
    ///   - transports: what the exchange can listen over.
    /// - Throws: everything that is wrong with it, in the order of the text.
    package static func read(
        _ text: String, lines: [String]? = nil, transports: [TransportProtocol]
    ) throws(Complaints) -> ExchangeSettings {
        let document: Document
        do {
            document = try Document(text)
        } catch {
            throw Complaints(all: [error])
        }
        var reader = ExchangeReader(document, transports: transports)
        let settings = reader.read(lines: lines)
        let complaints = reader.complaints
        guard complaints.isEmpty else { throw Complaints(all: complaints) }
        return settings
    }
}

/// A bound of what the sockets take in, by its key in the file.
package enum TransportLimit: String, CaseIterable, Sendable {
    case connections
    case halfOpen = "half-open"
    case connectionsPerAddress = "connections-per-address"
    case connectionsPerSecond = "connections-per-second"
    case messagesPerSecond = "messages-per-second"
    case messagesPerSecondPerAddress = "messages-per-second-per-address"
    case ban

    var bounds: ClosedRange<Int64> {
        switch self {
        case .connections, .halfOpen, .connectionsPerAddress: 1...1_000_000
        case .connectionsPerSecond, .messagesPerSecond, .messagesPerSecondPerAddress: 1...1_000_000
        case .ban: 0...86_400
        }
    }
}

/// All that is wrong with a file; never empty.
package struct Complaints: Error, Equatable, Sendable {
    package var all: [Complaint]

    package init(all: [Complaint]) {
        self.all = all.sorted {
            ($0.place?.line ?? 0, $0.place?.column ?? 0) < ($1.place?.line ?? 0, $1.place?.column ?? 0)
        }
    }

    /// A line each.
    package func described(in file: String) -> String {
        all.map { $0.described(in: file) }.joined(separator: "\n")
    }
}
