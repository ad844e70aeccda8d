import NIOSSL
import SIP

/// Whom a certificate was issued to (RFC 5922 §7.1): the names in its subjectAltName, and nothing else.
///
/// The subject's common name does not count, as RFC 5922 allows and RFC 6125 advises; a wildcard names nobody
/// (RFC 5922 §7.2).
struct CertificateNames: Equatable {
    /// The hosts of SIP URIs without a user; others are no domains.
    var domains: [String] = []
    /// DNS names.
    var hosts: [String] = []
    /// Numeric addresses, as bytes: 4 or 16.
    var addresses: [[UInt8]] = []

    /// A DNS name counts only where no SIP URI does (RFC 5922 §7.1).
    func name(_ domain: String) -> Bool {
        if let address = SIP.SocketAddress(host: domain, port: 0).kernelAddress?.octets {
            return addresses.contains(address)
        }
        let wanted = Self.comparable(domain)
        return !wanted.isEmpty && !wanted.contains("*")
            && (domains.isEmpty ? hosts : domains).contains { Self.comparable($0) == wanted }
    }

    /// For people; unfiltered.
    var words: [String] {
        domains.map { "sip:" + $0 } + hosts + addresses.compactMap(Self.numeric)
    }

    private static func comparable(_ name: String) -> String {
        let lowercased = name.lowercased()
        return lowercased.hasSuffix(".") ? String(lowercased.dropLast()) : lowercased
    }

    private static func numeric(_ octets: [UInt8]) -> String? {
        if octets.count == 4 { return octets.map { String($0) }.joined(separator: ".") }
        return (try? KernelAddress(packedIPAddress: .init(bytes: octets), port: 0))?.ipAddress
    }
}

extension CertificateNames {
    init(_ certificate: NIOSSLCertificate) {
        for name in certificate._subjectAlternativeNames() {
            let bytes = Array(name.contents)
            switch name.nameType {
            case .dnsName: hosts.append(String(decoding: bytes, as: UTF8.self))
            case .ipAddress: addresses.append(bytes)
            case .uri:
                if let uri = try? URI(parsing: String(decoding: bytes, as: UTF8.self)), uri.scheme == .sip,
                    uri.user == nil
                {
                    domains.append(uri.host)
                }
            default: break  // NIOSSL's list is open; what is not listed names no server
            }
        }
    }
}

extension KernelAddress {
    /// The bytes of the address, without the port; nil for what is no IP address.
    var octets: [UInt8]? {
        switch self {
        case .v4(let four): withUnsafeBytes(of: four.address.sin_addr) { Array($0) }
        case .v6(let six): withUnsafeBytes(of: six.address.sin6_addr) { Array($0) }
        case .unixDomainSocket: nil
        }
    }
}

extension ServerCertificate {
    /// Looks at a certificate that did not pass.
    ///
    /// - Parameters:
    ///   - isVouchedFor: whether it leads to an authority that is trusted.
    ///   - trusted: what was decided for this server; not empty where another certificate should have come.
    ///   - now: in seconds since 1970.
    init?(
        _ certificate: NIOSSLCertificate, from endpoint: Endpoint, isVouchedFor: Bool, trusted: [Fingerprint],
        now: Int64
    ) {
        guard let der = try? certificate.toDERBytes() else { return nil }
        let names = CertificateNames(certificate)
        let validity = (Int64(certificate.notValidBefore), Int64(certificate.notValidAfter))
        var faults: [Fault] = []
        if !trusted.isEmpty { faults.append(.changed(from: trusted)) }
        if !isVouchedFor {
            let issuer = certificate.issuerName
            faults.append(issuer == certificate.subjectName ? .selfSigned : .unknownIssuer(Self.words(issuer)))
        }
        if now < validity.0 { faults.append(.notYetValid) }
        if now > validity.1 { faults.append(.expired) }
        if !names.name(endpoint.domain) { faults.append(.wrongName) }
        let issuedTo = names.words.isEmpty ? [Self.words(certificate.subjectName)] : names.words
        self.init(
            domain: endpoint.domain, port: endpoint.port, fingerprint: Fingerprint(of: der),
            names: Array(issuedTo.filter { !$0.isEmpty }.prefix(Self.mostNames)),
            validity: validity.0..<max(validity.0, validity.1), faults: faults)
    }

    /// What a subject or an issuer is called: its common name, or whatever it has.
    private static func words(_ name: [SSLCertificateName]) -> String {
        (name.first { $0.type == .commonName } ?? name.first { $0.type == .organization } ?? name.first)?.value ?? ""
    }
}
