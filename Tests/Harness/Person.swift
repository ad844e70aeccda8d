import Foundation
import Testing

/// Somebody at a terminal: the program in a tmux pane of its own, with a home folder of its own.
package final class Person {
    private let socket: String
    private let home: URL
    /// Generous: the machine may be busy with other things. A test that passes never waits for it.
    private static let patience = 20.0

    package convenience init(
        _ options: [String], columns: Int = 80, rows: Int = 24,
        environment: [String: String] = [:], terminal: String? = nil
    ) throws {
        // The pane stays when the program has ended, so that what it left on the screen can be read.
        let script = "\"$@\" 2>\"$HOME/stderr\"; echo \"[left with $?]\"; exec cat"
        try self.init(
            command: ["sh", "-c", script, "sh", Program.path]
                + (options.first == "exchange" ? options : ["--audio", "none"] + options), columns: columns, rows: rows,
            environment: environment,
            terminal: terminal)
    }

    /// Runs any command in the pane.
    package init(
        command: [String], columns: Int = 80, rows: Int = 24,
        environment: [String: String] = [:], terminal: String? = nil
    ) throws {
        socket = "partyline-\(UUID().uuidString.prefix(13))"
        home = FileManager.default.temporaryDirectory.appendingPathComponent(socket)
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        var variables = ["HOME": home.path, "XDG_CONFIG_HOME": "", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"]
        variables.merge(environment) { $1 }
        if let terminal { variables["TERM"] = terminal }
        let assignments = variables.map { "\($0)=\(quoted($1))" }
        let line = (["exec", "env"] + assignments + command.map(quoted)).joined(separator: " ")
        try tmux("-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", line)
    }

    deinit {
        _ = try? tmux("kill-server")
        try? FileManager.default.removeItem(at: home)
    }

    private var errors: URL { home.appendingPathComponent("stderr") }

    /// What the program wrote to its standard error.
    package var complaints: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

    /// The screen as text, a line a row.
    package var screen: String { (try? tmux("capture-pane", "-p")) ?? "" }

    /// The screen with its colours and attributes as escape sequences.
    package var colouredScreen: String { (try? tmux("capture-pane", "-p", "-e")) ?? "" }

    /// Whether anything on the screen has a colour of its own; the terminal's default colours are none.
    package var showsColours: Bool {
        colouredScreen.contains(#/\x1B\[([0-9]+;)*(3[0-7]|38;[0-9;]+|9[0-7])m/#)
    }

    /// Types text as it is.
    package func types(_ text: String) throws {
        try tmux("send-keys", "-l", "--", text)
    }

    /// Presses keys by tmux's names: `Enter`, `Up`, `C-q`.
    package func presses(_ keys: String...) throws {
        try tmux(["send-keys"] + keys)
    }

    package func pastes(_ text: String) throws {
        try tmux("set-buffer", "--", text)
        try tmux("paste-buffer", "-p", "-r")
    }

    package func resizes(columns: Int, rows: Int) throws {
        try tmux("resize-window", "-x", "\(columns)", "-y", "\(rows)")
    }

    /// The terminal's title, which an escape sequence could change.
    package func title() throws -> String { try tmux("display-message", "-p", "#{pane_title}") }

    /// What programs can switch on in the terminal: its other screen, the mouse, application keys; and the cursor.
    package func modes() throws -> String {
        try tmux(
            "display-message", "-p", "#{alternate_on}#{mouse_any_flag}#{mouse_sgr_flag}#{keypad_flag}#{cursor_flag}"
        )
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Closes the terminal under the program.
    package func closesTerminal() throws {
        try tmux("kill-server")
    }

    /// The process number of the program.
    package func program() throws -> pid_t {
        let shell = try tmux("list-panes", "-F", "#{pane_pid}").trimmingCharacters(in: .whitespacesAndNewlines)
        let children = try run(["pgrep", "-P", shell, "-x", "partyline"])
        return try #require(pid_t(children.trimmingCharacters(in: .whitespacesAndNewlines)), "the program has ended")
    }

    /// Waits until the screen shows `text`.
    package func sees(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try waits(for: "'\(text)' to appear", sourceLocation) { screen.contains(text) }
    }

    /// Waits until the screen no longer shows `text`.
    package func nolongerSees(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try waits(for: "'\(text)' to go", sourceLocation) { !screen.contains(text) }
    }

    package func waits(
        for what: String, _ sourceLocation: SourceLocation = #_sourceLocation, until condition: () throws -> Bool
    ) throws {
        guard try eventually(within: Person.patience, condition) else {
            Issue.record(
                "waited in vain for \(what); the screen:\n\(screen)\n\(complaints)", sourceLocation: sourceLocation)
            throw Impatience()
        }
    }

    @discardableResult
    private func tmux(_ words: String...) throws -> String { try tmux(words) }

    @discardableResult
    private func tmux(_ words: [String]) throws -> String {
        try run(["tmux", "-u", "-L", socket] + words)
    }
}

private func quoted(_ word: String) -> String {
    "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
}
