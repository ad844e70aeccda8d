import Foundation

/// The built executable, beside the test bundle unless `PARTYLINE_PROGRAM` names another.
package enum Program {
    package static let path: String = {
        if let named = ProcessInfo.processInfo.environment["PARTYLINE_PROGRAM"] { return named }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("partyline").path
    }()
}
