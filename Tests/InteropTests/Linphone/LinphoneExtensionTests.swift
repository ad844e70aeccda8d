import Foundation
import Harness
import Testing

@Suite("linphonec as an extension", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneExtensionTests {
    /// An exchange with a line, and 601 whose password is `Open Sesame`.
    private final class Exchange {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-\(UUID().uuidString)")
        let process: ExchangeProcess
        /// What its MD5 entry says.
        let proof: String

        init(_ functions: String...) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let hash = "echo 'Open Sesame' | \"$0\" exchange hash-password --number 601 --md5"
            let entry = try run(["sh", "-c", hash, Program.path]).split(separator: "\n").filter { line in
                !["md5", "sha256"].contains { line.hasPrefix($0) && !functions.contains($0) }
            }
            proof = entry.first { $0.hasPrefix("md5") }.map { String($0.split(separator: "\"")[1]) } ?? ""
            let configuration = folder.appendingPathComponent("exchange.toml")
            try "lines = [\"Webphone1\"]\n\(entry.joined(separator: "\n"))\n"
                .write(to: configuration, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: configuration.path)
            process = try ExchangeProcess(
                "--config", configuration.path, "--log", folder.appendingPathComponent("log").path)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func logged(_ text: String) -> Int {
            let log = (try? String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)) ?? ""
            return log.components(separatedBy: text).count - 1
        }

        func waitsForLog(_ text: String) throws {
            let isThere = eventually(within: 20) { logged(text) > 0 }
            try #require(isThere, "the log never said: \(text)")
        }
    }

    /// Proves its password for a registration, a text and a call, and is called.
    private func lives(_ lin: Linphone, _ exchange: Exchange, over transport: String) throws {
        try exchange.waitsForLog("joined as an extension")
        let ada = try Person(
            ["--name", "ada", "--server", exchange.process.address, "--transport", transport], columns: 160, rows: 30)
        try ada.sees("Webphone1 · 1000 · connected")
        try lin.writes("from an extension", to: "1000")
        try ada.sees("Number 601 writes outside of a chat: from an extension")
        try lin.calls("1000")
        try ada.sees("Number 601 asks you for a chat")
        try ada.answersDialog("Enter")
        try lin.sees("Call 1 with sip:1000@\(exchange.process.address) connected.")
        try ada.says("hello extension")
        try lin.sees(": hello extension")
        try lin.does("terminate")
        try ada.sees("601 hung up.")
        try ada.says("/call 601")
        try lin.sees("assigned id 2")
        try lin.does("answer")
        try ada.sees("601 accepted your chat request.")
        try lin.writes("hello ada", to: "1000")
        try ada.sees("601 said: hello ada")
        try ada.presses("C-x")
        try lin.sees("Call 2 with \"ada\" <sip:1000@exchange.local> ended (No error).")
        #expect(exchange.logged("wrong password") == 0)
    }

    @Test("it proves its password by SHA-256 where it may choose", arguments: ["udp", "tcp"])
    func strong(over transport: String) throws {
        let exchange = try Exchange("sha256", "md5")
        let password = ["[auth_info_0]", "username=601", "passwd=Open Sesame"]
        let lin = try Linphone(as: "601", at: exchange.process.address, over: transport, more: password)
        try lives(lin, exchange, over: transport)
    }

    @Test("it proves its password by MD5 where it has nothing else")
    func weak() throws {
        let exchange = try Exchange("sha256", "md5")
        let proof = [
            "[auth_info_0]", "username=601", "ha1=\(exchange.proof)", "realm=exchange.local", "algorithm=MD5",
        ]
        let lin = try Linphone(as: "601", at: exchange.process.address, over: "tcp", more: proof)
        try lives(lin, exchange, over: "tcp")
    }

    @Test("with a wrong password it is refused once, and asks its person for another")
    func wrong() throws {
        let exchange = try Exchange("sha256")
        let password = ["[auth_info_0]", "username=601", "passwd=open sesame"]
        let lin = try Linphone(as: "601", at: exchange.process.address, over: "udp", more: password)
        try lin.sees("Password for 601 on exchange.local:")
        #expect(exchange.logged("wrong password for 601") == 1)
        let ada = try Person(["--name", "ada", "--server", exchange.process.address], columns: 160, rows: 30)
        try ada.sees("1000 · connected")
        try ada.says("/call 601")
        try ada.sees("601 cannot be reached: nobody answers under 601.")
        #expect(exchange.logged("joined as an extension") == 0)
    }
}
