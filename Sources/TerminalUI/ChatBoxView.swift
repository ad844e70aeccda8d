import ChatCore

/// The entries of the log that a chat box of some size shows, wrapped. Only these are ever looked at.
struct ChatRows {
    struct Piece {
        let entry: Entry
        let sequence: Int
        /// The entry as it reads, without the time.
        let line: String
        /// Its visible rows.
        let rows: ArraySlice<WrappedRow>
        /// Whether the last of `rows` is the last row of the entry.
        let endsEntry: Bool

        /// The row of the entry that the first of `rows` is.
        var firstRow: Int { rows.startIndex }
    }

    /// From the top of the box down.
    private(set) var pieces: [Piece] = []

    var rowCount: Int { pieces.reduce(0) { $0 + $1.rows.count } }

    /// What stands in `height` rows above and including `anchor`, or the newest row. Where the log above does not fill
    /// the box, its beginning is shown.
    init(_ log: Log, endingAt anchor: Anchor?, width: Int, height: Int) {
        guard height > 0, log.count > 0 else { return }
        var sequence = min(max(anchor?.entry ?? log.end - 1, log.first), log.end - 1)
        // An entry that was dropped meanwhile: its place is the beginning.
        var lastRow = anchor.map { $0.entry < log.first ? 0 : $0.row }
        var left = height
        while left > 0, sequence >= log.first {
            let piece = Self.piece(log, sequence, width: width) { count in
                let end = min(count, max(1, (lastRow ?? count - 1) + 1))
                return max(0, end - left)..<end
            }
            lastRow = nil
            left -= piece.rows.count
            pieces.append(piece)
            sequence -= 1
        }
        pieces.reverse()
        if left > 0, anchor != nil { self = ChatRows(log, fromTop: height, width: width) }
    }

    /// What stands in the first `height` rows of the log.
    init(_ log: Log, fromTop height: Int, width: Int) {
        var left = height
        var sequence = log.first
        while left > 0, sequence < log.end {
            let piece = Self.piece(log, sequence, width: width) { 0..<min($0, left) }
            left -= piece.rows.count
            pieces.append(piece)
            sequence += 1
        }
    }

    private static func piece(
        _ log: Log, _ sequence: Int, width: Int, showing range: (_ count: Int) -> Range<Int>
    ) -> Piece {
        let entry = log[sequence]
        let line = entry.lead.isEmpty ? entry.text : entry.line
        let rows = wrap(line, width: width)
        let shown = range(rows.count)
        return Piece(
            entry: entry, sequence: sequence, line: line, rows: rows[shown], endsEntry: shown.upperBound == rows.count)
    }

    /// The place of the last row.
    var bottom: Anchor? {
        pieces.last.map { Anchor(entry: $0.sequence, row: $0.firstRow + $0.rows.count - 1) }
    }

    /// The place of the first row.
    var top: Anchor? {
        pieces.first.map { Anchor(entry: $0.sequence, row: $0.firstRow) }
    }
}

extension Layout {
    /// Cells before the text of an entry: the time and a space; narrow boxes do without.
    var textIndent: Int { chat.width >= 32 ? 6 : 0 }
    /// Cells for the text of an entry: behind it a blank and the mark of what became of it.
    var textWidth: Int { max(1, chat.width - textIndent - 2) }
}

extension Canvas {
    mutating func drawChatBox(_ state: Chat.State, _ layout: Layout) {
        let shown = ChatRows(
            state.log, endingAt: state.anchor, width: layout.textWidth, height: layout.chat.height)
        var y = layout.chat.y
        for piece in shown.pieces {
            draw(piece, layout, y: y)
            y += piece.rows.count
        }
    }

    private mutating func draw(_ piece: ChatRows.Piece, _ layout: Layout, y: Int) {
        let bytes = piece.line.utf8Span.span
        let kind = piece.entry.kind
        let leadEnd = piece.entry.lead.utf8.count
        let left = layout.chat.x + layout.textIndent
        let limit = left + layout.textWidth
        if piece.firstRow == 0, layout.textIndent > 0 {
            put(piece.entry.time.hoursAndMinutes, x: layout.chat.x, y: y, Style(.quiet))
        }
        for (offset, row) in piece.rows.enumerated() {
            let split = max(row.start, min(leadEnd, row.end))
            var x = left
            if split > row.start {
                x = put(bytes, row.start..<split, x: x, y: y + offset, leadStyle(kind), limit: limit)
            }
            put(bytes, split..<row.end, x: x, y: y + offset, textStyle(kind), limit: limit)
        }
        if piece.endsEntry { drawMark(piece.entry.mark, x: limit + 1, y: y + piece.rows.count - 1) }
    }

    private mutating func drawMark(_ mark: Entry.Mark, x: Int, y: Int) {
        switch mark {
        case .none: break
        case .sending: put("…", x: x, y: y, Style(.quiet))
        case .accepted: put("→", x: x, y: y, Style(.quiet))
        case .delivered: put("✓", x: x, y: y, Style(.green))
        case .failed: put("✗", x: x, y: y, Style(.red).bold)
        }
    }

    private func textStyle(_ kind: Entry.Kind) -> Style {
        switch kind {
        case .notice, .own, .theirs: .plain
        case .online: Style(.green)
        case .offline: Style(.red)
        case .call: Style(.blue)
        case .trouble: Style(.red).bold
        }
    }

    private func leadStyle(_ kind: Entry.Kind) -> Style {
        switch kind {
        case .own: Style(.quiet)
        case .theirs: Style(.accent).bold
        case .notice, .online, .offline, .call, .trouble: .plain
        }
    }
}
