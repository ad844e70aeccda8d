import Foundation
import Harness
import Testing

/// linphonec in a pane, with a home folder, a configuration and a loopback address of its own.
///
/// It needs no sound: without a sound card it talks and hears nothing, unless it is told to use files.
final class Linphone {
    private(set) var pane: Person
    private let home: URL
    private let exchange: String

    /// - Parameters:
    ///   - user: what it registers as: a line of the exchange, or an extension.
    ///   - transport: `udp`, `tcp` or `tls`.
    ///   - host: the address that it is at.
    ///   - more: further lines for its configuration; a section may come again.
    init(
        _ name: String = "lin", as user: String = "Webphone1", at exchange: String, over transport: String = "tcp",
        from host: String = String(Loopback.next().prefix { $0 != ":" }), more: [String] = []
    ) throws {
        self.exchange = exchange
        home = FileManager.default.temporaryDirectory.appendingPathComponent("linphone-\(UUID().uuidString)")
        // Its database is opened there, and the folder is not made.
        try FileManager.default.createDirectory(
            at: home.appendingPathComponent(".local/share/linphone"), withIntermediateDirectories: true)
        let template = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("linphonerc")
        let blanks = [
            "HOST": host, "NAME": name, "USER": user, "EXCHANGE": exchange, "TRANSPORT": transport,
            "UDP": transport == "udp" ? "5060" : "0", "TCP": transport == "tcp" ? "5060" : "0",
            "TLS": transport == "tls" ? "5061" : "0",
        ]
        var text = blanks.reduce(try String(contentsOf: template, encoding: .utf8)) {
            $0.replacing("@\($1.key)@", with: $1.value)
        }
        text += "\n" + more.joined(separator: "\n") + "\n"
        let configuration = home.appendingPathComponent("linphonerc")
        try text.write(to: configuration, atomically: true, encoding: .utf8)
        pane = try Linphone.launch(in: home)
        try pane.sees("linphonec>")
    }

    private static func launch(in home: URL) throws -> Person {
        let script = "linphonec -c \"$HOME/linphonerc\"; echo \"[left with $?]\"; exec cat"
        return try Person(
            command: ["sh", "-c", script], columns: 160, rows: 70, environment: ["HOME": home.path])
    }

    /// SIGKILL, and once more from the beginning, with what it kept.
    func startsAnew() throws {
        try die()
        try sees("[left with 137]")
        pane = try Linphone.launch(in: home)
        try sees("linphonec>")
    }

    private func die() throws { try run(["pkill", "-KILL", "-f", "linphonec -c \(home.path)"]) }

    /// When its terminal closes it would write its configuration once more.
    deinit {
        try? die()
        try? FileManager.default.removeItem(at: home)
    }

    /// Gives a command.
    func does(_ command: String) throws { try pane.says(command) }

    func sees(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try pane.sees(text, sourceLocation: sourceLocation)
    }

    func calls(_ number: String) throws { try does("call sip:\(number)@\(exchange)") }

    /// Writes a text; linphonec knows no difference between one in a call and one outside.
    func writes(_ text: String, to number: String) throws { try does("chat sip:\(number)@\(exchange) \(text)") }
}

/// An exchange, ada at her terminal as 1000, and linphonec on the same line as 1001.
final class OfficeWithLinphone {
    let exchange: ExchangeProcess
    let ada: Person
    let lin: Linphone

    init(
        over transport: String = "tcp", exchange: @autoclosure () throws -> ExchangeProcess = try ExchangeProcess(),
        options: [String] = [], more: [String] = []
    ) throws {
        self.exchange = try exchange()
        ada = try Person(
            ["--name", "ada", "--server", self.exchange.address, "--transport", transport] + options, columns: 160,
            rows: 30)
        try ada.sees("Webphone1 · 1000 · connected")
        lin = try Linphone(at: self.exchange.address, over: transport, more: more)
        try ada.sees("lin is ONLINE")
    }

    /// The two in a chat that linphonec asked for.
    func asLinphoneAsked() throws {
        try lin.calls("1000")
        try ada.sees("lin, number 1001, asks you for a chat")
        try lin.sees("Call 1 to sip:1000@\(exchange.address) ringing.")
        try ada.answersDialog("Enter")
        try ada.sees("lin 1001 · IN_CALL")
        try lin.sees("Call 1 with sip:1000@\(exchange.address) connected.")
    }

    /// The two in a chat that ada asked for.
    func asAdaAsked() throws {
        try ada.says("/call 1001")
        try lin.sees("Receiving new incoming call from \"ada\" <sip:1000@exchange.local>, assigned id 1")
        try ada.sees("lin is being asked: RINGING.")
        try lin.does("answer")
        try lin.sees("Call 1 with \"ada\" <sip:1000@exchange.local> connected.")
        try ada.sees("lin accepted your chat request.")
        try ada.sees("lin 1001 · IN_CALL")
    }

    /// A text each way.
    func exchangeTexts() throws {
        try ada.says("at one, by the river 🌊?")
        try ada.waits(for: "its mark") {
            ada.screen.split(separator: "\n").contains { $0.contains("by the river 🌊?") && $0.contains("✓") }
        }
        try lin.sees(": at one, by the river 🌊?")
        try lin.writes("à une heure, d'accord", to: "1000")
        try ada.sees("lin said: à une heure, d'accord")
    }
}
