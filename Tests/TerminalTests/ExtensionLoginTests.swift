import Foundation
import Glibc
import Harness
import Testing

/// A file of a test's own, gone afterwards.
private final class OwnFile {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-\(UUID().uuidString)").path

    init(_ text: String = "", mode: Int = 0o600) throws { try write(text, mode: mode) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}

/// An exchange with a configuration file in which 601 has the password `Open Sesame`.
private final class ConfiguredExchange {
    let configuration = try? OwnFile()
    let log = try? OwnFile()
    let process: ExchangeProcess
    let entry: String

    init() throws {
        entry = try run(["sh", "-c", "echo 'Open Sesame' | \"$0\" exchange hash-password --number 601", Program.path])
        try #require(entry.contains("sha256"))
        try configuration?.write("lines = [\"Webphone1\"]\n" + entry)
        process = try ExchangeProcess("--config", configuration?.path ?? "", "--log", log?.path ?? "")
    }

    func logs(_ text: String, times: Int = 1) -> Bool {
        (log?.text.components(separatedBy: text).count ?? 0) > times
    }

    /// Has it read its file again, and waits for the outcome.
    func rereads(_ text: String, until outcome: String) throws {
        let before = (log?.text.components(separatedBy: outcome).count ?? 1) - 1
        try configuration?.write(text)
        process.hangUp()
        let isThere = eventually(within: 20) { logs(outcome, times: before + 1) }
        try #require(isThere, "the log: \(log?.text ?? "")")
    }
}

@Suite("Logging in to an exchange with a configuration file")
struct ExtensionLoginTests {
    private func options(_ exchange: ConfiguredExchange, _ more: [String]) -> [String] {
        ["--name", "ada", "--server", exchange.process.address, "--extension", "601"] + more
    }

    @Test("with the password from a file, a command, or typed and not shown")
    func login() throws {
        let exchange = try ConfiguredExchange()
        let secret = try OwnFile("Open Sesame\n")
        let ways = [["--password-file", secret.path], ["--password-command", "cat", secret.path]]
        for way in ways {
            let ada = try Person(options(exchange, way))
            try ada.sees("601 · connected")
            try ada.sees("Echo test")
            try ada.presses("C-q")
            try ada.sees("[left with 0]")
        }
        let ada = try Person(options(exchange, []))
        try ada.sees("Password of extension 601:")
        try ada.types("Open Sesame")
        #expect(!ada.screen.contains("Sesame"))
        try ada.presses("Enter")
        try ada.sees("601 · connected")
        #expect(exchange.log?.text.contains("Sesame") == false)
    }

    @Test("with a wrong password is ACCESS_DENIED with the reason, once")
    func wrong() throws {
        let exchange = try ConfiguredExchange()
        let secret = try OwnFile("open sesame\n")
        let ada = try Person(options(exchange, ["--password-file", secret.path]), columns: 180)
        try ada.sees("ACCESS_DENIED")
        try ada.sees("The exchange does not accept this number with this password (403).")
        // Somebody else comes and goes meanwhile.
        let bob = try Person(["--name", "bob", "--server", exchange.process.address])
        try bob.sees("1000 · connected")
        try bob.presses("C-q")
        try bob.sees("[left with 0]")
        #expect(exchange.logs("wrong password for 601") && !exchange.logs("wrong password", times: 2))
        #expect(ada.screen.contains("ACCESS_DENIED") && !ada.screen.contains("sesame"))
        #expect(exchange.log?.text.contains("sesame") == false)
    }

    @Test("with a password file that others can read is refused with the command that closes it")
    func openFile() throws {
        let secret = try OwnFile("Open Sesame\n", mode: 0o644)
        let ada = try Person(
            ["--server", "127.0.0.1", "--extension", "601", "--password-file", secret.path], columns: 160)
        try ada.sees("[left with 2]")
        #expect(ada.complaints.contains("Run: chmod 600 \(secret.path)"))
        #expect(!ada.complaints.contains("Sesame"))
    }

