import Foundation
import Glibc

/// Somebody at a terminal without tmux: the program on a pseudo terminal, its screen read here. Looking costs next to
/// nothing, so there may be dozens, and what was on the screen when the program was killed can be read to the last byte.
package final class Typist {
    package let name: String
    private let child: Child
    private let terminal: Int32
    private let home: URL
    private var screen: PlainScreen
    private var isOver = false

    /// - Parameter rows: by default enough for every line of a test, so that none scrolls away.
    package init(_ name: String, _ options: [String], columns: Int = 100, rows: Int = 150) throws {
        self.name = name
        screen = PlainScreen(columns: columns, rows: rows)
        // As unlockpt and ptsname do it, which Glibc leaves out (TIOCSPTLCK, TIOCGPTN).
        terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number): (Int32, UInt32) = (0, 0)
        guard terminal >= 0, ioctl(terminal, 0x4004_5431, &lock) == 0, ioctl(terminal, 0x8004_5430, &number) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
        _ = fcntl(terminal, F_SETFL, O_NONBLOCK)
        home = FileManager.default.temporaryDirectory.appendingPathComponent("typist-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        let environment = [
            "HOME": home.path, "XDG_CONFIG_HOME": "", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "vt52",
        ]
        child = try Child(
            [Program.path, "--name", name] + options, environment: environment, terminal: "/dev/pts/\(number)")
    }

    deinit {
        child.kill(SIGKILL)
        close(terminal)
        try? FileManager.default.removeItem(at: home)
    }

    /// SIGKILL: no goodbye to anyone.
    package func kill() {
        child.kill(SIGKILL)
        child.waitUntilExit()
    }

    /// Types text and keys as their bytes: `\r` is Enter.
    package func types(_ text: String) {
        look()
        var left = Array(text.utf8)[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            left = left.dropFirst(count)
        }
    }

    /// The screen from the top.
    package var lines: [String] {
        look()
        return screen.rows
    }

    package func sees(_ text: String) -> Bool { lines.contains { $0.contains(text) } }

    /// Reads what the program has painted since, also what it had painted when it was killed.
    private func look() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isOver {
            let count = read(terminal, &buffer, buffer.count)
            if count > 0 {
                screen.receive(buffer.prefix(count))
            } else {
                isOver = count == 0 || errno != EAGAIN
                return
            }
        }
    }
}

/// What people read in the chat.
extension Typist {
    /// A line of ours with the mark behind it.
    package struct Said: Hashable {
        package var text: String
        package var mark: Character?

        package init(text: String, mark: Character?) {
            self.text = text
            self.mark = mark
        }
    }

    /// The number in the title, while connected.
    package var number: String? {
        guard let title = lines.first, title.contains("· connected") else { return nil }
        return title.split(separator: " ").map(String.init).first { $0.count == 4 && Int($0) != nil }
    }

    /// Whether the call bar says so.
    package func isTalking(to number: String) -> Bool { sees(" \(number) · IN_CALL") }

    package var said: [Said] {
        log.compactMap { line in
            guard let text = Self.spoken(in: line, by: "You") else { return nil }
            let mark = line.last.flatMap { "…→✓✗".contains($0) ? $0 : nil }
            return Said(text: mark == nil ? text : String(text.dropLast()).trimmed, mark: mark)
        }
    }

    package func heard(from name: String) -> [String] { log.compactMap { Self.spoken(in: $0, by: name) } }

    /// The rows of the chat box.
    private var log: [String] {
        lines.compactMap { line in
            let parts = line.split(separator: "│", omittingEmptySubsequences: false)
            return parts.count > 2 ? String(parts[1]).trimmed : nil
        }
    }

    private static func spoken(in line: String, by name: String) -> String? {
        line.range(of: " \(name) said: ").map { String(line[$0.upperBound...]).trimmed }
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
