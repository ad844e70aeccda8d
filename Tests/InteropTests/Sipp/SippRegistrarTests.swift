import Foundation
import Harness
import Testing

@Suite("Our client in a terminal, whose exchange is sipp", .enabled(if: Strangers.takePart), .manyAtOnceFirst)
struct SippRegistrarTests {
    /// Somebody at a terminal, and the sipp that is their exchange: who is `guest` is on its list.
    private final class Lobby {
        let exchange: Sipp
        let person: Person
        private let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("partyline-\(UUID().uuidString)")

        init(_ scenario: String, _ keys: [String: String], over transport: String, password: String? = nil) throws {
            exchange = try Sipp(
                scenario, to: nil, over: transport, ["name": "lobby"].merging(keys) { $1 },
                options: ["-deadcall_wait", "0"])
            var options = ["--name", "ada", "--server", exchange.address, "--transport", transport]
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            if let password {
                let file = folder.appendingPathComponent("password").path
                try "\(password)\n".write(toFile: file, atomically: true, encoding: .utf8)
                try run(["chmod", "600", file])
                options += ["--extension", "601", "--password-file", file]
            }
            person = try Person(options, columns: 220, rows: 30)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func letsIn(as number: String) throws {
            try person.sees("\(number) · connected")
            try person.sees("guest")
            exchange.isContent()
        }
    }

    @Test(
        "a challenge is met: sipp finds the password proved, gives the number, and tells who is there",
        arguments: ["udp", "tcp"])
    func proves(over transport: String) throws {
        let keys = ["number": "601", "password": "Open Sesame", "refusal": "403 Forbidden"]
        try Lobby("registrar", keys, over: transport, password: "Open Sesame").letsIn(as: "601")
    }

    @Test(
        "a wrong password is told, and not sent again",
        arguments: ["403 Forbidden", "401 Unauthorized"], ["udp", "tcp"])
    func isWrong(_ refusal: String, over transport: String) throws {
        let keys = ["number": "601", "password": "Open Sesame", "refusal": refusal]
        let lobby = try Lobby("registrar", keys, over: transport, password: "open sesame")
        let words = "does not accept this number with this password (\(refusal.prefix(3)))."
        try lobby.person.sees("The exchange \(words)")
        let screen = lobby.person.screen
        #expect(screen.contains("ACCESS_DENIED") && !screen.contains("The next attempt"))
        lobby.exchange.isContent()
    }

    @Test("423: it asks for as long as sipp wants at least", arguments: ["udp", "tcp"])
    func tooBrief(over transport: String) throws {
        try Lobby("brief", ["number": "1000"], over: transport).letsIn(as: "1000")
    }

    @Test("503: it says why, waits for the seconds of Retry-After, and comes back", arguments: ["udp", "tcp"])
    func unavailable(over transport: String) throws {
        let begun = Date()
        let lobby = try Lobby("crowded", ["number": "1000"], over: transport)
        try lobby.person.sees("wrong passwords (503). The next attempt follows in 3 seconds.")
        try lobby.letsIn(as: "1000")
        #expect(Date().timeIntervalSince(begun) >= 3)
    }
}
