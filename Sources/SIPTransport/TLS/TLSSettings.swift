import NIOSSL
import SIP

/// Whom a client believes, and as whom a server appears, over TLS and secure WebSocket. The defaults trust what the
/// operating system trusts, and listen without a certificate to nobody.
package struct TLSSettings: Sendable {
    /// Who may vouch for a server.
    package enum Authorities: Sendable, Equatable {
        /// Those of the operating system.
        case system
        /// Only those in this file (PEM), read at the first connection over TLS.
        case file(String)

        /// Whether a file can be read; what stands in it is looked at when it is needed.
        package static func check(_ path: String) throws(TLSFileError) { _ = try PEMFile.bytes(path) }
    }

    package var authorities = Authorities.system
    /// What people decided about certificates that nobody vouches for. Where there is a decision for a server, no
    /// other certificate is accepted, whoever vouches for it.
    package var trusted: [TrustedCertificate] = []
    /// What the listeners show their clients; nil for a program that does not listen over TLS.
    package var identity: ServerIdentity?

    package init() {}
}

extension TLSConfiguration {
    /// What client and server have in common: nothing older than TLS 1.2 (RFC 8996).
    static func modern(_ configuration: TLSConfiguration, closing patience: Duration) -> TLSConfiguration {
        var configuration = configuration
        configuration.minimumTLSVersion = .tlsv12
        configuration.renegotiationSupport = .none
        configuration.shutdownTimeout = .init(patience)
        return configuration
    }
}
