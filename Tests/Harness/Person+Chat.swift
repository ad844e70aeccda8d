import Foundation
import Testing

/// What people do in the chat.
extension Person {
    /// The number in the title.
    package var number: String? {
        screen.split(separator: "\n").first?.split(separator: " ").map(String.init)
            .first { $0.count == 4 && Int($0) != nil }
    }

    /// Moves the selection until `name` bears the mark.
    package func selects(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try sees(name, sourceLocation: sourceLocation)
        for key in Array(repeating: "Up", count: 12) + Array(repeating: "Down", count: 24) {
            if isSelected(name) { return }
            let before = screen
            try presses(key)
            // At an end of the list nothing moves; a moment is enough to see whether something did.
            _ = eventually(within: 0.3) { screen != before }
        }
        Issue.record("could not select \(name):\n\(screen)", sourceLocation: sourceLocation)
    }

    private func isSelected(_ name: String) -> Bool {
        screen.split(separator: "\n").contains { $0.contains("▸ \(name)") || $0.contains("> \(name)") }
    }

    /// Answers the open dialog. A key that comes as it opens is no answer; people press again when nothing happened.
    package func answersDialog(_ key: String) throws {
        // A screen half painted has its text and not yet its buttons.
        _ = eventually(within: 3) { screen.contains("Cancel") }
        for _ in 0..<20 {
            try presses(key)
            if eventually(within: 0.5, { !screen.contains("Cancel") }) { return }
        }
        Issue.record("the dialog stays open:\n\(screen)")
    }

    /// Types a line and sends it.
    package func says(_ line: String) throws {
        try types(line)
        try presses("Enter")
    }

    /// Sends a chat request.
    package func calls(_ name: String) throws {
        try selects(name)
        try presses("Enter")
        try sees("You have sent a chat request to \(name).")
    }

    /// Asks for a chat, and the other one accepts.
    package func talks(to name: String, _ other: Person) throws {
        try calls(name)
        try other.sees(", number")
        try other.answersDialog("Enter")
        try sees("\(name) accepted your chat request.")
        try other.sees("IN_CALL")
    }

    /// Answers the question with this title. Keys that come just as it opens are not taken for an answer.
    package func decides(_ label: String, on title: String = "Unproven server") throws {
        for _ in 0..<20 where !screen.contains("▸\(label)◂") {
            try presses("BTab")
            _ = eventually(within: 1) { screen.contains("▸\(label)◂") }
        }
        for _ in 0..<5 {
            try presses("Enter")
            if eventually(within: 2, { !screen.contains("╭ \(title) ─") }) { return }
        }
        Issue.record("the question stays open:\n\(screen)")
    }
}
