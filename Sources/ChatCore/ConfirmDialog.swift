import Webphone

/// A question with its answers, over everything else. Typed text still goes to the input line: nothing is lost.
package struct ConfirmDialog: Equatable, Sendable {
    package enum Question: Equatable, Sendable {
        /// Somebody asks for a chat.
        case request(CallID, from: Party)
        /// The other side of a call asks us to talk to somebody else instead.
        case transfer(CallID, to: Party)
        /// Whom we asked for a chat, by these words, sends us on.
        case forwarded(by: String, to: Party)
        /// Whether to speak in a call.
        case voice(CallID, Speech)
        /// The line holds pasted text of several lines.
        case paste(lines: Int, characters: Int)
        /// A server could not prove who it is.
        case trust(DoubtfulServer)
    }

    /// What is asked about speaking.
    package enum Speech: Hashable, Sendable {
        /// Whether the other side gets the voice that it asks for.
        case wished(isEncrypted: Bool)
        /// Whether ours may be plain, as the other side does not take it encrypted.
        case plain
    }

    /// An answer that a dialog offers, in the order of its buttons.
    package enum Choice: Hashable, Sendable { case ok, voice, once, always, cancel }

    package enum Focus: Hashable, Sendable {
        case on(Choice)
        /// The person goes on typing while the dialog is open: Enter sends the line.
        case input

        package static let ok = Focus.on(.ok)
        package static let cancel = Focus.on(.cancel)
    }

    package internal(set) var question: Question
    package internal(set) var focus: Focus
    /// Whether who asks for a chat wants to speak at once, as telephones do.
    package internal(set) var offersVoice = false
    /// Whether that voice would not be encrypted.
    package internal(set) var isPlain = false

    init(_ question: Question) {
        self.question = question
        focus = .ok
        focus = .on(preferred)
    }

    /// Where the keys are at first. Trust is not given by pressing Enter once too often, and no microphone is opened.
    var preferred: Choice {
        switch question {
        case .request, .transfer, .forwarded, .paste: .ok
        case .voice, .trust: .cancel
        }
    }

    package var choices: [Choice] {
        switch question {
        case .request where offersVoice: [.ok, .voice, .cancel]
        case .request, .transfer, .forwarded, .paste: [.ok, .cancel]
        case .voice: [.voice, .cancel]
        case .trust: [.once, .always, .cancel]
        }
    }

    /// What stands on the button.
    package func label(of choice: Choice) -> String {
        switch (choice, question) {
        case (.ok, .request) where offersVoice: "Text only"
        case (.ok, _): "OK"
        case (.voice, .request): "With voice"
        case (.voice, .voice(_, .plain)): "Unencrypted"
        case (.voice, _): "Speak"
        case (.once, _): "Once"
        case (.always, _): "Always"
        case (.cancel, .trust): "No"
        case (.cancel, .voice): "Text only"
        case (.cancel, _): "Cancel"
        }
    }

    /// What Escape does, for the key bar.
    package var escape: String {
        switch question {
        case .request: "refuse"
        case .transfer: "stay"
        case .voice: "text only"
        case .forwarded, .paste: "cancel"
        case .trust: "no"
        }
    }

    /// Whether one can write beside it. What comes from elsewhere must not stop the person in the middle of a line.
    var allowsTyping: Bool {
        switch question {
        case .request, .transfer, .forwarded, .voice, .trust: true
        case .paste: false
        }
    }

    /// The next button, or the line behind the last one; `step` is 1 or -1.
    func focus(after step: Int) -> Focus {
        let places = choices.map { Focus.on($0) } + (allowsTyping ? [.input] : [])
        let place = places.firstIndex(of: focus) ?? 0
        return places[(place + step + places.count) % places.count]
    }

    /// The button beside this one, if there is one; nil for the line.
    func choice(beside step: Int) -> Choice? {
        guard case .on(let choice) = focus, let place = choices.firstIndex(of: choice) else { return nil }
        return choices[min(max(0, place + step), choices.count - 1)]
    }
}

