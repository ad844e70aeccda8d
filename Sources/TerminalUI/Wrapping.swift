/// One row of wrapped text, as a range of its UTF-8 bytes.
struct WrappedRow: Equatable {
    var start: Int
    var end: Int

    var range: Range<Int> { start..<end }
}

/// Appends the rows that `bytes` take at `width` cells each to `rows`: broken at spaces, inside a word only where the word
/// alone is wider than a row, and at line ends. At least one row, even for empty text. Spaces at a break are swallowed.
func wrap(_ bytes: Span<UInt8>, width: Int, into rows: inout [WrappedRow]) {
    let width = max(1, width)
    var start = 0
    repeat {
        let (end, next) = wrappedRow(bytes, from: start, width: width)
        rows.append(WrappedRow(start: start, end: end))
        start = next
    } while start < bytes.count
}

/// The rows of `text`; see `wrap(_:width:into:)`.
func wrap(_ text: String, width: Int) -> [WrappedRow] {
    var rows: [WrappedRow] = []
    wrap(text.utf8Span.span, width: width, into: &rows)
    return rows
}

/// Where the row that begins at byte `start` ends, and where the next one begins.
private func wrappedRow(_ bytes: Span<UInt8>, from start: Int, width: Int) -> (end: Int, next: Int) {
    let count = bytes.count
    var index = start
    var column = 0
    // The last place to break at: the row would end at `breakEnd`, the next begin at `breakNext`.
    var breakEnd = -1
    var breakNext = -1
    while index < count {
        let byte = bytes[index]
        if byte == 0x0A { return (index, index + 1) }
        if byte == 0x0D, index + 1 < count, bytes[index + 1] == 0x0A { return (index, index + 2) }
        if byte == 0x20 {
            let run = index
            while index < count, bytes[index] == 0x20 { index += 1 }
            if column + (index - run) >= width || index == count {
                // The spaces reach the edge: they end the row, however many they are. Leading ones stay an indent.
                return (run > start ? run : min(index, start + width), index)
            }
            column += index - run
            breakEnd = run
            breakNext = index
            continue
        }
        let before = index
        let glyph = nextGlyph(bytes, &index)
        if column + glyph.width > width {
            if breakEnd > start { return (breakEnd, breakNext) }
            // A word wider than the row. A wide character in a row of one cell still has to go somewhere.
            return before > start ? (before, before) : (index, index)
        }
        column += glyph.width
        if glyph.width == 2, index < count, breaksAfter(glyph.cell.scalar) {
            breakEnd = index
            breakNext = index
        }
    }
    return (count, count)
}

/// Chinese and Japanese break between any two characters, but not before what closes; after what closes is good enough.
private func breaksAfter(_ scalar: UInt32) -> Bool {
    (0x2E80...0xA4CF).contains(scalar) || (0xFF00...0xFFEF).contains(scalar) || (0x20000...0x3FFFD).contains(scalar)
}
