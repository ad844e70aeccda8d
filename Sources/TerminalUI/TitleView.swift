import ChatCore

extension Canvas {
    /// The top border: the welcome, and who one is here. The right side gives way first.
    mutating func drawTitle(_ state: Chat.State) {
        let room = size.width - 4
        let words = state.connectionWords
        let number = state.number.map { $0 + " · " } ?? ""
        let titleWidth = cellWidth(state.title)
        let choices = [state.settings.line + " · " + number, number, ""]
        let lead = choices.first { titleWidth + cellWidth($0) + cellWidth(words) + 4 <= room }
        put(" ", x: 1, y: 0)
        guard let lead else {
            // Too narrow for both: a connection that stands needs no words.
            if state.isConnected || room < 24 {
                put(state.title, x: 2, y: 0, Style(.plain).bold, fitting: room)
                put(" ", x: min(size.width - 2, 2 + titleWidth), y: 0)
            } else {
                put(words, x: 2, y: 0, connectionStyle(state), fitting: room)
                put(" ", x: min(size.width - 2, 2 + cellWidth(words)), y: 0)
            }
            return
        }
        put(state.title, x: 2, y: 0, Style(.plain).bold)
        put(" ", x: 2 + titleWidth, y: 0)
        var x = size.width - 2 - cellWidth(lead) - cellWidth(words)
        x = put(" ", x: x - 1, y: 0)
        x = put(lead, x: x, y: 0, Style(.quiet))
        x = put(words, x: x, y: 0, connectionStyle(state))
        put(" ", x: x, y: 0)
    }

    private func connectionStyle(_ state: Chat.State) -> Style {
        switch state.connection {
        case .accessGranted: Style(.green)
        case .connecting, .disconnected: Style(.accent)
        case .accessDenied, .connectionFailed, .connectionClosed: Style(.red).bold
        }
    }
}
