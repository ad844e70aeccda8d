import ChatCore

/// Where a dialog stands, and its buttons. Over the chat box where it fits, so that the input line stays in view.
struct DialogLayout: Equatable {
    var area: Rect
    var rows: [String]
    var ok: Rect
    var cancel: Rect

    init(_ state: Chat.State, _ layout: Layout) {
        let size = layout.size
        let width = min(size.width, max(36, min(60, size.width - 8)))
        let inner = width - (width < 30 ? 2 : 4)
        var rows: [String] = []
        for sentence in state.dialogText {
            let bytes = Array(sentence.utf8)
            rows += wrap(sentence, width: inner).map { String(decoding: bytes[$0.range], as: UTF8.self) }
        }
        // Borders and buttons, and a blank row above the buttons where there is room.
        let isRoomy = rows.count + 4 <= size.height
        let height = min(size.height, rows.count + (isRoomy ? 4 : 3))
        let room = height - (isRoomy ? 4 : 3)
        if rows.count > room, room > 0 {
            rows = Array(rows[..<room])
            rows[room - 1] += "…"
        }
        self.rows = rows
        let above = layout.callBar + 1 >= height ? layout.callBar + 1 : size.height
        area = Rect(x: (size.width - width) / 2, y: (above - height) / 2, width: width, height: height)
        let y = area.y + area.height - 2
        // `[ OK ]  [ Cancel ]`, closer together where it is narrow.
        let gap = width < 24 ? 1 : 2
        let (okWidth, cancelWidth) = width < 24 ? (6, 8) : (6, 10)
        let x = area.x + (width - okWidth - cancelWidth - gap) / 2
        ok = Rect(x: x, y: y, width: okWidth, height: 1)
        cancel = Rect(x: x + okWidth + gap, y: y, width: cancelWidth, height: 1)
    }
}

extension Canvas {
    mutating func drawDialog(_ state: Chat.State, _ layout: Layout) {
        guard let dialog = state.dialog else { return }
        let place = DialogLayout(state, layout)
        clear(around: place.area)
        box(place.area, Style(.accent).bold)
        drawBoxTitle(state.dialogTitle, place.area)
        let inset = place.area.width < 30 ? 1 : 2
        for (row, text) in place.rows.enumerated() {
            put(text, x: place.area.x + inset, y: place.area.y + 1 + row, fitting: place.area.width - 2 * inset)
        }
        drawButton("OK", x: place.ok.x, y: place.ok.y, width: place.ok.width, hasFocus: dialog.focus == .ok)
        drawButton(
            "Cancel", x: place.cancel.x, y: place.cancel.y, width: place.cancel.width, hasFocus: dialog.focus == .cancel
        )
    }

    /// Blanks a box and, where there is room within the frame, a column on either side, so that it stands free.
    mutating func clear(around area: Rect) {
        let margin = area.x >= 2 && area.x + area.width + 2 <= size.width ? 1 : 0
        fill(Rect(x: area.x - margin, y: area.y, width: area.width + 2 * margin, height: area.height))
    }

    /// A heading in the upper border of a box.
    mutating func drawBoxTitle(_ title: String, _ area: Rect) {
        let room = area.width - 4
        guard room > 0, !title.isEmpty else { return }
        put(" ", x: area.x + 1, y: area.y)
        put(title, x: area.x + 2, y: area.y, Style(.accent).bold, fitting: room)
        put(" ", x: area.x + 2 + min(room, cellWidth(title)), y: area.y)
    }
}
