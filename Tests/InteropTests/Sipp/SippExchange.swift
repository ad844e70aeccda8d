import Foundation
import Harness
import Testing

/// An exchange with room for a trunk, and what it tells about itself.
final class SippExchange {
    let process: ExchangeProcess
    private let folder: URL

    /// - Parameters:
    ///   - limits: of the configuration file's section of that name.
    ///   - extensions: their entries in it.
    ///   - address: where it listens, and the name under which clients know it besides.
    init(limits: String = "", extensions: String = "", at address: String = Loopback.next(), alias: String? = nil)
        throws
    {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("exchange-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("exchange.toml")
        let aliases = alias.map { "aliases = [\"\($0)\"]\n" } ?? ""
        try "\(aliases)[limits]\n\(limits)\n\(extensions)".write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        process = try ExchangeProcess(
            "--config", file.path, "--socket", folder.appendingPathComponent("status").path, at: address)
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
