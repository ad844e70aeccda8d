import ChatCore

extension Canvas {
    /// The line between chat box and input: the call with its state, or whom Enter would call; on the right where the
    /// box stands in the log.
    mutating func drawCallBar(_ state: Chat.State, _ layout: Layout) {
        let y = layout.callBar
        let room = size.width - 4
        let note = scrollNote(state)
        let noteWidth = note.isEmpty ? 0 : cellWidth(note) + 2
        let leftRoom = room - (noteWidth > 0 && noteWidth + 8 <= room ? noteWidth + 1 : 0)
        drawCall(state, y: y, room: leftRoom)
        guard noteWidth > 0 else { return }
        let x = noteWidth + 8 <= room ? size.width - 1 - noteWidth : max(1, size.width - 1 - noteWidth)
        put(
            " " + note + " ", x: x, y: y, state.newLinesBelow > 0 ? Style(.accent).bold : Style(.quiet),
            limit: size.width - 1)
    }

    private func scrollNote(_ state: Chat.State) -> String {
        guard state.anchor != nil else { return "" }
        let lines = state.newLinesBelow
        guard lines > 0 else { return size.width < 40 ? "▼ End" : "▼ End: newest line" }
        return "▼ \(lines) new" + (size.width < 40 ? "" : lines == 1 ? " line" : " lines")
    }

    private mutating func drawCall(_ state: Chat.State, y: Int, room: Int) {
        guard let call = state.call else {
            guard let selected = state.clients.selected else { return }
            let label = "▸ " + state.clients.label(for: selected)
            let whole = label + " · " + (state.draft.isEmpty ? "Enter starts a chat" : "not in a chat")
            let words = cellWidth(whole) <= room ? whole : label
            put(" ", x: 1, y: y)
            put(words, x: 2, y: y, Style(.quiet), fitting: room)
            put(" ", x: 2 + min(room, cellWidth(words)), y: y)
            return
        }
        let limit = 2 + room
        guard let voice = VoiceView(call, state) else {
            let end = draw(call, y: y, room: room)
            return drawBeside(call, state, x: end, y: y, limit: limit)
        }
        let sign = voice.sign(within: room)
        let rest = room - cellWidth(sign)
        let least = cellWidth(call.label) + 3 + cellWidth(call.shortWords)
        let warning = voice.warning(within: rest, beside: least)
        var callRoom = rest - (warning.map { cellWidth($0) + 3 } ?? 0)
        if warning != nil, callRoom - VoiceView.metersWidth >= least { callRoom -= VoiceView.metersWidth }
        let end = draw(call, y: y, room: callRoom)
        let behind = put(sign, x: end, y: y, voice.style, limit: limit)
        let details = drawSound(call, state, warning: warning, x: behind, y: y, limit: limit)
        drawBeside(call, state, x: details, y: y, limit: limit)
    }

    /// Returns where it ends.
    private mutating func draw(_ call: Chat.Call, y: Int, room: Int) -> Int {
        // What gives way, in this order: the number, the word for the state, the end of the name, all but the name.
        let number = call.label.contains(call.party.number) ? "" : " " + call.party.number
        let short = call.shortWords
        let choices = [(number, call.words), ("", call.words), ("", short)]
        let nameWidth = cellWidth(call.label)
        let (shownNumber, words) =
            choices.first { nameWidth + cellWidth($0.0) + 3 + cellWidth($0.1) <= room } ?? ("", short)
        let nameRoom = room - cellWidth(shownNumber) - 3 - cellWidth(words)
        put(" ", x: 1, y: y)
        guard nameRoom >= min(nameWidth, 4) else {
            put(call.label, x: 2, y: y, Style(.plain).bold, fitting: room)
            return put(" ", x: 2 + min(room, nameWidth), y: y)
        }
        put(call.label, x: 2, y: y, Style(.plain).bold, fitting: nameRoom)
        var x = put(shownNumber, x: 2 + min(nameRoom, nameWidth), y: y)
        x = put(" · ", x: x, y: y, Style(.quiet), limit: 2 + room)
        x = put(words, x: x, y: y, callStyle(call), limit: 2 + room)
        return put(" ", x: x, y: y)
    }

    /// Behind the call, where there is room: whom it put aside, and that the other side is writing. Nothing moves for it.
    private mutating func drawBeside(_ call: Chat.Call, _ state: Chat.State, x: Int, y: Int, limit: Int) {
        var x = x
        let asides = state.aside.last.map { ["‖ \($0.label) is put aside", "‖ \($0.label)", "‖"] } ?? []
        let typing = call.isTyping && call.isOn ? ["\(call.label) is typing …", "typing …", "…"] : []
        for (choices, style) in [(asides, Style(.accent)), (typing, Style(.quiet))] {
            guard let words = choices.first(where: { x + 2 + cellWidth($0) <= limit }) else { continue }
            x = put("· ", x: x, y: y, Style(.quiet))
            x = put(words, x: x, y: y, style)
            x = put(" ", x: x, y: y)
        }
    }

    private func callStyle(_ call: Chat.Call) -> Style {
        switch call.state {
        case .inCall: Style(.green).bold
        case .calling, .ringing, .hold: Style(.accent).bold
        case .completed, .cancelled, .forwarded: Style(.quiet)
        case .rejected, .busy, .notFound, .noAnswer, .failed: Style(.red)
        }
    }
}
