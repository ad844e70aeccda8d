import Foundation
import Harness
import Testing

/// An exchange with room for a trunk, and what it tells about itself.
final class SippExchange {
    let process: ExchangeProcess
    private let folder: URL

    /// - Parameter limits: of the configuration file's section of that name.
    init(limits: String = "") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("exchange-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("exchange.toml")
        try "[limits]\n\(limits)\n".write(to: file, atomically: true, encoding: .utf8)
        process = try ExchangeProcess(
            "--config", file.path, "--socket", folder.appendingPathComponent("status").path)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var address: String { process.address }

    struct Status: Decodable {
        struct Client: Decodable {
            var number: String
            var name: String
        }
        struct Call: Decodable {
            var id: String
            var state: String
        }
        struct Counters: Decodable {
            struct Transactions: Decodable { var repeatedRequests: Int }
            var transactions: Transactions
        }
        var clients: [Client]
        var calls: [Call]
        var transactions: Int
        var counters: Counters
    }

    func status() throws -> Status {
        let text = try run([
            Program.path, "exchange", "status", "--json", "--socket", folder.appendingPathComponent("status").path,
        ])
        return try JSONDecoder().decode(Status.self, from: Data(text.utf8))
    }

    /// The number of somebody as soon as they are online.
    func number(of name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        var number: String?
        _ = try eventually(within: 20) {
            number = try status().clients.first { $0.name == name }?.number
            return number != nil
        }
        return try #require(number, "\(name) is not online", sourceLocation: sourceLocation)
    }

    /// Waits until nothing of any call is left: over UDP transactions remember for 32 s what they answered.
    ///
    /// - Parameter transactions: so many may be.
    func forgetsAll(but transactions: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = Date().addingTimeInterval(60)
        var status = try status()
        while !(status.calls.isEmpty && status.transactions <= transactions), Date() < deadline {
            // Each look starts a program.
            usleep(1_000_000)
            status = try self.status()
        }
        #expect(
            status.calls.isEmpty && status.transactions <= transactions,
            "left: \(status.transactions) transactions, \(status.calls.prefix(3))", sourceLocation: sourceLocation)
    }
}
