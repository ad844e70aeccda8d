/// A server's certificate that was not accepted: what a person needs to know to judge it (RFC 5922, RFC 6125).
public struct ServerCertificate: Hashable, Sendable {
    /// What is wrong with it.
    public enum Fault: Hashable, Sendable {
        /// It was issued to others than the domain.
        case wrongName
        /// It vouches for itself.
        case selfSigned
        /// Nobody whom this machine trusts vouches for it; the name is what it calls its issuer.
        case unknownIssuer(String)
        /// Its time is over.
        case expired
        /// Its time has not begun, or our clock is slow.
        case notYetValid
        /// The person accepted another one for this server; these are those that would be right.
        case changed(from: [Fingerprint])
    }

    /// The domain it was to prove: what the person wrote, not what DNS made of it.
    public var domain: String
    /// The port that was connected to. A decision about a certificate holds for a domain and a port.
    public var port: UInt16
    /// By which it is recognised.
    public var fingerprint: Fingerprint
    /// Whom it was issued to: SIP URIs, DNS names and addresses, or what its subject is called; at most
    /// `mostNames`. Text from the network, not filtered.
    public var names: [String]
    /// From when to when it is good, in seconds since 1970.
    public var validity: Range<Int64>
    /// Never empty; all that was found.
    public var faults: [Fault]

    /// How many names are kept of a certificate that has more.
    public static let mostNames = 8

    /// A certificate of its parts.
    public init(
        domain: String, port: UInt16, fingerprint: Fingerprint, names: [String], validity: Range<Int64>,
        faults: [Fault]
    ) {
        self.domain = domain
        self.port = port
        self.fingerprint = fingerprint
        self.names = names
        self.validity = validity
        self.faults = faults
    }

    /// Whether a person may be asked to accept it. One that took the place of an accepted one is not a matter of
    /// yes or no: somebody may stand in the way.
    public var isNegotiable: Bool {
        !faults.contains { fault in
            switch fault {
            case .changed: true
            case .wrongName, .selfSigned, .unknownIssuer, .expired, .notYetValid: false
            }
        }
    }
}

/// A certificate that a person decided to trust for one server.
public struct TrustedCertificate: Hashable, Sendable {
    /// The domain it is trusted for, in lower case.
    public var domain: String
    /// And the port.
    public var port: UInt16
    /// The certificate.
    public var fingerprint: Fingerprint

    /// A decision of its parts.
    public init(domain: String, port: UInt16, fingerprint: Fingerprint) {
        self.domain = domain.lowercased()
        self.port = port
        self.fingerprint = fingerprint
    }

    /// The decision for a certificate that was shown.
    public init(_ certificate: ServerCertificate) {
        self.init(domain: certificate.domain, port: certificate.port, fingerprint: certificate.fingerprint)
    }
}
