import ChatCore

/// What an input line shows of a draft that may be longer than the line: a stretch of it with the cursor inside.
///
/// It jumps by half a line, so that on either side of the cursor something can be read.
struct InputWindow: Equatable {
    /// The visible characters, and the offset of the first of them in `Draft.shown`.
    var text: String
    var first: Int
    /// Cells from the left edge: where the cursor stands.
    var cursor: Int
    /// Cells left blank at the left, where half a wide character would have been.
    var indent: Int
    var goesOnLeft: Bool
    var goesOnRight: Bool

    init(_ draft: Draft, width: Int) {
        let width = max(1, width)
        let before = draft.elements[..<draft.cursor].reduce(0) { $0 + cellWidth($1) }
        let step = max(1, width / 2)
        let start = before < width ? 0 : ((before - width) / step + 1) * step
        cursor = before - start
        goesOnLeft = start > 0
        goesOnRight = false
        text = ""
        first = 0
        indent = 0
        var column = 0
        for element in draft.elements {
            switch element {
            case .character(let character):
                guard take(character, &column, from: start, to: start + width) else { return }
            case .paste(let paste):
                for character in paste.label {
                    guard take(character, &column, from: start, to: start + width) else { return }
                }
            }
        }
    }

    /// Takes in the character at `column`; false when it does not fit any more.
    private mutating func take(_ character: Character, _ column: inout Int, from start: Int, to end: Int) -> Bool {
        let next = column + cellWidth(character)
        if column < start {
            first += 1
            indent = max(0, next - start)
        } else if next > end {
            goesOnRight = true
            return false
        } else {
            text.append(character)
        }
        column = next
        return true
    }

    /// The offset in `Draft.shown` of the character at a cell; behind the last one is the end.
    func character(at cell: Int) -> Int {
        var column = indent
        var offset = first
        for character in text {
            column += cellWidth(character)
            if cell < column { return offset }
            offset += 1
        }
        return offset
    }
}

/// How many cells one character takes.
private func cellWidth(_ character: Character) -> Int {
    character.utf8.count == 1 ? 1 : cellWidth(String(character))
}

private func cellWidth(_ element: Draft.Element) -> Int {
    switch element {
    case .character(let character): cellWidth(character)
    case .paste(let paste): cellWidth(paste.label)
    }
}

extension Canvas {
    mutating func drawInput(_ state: Chat.State, _ layout: Layout) {
        let takesKeys = state.help == nil && (state.dialog.map { $0.focus == .input } ?? (state.focus == .input))
        put("›", x: 2, y: layout.input.y, takesKeys ? Style(.accent).bold : Style(.quiet))
        drawDraft(state.draft, layout.input, showsCursor: takesKeys)
        guard let send = layout.send else { return }
        let hasFocus = state.focus == .send && state.dialog == nil
        drawButton("Send", x: send.x, y: send.y, width: send.width, hasFocus: hasFocus)
    }

    mutating func drawDraft(_ draft: Draft, _ area: Rect, showsCursor: Bool) {
        let window = InputWindow(draft, width: area.width)
        if window.goesOnLeft { put("‹", x: area.x - 1, y: area.y, Style(.quiet)) }
        put(window.text, x: area.x + window.indent, y: area.y, limit: area.x + area.width)
        if window.goesOnRight { put("›", x: area.x + area.width, y: area.y, Style(.quiet)) }
        if showsCursor {
            frame.cursor = Point(x: min(size.width - 1, area.x + window.cursor), y: area.y)
            frame.showsCursor = true
        }
    }

    /// `[ Send ]`, and `[▸Send◂]` with the focus, so that it shows without colour too.
    mutating func drawButton(_ label: String, x: Int, y: Int, width: Int, hasFocus: Bool) {
        let style = hasFocus ? Style(.accent).bold.reverse : .plain
        let isTight = width < cellWidth(label) + 4
        let text =
            switch (hasFocus, isTight) {
            case (true, false): "[▸" + label + "◂]"
            case (false, false): "[ " + label + " ]"
            case (true, true), (false, true): "[" + label + "]"
            }
        put(text, x: x, y: y, style, limit: x + width)
        if hasFocus { frame.cursor = Point(x: x, y: y) }
    }
}
