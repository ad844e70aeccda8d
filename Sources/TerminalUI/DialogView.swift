import ChatCore

/// Where a dialog stands, and its buttons. Over the chat box where it fits, so that the input line stays in view.
struct DialogLayout {
    var area: Rect
    var rows: [String]
    var buttons: [(choice: ConfirmDialog.Choice, area: Rect)] = []

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
        place(state.dialog)
    }

    /// `[ OK ]  [ Cancel ]` in the middle, closer together where it is narrow.
    private mutating func place(_ dialog: ConfirmDialog?) {
        guard let dialog else { return }
        let isTight = area.width < 24
        let gap = isTight ? 1 : 2
        let labels = dialog.choices.map { cellWidth(dialog.label(of: $0)) }
        // The first one has room for the marks of its focus in any case.
        let widths = labels.enumerated().map { $1 + (isTight && $0 > 0 ? 2 : 4) }
        var x = area.x + (area.width - widths.reduce(0, +) - gap * (widths.count - 1)) / 2
        for (choice, width) in zip(dialog.choices, widths) {
            buttons.append((choice, Rect(x: x, y: area.y + area.height - 2, width: width, height: 1)))
            x += width + gap
        }
    }

    /// The answer at a place on the screen.
    func choice(at point: Point) -> ConfirmDialog.Choice? { buttons.first { $0.area.contains(point) }?.choice }
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
        for (choice, area) in place.buttons {
            drawButton(
                dialog.label(of: choice), x: area.x, y: area.y, width: area.width, hasFocus: dialog.focus == .on(choice)
            )
        }
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
