import Dispatch
import Glibc

/// The exchange that serves this machine when no server is named: a process of its own, started by whoever comes
/// first, which outlives the chat that started it.
enum LocalExchange {
    /// Where it listens unless `PARTYLINE_LOCAL` names another HOST:PORT.
    static let defaultAddress = "\(defaultHost):\(HostPort.defaultPort)"
    static let defaultHost = "127.0.0.1"
    /// How long it stays after the last client left, in seconds.
    static let idleExit = 60

    /// POSIX_SPAWN_SETSID of <spawn.h>, which only GNU sources see.
    private static let setSession: Int32 = 0x80

    /// What came of starting one.
    enum Outcome: Equatable, Sendable {
        case listening
        /// The words it ended with. When two programs start at once the slower one reads that the address is in
        /// use, and joins the other's exchange.
        case ended(String)
    }

    static func address() throws -> HostPort {
        let named = getenv("PARTYLINE_LOCAL").map { String(cString: $0) }
        return try HostPort(named ?? defaultAddress)
    }

    /// Starts this very executable as an exchange in a session of its own, and reports its first line, from any thread.
    static func start(at address: HostPort, report: @escaping @Sendable (Outcome) -> Void) {
        var pipeEnds: [Int32] = [0, 0]
        guard pipe(&pipeEnds) == 0 else { return report(.ended(words(for: errno))) }
        let (readEnd, writeEnd) = (pipeEnds[0], pipeEnds[1])
        let failure = spawn(
            ["partyline", "exchange", "--listen", "\(address)", "--idle-exit", "\(idleExit)"], output: writeEnd)
        close(writeEnd)
        guard failure == 0 else {
            close(readEnd)
            return report(.ended(words(for: failure)))
        }
        DispatchQueue.global(qos: .userInitiated).async { @Sendable in
            var bytes = [UInt8](repeating: 0, count: 1024)
            let count = read(readEnd, &bytes, bytes.count)
            close(readEnd)
            let line = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            report(line.hasPrefix(ExchangeHost.greeting) ? .listening : .ended(line))
        }
    }

    private static func words(for error: Int32) -> String { String(cString: strerror(error)) + "." }

    /// - Returns: 0, or the error number.
    private static func spawn(_ arguments: [String], output: Int32) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        // Nothing of the chat's (its sockets, its terminal) may live on in the exchange.
        for descriptor in ProcFiles.entries(of: "/proc/self/fd").compactMap({ Int32($0) })
        where descriptor > STDERR_FILENO {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | setSession))

        let words = arguments.map { strdup($0) }
        defer { words.forEach { free($0) } }
        var process = pid_t()
        return posix_spawn(&process, "/proc/self/exe", &actions, &attributes, words + [nil], environ)
    }
}
