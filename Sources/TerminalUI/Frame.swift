/// The size of the screen in cells.
package struct Size: Hashable, Sendable {
    package var width: Int
    package var height: Int

    /// Negative numbers count as 0.
    package init(width: Int, height: Int) {
        self.width = max(0, width)
        self.height = max(0, height)
    }
}

/// A place on the screen; (0, 0) is the top left cell.
package struct Point: Hashable, Sendable {
    package var x: Int
    package var y: Int

    package init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}

/// A part of the screen.
struct Rect: Hashable, Sendable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < x + width && point.y >= y && point.y < y + height
    }
}

/// One complete picture of the screen: all cells, row by row, and the cursor.
package struct Frame: Equatable, Sendable {
    package private(set) var size: Size
    package internal(set) var cells: [Cell]
    /// Where the cursor stands: also where it is hidden, for those terminals that cannot hide it, and for what reads or
    /// magnifies the screen.
    package internal(set) var cursor = Point(x: 0, y: 0)
    package internal(set) var showsCursor = false

    package init(size: Size = Size(width: 0, height: 0)) {
        self.size = size
        cells = [Cell](repeating: .blank, count: size.width * size.height)
    }

    /// All blank again, in the storage it has where that is large enough.
    mutating func clear(to size: Size) {
        cursor = Point(x: 0, y: 0)
        showsCursor = false
        let count = size.width * size.height
        self.size = size
        if cells.count != count {
            cells = [Cell](repeating: .blank, count: count)
        } else {
            var span = cells.mutableSpan
            span.update(repeating: .blank)
        }
    }

    /// Calls `body` for each cell that differs from the one in `before`, row by row; for each cell at all when there is
    /// no frame before, or one of another size.
    package func forEachChange(since before: Frame?, _ body: (_ cell: Cell, _ x: Int, _ y: Int) -> Void) {
        let before = before?.size == size ? before : nil
        for y in 0..<size.height {
            let first = y * size.width
            if let before, Self.areEqual(cells, before.cells, first, size.width) { continue }
            for x in 0..<size.width {
                let cell = cells[first + x]
                if let before, cell == before.cells[first + x] { continue }
                body(cell, x, y)
            }
        }
    }

    /// Whether a row is the same in both: without a branch for each cell, since most rows are.
    private static func areEqual(_ left: [Cell], _ right: [Cell], _ first: Int, _ count: Int) -> Bool {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                var difference: UInt64 = 0
                for index in first..<first + count { difference |= left[index].difference(from: right[index]) }
                return difference == 0
            }
        }
    }

    /// The picture as text, one line a row without trailing blanks: for tests and for reading. Line drawing shows as `+-|`.
    package var text: String {
        (0..<size.height).map { row in
            var line = ""
            for cell in cells[row * size.width..<(row + 1) * size.width] where cell.width > 0 {
                if cell.style.isLineDrawing {
                    line += cell.scalar == 0x71 ? "-" : cell.scalar == 0x78 ? "|" : "+"
                } else {
                    for scalar in [cell.scalar] + cell.marks {
                        line.unicodeScalars.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
                    }
                }
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

/// What the terminal can show.
package struct Capabilities: Hashable, Sendable {
    /// Whether it takes UTF-8; otherwise everything is ASCII and the VT100's line drawing.
    package var unicode: Bool
    /// Whether colours are wanted and there; otherwise bold, dim and reverse carry the meaning.
    package var colours: Bool

    package init(unicode: Bool = true, colours: Bool = true) {
        self.unicode = unicode
        self.colours = colours
    }
}
