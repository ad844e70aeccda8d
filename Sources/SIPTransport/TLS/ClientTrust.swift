import Glibc
import NIOCore
import NIOSSL
import SIP

/// Whom the client flows of a transport trust. BoringSSL is touched when the first one over TLS is opened, and not
/// before: it costs time that a start does not have.
struct ClientTrust {
    private struct Server: Hashable {
        var domain: String
        var port: UInt16
    }

    private let authorities: TLSSettings.Authorities
    private let closing: Duration
    private var trusted: [Server: [Fingerprint]] = [:]
    private var context: NIOSSLContext?

    init(_ settings: TLSSettings, closing: Duration) {
        authorities = settings.authorities
        self.closing = closing
        for decision in settings.trusted { trust(decision) }
    }

    mutating func trust(_ decision: TrustedCertificate) {
        trusted[Server(domain: decision.domain, port: decision.port), default: []].append(decision.fingerprint)
    }

    /// What goes before a `StreamConnection` to the endpoint.
    ///
    /// - Throws: `TLSFileError` when the file of authorities cannot be used.
    mutating func handshake(with endpoint: Endpoint) throws -> ClientHandshake {
        let context = try context ?? makeContext()
        self.context = context
        let server = Server(domain: endpoint.domain.lowercased(), port: endpoint.port)
        return ClientHandshake(context: context, endpoint: endpoint, trusted: trusted[server] ?? [])
    }

    private func makeContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.modern(.makeClientConfiguration(), closing: closing)
        // Names are ours to check, by the rules of SIP and with words for what is wrong.
        configuration.certificateVerification = .noHostnameVerification
        switch authorities {
        case .system: configuration.trustRoots = .default
        case .file(let path): configuration.trustRoots = .certificates(try PEMFile.certificates(path))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

/// What one handshake is to prove.
struct ClientHandshake {
    let context: NIOSSLContext
    let endpoint: Endpoint
    /// What was decided for this server: one of these, and nothing else. Empty where authorities decide.
    let trusted: [Fingerprint]

    /// The handler that encrypts. It verifies that the certificate leads to an authority, or is one decided on.
    func makeHandler() throws -> NIOSSLClientHandler {
        let isName = SIP.SocketAddress(host: endpoint.domain, port: 0).kernelAddress == nil
        let serverName = isName ? endpoint.domain : nil
        guard !trusted.isEmpty else { return try NIOSSLClientHandler(context: context, serverHostname: serverName) }
        let trusted = trusted
        return try NIOSSLClientHandler(context: context, serverHostname: serverName) { chain, verdict in
            let isTrusted = chain.first.flatMap(Fingerprint.init).map(trusted.contains) ?? false
            verdict.succeed(isTrusted ? .certificateVerified : .failed)
        }
    }

    /// Why the server is not the one we want, after a handshake that otherwise succeeded; nil when it is.
    func objection(to certificate: NIOSSLCertificate?) -> TransportFailure? {
        guard let certificate else { return .handshakeFailed("it shows no certificate") }
        if trusted.isEmpty {
            guard !CertificateNames(certificate).name(endpoint.domain) else { return nil }
        } else {
            guard Fingerprint(certificate).map(trusted.contains) != true else { return nil }
        }
        return untrusted(certificate, isVouchedFor: trusted.isEmpty)
    }

    /// Why a handshake failed.
    func failure(_ error: any Error, certificate: NIOSSLCertificate?) -> TransportFailure {
        guard case .handshakeFailed(let reason)? = error as? NIOSSLError else { return TransportFailure(error) }
        if reason.names("CERTIFICATE_VERIFY_FAILED"), let certificate {
            return untrusted(certificate, isVouchedFor: false)
        }
        return .handshakeFailed(reason.words)
    }

    private func untrusted(_ certificate: NIOSSLCertificate, isVouchedFor: Bool) -> TransportFailure {
        ServerCertificate(
            certificate, from: endpoint, isVouchedFor: isVouchedFor, trusted: trusted, now: Int64(time(nil))
        ).map { .untrusted($0) } ?? .handshakeFailed("its certificate is unreadable")
    }
}

extension Fingerprint {
    init?(_ certificate: NIOSSLCertificate) {
        guard let der = try? certificate.toDERBytes() else { return nil }
        self.init(of: der)
    }
}

extension BoringSSLError {
    /// Whether one of the library's reasons has this name.
    func names(_ reason: String) -> Bool {
        switch self {
        case .sslError(let stack), .unknownError(let stack): stack.contains { $0.description.contains(reason) }
        case .noError, .zeroReturn, .wantRead, .wantWrite, .wantConnect, .wantAccept, .wantX509Lookup,
            .wantCertificateVerify, .syscallError, .invalidSNIName, .failedToSetALPN:
            false
        }
    }

    /// For people: `it speaks no TLS`.
    var words: String {
        if names("WRONG_VERSION_NUMBER") || names("HTTP_REQUEST") { return "it speaks no TLS" }
        if names("PROTOCOL_VERSION") || names("UNSUPPORTED_PROTOCOL") {
            return "it speaks no TLS of version 1.2 or newer"
        }
        if names("EOF during handshake") { return "it closed the connection before the handshake was over" }
        if names("NO_SHARED_CIPHER") || names("HANDSHAKE_FAILURE") { return "the two have no way to encrypt in common" }
        switch self {
        case .sslError(let stack), .unknownError(let stack):
            return stack.first.map { "the TLS library calls it \($0.reason)" } ?? "the handshake failed"
        case .noError, .zeroReturn, .wantRead, .wantWrite, .wantConnect, .wantAccept, .wantX509Lookup,
            .wantCertificateVerify, .syscallError, .invalidSNIName, .failedToSetALPN:
            return "the handshake failed"
        }
    }
}

extension BoringSSLInternalError {
    /// `WRONG_VERSION_NUMBER` of `… error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at …`.
    fileprivate var reason: String {
        let routine = description.split(separator: " ").first { $0.hasPrefix("routines:") }
        return routine?.split(separator: ":").last.map { String($0) } ?? "a failure"
    }
}
