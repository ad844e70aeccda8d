import Foundation
import Glibc

/// A process that a test started, with its output.
///
/// Foundation's `Process` would do but for one thing: its children inherit the signals that are blocked on the thread
/// that starts them, and tmux waits for SIGCHLD for ever.
package final class Child {
    private static let launching = NSLock()

    package let number: pid_t
    private let output: FileHandle
    private let errors: FileHandle
    private var status: Int32?
    /// What was read and not asked for yet.
    private var unread = Data()

    /// - Parameters:
    ///   - command: the program by its name or path, and its arguments.
    ///   - terminal: the path of a terminal that becomes its own, for input and output; without one it reads nothing.
    package init(_ command: [String], environment: [String: String] = [:], terminal: String? = nil) throws {
        // One at a time: a child started meanwhile would inherit this one's pipes and hold them open.
        (number, output, errors) = try Child.launching.withLock { try Child.spawn(command, environment, terminal) }
    }

    deinit {
        kill(SIGKILL)
        waitUntilExit()
    }

    private static func spawn(
        _ command: [String], _ environment: [String: String], _ terminal: String?
    ) throws -> (pid_t, FileHandle, FileHandle) {
        let (output, errors) = (Pipe(), Pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, terminal ?? "/dev/null", O_RDWR, 0)
        let written = terminal == nil ? output.fileHandleForWriting.fileDescriptor : STDIN_FILENO
        posix_spawn_file_actions_adddup2(&actions, written, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.fileHandleForWriting.fileDescriptor, STDERR_FILENO)
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            guard let descriptor = Int32(name), descriptor > STDERR_FILENO else { continue }
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // POSIX_SPAWN_SETSID, which Glibc leaves out: the first terminal that the leader of a session opens controls it.
        let session: Int32 = terminal == nil ? 0 : 0x80
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | session))

        let assignments = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        let arguments = command.map { strdup($0) } + [nil]
        let variables = assignments.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var process = pid_t()
        let failure = posix_spawnp(&process, command[0], &actions, &attributes, arguments, variables)
        try output.fileHandleForWriting.close()
        try errors.fileHandleForWriting.close()
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EINVAL) }
        return (process, output.fileHandleForReading, errors.fileHandleForReading)
    }

    package var isRunning: Bool {
        if status == nil {
            var code: Int32 = 0
            if waitpid(number, &code, WNOHANG) == number { status = code }
        }
        return status == nil
    }

    package func kill(_ signal: Int32) {
        if isRunning { Glibc.kill(number, signal) }
    }

    /// What it says first.
    package func greeting() -> String { String(decoding: output.availableData, as: UTF8.self) }

    /// The next line that it says; nil when there will be none.
    package func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: 10) {
                defer { unread = Data(unread[(end + 1)...]) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let more = output.availableData
            if more.isEmpty { return nil }
            unread += more
        }
    }

    package func waitUntilExit() {
        guard status == nil else { return }
        var code: Int32 = 0
        while waitpid(number, &code, 0) < 0 && errno == EINTR {}
        status = code
    }

    /// Its exit status and all it said, once it has ended.
    package func outcome() -> (status: Int32, output: String, errors: String) {
        let said = output.readDataToEndOfFile()
        let complained = errors.readDataToEndOfFile()
        waitUntilExit()
        let code = status.map { ($0 >> 8) & 0xFF } ?? -1
        return (code, String(decoding: said, as: UTF8.self), String(decoding: complained, as: UTF8.self))
    }
}

/// Runs a command to its end and returns its standard output.
@discardableResult
package func run(_ command: [String]) throws -> String { try Child(command).outcome().output }
