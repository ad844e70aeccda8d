import Foundation

/// A file that is gone after the test.
final class ScratchFile {
    let path: String

    init(_ text: String, mode: Int = 0o600, name: String = "partyline-\(UUID().uuidString)") throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try write(text, mode: mode)
    }

    func write(_ text: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
