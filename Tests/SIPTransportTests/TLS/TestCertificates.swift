import Glibc
import SIP
import SIPTransport
import Testing

/// The certificates of `Tests/make-certificates`, made once for a run in a folder of its own.
enum TestCertificates {
    static let folder: String = {
        let folder = "/tmp/partyline-certificates-\(getpid())"
        mkdir(folder, 0o700)
        let script = "\(#filePath)".split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/make-certificates"
        guard run([script, folder]) == 0 else { preconditionFailure("\(script) failed; see \(folder)/openssl.log") }
        atexit { _ = TestCertificates.run(["/bin/rm", "-rf", TestCertificates.folder]) }
        return folder
    }()

    static func file(_ name: String) -> String { "\(folder)/\(name)" }

    static func identity(_ name: String) throws -> ServerIdentity {
        try ServerIdentity(certificateFile: file("\(name).pem"), keyFile: file("\(name).key"))
    }

    @discardableResult
    static func run(_ command: [String]) -> Int32 {
        let arguments = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process = pid_t()
        guard posix_spawnp(&process, command[0], nil, nil, arguments, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }
}

/// An `openssl` that listens or connects on 127.0.0.1 with the versions it is told.
final class OpenSSL {
    private let process: pid_t
    let output: CInt

    init(_ arguments: [String]) throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/zero", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        let words = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var process = pid_t()
        try #require(posix_spawnp(&process, "openssl", &actions, nil, words, environ) == 0)
        close(ends[1])
        self.process = process
        output = ends[0]
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        close(output)
    }

    /// Reads what it says until the words have come, or to its end.
    func says(_ words: String) -> Bool {
        var all = ""
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !all.contains(words) {
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { return false }
            all += String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        return true
    }
}

extension Station {
    /// A server over TLS with one of the tests' certificates.
    static func secure(
        _ certificate: String = "good", _ change: (inout Configuration) -> Void = { _ in }
    ) async throws -> (Station, SIP.SocketAddress) {
        let identity = try TestCertificates.identity(certificate)
        return try await listening([.tls]) { configuration in
            configuration.tls.identity = identity
            change(&configuration)
        }
    }

    /// A client that believes the tests' authority.
    static func believing(
        _ authority: String = "authority", trusted: [TrustedCertificate] = [],
        _ change: (inout Configuration) -> Void = { _ in }
    ) -> Station {
        Station { configuration in
            configuration.tls.authorities = .file(TestCertificates.file("\(authority).pem"))
            configuration.tls.trusted = trusted
            change(&configuration)
        }
    }

    /// Returns when whoever connects from then on sees that certificate.
    func shows(_ identity: ServerIdentity) async {
        transport.replaceIdentity(identity)
        _ = await transport.counters()
    }

    /// Connects over TLS to a server that is to prove that it is `domain`.
    func connect(to address: SIP.SocketAddress, as domain: String, attempt: UInt64 = 1) {
        let endpoint = Endpoint(transport: .tls, host: address.host, port: address.port, domain: domain)
        transport.perform([.connect(attempt: attempt, endpoint)])
    }
}

extension Inbox {
    func untrusted(_ attempt: UInt64 = 1, at location: SourceLocation = #_sourceLocation) throws -> ServerCertificate {
        let failure = try failed(attempt, at: location)
        guard case .untrusted(let certificate) = failure else {
            return try #require(nil as ServerCertificate?, "untrusted, not \(failure)", sourceLocation: location)
        }
        return certificate
    }
}
