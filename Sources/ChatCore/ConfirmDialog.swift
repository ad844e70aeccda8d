import Webphone

/// A question with OK and Cancel, over everything else. Typed text still goes to the input line: nothing is lost.
package struct ConfirmDialog: Equatable, Sendable {
    package enum Question: Equatable, Sendable {
        /// Somebody asks for a chat.
        case request(CallID, from: Party)
        /// The line holds pasted text of several lines.
        case paste(lines: Int, characters: Int)
    }

    package enum Focus: Hashable, Sendable {
        case ok, cancel
        /// The person goes on typing while the dialog is open: Enter sends the line.
        case input
    }

    package internal(set) var question: Question
    package internal(set) var focus = Focus.ok

    init(_ question: Question) { self.question = question }
}

extension Chat.State {
    /// The heading of the dialog that is open.
    package var dialogTitle: String {
        switch dialog?.question {
        case .request: dialogs.count > 1 ? "Chat request (1 of \(dialogs.count))" : "Chat request"
        case .paste: "Paste"
        case nil: ""
        }
    }

    /// The words of the dialog that is open, a sentence each; the screen wraps them.
    package var dialogText: [String] {
        switch dialog?.question {
        case .request(_, let party):
            let asks = "\(clients.label(for: party)), number \(party.number), asks you for a chat."
            guard let call else { return [asks] }
            return [asks, "Accepting ends \(call.isOn ? "your chat with" : "your request to") \(call.label)."]
        case .paste(let lines, let characters):
            return [
                "Send your line with \(lines) pasted lines, \(characters) characters, to \(call?.label ?? "nobody")?"
            ]
        case nil:
            return []
        }
    }
}
