import Glibc

enum StandardStreams {
    /// From now on nothing that any library prints reaches the terminal: the screen has a descriptor of its own.
    static func leaveTerminal() {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard nowhere >= 0 else { return }
        for stream in [STDOUT_FILENO, STDERR_FILENO] where isatty(stream) == 1 { dup2(nowhere, stream) }
        close(nowhere)
    }

    static func say(_ line: String) { put(line, on: STDOUT_FILENO) }

    static func complain(_ line: String) { put(line, on: STDERR_FILENO) }

    private static func put(_ line: String, on descriptor: Int32) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
