import Glibc
import Logging
import Synchronization

/// A log that goes to a file and nowhere else: the terminal belongs to the screen.
struct LogFile: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let target: Target

    /// - Throws: `LogFileError` when the file cannot be opened.
    static func logger(_ path: String?, label: String) throws -> Logger {
        guard let path else { return Logger(label: label) { _ in SwiftLogNoOpLogHandler() } }
        let target = Target()
        try target.open(path)
        return target.logger(label: label)
    }

    /// Where the lines go, which may change while there are loggers.
    final class Target: Sendable {
        /// -1 before the first file. Later files take its place under the same number, so that whoever is writing at
        /// that moment writes to one or the other.
        fileprivate let descriptor = Atomic<Int32>(-1)

        func logger(label: String) -> Logger { Logger(label: label) { _ in LogFile(target: self) } }

        /// Opens a file, also the same one anew, as after it was moved away; nil is no log.
        func open(_ path: String?) throws(LogFileError) {
            let known = descriptor.load(ordering: .acquiring)
            if path == nil, known < 0 { return }
            let path = path ?? "/dev/null"
            let new = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard new >= 0 else { throw LogFileError(path: path, cause: String(cString: strerror(errno))) }
            if known < 0 { return descriptor.store(new, ordering: .releasing) }
            dup2(new, known)  // takes the other's place at once
            _ = fcntl(known, F_SETFD, FD_CLOEXEC)
            close(new)
        }
    }

    private init(target: Target) {
        self.target = target
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let descriptor = target.descriptor.load(ordering: .acquiring)
        guard descriptor >= 0 else { return }
        var line = LocalTime.now.stamp + " \(event.level) \(event.message)"
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in merged.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        // One write per line, so that two programs may share a file.
        let bytes = Array(Self.plain(line).utf8) + [UInt8(ascii: "\n")]
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    /// What is logged may hold a stranger's text, and a log is read in a terminal: nothing in it forges a line, is
    /// obeyed, or turns the direction of what follows.
    static func plain(_ line: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: result.append("?")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

struct LogFileError: Error, CustomStringConvertible {
    var path: String
    var cause: String
    var description: String { "The log file '\(path)' cannot be written: \(cause)." }
}
