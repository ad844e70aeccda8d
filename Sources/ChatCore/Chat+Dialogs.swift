import Webphone

/// Requests and other questions.
extension Chat {
    /// Keys while a dialog is open. Those that come just as it opens go on to where they were meant to go.
    mutating func press(_ key: Key, in dialog: ConfirmDialog) -> [Effect] {
        dialog.allowsTyping ? pressBeside(key, dialog) : pressWithin(key, dialog)
    }

    /// A dialog that somebody else raised: the line and the list stay at hand.
    private mutating func pressBeside(_ key: Key, _ dialog: ConfirmDialog) -> [Effect] {
        switch (key, dialog.focus, isGuarded) {
        case (.enter, .input, _), (.enter, _, true):
            return sendBeside(dialog)
        case (.escape, _, true), (.tab, _, true), (.backtab, _, true): return []
        case (.escape, _, false): return answerDialog(.cancel)
        case (.enter, .on(let choice), false): return answerDialog(choice)
        case (.tab, _, false): state.dialogs[0].focus = dialog.focus(after: 1)
        case (.backtab, _, false): state.dialogs[0].focus = dialog.focus(after: -1)
        case (.right, .on, false), (.down, .on, false): move(dialog, by: 1)
        case (.left, .on, false), (.up, .on, false): move(dialog, by: -1)
        case (.up, _, _): state.clients.moveSelection(by: -1)
        case (.down, _, _): state.clients.moveSelection(by: 1)
        case (_, _, _): return edit(key)
        }
        return []
    }

    /// A dialog that the person's own Enter raised: to go on writing closes it.
    private mutating func pressWithin(_ key: Key, _ dialog: ConfirmDialog) -> [Effect] {
        switch (key, dialog.focus, isGuarded) {
        case (.enter, _, true), (.escape, _, true), (.tab, _, true), (.backtab, _, true): return []
        case (.enter, .on(let choice), false): return answerDialog(choice)
        case (.escape, _, false): return answerDialog(.cancel)
        case (.tab, _, false): state.dialogs[0].focus = dialog.focus(after: 1)
        case (.backtab, _, false): state.dialogs[0].focus = dialog.focus(after: -1)
        case (.left, _, false), (.up, _, false): move(dialog, by: -1)
        case (.right, _, false), (.down, _, false): move(dialog, by: 1)
        case (_, _, _): return edit(key)
        }
        return []
    }

    private mutating func move(_ dialog: ConfirmDialog, by step: Int) {
        if let choice = dialog.choice(beside: step) { state.dialogs[0].focus = .on(choice) }
    }

    /// After a line was sent from beside the dialog, Enter belongs to its buttons again, but not at once; as long as the
    /// line stays it is the line's.
    private mutating func sendBeside(_ dialog: ConfirmDialog) -> [Effect] {
        let effects = state.draft.isEmpty ? [] : send()
        guard dialog.focus == .input, state.draft.isEmpty, state.dialog?.question == dialog.question else {
            return effects
        }
        state.dialogs[0].focus = .on(dialog.preferred)
        return effects + guardKeys()
    }

    mutating func answerDialog(_ choice: ConfirmDialog.Choice) -> [Effect] {
        guard let dialog = state.dialog, dialog.choices.contains(choice) else { return [] }
        switch (dialog.question, choice) {
        case (.request(let id, let party), .ok):
            return accept(id, from: party)
        case (.request(let id, let party), .voice):
            return accept(id, from: party, withVoice: true)
        case (.request(let id, let party), .cancel):
            note(.call, "You refused the chat request of \(state.clients.label(for: party)).")
            return close(0) + [.phone(.reject(id))]
        case (.transfer(let id, let party), .ok):
            return close(0) + follow(id, to: party)
        case (.transfer(let id, let party), .cancel):
            return close(0) + stay(id, with: party)
        case (.forwarded(_, let party), .ok):
            return close(0) + call(state.clients.party(party.number) ?? Party(number: party.number, name: ""))
        case (.paste, .ok):
            return close(0) + sendNow()
        case (.forwarded, .cancel), (.paste, .cancel):
            return close(0)
        case (.trust(let server), _):
            return decide(choice, on: server)
        case (.voice(let id, .wished(let isEncrypted)), .voice):
            return close(0) + agree(toVoiceIn: id, isPlain: !isEncrypted)
        case (.voice(let id, .wished), _):
            return close(0) + decline(voiceIn: id)
        case (.voice(let id, .plain), .voice):
            return close(0) + offerPlain(in: id)
        case (.voice(let id, .plain), _):
            return close(0) + leavePlain(in: id)
        case (_, .once), (_, .always), (_, .voice):
            return []  // not offered by these
        }
    }

    /// Puts a question behind those that wait.
    mutating func ask(_ question: ConfirmDialog.Question) -> [Effect] {
        state.dialogs.append(ConfirmDialog(question))
        guard state.dialogs.count == 1 else { return [] }
        return opened()
    }

    /// A question that the person's own Enter raised comes before those of others.
    mutating func askFirst(_ question: ConfirmDialog.Question) -> [Effect] {
        state.dialogs.insert(ConfirmDialog(question), at: 0)
        return opened()
    }

    /// Takes away a dialog; the keys on their way to it answer nothing else.
    mutating func close(_ index: Int) -> [Effect] {
        state.dialogs.remove(at: index)
        return index == 0 ? opened() : []
    }

    private mutating func opened() -> [Effect] {
        if state.dialog != nil { state.help = nil }
        return guardKeys()
    }

    private mutating func guardKeys() -> [Effect] {
        let restart: [Effect] = isGuarded ? [.cancel(.keyGuard)] : []
        isGuarded = true
        return restart + [.start(.keyGuard, after: Limits.guardTime)]
    }

    /// Where in the queue the request of a number, or of a call, waits.
    func request(where matches: (CallID, Party) -> Bool) -> Int? {
        state.dialogs.firstIndex { dialog in
            switch dialog.question {
            case .request(let id, let party): matches(id, party)
            case .transfer, .forwarded, .voice, .paste, .trust: false
            }
        }
    }

    /// Takes away what the other side of a call asked, when it is over or the other side asks something else.
    mutating func closeQuestion(about id: CallID) -> [Effect] {
        let index = state.dialogs.firstIndex { dialog in
            switch dialog.question {
            case .transfer(let asking, _), .voice(let asking, _): asking == id
            case .request, .forwarded, .paste, .trust: false
            }
        }
        return index.map { close($0) + closeQuestion(about: id) } ?? []
    }
}
