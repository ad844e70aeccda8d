import Webphone

/// Requests and other questions.
extension Chat {
    /// Keys while a dialog is open. Those that come just as it opens go on to where they were meant to go.
    mutating func press(_ key: Key, in dialog: ConfirmDialog) -> [Effect] {
        switch dialog.question {
        case .request: return pressInRequest(key, dialog.focus)
        case .paste: return pressInPaste(key, dialog.focus)
        }
    }

    private mutating func pressInRequest(_ key: Key, _ focus: ConfirmDialog.Focus) -> [Effect] {
        switch (key, focus, isGuarded) {
        case (.enter, .input, _), (.enter, _, true):
            return state.draft.isEmpty ? returnToButtons() : returnToButtons() + send()
        case (.escape, _, true), (.tab, _, true), (.backtab, _, true): return []
        case (.escape, _, false): return answerDialog(false)
        case (.enter, .ok, false): return answerDialog(true)
        case (.enter, .cancel, false): return answerDialog(false)
        case (.tab, .ok, false), (.backtab, .input, false): state.dialogs[0].focus = .cancel
        case (.tab, .cancel, false), (.backtab, .ok, false): state.dialogs[0].focus = .input
        case (.tab, .input, false), (.backtab, .cancel, false): state.dialogs[0].focus = .ok
        case (.right, .ok, false), (.down, .ok, false), (.right, .cancel, false), (.down, .cancel, false):
            state.dialogs[0].focus = .cancel
        case (.left, .ok, false), (.up, .ok, false), (.left, .cancel, false), (.up, .cancel, false):
            state.dialogs[0].focus = .ok
        case (.up, _, _): state.clients.moveSelection(by: -1)
        case (.down, _, _): state.clients.moveSelection(by: 1)
        case (_, _, _): return edit(key)
        }
        return []
    }

    private mutating func pressInPaste(_ key: Key, _ focus: ConfirmDialog.Focus) -> [Effect] {
        switch (key, isGuarded) {
        case (.enter, true), (.escape, true), (.tab, true), (.backtab, true): return []
        case (.enter, false): return answerDialog(focus != .cancel)
        case (.escape, false): return answerDialog(false)
        case (.tab, false), (.backtab, false):
            state.dialogs[0].focus = focus == .ok ? .cancel : .ok
            return []
        case (.left, false), (.up, false):
            state.dialogs[0].focus = .ok
            return []
        case (.right, false), (.down, false):
            state.dialogs[0].focus = .cancel
            return []
        case (_, _): return edit(key)
        }
    }

    /// After a line was sent from beside the dialog, Enter belongs to its buttons again, but not at once.
    private mutating func returnToButtons() -> [Effect] {
        guard state.dialog?.focus == .input else { return [] }
        state.dialogs[0].focus = .ok
        return guardKeys()
    }

    mutating func answerDialog(_ yes: Bool) -> [Effect] {
        guard let dialog = state.dialog else { return [] }
        switch (dialog.question, yes) {
        case (.request(let id, let party), true):
            return accept(id, from: party)
        case (.request(let id, let party), false):
            note(.call, "You refused the chat request of \(state.clients.label(for: party)).")
            return close(0) + [.phone(.reject(id))]
        case (.paste, true):
            return close(0) + sendNow()
        case (.paste, false):
            return close(0)
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
            case .paste: false
            }
        }
    }
}
