/// What the views draw on: a frame, and what the terminal can show. Everything outside the frame is cut off.
struct Canvas {
    var frame: Frame
    let capabilities: Capabilities

    var size: Size { frame.size }

    /// Writes `text` from `x` on, at most up to the column `limit` (the frame's width without one). A wide character that
    /// would be cut in half is left out. Returns the column behind the last cell written.
    @discardableResult
    mutating func put(_ text: String, x: Int, y: Int, _ style: Style = .plain, limit: Int? = nil) -> Int {
        let bytes = text.utf8Span.span
        return put(bytes, 0..<bytes.count, x: x, y: y, style, limit: limit ?? size.width)
    }

    /// Writes a range of UTF-8 text.
    @discardableResult
    mutating func put(_ bytes: Span<UInt8>, _ range: Range<Int>, x: Int, y: Int, _ style: Style, limit: Int) -> Int {
        guard y >= 0, y < size.height else { return x }
        let end = min(limit, size.width)
        var column = x
        var index = range.lowerBound
        while index < range.upperBound, column < end {
            let plain = putPlain(bytes, index..<range.upperBound, x: column, y: y, style, limit: end)
            index += plain
            column += plain
            guard index < range.upperBound, column < end else { break }
            let glyph = nextGlyph(bytes, &index)
            guard column + glyph.width <= end else { break }
            set(glyph, x: column, y: y, style)
            column += glyph.width
        }
        return column
    }

    /// Writes the ASCII that `range` begins with, as far as it covers no wide characters; returns how much that was.
    private mutating func putPlain(
        _ bytes: Span<UInt8>, _ range: Range<Int>, x: Int, y: Int, _ style: Style, limit: Int
    ) -> Int {
        guard x >= 0 else { return 0 }
        let first = y * size.width + x
        let count = min(range.count, limit - x)
        var cells = frame.cells.mutableSpan
        var done = 0
        while done < count {
            let index = range.lowerBound + done
            let byte = bytes[index]
            guard byte >= 0x20, byte < 0x7F, cells[first + done].width == 1 else { break }
            // A mark may follow; its lead byte is never ASCII.
            if index + 1 < bytes.count, bytes[index + 1] >= 0x80 { break }
            cells[first + done] = Cell(UInt32(byte), style)
            done += 1
        }
        return done
    }

    /// Writes `text` into exactly `width` cells: cut with an ellipsis when it is longer.
    mutating func put(_ text: String, x: Int, y: Int, _ style: Style = .plain, fitting width: Int) {
        guard width > 0 else { return }
        if cellWidth(text) <= width {
            put(text, x: x, y: y, style, limit: x + width)
        } else {
            let end = put(text, x: x, y: y, style, limit: x + width - 1)
            put("…", x: end, y: y, style, limit: x + width)
        }
    }

    mutating func set(_ glyph: Glyph, x: Int, y: Int, _ style: Style) {
        if !capabilities.unicode, glyph.cell.scalar > 0x7E {
            let plain = asciiStandIn(for: glyph.cell.scalar)
            for offset in 0..<glyph.width { place(Cell(plain, style), x: x + offset, y: y) }
        } else if glyph.second != 0 {
            place(glyph.cell.styled(style), x: x, y: y)
            place(Cell(glyph.second, style), x: x + 1, y: y)
        } else if glyph.width == 2 {
            // Half a wide character at the edge would be painted into the next row.
            guard x >= 0, x + 1 < size.width else { return place(Cell(0x20, style), x: x, y: y) }
            place(glyph.cell.styled(style), x: x, y: y)
            place(Cell(0, style, width: 0), x: x + 1, y: y, joined: true)
        } else if glyph.width == 1 {
            let cell = capabilities.unicode || !glyph.cell.hasMarks ? glyph.cell : Cell(glyph.cell.scalar, style)
            place(cell.styled(style), x: x, y: y)
        }
    }

    /// Sets one cell; the other half of a wide character that it covers becomes blank. `joined`: this is the right half
    /// of the cell to its left.
    private mutating func place(_ cell: Cell, x: Int, y: Int, joined: Bool = false) {
        guard x >= 0, x < size.width, y >= 0, y < size.height else { return }
        let index = y * size.width + x
        let old = frame.cells[index].width
        if old == 0, !joined, x > 0 {
            frame.cells[index - 1] = Cell(0x20, frame.cells[index - 1].style)
        } else if old == 2, x + 1 < size.width {
            frame.cells[index + 1] = Cell(0x20, frame.cells[index + 1].style)
        }
        frame.cells[index] = cell
    }

    /// Blanks a part of the screen.
    mutating func fill(_ area: Rect, _ style: Style = .plain) {
        let blank = Glyph(cell: .blank, width: 1)
        for y in max(0, area.y)..<max(0, area.y, min(size.height, area.y + area.height)) {
            for x in max(0, area.x)..<max(0, area.x, min(size.width, area.x + area.width)) {
                set(blank, x: x, y: y, style)
            }
        }
    }

    /// Lays attributes over what is there.
    mutating func restyle(_ area: Rect, _ change: (Style) -> Style) {
        for y in max(0, area.y)..<max(0, area.y, min(size.height, area.y + area.height)) {
            for x in max(0, area.x)..<max(0, area.x, min(size.width, area.x + area.width)) {
                let index = y * size.width + x
                frame.cells[index].style = change(frame.cells[index].style)
            }
        }
    }
}

/// What stands for a scalar on a terminal that takes ASCII only.
private func asciiStandIn(for scalar: UInt32) -> UInt32 {
    // U+00C0 to U+017F by their base letters.
    let letters: StaticString = """
        AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty\
        AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL\
        lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs
        """
    if (0xC0...0x17F).contains(scalar) {
        let offset = Int(scalar - 0xC0)
        return offset < letters.utf8CodeUnitCount ? UInt32(letters.utf8Start[offset]) : 0x3F
    }
    return switch scalar {
    case 0xA0: 0x20
    case 0xAB, 0xBB, 0x201C...0x201F, 0x2033: 0x22  // quotation marks
    case 0x2018...0x201B, 0x2032: 0x27
    case 0x2010...0x2015, 0x2212: 0x2D  // dashes
    case 0x2026: 0x7E  // an ellipsis where text is cut: ~
    case 0xB7: 0x2D  // between words, and a free slot
    case 0x2022: 0x2A  // a bullet
    case 0xD7: 0x78  // blocked: x
    case 0x2016: 0x3D  // put aside: =
    case 0x2713, 0x2714: 0x2B  // delivered: +
    case 0x2717, 0x2718: 0x21  // failed: !
    case 0x23CE, 0x21B5: 0x24  // a line end inside the input line: $
    case 0x25B8, 0x25B6, 0x276F, 0x203A: 0x3E  // the mark of what is selected
    case 0x2191, 0x25B2: 0x5E
    case 0x2193, 0x25BC: 0x76
    case 0x2190, 0x25C2: 0x3C
    case 0x2192: 0x3E
    case 0x25CF: 0x2A
    case 0x25A0: 0x23  // a step of a meter: #
    default: 0x3F
    }
}
