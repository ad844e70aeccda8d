import Glibc
import Logging

/// A log that goes to a file and nowhere else: the terminal belongs to the screen.
struct LogFile: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let descriptor: Int32

    /// - Throws: `LogFileError` when the file cannot be opened.
    static func logger(_ path: String?, label: String) throws -> Logger {
        guard let path else { return Logger(label: label) { _ in SwiftLogNoOpLogHandler() } }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LogFileError(path: path, cause: String(cString: strerror(errno))) }
        return Logger(label: label) { _ in LogFile(descriptor: descriptor) }
    }

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
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
