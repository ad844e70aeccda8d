import Foundation
import Glibc

/// The built exchange as a process of its own, and what it tells of itself.
final class ExchangeUnderTest {
    /// What is read of `partyline exchange status --json`.
    struct Status: Decodable {
        struct Client: Decodable, Hashable {
            var number: String
            var name: String
            var line: String?
        }

        struct Call: Decodable {
            var caller: String
            var callee: String
            var state: String
        }

        /// Kilobytes.
        struct Memory: Decodable {
            var resident: Int
            var inUse: Int
        }

        var memory: Memory
        var clients: [Client]
        var calls: [Call]
        var subscriptions: Int
        var transactions: Int

        var isEmpty: Bool { clients.isEmpty && calls.isEmpty && subscriptions == 0 && transactions == 0 }
    }

    let host: String
    let port: UInt16 = 7777
    private let program: String
    private let folder: URL
    private let process = Process()

    /// Starts it; returns when it listens.
    init(_ program: String, lines: [String]) throws {
        self.program = program
        let number = Int(getpid())
        host = "127.\(1 + (number >> 8) % 250).\(1 + number % 250).251"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("soak-\(number)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let configuration = folder.appendingPathComponent("exchange.toml")
        let names = lines.map { "\"\($0)\"" }.joined(separator: ", ")
        let text = """
            lines = [\(names)]
            [listen]
            udp = ["\(host):\(port)"]
            tcp = ["\(host):\(port)"]

            """
        try text.write(to: configuration, atomically: true, encoding: .utf8)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["exchange", "--config", configuration.path, "--socket", socket]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let greeting = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard greeting.hasPrefix("Listening on ") else { throw Failure(words: "the exchange said: \(greeting)") }
    }

    struct Failure: Error { var words: String }

    private var socket: String { folder.appendingPathComponent("status").path }

    var isRunning: Bool { process.isRunning }

    func status() throws -> Status {
        let question = Process()
        question.executableURL = URL(fileURLWithPath: program)
        question.arguments = ["exchange", "status", "--json", "--socket", socket]
        let output = Pipe()
        question.standardOutput = output
        try question.run()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        question.waitUntilExit()
        return try JSONDecoder().decode(Status.self, from: answer)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