    @Test("survives a SIGHUP: a wrong file is refused and changes nothing, a right one is taken up")
    func reload() throws {
        let exchange = try ConfiguredExchange()
        let secret = try OwnFile("Open Sesame\n")
        let ada = try Person(options(exchange, ["--password-file", secret.path]))
        try ada.sees("601 · connected")
        let path = exchange.configuration?.path ?? ""
        try exchange.rereads("lines = [\"Sales\"]\nlimit = 1\n", until: "the configuration stays as it was")
        #expect(exchange.logs("\(path):2: limit: There is no such key. Did you mean limits?"))
        let bob = try Person(["--name", "bob", "--server", exchange.process.address])
        try bob.sees("Webphone1 · 1000 · connected")

        try exchange.rereads("lines = [\"Webphone1\", \"Support\"]\n" + exchange.entry, until: "configured anew")
        let eve = try Person(["--name", "eve", "--server", exchange.process.address, "--line", "Support"])
        try eve.sees("Support · 1001 · connected")
        #expect(ada.screen.contains("601 · connected") && bob.screen.contains("1000 · connected"))

        // Without its extension ada is told; without its line so is eve. Bob's chat goes on.
        try bob.presses("Enter")
        try bob.sees("IN_CALL")
        try exchange.rereads("lines = [\"Webphone1\"]\n", until: "configured anew")
        try ada.sees("ACCESS_DENIED")
        try eve.sees("ACCESS_DENIED")
        try bob.types("still here")
        try bob.presses("Enter")
        try bob.sees("Echo test said: still here")
        #expect(exchange.process.isRunning)
    }
}

@Suite("The configuration of an exchange at the command line")
struct ExchangeConfigurationTests {
    @Test("a wrong file is status 78 with file, line, key and what would be right")
    func wrong() throws {
        let file = try OwnFile("lines = [\"Webphone1\"]\n[listen]\ntcp = [\"localhost:5060\"]\n")
        let (status, output, errors) = try Child([Program.path, "exchange", "--config", file.path]).outcome()
        #expect(status == 78 && output == "")
        #expect(errors.hasPrefix("\(file.path):3: listen.tcp: 'localhost:5060' is no address. Write a numeric"))
    }

    @Test("--check says whether it is right, and listens nowhere")
    func check() throws {
        let file = try OwnFile("lines = [\"Webphone1\"]\n")
        let right = try Child([Program.path, "exchange", "--config", file.path, "--check"]).outcome()
        #expect(right.status == 0 && right.output == "\(file.path): This is right.\n")
        try file.write("lines = [\"1\"]\n")
        let wrong = try Child([Program.path, "exchange", "--config", file.path, "--check"]).outcome()
        #expect(wrong.status == 78 && wrong.errors.contains(":1: lines: '1' cannot be a line's name"))
    }

    @Test("a denied address is not served, and told to the log once")
    func denied() throws {
        let file = try OwnFile("[access]\ndeny = [\"127.0.0.1\"]\n")
        let log = try OwnFile()
        let exchange = try ExchangeProcess("--config", file.path, "--log", log.path)
        for _ in 0..<3 {
            let wire = try Wire(to: exchange.address)
            wire.sends("OPTIONS sip:x SIP/2.0\r\n")
            #expect(wire.hears() == nil, "the connection ends without a word")
        }
        #expect(eventually(within: 20) { log.text.contains("not let in: 127.0.0.1") })
        #expect(log.text.components(separatedBy: "not let in: 127.0.0.1").count == 2)
    }

    @Test("hash-password takes no password as an argument, and asks for one")
    func hashPassword() throws {
        let (status, _, errors) = try Child([Program.path, "exchange", "hash-password", "--number", "601"]).outcome()
        #expect(status == 2 && errors.contains("The password is empty."), "nothing came on standard input")
        let argument = try Child([Program.path, "exchange", "hash-password", "--number", "601", "secret"]).outcome()
        #expect(argument.status == 64)
        let person = try Person(["exchange", "hash-password", "--number", "601"])
        try person.sees("Password of extension 601:")
        try person.types("Open Sesame")
        try person.presses("Enter")
        try person.sees("Once more:")
        try person.types("Open Sesam")
        try person.presses("Enter")
        try person.sees("[left with 2]")
        #expect(person.complaints.contains("The two passwords are not the same."))
        #expect(!person.screen.contains("Sesam"))
    }
}
