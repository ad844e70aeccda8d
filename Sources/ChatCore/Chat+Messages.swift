import Webphone

/// The log, and the messages of the call in progress.
extension Chat {
    mutating func note(_ kind: Entry.Kind, _ text: String) {
        append { log, time in log.append(Entry(kind, text, at: time)) }
    }

    /// Sends the line, or says why it stays; pasted lines are asked about first.
    mutating func send() -> [Effect] {
        if state.draft.isCommand { return obey() }
        if let reason = reasonNotToSend {
            note(.trouble, "Your text was not sent: \(reason). It stays in the line.")
            return []
        }
        let pastes = state.draft.pastes
        guard pastes.isEmpty else {
            let lines = pastes.reduce(0) { $0 + $1.lines }
            return askFirst(.paste(lines: lines, characters: pastes.reduce(0) { $0 + $1.characters }))
        }
        return sendNow()
    }

    mutating func sendNow() -> [Effect] {
        guard reasonNotToSend == nil, let call = state.call else { return send() }
        let id = MessageID(nextMessage)
        nextMessage += 1
        let line = state.draft.take()
        // Of a text that begins with a slash the first one only says that it is no command.
        let text = line.hasPrefix("//") ? String(line.dropFirst()) : line
        scrolled(to: nil)
        append { log, time in log.append(Entry(.own, text, mark: .sending, at: time), awaiting: id) }
        return [.phone(.send(id, text, in: call.id))]
    }

    private var reasonNotToSend: String? {
        if state.draft.isBlank { return "there is nothing in it but blanks" }
        guard state.isConnected else {
            return "you are not connected to \(state.settings.server) (\(state.connectionWords))"
        }
        guard let call = state.call else {
            return "you are not in a chat. \(wayIntoChat)"
        }
        guard call.isOn else { return "\(call.label) has not answered yet" }
        let size = state.draft.byteCount
        guard size <= Limits.message else {
            return "it is too long, \(size) bytes of at most \(Limits.message)"
        }
        return nil
    }

    /// An open dialog has the keys that would otherwise lead into a chat.
    private var wayIntoChat: String {
        switch state.dialog?.question {
        case .request(_, let party):
            "Tab and then Enter accepts the request of \(state.clients.label(for: party)), Esc refuses it"
        case .forwarded(_, let party):
            "Tab and then Enter asks \(state.name(of: party)) for one, Esc does not"
        case .transfer, .voice, .paste, .trust, nil: "Call someone first: Tab to the clients, then Enter"
        }
    }

    /// A message belongs to a call by identity: of one that is neither in progress nor put aside it is too late or too
    /// early.
    mutating func receive(_ text: String, from party: Party, in id: CallID) {
        guard let call = call(id) else { return }
        update(id) { $0.isTyping = false }
        let speaker = party == call.party ? call.label : state.clients.label(for: party)
        let text = PlainText.message(text)
        append { log, time in log.append(Entry(.theirs, text, speaker: speaker, at: time)) }
    }

    mutating func settle(_ id: MessageID, _ delivery: Delivery) {
        switch delivery {
        case .sending: break
        case .accepted: state.log.keep(id)
        case .delivered: _ = state.log.settle(id, as: .delivered)
        case .failed(let reason):
            guard let text = state.log.settle(id, as: .failed) else { return }
            note(.trouble, "“\(PlainText.excerpt(text))” was not delivered. \(PlainText.sentence(reason))")
        }
    }

    /// Nobody will answer for what was under way.
    mutating func failUnsettled(_ reason: String) {
        for id in state.log.unsettled { settle(id, .failed(reason)) }
    }

    private mutating func append(_ append: (inout Log, WallClock) -> Void) {
        append(&state.log, state.clock)
        guard let anchor = state.anchor else { return }
        let first = state.log.first
        if anchor.entry < first { state.anchor = Anchor(entry: first, row: 0) }
        state.unread = max(state.unread ?? state.log.end - 1, first)
    }
}
