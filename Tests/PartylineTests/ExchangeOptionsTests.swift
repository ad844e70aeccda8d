import Exchange
import Foundation
import SIP
import Settings
import Testing

@testable import partyline

@Suite("The options of an exchange and its configuration file")
struct ExchangeOptionsTests {
    private let sha256 = String(repeating: "0", count: 64)

    private func listens(_ settings: ExchangeSettings) -> [String] {
        (settings.listen ?? []).map { "\($0.transport.rawValue) \($0.address)" }
    }

    @Test("without either it is the exchange of this machine")
    func usual() throws {
        let settings = try ExchangeOptions().settings()
        #expect(listens(settings) == ["udp 127.0.0.1:7777", "tcp 127.0.0.1:7777"])
        #expect(settings.exchange.lines == ["Webphone1"] && settings.idleExit == nil && settings.log == nil)
        #expect(settings.exchange.aliases.isSuperset(of: ["localhost", "127.0.0.1"]))
    }

    @Test("the file says what the options leave open, and an option wins over it")
    func both() throws {
        let file = try ScratchFile(
            """
            lines = ["One", "Two"]
            idle-exit = 60
            log = "from-file"
            [listen]
            tcp = ["127.0.0.2:5060"]
            ws = ["127.0.0.2:8080"]
            """)
        let fromFile = try ExchangeOptions(file: file.path).settings()
        #expect(listens(fromFile) == ["tcp 127.0.0.2:5060", "ws 127.0.0.2:8080"])
        #expect(fromFile.exchange.lines == ["One", "Two"] && fromFile.idleExit == 60 && fromFile.log == "from-file")
        let options = ExchangeOptions(
            listen: [Listening(on: try HostPort("127.0.0.3:7000"), over: [.udp, .tcp])], lines: ["Three"], idleExit: 5,
            log: "mine", file: file.path)
        let settings = try options.settings()
        #expect(
            listens(settings) == ["udp 127.0.0.3:7000", "tcp 127.0.0.3:7000", "ws 127.0.0.2:8080"],
            "what the option does not speak of stays")
        #expect(settings.exchange.lines == ["Three"] && settings.idleExit == 5 && settings.log == "mine")
    }

    @Test("a wrong file is named with line and key")
    func wrong() throws {
        let file = try ScratchFile("lines = [\"One\"]\nlimit = 5\n")
        #expect(
            throws: ExchangeFileError(words: "\(file.path):2: limit: There is no such key. Did you mean limits?")
        ) {
            try ExchangeOptions(file: file.path).settings()
        }
        let missing = ExchangeFileError(
            words: "/nowhere/x: The configuration file cannot be read: No such file or directory.")
        #expect(throws: missing) { try ExchangeOptions(file: "/nowhere/x").settings() }
        #expect(throws: ExchangeFileError.self, "it would never end") {
            try ExchangeOptions(file: "/dev/zero").settings()
        }
    }

    @Test(
        "a file that everybody can read is refused if it holds passwords' hashes, and only then",
        arguments: [0o604, 0o602])
    func open(_ mode: Int) throws {
        let entry = "[[extension]]\nnumber = 601\nsha256 = \"\(sha256)\"\n"
        let file = try ScratchFile(entry, mode: mode)
        let error = #expect(throws: ExchangeFileError.self) { try ExchangeOptions(file: file.path).settings() }
        #expect(error?.words.contains("Run: chmod o= \(file.path)") == true)
        try file.write(entry, mode: 0o640)
        #expect(try ExchangeOptions(file: file.path).settings().exchange.extensions.count == 1)
        try file.write("lines = [\"One\"]", mode: mode)
        #expect(try ExchangeOptions(file: file.path).settings().exchange.lines == ["One"])
    }

    @Test("a private key that everybody can read is refused, one that is none is named")
    func key() throws {
        let key = try ScratchFile("no key", mode: 0o644)
        let file = try ScratchFile("[tls]\ncertificate = \"/nowhere/cert.pem\"\nkey = \"\(key.path)\"\n")
        let options = ExchangeOptions(file: file.path)
        let settings = try options.settings()
        let error = #expect(throws: ExchangeFileError.self) { try options.identity(settings) }
        #expect(error?.words.contains("tls.key: Everybody on this machine can read or change the key.") == true)
        try key.write("no key")
        let next = #expect(throws: ExchangeFileError.self) { try options.identity(settings) }
        #expect(next?.words.contains("the file '/nowhere/cert.pem' cannot be read") == true)
    }

    @Test("what hash-password prints is taken as it is, and is good for that password")
    func hashed() throws {
        let command = try #require(
            try HashPassword.parse(["--number", "601", "--domain", "pbx.example", "--md5"]) as HashPassword?)
        let file = try ScratchFile("domain = \"pbx.example\"\n" + command.entry(for: "Open Sesame"))
        let settings = try ExchangeOptions(file: file.path).settings()
        let hashes = [DigestAlgorithm.Function.sha256, .md5].map {
            PasswordHash(user: "601", realm: "pbx.example", password: "Open Sesame", $0)
        }
        #expect(settings.exchange.extensions.map(\.passwords) == [hashes])
        #expect(!command.entry(for: "Open Sesame").contains("Sesame"))
        let old = try #require(
            try HashPassword.parse(["--number", "601", "--domain", "pbx.example", "--md5-only"]) as HashPassword?)
        let entry = old.entry(for: "Open Sesame")
        #expect(entry.contains("md5 = ") && !entry.contains("sha256"), "nothing but MD5 is asked for then")
        for wrong in [["--number", "x"], ["--number", "01"], ["--number", "1", "--domain", "a b"], []] {
            #expect(throws: (any Error).self) { try HashPassword.parse(wrong) }
        }
    }

    @Test("--check is for --config")
    func check() throws {
        #expect(throws: (any Error).self) { try ExchangeCommand.parse(["--check"]) }
        #expect(try ExchangeCommand.parse(["--check", "--config", "x"]).check)
    }

    @Test("a log goes on in a file of the same name after the other was moved away")
    func rotated() throws {
        let file = try ScratchFile("")
        let target = LogFile.Target()
        let logger = target.logger(label: "test")
        logger.info("to nobody")
        try target.open(file.path)
        logger.info("first")
        let moved = file.path + ".1"
        defer { try? FileManager.default.removeItem(atPath: moved) }
        try FileManager.default.moveItem(atPath: file.path, toPath: moved)
        try target.open(file.path)
        logger.info("second")
        #expect(throws: LogFileError.self) { try target.open("/nowhere/log") }
        logger.info("third")
        try target.open(nil)
        logger.info("to nobody")
        #expect(try String(contentsOfFile: moved, encoding: .utf8).hasSuffix("info first\n"))
        let lines = try String(contentsOfFile: file.path, encoding: .utf8).split(separator: "\n")
        #expect(lines.map { $0.suffix(5) } == ["econd", "third"])
    }
}
