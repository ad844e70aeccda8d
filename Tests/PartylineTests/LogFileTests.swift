import Foundation
import Logging
import Testing

@testable import partyline

@Suite("The log file")
struct LogFileTests {
    @Test(
        "holds one plain line for each entry, whatever a stranger's text is",
        arguments: [
            ("a\nforged", "a?forged"), ("\u{1B}]0;x\u{7}", "?]0;x?"), ("\u{9B}2J", "?2J"), ("a\u{202E}b", "a?b"),
            ("a\u{2028}b", "a?b"), ("%n $(id) ../x", "%n $(id) ../x"), ("日本語 é", "日本語 é"),
        ])
    func plain(_ text: String, _ expected: String) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let logger = try LogFile.logger(path, label: "test")
        logger.info("\(text)", metadata: ["name": "\(text)"])
        let written = try String(contentsOfFile: path, encoding: .utf8)
        #expect(written.hasSuffix(" info \(expected) name=\(expected)\n"))
        #expect(written.unicodeScalars.count { $0 == "\n" } == 1)
    }

    @Test("is nobody else's to read, and a path that cannot be written is named") func place() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = try LogFile.logger(path, label: "test")
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(permissions == 0o600)
        let error = #expect(throws: LogFileError.self) { try LogFile.logger("/nowhere/log", label: "test") }
        #expect(error?.description.hasPrefix("The log file '/nowhere/log' cannot be written: ") == true)
    }
}
