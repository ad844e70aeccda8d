import SIP

/// A server that could not prove who it is, in words for the person who may have to decide about it.
public struct DoubtfulServer: Hashable, Sendable {
    /// What it showed; for the host, which keeps the decision and tells the transport.
    public let certificate: ServerCertificate

    /// What a certificate says of the server that showed it.
    public init(_ certificate: ServerCertificate) {
        self.certificate = certificate
    }

    /// Its domain and port: `pbx.example:5061`.
    public var name: String {
        SocketAddress(host: RemoteText.name(certificate.domain, number: "?"), port: certificate.port).description
    }

    /// What is wrong, a sentence each.
    public var doubts: [String] { Reasons.faults(of: certificate) }

    /// The certificate's fingerprint in groups that people can compare.
    public var fingerprint: String { certificate.fingerprint.description }

    /// The fingerprints that the person trusts for this server; empty unless it shows another one than those.
    public var trusted: [String] {
        for case .changed(let fingerprints) in certificate.faults { return fingerprints.map(\.description) }
        return []
    }

    /// Whether the person may be asked. A certificate in the place of a trusted one is not a matter of yes or no.
    public var isNegotiable: Bool { certificate.isNegotiable }
}
