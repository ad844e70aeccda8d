import ChatCore

extension Canvas {
    /// The top border: the welcome, and who one is here, how safely, and whether one is to be disturbed. Of the right
    /// side gives way first what is known anyway; that one is not to be disturbed stays to the last.
    mutating func drawTitle(_ state: Chat.State) {
        let room = size.width - 4
        let titleWidth = cellWidth(state.title)
        let fitting = titleParts(state).first { titleWidth + 4 + totalWidth(of: $0) <= room }
        let parts = fitting ?? titlePartsOfNarrow(state, room: room)
        let width = totalWidth(of: parts)
        let titleRoom = parts.isEmpty ? room : room - width - 2
        put(" ", x: 1, y: 0)
        if titleRoom >= 4 {
            put(state.title, x: 2, y: 0, Style(.plain).bold, fitting: titleRoom)
            put(" ", x: 2 + min(titleRoom, titleWidth), y: 0)
        }
        guard !parts.isEmpty else { return }
        var x = titleRoom >= 4 ? size.width - 2 - width : 2
        if titleRoom >= 4 { put(" ", x: x - 1, y: 0) }
        for (index, part) in parts.enumerated() {
            if index > 0 { x = put(" · ", x: x, y: 0, Style(.quiet), limit: size.width - 2) }
            x = put(part.words, x: x, y: 0, part.style, limit: size.width - 2)
        }
        put(" ", x: min(x, size.width - 2), y: 0)
    }

    /// What may stand on the right, the fullest first.
    private func titleParts(_ state: Chat.State) -> [[TitlePart]] {
        let connection = TitlePart(state.connectionWords, connectionStyle(state))
        let line = TitlePart(state.settings.line, Style(.quiet))
        let number = state.number.map { [TitlePart($0, Style(.quiet))] } ?? []
        let safety = self.safety(state).map { [$0] } ?? []
        let peace = state.preferences.doNotDisturb ? [TitlePart("do not disturb", Style(.accent).bold)] : []
        let always = peace + [connection]
        return [
            [line] + number + peace + safety + [connection], number + peace + safety + [connection],
            peace + safety + [connection], always,
        ]
    }

    /// Too narrow for both sides: a connection that stands needs no words, and of an open one it is said in one.
    private func titlePartsOfNarrow(_ state: Chat.State, room: Int) -> [TitlePart] {
        if state.preferences.doNotDisturb { return [TitlePart("DND", Style(.accent).bold)] }
        return state.isConnected || room < 24 ? [] : [TitlePart(state.connectionWords, connectionStyle(state))]
    }

    /// What others could read on the way is said where it could be.
    private func safety(_ state: Chat.State) -> TitlePart? {
        guard state.isConnected, let route = state.route, let words = route.words else { return nil }
        return TitlePart(words, route.isEncrypted ? Style(.green) : Style(.accent).bold)
    }

    private func totalWidth(of parts: [TitlePart]) -> Int {
        parts.reduce(0) { $0 + $1.width } + 3 * max(0, parts.count - 1)
    }

    private func connectionStyle(_ state: Chat.State) -> Style {
        switch state.connection {
        case .accessGranted: Style(.green)
        case .connecting, .disconnected: Style(.accent)
        case .accessDenied, .connectionFailed, .connectionClosed: Style(.red).bold
        }
    }
}

private struct TitlePart {
    let words: String
    let style: Style

    init(_ words: String, _ style: Style) {
        self.words = words
        self.style = style
    }

    var width: Int { cellWidth(words) }
}
