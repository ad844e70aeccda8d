import Foundation

/// The Python script beside this file as a process.
package final class RawClient {
    private let child: Child

    package init(_ exchange: ExchangeProcess, _ words: String...) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("raw-client.py")
        let address = exchange.address.split(separator: ":").map(String.init)
        child = try Child(["python3", script.path] + address + words, environment: ["PYTHONIOENCODING": "utf-8"])
    }

    /// What it said, a line each, once it has ended.
    package func result() throws -> [String] {
        let outcome = child.outcome()
        return (outcome.output + outcome.errors).split(separator: "\n").map(String.init)
    }
}
