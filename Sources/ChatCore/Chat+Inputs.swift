import Webphone

extension Chat {
    package mutating func handle(_ input: Input) -> [Effect] {
        switch input {
        case .clock(let clock):
            state.clock = clock
            return []
        case .phone(.message(let id, let party, let text)):
            receive(text, from: party, in: id)
            return []
        case .phone(.delivery(let id, let delivery)):
            settle(id, delivery)
            return []
        case .start:
            return open()
        case .key(let key):
            return (state.prompt == nil ? press(key) : answer(key)) + keepUp()
        case .paste(let text):
            return paste(text) + keepUp()
        case .action(let action):
            return act(on: action) + keepUp()
        case .phone(let report):
            return receive(report) + keepUp()
        case .fired(let timer):
            return fired(timer) + keepUp()
        case .preferences(let kept):
            return remember(kept)
        case .voice(let report):
            return receive(report)
        }
    }

    /// What follows from the state, however it came about.
    private mutating func keepUp() -> [Effect] { keepTime() + keepTyping() + keepSounding() }

    private mutating func paste(_ text: String) -> [Effect] {
        state.hint = nil
        state.help = nil
        if var prompt = state.prompt {
            let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            if prompt.typingReplaces { prompt.draft = Draft() }
            prompt.typingReplaces = false
            if !prompt.draft.paste(line) { prompt.refusal = "That is too much text for a name." }
            state.prompt = prompt
            return []
        }
        guard state.draft.paste(text) else {
            state.hint = "The paste is too long: the line holds \(Limits.draft) bytes."
            return []
        }
        return typed()
    }

    private mutating func act(on action: Action) -> [Effect] {
        guard state.prompt == nil else {
            switch action {
            case .quit: return [.quit]
            case .moveCursor(let offset): state.prompt?.draft.moveCursor(shown: offset)
            case .select, .call, .press, .focus, .scroll, .scrollClients, .scrolled, .closeHelp: break
            }
            return []
        }
        state.hint = nil
        switch action {
        case .select(let slot): return click(slot)
        case .call(let slot): return callClient(in: slot)
        case .press(let button): return press(button)
        case .focus(let focus): state.focus = focus
        case .scroll(let rows): return [.scroll(.rows(rows))]
        case .scrollClients(let slots): state.clients.scroll(by: slots)
        case .scrolled(let anchor): scrolled(to: anchor)
        case .moveCursor(let offset):
            state.draft.moveCursor(shown: offset)
            return typed()
        case .closeHelp: state.help = nil
        case .quit: return quit()
        }
        return []
    }

    private mutating func press(_ button: Button) -> [Effect] {
        switch button {
        case .send: return state.draft.isBlank ? hint("There is nothing to send: the line is empty.") : send()
        case .choice(let choice): return isGuarded ? [] : answerDialog(choice)
        }
    }

    private mutating func click(_ slot: Int) -> [Effect] {
        state.clients.select(slot)
        guard let number = state.clients.slots.indices.contains(slot) ? state.clients.slots[slot]?.number : nil else {
            return []
        }
        if clicked == number {
            clicked = nil
            return [.cancel(.doubleClick)] + callClient(in: slot)
        }
        let restart: [Effect] = clicked == nil ? [] : [.cancel(.doubleClick)]
        clicked = number
        return restart + [.start(.doubleClick, after: Limits.doubleClick)]
    }

    private mutating func callClient(in slot: Int) -> [Effect] {
        state.clients.select(slot)
        return isGuarded ? [] : callSelected()
    }

    private mutating func fired(_ timer: Timer) -> [Effect] {
        switch timer {
        case .keyGuard: isGuarded = false
        case .doubleClick: clicked = nil
        case .tick:
            isTicking = false
            count()
        case .typing: return lookAtTyping()
        }
        return []
    }
}

/// Opening, leaving, and the passing of time.
extension Chat {
    private mutating func open() -> [Effect] {
        guard let name = state.settings.name else {
            state.prompt = NamePrompt()
            return []
        }
        return enter(as: name)
    }

    /// Opens the room, unless the name is too long.
    mutating func enter(as wish: String) -> [Effect] {
        let name = PlainText.line(wish)
        if let objection = Self.objection(toName: name) {
            var prompt = state.prompt ?? NamePrompt()
            prompt.draft.replace(with: name.map { .character($0) })
            prompt.typingReplaces = true
            prompt.refusal = objection
            state.prompt = prompt
            return []
        }
        state.prompt = nil
        state.name = name.isEmpty ? "user" : name
        note(.notice, "Select someone to start a private chat. You can chat with one person at a time.")
        return [.connect(displayName: state.name)]
    }

    /// Why a name is refused, in words; nil when it is none.
    package static func objection(toName name: String) -> String? {
        let bytes = name.utf8.count
        if name.count > Limits.name {
            return "A name has at most \(Limits.name) characters; this one has \(name.count)."
        }
        guard bytes > Limits.nameBytes else { return nil }
        return "A name has at most \(Limits.nameBytes) bytes, and emoji take up to 40 each; this one has \(bytes)."
    }

    private mutating func answer(_ key: Key) -> [Effect] {
        guard var prompt = state.prompt else { return [] }
        switch key {
        case .escape, .ctrl("c"), .ctrl("q"): return [.quit]
        case .ctrl("d") where prompt.draft.isEmpty: return [.quit]
        case .ctrl("l"): return [.redraw]
        case .ctrl("z"): return [.suspend]
        case .enter, .ctrl("m"), .ctrl("j"): return enter(as: prompt.draft.text)
        case .character:
            if prompt.typingReplaces { prompt.draft = Draft() }
            prompt.typingReplaces = false
        case .up, .down, .left, .right, .wordLeft, .wordRight, .home, .end, .pageUp, .pageDown, .tab, .backtab,
            .backspace, .delete, .ctrl, .alt, .f:
            prompt.typingReplaces = false
        }
        _ = prompt.draft.edit(key)
        state.prompt = prompt
        return []
    }

    /// Leaves with a goodbye: the other side of a chat, and who waits for an answer, hear of it.
    mutating func quit() -> [Effect] {
        var effects: [Effect] = calls.map { .phone(.hangUp($0.id)) }
        for dialog in state.dialogs {
            switch dialog.question {
            case .request(let id, _): effects.append(.phone(.reject(id)))
            case .transfer, .forwarded, .voice, .paste, .trust: break
            }
        }
        state.call = nil
        state.aside = []
        state.dialogs = []
        state.retrySeconds = nil
        return effects + [.phone(.disconnect), .quit]
    }

    mutating func hint(_ words: String) -> [Effect] {
        state.hint = words
        return []
    }

    /// The second hand runs only while it shows somewhere: an idle program never wakes up.
    private mutating func keepTime() -> [Effect] {
        let needed = state.call?.isOn == true || (state.retrySeconds ?? 0) > 0
        guard needed != isTicking else { return [] }
        isTicking = needed
        return needed ? [.start(.tick, after: .seconds(1))] : [.cancel(.tick)]
    }

    /// A second, or as many as the clock says have passed: the program may have been suspended.
    private mutating func count() {
        if let left = state.retrySeconds { state.retrySeconds = max(0, left - 1) }
        guard state.call?.isOn == true else { return }
        let passed = state.call?.counted.flatMap { state.clock.seconds(since: $0) } ?? 1
        state.call?.seconds += max(1, passed)
        state.call?.counted = state.clock
    }
}
