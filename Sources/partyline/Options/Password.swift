import Glibc

/// Where the password of an extension comes from: a command, a file or a prompt. Options and the environment are for everybody
/// on the machine to read.
enum Password {
    /// Bytes; a command that prints more than `mostOutput` has been mistaken for another.
    static let longest = 1_024
    static let mostOutput = 65_536

    /// The first line that a command prints. It is run as it stands, without a shell, and may use the terminal to ask
    /// for what opens its store.
    ///
    /// - Parameter command: the program, looked for in PATH, and its arguments; not empty.
    /// - Throws: `PasswordError`, also when the command does not end with 0.
    static func output(of command: [String]) throws(PasswordError) -> String {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .command(words(for: errno)) }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, writeEnd, STDOUT_FILENO)
        let arguments = command.map { strdup($0) }
        var process = pid_t()
        let failure = posix_spawnp(&process, command[0], &actions, nil, arguments + [nil], environ)
        arguments.forEach { free($0) }
        posix_spawn_file_actions_destroy(&actions)
        close(writeEnd)
        guard failure == 0 else {
            close(readEnd)
            throw .command(words(for: failure))
        }
        let output = bytes(from: readEnd)
        close(readEnd)  // whoever still prints is told so
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard output.count <= mostOutput else { throw .command("it printed too much.") }
        guard status == 0 else {
            let signal = status & 0x7F
            throw .command(signal == 0 ? "it ended with status \(status >> 8)." : "signal \(signal) ended it.")
        }
        return try read(output)
    }

    /// The first line of a file that nobody else can read.
    static func contents(of path: String) throws(PasswordError) -> String {
        let file: RegularFile
        do {
            file = try RegularFile(path, longest: mostOutput)
        } catch {
            throw .file(path, "\(error).")
        }
        guard file.owner == geteuid() || file.owner == 0 else { throw .file(path, "it belongs to somebody else.") }
        guard file.mode & 0o077 == 0 else {
            throw .file(path, "others on this machine may read or change it. Run: chmod 600 \(ShellWord.quoted(path))")
        }
        return try read(file.bytes)
    }

    /// The first line that comes, for programs that bring it along.
    static func line(of descriptor: Int32) throws(PasswordError) -> String {
        let input = bytes(from: descriptor)
        guard input.count <= mostOutput else { throw .tooLong }
        return try read(input)
    }

    /// What a person types at a terminal, which does not show it.
    ///
    /// - Parameter terminal: open for reading and writing.
    /// - Throws: `PasswordError.cancelled` on Ctrl-C and its kin; the terminal is as before in any case.
    static func prompt(_ words: String, on terminal: Int32) throws(PasswordError) -> String {
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else { throw .noTerminal }
        // A signal that has a handler interrupts the read, and what was changed is changed back.
        let endings = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]
        let handlers = endings.map { interruptingRead($0) } + [ignored(SIGTSTP)]
        defer {
            for (signal, var handler) in zip(endings + [SIGTSTP], handlers) { sigaction(signal, &handler, nil) }
        }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { throw .noTerminal }
        defer { tcsetattr(terminal, TCSAFLUSH, &before) }
        put(words, on: terminal)
        var line = [UInt8](repeating: 0, count: longest + 1)
        let count = Glibc.read(terminal, &line, line.count)
        put("\n", on: terminal)
        guard count > 0 else { throw .cancelled }
        return try read(Array(line.prefix(count)))
    }

    /// Asks at the terminal that the program was started from, whatever its streams are.
    static func prompt(_ words: String) throws(PasswordError) -> String {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { throw .noTerminal }
        defer { close(terminal) }
        return try prompt(words, on: terminal)
    }

    private static func read(_ output: [UInt8]) throws(PasswordError) -> String {
        let line = output.prefix { $0 != UInt8(ascii: "\n") }
        guard !line.isEmpty else { throw .empty }
        guard line.count <= longest else { throw .tooLong }
        guard let password = String(validating: line, as: UTF8.self) else { throw .unreadable }
        return password
    }

    private static func bytes(from descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= mostOutput {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }

    private static func interruptingRead(_ signal: Int32) -> sigaction {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        return exchanged(signal, action)
    }

    private static func ignored(_ signal: Int32) -> sigaction {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = SIG_IGN
        return exchanged(signal, action)
    }

    /// - Returns: what was done on the signal before.
    private static func exchanged(_ signal: Int32, _ action: sigaction) -> sigaction {
        var action = action
        var former = sigaction()
        sigaction(signal, &action, &former)
        return former
    }

    private static func put(_ text: String, on descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private static func words(for error: Int32) -> String { String(cString: strerror(error)) + "." }
}

/// Why there is no password; never with any of it.
enum PasswordError: Error, Equatable, CustomStringConvertible {
    case command(String)
    case file(String, String)
    case noTerminal, cancelled, empty, tooLong, unreadable, different

    var description: String {
        switch self {
        case .command(let words): "The password command failed: \(words)"
        case .file(let path, let words): "The password file '\(path)' cannot be used: \(words)"
        case .noTerminal: "There is no terminal to ask for the password at; use --password-command or --password-file."
        case .cancelled: "No password was given."
        case .empty: "The password is empty."
        case .tooLong: "The password is longer than \(Password.longest) bytes."
        case .unreadable: "The password is not in UTF-8."
        case .different: "The two passwords are not the same."
        }
    }
}
