import Glibc
import SIP

/// The file of certificates that the person trusts for ever: `pbx.example:5061 FINGERPRINT`, a server a line. Lines that
/// begin with `#` are the person's own notes.
struct KnownServers {
    /// nil where there is no folder for it: neither XDG_STATE_HOME nor HOME names one.
    let path: String?

    /// A file with these is refused rather than read for ever.
    private static let largest = 1 << 20

    init(path: String?) { self.path = path }

    /// `$XDG_STATE_HOME/partyline/known-servers`, in `~/.local/state` unless that is set.
    init(environment: (String) -> String?) {
        // The XDG base directories have to be absolute; others are to be ignored.
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            path = "\(state)/partyline/known-servers"
        } else if let home = environment("HOME"), home.hasPrefix("/") {
            path = "\(home)/.local/state/partyline/known-servers"
        } else {
            path = nil
        }
    }

    /// What stands in the file; nothing where there is none.
    ///
    /// - Throws: when it cannot be read, or a line is none of ours: a decision that is misread would be asked for again,
    ///   and that question is the one an attacker hopes for.
    func load() throws(KnownServersError) -> [TrustedCertificate] {
        guard let path, let text = try contents(of: path) else { return [] }
        var decisions: [TrustedCertificate] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let server = words.first, !server.hasPrefix("#") else { continue }
            guard words.count == 2, let fingerprint = Fingerprint(String(words[1])),
                let place = try? HostPort(String(server)), server.last?.isNumber == true
            else { throw KnownServersError(path: path, cause: "line \(index + 1) is not HOST:PORT FINGERPRINT") }
            decisions.append(TrustedCertificate(domain: place.host, port: place.port, fingerprint: fingerprint))
        }
        return decisions
    }

    /// Adds a decision. The file is replaced in one step, so that no crash and no second program leaves half of one.
    func add(_ decision: TrustedCertificate) throws(KnownServersError) {
        guard let path else {
            throw KnownServersError(path: "known-servers", cause: "neither XDG_STATE_HOME nor HOME names a folder")
        }
        guard try !load().contains(decision) else { return }
        var text = try contents(of: path) ?? ""
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        text += "\(Self.name(of: decision)) \(decision.fingerprint.digits)\n"
        try makeFolders(for: path)
        let draft = "\(path).\(getpid())"
        do throws(KnownServersError) {
            try write(text, to: draft)
            guard rename(draft, path) == 0 else { throw failure(path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// How a line of the file begins.
    static func name(of decision: TrustedCertificate) -> String {
        SocketAddress(host: decision.domain, port: decision.port).description
    }

    private func contents(of path: String) throws(KnownServersError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0, errno == ENOENT || errno == ENOTDIR { return nil }
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { break }
            bytes += buffer.prefix(count)
            guard bytes.count <= Self.largest else { throw KnownServersError(path: path, cause: "it is too large") }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw KnownServersError(path: path, cause: "it is not in UTF-8")
        }
        return text
    }

    /// Readable by the person only: whom one telephones with is nobody else's business.
    private func write(_ text: String, to path: String) throws(KnownServersError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private func makeFolders(for path: String) throws(KnownServersError) {
        var folder = ""
        for name in path.split(separator: "/").dropLast() {
            folder += "/\(name)"
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(folder) }
        }
    }

    private func failure(_ path: String) -> KnownServersError {
        KnownServersError(path: path, cause: String(cString: strerror(errno)))
    }
}

/// Why the file cannot be used.
struct KnownServersError: Error, Equatable, CustomStringConvertible {
    var path: String
    var cause: String
    var description: String { "The file of trusted servers '\(path)' cannot be used: \(cause)." }
}
