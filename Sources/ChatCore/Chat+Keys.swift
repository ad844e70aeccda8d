import Webphone

/// Keys in the room.
extension Chat {
    mutating func press(_ key: Key) -> [Effect] {
        let wasTold = state.hint == Self.leaveHint
        state.hint = nil
        switch key {
        case .ctrl("q"): return quit()
        case .ctrl("l"): return [.redraw]
        case .ctrl("z"): return [.suspend]
        case .ctrl("c"): return interrupt(again: wasTold)
        case .ctrl("x"): return hangUp()
        case .ctrl("o"): return toggleHold()
        case .ctrl("m"), .ctrl("j"): return press(.enter)
        case .ctrl("i"): return press(.tab)
        case .f(1):
            state.help = state.help == nil ? 0 : nil
            return []
        case .f(2): return toggleVoice()
        case .f(3): return toggleMicrophone()
        case .pageUp where state.help == nil: return [.scroll(.pageUp)]
        case .pageDown where state.help == nil: return state.anchor == nil ? [] : [.scroll(.pageDown)]
        case .character, .up, .down, .left, .right, .wordLeft, .wordRight, .home, .end, .pageUp, .pageDown, .tab,
            .backtab, .enter, .escape, .backspace, .delete, .ctrl, .alt, .f:
            break
        }
        if let top = state.help { return pressInHelp(key, top) }
        if key == .tab, isInLine, state.draft.completeCommand() { return typed() }
        if let dialog = state.dialog { return press(key, in: dialog) }
        return pressInRoom(key)
    }

    static let leaveHint = "Press ^C again, or ^Q, to leave."

    private mutating func interrupt(again: Bool) -> [Effect] {
        if again { return quit() }
        guard state.draft.isEmpty else {
            state.draft.clear()
            return hint("The line is cleared; ^Y brings it back. ^Q leaves.")
        }
        return hint(Self.leaveHint)
    }

    /// Whether what is typed goes into the line by itself.
    private var isInLine: Bool { state.dialog.map { $0.focus == .input } ?? (state.focus == .input) }

    private mutating func pressInHelp(_ key: Key, _ top: Int) -> [Effect] {
        let last = Help.lines.count - 1
        switch key {
        case .up: state.help = max(0, top - 1)
        case .down: state.help = min(last, top + 1)
        case .pageUp: state.help = max(0, top - 5)
        case .pageDown: state.help = min(last, top + 5)
        case .home: state.help = 0
        case .end: state.help = last
        case .character:
            state.help = nil
            return press(key)
        case .enter, .escape, .left, .right, .wordLeft, .wordRight, .tab, .backtab, .backspace, .delete, .ctrl, .alt,
            .f:
            state.help = nil
        }
        return []
    }

    private mutating func pressInRoom(_ key: Key) -> [Effect] {
        switch (key, state.focus) {
        case (.up, _): state.clients.moveSelection(by: -1)
        case (.down, _): state.clients.moveSelection(by: 1)
        case (.tab, _): state.focus = state.focus.next
        case (.backtab, _): state.focus = state.focus.previous
        case (.escape, _): return escape()
        case (.enter, .input): return enterPressed()
        case (.enter, .send), (.character(" "), .send): return handle(.action(.press(.send)))
        case (.enter, .clients): return isGuarded ? [] : callSelected()
        case (.home, .clients): state.clients.selectFirst()
        case (.end, .clients): state.clients.selectLast()
        case (.end, _) where state.draft.cursor == state.draft.elements.count: scrolled(to: nil)
        case (_, _): return edit(key)
        }
        return []
    }

    private mutating func enterPressed() -> [Effect] {
        if !state.draft.isEmpty { return send() }
        return isGuarded ? [] : callSelected()
    }

    private mutating func escape() -> [Effect] {
        guard !isGuarded else { return [] }
        if let call = state.call, !call.isOn { return hangUp() }
        if state.focus != .input {
            state.focus = .input
            return []
        }
        return state.call == nil ? [] : hint("^X hangs up.")
    }

    /// Gives the key to the line.
    mutating func edit(_ key: Key) -> [Effect] {
        switch state.draft.edit(key) {
        case .edited: return typed()
        case .full: return hint("The line is full: it holds \(Limits.draft) bytes.")
        case .notMine: return []
        }
    }

    /// The person writes: that is where the keys go from now on, also beside an open dialog.
    mutating func typed() -> [Effect] {
        state.focus = .input
        typing.typed()
        guard let dialog = state.dialog else { return [] }
        guard dialog.allowsTyping else { return close(0) }
        state.dialogs[0].focus = .input
        return []
    }

    func scrollAnchor(_ anchor: Anchor) -> Anchor {
        let entry = min(max(anchor.entry, state.log.first), max(state.log.first, state.log.end - 1))
        return Anchor(entry: entry, row: entry == anchor.entry ? max(0, anchor.row) : 0)
    }

    mutating func scrolled(to anchor: Anchor?) {
        guard let anchor else {
            state.anchor = nil
            state.unread = nil
            return
        }
        let place = scrollAnchor(anchor)
        state.anchor = place
        if let unread = state.unread, unread <= place.entry {
            state.unread = place.entry + 1 < state.log.end ? place.entry + 1 : nil
        }
    }
}

extension Chat.Focus {
    var next: Chat.Focus {
        switch self {
        case .input: .send
        case .send: .clients
        case .clients: .input
        }
    }

    var previous: Chat.Focus {
        switch self {
        case .input: .clients
        case .send: .input
        case .clients: .send
        }
    }
}