extension Chat.State {
    /// The heading of the dialog that is open.
    package var dialogTitle: String {
        guard let dialog else { return "" }
        let title =
            switch dialog.question {
            case .request: "Chat request"
            case .transfer: "Transfer"
            case .forwarded: "Sent on"
            case .voice: "Voice"
            case .paste: "Paste"
            case .trust: "Unproven server"
            }
        switch dialog.question {
        case .request, .transfer, .forwarded, .voice, .trust:
            return dialogs.count > 1 ? "\(title) (1 of \(dialogs.count))" : title
        case .paste: return title
        }
    }

    /// The words of the dialog that is open, a sentence each; the screen wraps them.
    package var dialogText: [String] {
        switch dialog?.question {
        case .request(_, let party):
            let label = clients.label(for: party)
            let who = label == party.number ? "Number \(label)" : "\(label), number \(party.number),"
            let voice = dialog?.offersVoice == true ? ", with voice" + secrecy(dialog?.isPlain == false) : ""
            let asks = "\(who) asks you for a chat\(voice)."
            return [asks] + consequences(of: "Accepting") + ["Or send them on: /forward NUMBER"]
        case .transfer(let id, let party): return transferText(id, party)
        case .forwarded(let label, let party):
            let asks = "\(label) sends you on to \(introduction(of: party)). Ask \(name(of: party)) for a chat?"
            return [asks] + consequences(of: "Asking")
        case .paste(let lines, let characters):
            return [
                "Send your line with \(lines) pasted lines, \(characters) characters, to \(call?.label ?? "nobody")?"
            ]
        case .voice(let id, let speech): return voiceText(id, speech)
        case .trust(let server): return server.words
        case nil:
            return []
        }
    }

    private func transferText(_ id: CallID, _ party: Party) -> [String] {
        guard let asker = calls.first(where: { $0.id == id }) else {
            return ["You are asked to talk to \(introduction(of: party))."]
        }
        let who =
            clients.label(for: asker.party).contains(asker.party.number)
            ? asker.label : "\(asker.label), \(asker.party.number),"
        let known = clients.party(party.number) != nil
        let asks = "\(who) asks you to talk to \(introduction(of: party))\(known ? "," : "") instead."
        let choice = "OK asks \(name(of: party)) for a chat; Cancel stays with \(asker.label)."
        guard let call, call.id != id else { return [asks, choice] }
        return [asks, choice, "OK ends your \(call.isOn ? "chat with" : "request to") \(call.label)."]
    }

    private func voiceText(_ id: CallID, _ speech: ConfirmDialog.Speech) -> [String] {
        let other = calls.first { $0.id == id }
        let name = other?.label ?? "The other side"
        let opens = voice.pushToTalk ? "F3 then opens your microphone." : "Your microphone is open then; F3 closes it."
        switch speech {
        case .wished(let isEncrypted):
            let number = other.map { name.contains($0.party.number) ? "" : ", number \($0.party.number)," } ?? ""
            return ["\(name)\(number) asks to speak with you\(secrecy(isEncrypted)).", opens]
        case .plain:
            return [
                "The program of \(name) does not take encrypted voice.",
                "Speak unencrypted? Whoever is on the way can listen.",
            ]
        }
    }

    /// What is to be said before voice that others can listen to.
    private func secrecy(_ isEncrypted: Bool) -> String {
        isEncrypted || route?.isLocal == true ? "" : ", not encrypted"
    }

    /// What becomes of the call in progress when the person says yes.
    private func consequences(of yes: String) -> [String] {
        guard let call else { return [] }
        if wouldStepAside { return ["\(yes) puts your chat with \(call.label) aside, on hold."] }
        return ["\(yes) ends your \(call.isOn ? "chat with" : "request to") \(call.label)."]
    }
}
