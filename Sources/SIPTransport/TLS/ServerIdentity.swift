import Glibc
import NIOSSL
import SIP

/// A server's certificate chain and private key, read from files and found to belong together.
package struct ServerIdentity: Sendable {
    /// Of the server's own certificate, the first of the chain.
    package let fingerprint: Fingerprint
    /// Until when it is good, in seconds since 1970.
    package let validUntil: Int64
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    /// Reads both files; blocks.
    ///
    /// - Parameters:
    ///   - certificateFile: PEM, the server's own certificate first, then those that lead to an authority.
    ///   - keyFile: PEM, without a pass phrase.
    /// - Throws: `TLSFileError`, whose description names the file and what is wrong with it.
    package init(certificateFile: String, keyFile: String) throws(TLSFileError) {
        let chain = try PEMFile.certificates(certificateFile)
        guard let own = chain.first, let der = try? own.toDERBytes() else { throw .noCertificate(certificateFile) }
        let bytes = try PEMFile.bytes(keyFile)
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else { throw .noKey(keyFile) }
        self.chain = chain
        self.key = key
        fingerprint = Fingerprint(of: der)
        validUntil = Int64(own.notValidAfter)
        guard (try? NIOSSLContext(configuration: configuration(closing: .zero))) != nil else {
            throw .foreignKey(keyFile, certificate: certificateFile)
        }
    }

    /// - Parameter patience: how long a client may take to end the connection when we do.
    func context(closing patience: Duration) throws -> NIOSSLContext {
        try NIOSSLContext(configuration: configuration(closing: patience))
    }

    private func configuration(closing patience: Duration) -> TLSConfiguration {
        .modern(
            .makeServerConfiguration(certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)),
            closing: patience)
    }
}

/// What is wrong with a file of certificates or keys; the description is a sentence's beginning, without a full stop.
package enum TLSFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// In the operating system's words.
    case unreadable(String, String)
    /// No certificate in PEM stands in it, or a broken one.
    case noCertificate(String)
    /// No private key in PEM stands in it, a broken one, or one with a pass phrase.
    case noKey(String)
    case foreignKey(String, certificate: String)

    package var description: String {
        switch self {
        case .unreadable(let file, let words): "the file '\(file)' cannot be read: \(words)"
        case .noCertificate(let file): "the file '\(file)' holds no certificate in PEM, or a broken one"
        case .noKey(let file): "the file '\(file)' holds no private key in PEM without a pass phrase"
        case .foreignKey(let file, let certificate):
            "the private key in '\(file)' is not that of the certificate in '\(certificate)'"
        }
    }
}

enum PEMFile {
    /// Bytes; the largest bundles of authorities have a quarter of a million.
    static let largest = 16 << 20

    static func certificates(_ path: String) throws(TLSFileError) -> [NIOSSLCertificate] {
        let bytes = try bytes(path)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw .noCertificate(path)
        }
        return certificates
    }

    static func bytes(_ path: String) throws(TLSFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= largest else { throw .unreadable(path, String(cString: strerror(EFBIG))) }
        }
    }
}
