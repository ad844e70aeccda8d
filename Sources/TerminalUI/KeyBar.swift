import ChatCore

/// A key and what it does now.
private struct KeyHint {
    let key: String
    let words: String

    init(_ key: String, _ words: String) {
        self.key = key
        self.words = words
    }

    var width: Int { cellWidth(key) + (words.isEmpty ? 0 : 1 + cellWidth(words)) }
}

extension Canvas {
    /// The bottom border: a word in passing, or the keys that matter now, as many as fit.
    mutating func drawKeyBar(_ state: Chat.State, _ layout: Layout) {
        if let hint = state.hint {
            let room = size.width - 4
            put(" ", x: 1, y: layout.keyBar)
            put(hint, x: 2, y: layout.keyBar, Style(.accent).bold, fitting: room)
            put(" ", x: 2 + min(room, cellWidth(hint)), y: layout.keyBar)
        } else {
            let commands = commandHints(state)
            let isInRoom = state.dialog == nil && state.help == nil && commands.isEmpty
            drawHints(commands.isEmpty ? hints(state) : commands, last: isInRoom ? lastHints : [], y: layout.keyBar)
        }
    }

    /// Under the box that asks for a name.
    mutating func drawKeysOfPrompt(x: Int, y: Int) {
        drawHints([KeyHint("Enter", "join"), KeyHint("Esc", "leave")], last: [], x: x, y: y)
    }

    private var lastHints: [KeyHint] { [KeyHint("F1", "help"), KeyHint("^Q", "quit")] }

    private func hints(_ state: Chat.State) -> [KeyHint] {
        if state.help != nil { return [KeyHint("↑↓", "scroll"), KeyHint("Esc", "close")] }
        if let dialog = state.dialog {
            let enter =
                switch dialog.focus {
                case .on(let choice): dialog.label(of: choice)
                case .input: "send"
                }
            return [KeyHint("Enter", enter), KeyHint("←→", "choose"), KeyHint("Esc", dialog.escape)]
        }
        let hangUp = callHints(state.call)
        let voice = voiceHints(state)
        let scroll = KeyHint("PgUp", "scroll")
        switch state.focus {
        case .clients:
            let select = [KeyHint("↑↓", "select"), KeyHint("Enter", "call")]
            return select + voice + [KeyHint("Tab", "focus")] + hangUp + [scroll]
        case .send:
            let send = [KeyHint("Enter", "send")]
            return send + voice + [KeyHint("Tab", "focus")] + hangUp + [KeyHint("↑↓", "select"), scroll]
        case .input:
            let enter = KeyHint("Enter", calls(state) ? "call" : "send")
            return [KeyHint("↑↓", "select"), enter] + voice + [KeyHint("Tab", "focus")] + hangUp + [scroll]
        }
    }

    /// An empty line calls the selected client, unless that one is in the chat already.
    private func calls(_ state: Chat.State) -> Bool {
        guard state.draft.isEmpty else { return false }
        guard let call = state.call, let selected = state.clients.selected else { return true }
        return selected.number != call.party.number
    }

    /// What the line may become, while it is a command in the making.
    private func commandHints(_ state: Chat.State) -> [KeyHint] {
        guard state.help == nil, state.dialog.map({ $0.focus == .input }) ?? (state.focus == .input) else { return [] }
        return state.draft.commandsInTheMaking.map { KeyHint("/" + $0.rawValue, $0.arguments) }
    }

    /// They stand far in front: the key that closes the microphone has to be in view.
    private func voiceHints(_ state: Chat.State) -> [KeyHint] {
        guard let call = state.call, call.isOn, state.settings.voiceless == nil else { return [] }
        switch call.sound?.stage {
        case nil: return [KeyHint("F2", "voice")]
        case .asking: return [KeyHint("F2", "take back")]
        case .on: return [KeyHint("F3", state.isMuted ? "open mic" : "close mic"), KeyHint("F2", "end voice")]
        }
    }

    private func callHints(_ call: Chat.Call?) -> [KeyHint] {
        guard let call else { return [] }
        let hangUp = [KeyHint("^X", "hang up")]
        return call.isOn ? hangUp + [KeyHint("^O", call.heldBy == .us ? "go on" : "hold")] : hangUp
    }

    /// `last` always stand at the end where anything fits at all; of the others as many as there is room for.
    private mutating func drawHints(_ hints: [KeyHint], last: [KeyHint], x left: Int = 1, y: Int) {
        let room = size.width - left - 3
        let gap = 2
        var taken = -gap
        var shown: [KeyHint] = []
        let lastFitting = last.filter { hint in
            guard taken + gap + hint.width <= room else { return false }
            taken += gap + hint.width
            return true
        }
        for hint in hints {
            guard taken + gap + hint.width <= room else { break }
            taken += gap + hint.width
            shown.append(hint)
        }
        shown += lastFitting
        guard !shown.isEmpty else { return }
        var x = put(" ", x: left, y: y)
        for (index, hint) in shown.enumerated() {
            if index > 0 { x = put("  ", x: x, y: y) }
            x = put(hint.key, x: x, y: y, Style(.accent).bold)
            if hint.words.isEmpty { continue }
            x = put(" ", x: x, y: y)
            x = put(hint.words, x: x, y: y)
        }
        put(" ", x: x, y: y, limit: size.width - 1)
    }
}
