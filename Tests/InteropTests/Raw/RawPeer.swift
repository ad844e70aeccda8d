import Foundation
import Harness
import Testing

/// One of the cases in `raw/`: what it says, and what it needs of the program under test.
struct RawCase: Sendable, CustomTestStringConvertible {
    let suite: String
    let sentence: String
    let needs: Set<String>

    var testDescription: String { sentence }

    static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("peer").path

    static func all(of suite: String) throws -> [RawCase] {
        try run(["python3", "-B", script, "list", suite]).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            return RawCase(
                suite: suite, sentence: String(parts[1]), needs: Set(parts[0].split(separator: " ").map(String.init)))
        }
    }
}

/// The Python program in `raw/` doing one case.
final class RawPeer {
    private let child: Child
    private var said: [String] = []

    init(_ raw: RawCase, at address: String, _ more: String...) throws {
        let place = address.split(separator: ":").map(String.init)
        child = try Child(
            ["python3", "-B", RawCase.script, "run", raw.suite, raw.sentence] + place + more)
    }

    /// Waits until it says that.
    func says(_ line: String) throws {
        try #require(child.line() == line, "\(child.outcome().errors)")
    }

    /// Does at a terminal what it asks for, until it has ended, and judges how.
    func plays(with person: Person?) throws {
        while let line = child.line() {
            if line == "DONE" { return }
            said.append(line)
            guard line.hasPrefix("PERSON ") else { continue }
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            try perform(words[1], words[2], try #require(person))
            child.kill(SIGUSR1)
        }
        Issue.record("\(said.suffix(5)) \(child.outcome().errors)\n\(person?.screen ?? "")")
    }

    private func perform(_ verb: String, _ words: String, _ person: Person) throws {
        switch verb {
        case "sees": try person.sees(words)
        case "misses": try person.nolongerSees(words)
        case "presses": try person.presses(words)
        case "answers": try person.answersDialog(words)
        case "types": try person.says(words)
        case "calls": try person.calls(words)
        case "counts":
            let parts = words.split(separator: " ", maxSplits: 1).map(String.init)
            #expect(person.screen.components(separatedBy: parts[1]).count - 1 == Int(parts[0]))
        case _: Issue.record("the raw peer asks for \(verb)")
        }
    }
}
