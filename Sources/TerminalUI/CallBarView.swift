import ChatCore
import Webphone

extension Canvas {
    /// The line between chat box and input: the call with its state, or what Enter would do; on the right where the
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
        if let call = state.call {
            let words = call.words
            let wordsWidth = cellWidth(words)
            let number = call.label.contains(call.party.number) ? "" : " " + call.party.number
            // The state is what changes, so the name gives way.
            let nameRoom = max(1, room - wordsWidth - 3 - number.utf8.count)
            var x = put(" ", x: 1, y: y)
            let before = x
            put(call.label, x: x, y: y, Style(.plain).bold, fitting: nameRoom)
            x = before + min(nameRoom, cellWidth(call.label))
            x = put(number, x: x, y: y, .plain, limit: 2 + room)
            x = put(" · ", x: x, y: y, Style(.quiet), limit: 2 + room)
            x = put(words, x: x, y: y, callStyle(call.state), limit: 2 + room)
            put(" ", x: x, y: y)
            return
        }
        guard let words = idleWords(state) else { return }
        put(" ", x: 1, y: y)
        put(words, x: 2, y: y, Style(.quiet), fitting: room)
        put(" ", x: 2 + min(room, cellWidth(words)), y: y)
    }

    /// Without a call: whom Enter would call.
    private func idleWords(_ state: Chat.State) -> String? {
        guard let selected = state.clients.selected else { return nil }
        let label = state.clients.label(for: selected)
        return size.width < 40 ? "▸ \(label)" : "▸ \(label) · Enter on an empty line starts a chat"
    }

    private func callStyle(_ state: CallState) -> Style {
        switch state {
        case .inCall: Style(.green).bold
        case .calling, .ringing, .hold: Style(.accent).bold
        case .completed, .cancelled: Style(.quiet)
        case .rejected, .busy, .notFound, .noAnswer, .failed: Style(.red)
        }
    }
}
