/// What a VT52 shows: one of the simplest terminals, so that its screen is read without tmux.
///
/// Every scalar takes one cell, which is true of what tests type here.
package struct PlainScreen {
    private enum State { case text, escape, control, row, column(Int) }

    private var cells: [[Unicode.Scalar]]
    private var (x, y) = (0, 0)
    private var state = State.text
    /// The bytes of a character of which the rest has not come.
    private var partial: [UInt8] = []

    package init(columns: Int, rows: Int) {
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    /// The rows from the top, with their blanks.
    package var rows: [String] {
        cells.map { row in
            var line = String.UnicodeScalarView()
            line.append(contentsOf: row)
            return String(line)
        }
    }

    package mutating func receive(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { receive(byte) }
    }

    private mutating func receive(_ byte: UInt8) {
        switch state {
        case .text: text(byte)
        case .escape: escape(byte)
        case .control:
            // Modes of later terminals, which a VT52 knows nothing of.
            if (0x40...0x7E).contains(byte) { state = .text }
        case .row: state = .column(Int(byte) - 32)
        case .column(let row):
            (x, y) = (min(max(Int(byte) - 32, 0), cells[0].count - 1), min(max(row, 0), cells.count - 1))
            state = .text
        }
    }

    private mutating func text(_ byte: UInt8) {
        switch byte {
        case 0x1B: state = .escape
        case 0x08: x = max(0, x - 1)
        case 0x09: x = min(cells[0].count - 1, (x / 8 + 1) * 8)
        case 0x0A: lineFeed()
        case 0x0D: x = 0
        case 0x00..<0x20: break
        default:
            partial.append(byte)
            guard let scalar = String(validating: partial, as: UTF8.self)?.unicodeScalars.first else { return }
            partial = []
            cells[y][x] = scalar
            // The cursor stays on the last column, as on the original.
            x = min(cells[0].count - 1, x + 1)
        }
    }

    private mutating func lineFeed() {
        if y < cells.count - 1 { return y += 1 }
        cells.removeFirst()
        cells.append(Array(repeating: " ", count: cells[0].count))
    }

    private mutating func escape(_ byte: UInt8) {
        state = .text
        switch byte {
        case UInt8(ascii: "A"): y = max(0, y - 1)
        case UInt8(ascii: "B"): y = min(cells.count - 1, y + 1)
        case UInt8(ascii: "C"): x = min(cells[0].count - 1, x + 1)
        case UInt8(ascii: "D"): x = max(0, x - 1)
        case UInt8(ascii: "H"): (x, y) = (0, 0)
        case UInt8(ascii: "I"):
            if y > 0 {
                y -= 1
            } else {
                cells.removeLast()
                cells.insert(Array(repeating: " ", count: cells[0].count), at: 0)
            }
        case UInt8(ascii: "J"):
            for row in cells.indices where row > y { blank(row, from: 0) }
            blank(y, from: x)
        case UInt8(ascii: "K"): blank(y, from: x)
        case UInt8(ascii: "Y"): state = .row
        case UInt8(ascii: "["): state = .control
        default: break
        }
    }

    private mutating func blank(_ row: Int, from column: Int) {
        for index in column..<cells[row].count { cells[row][index] = " " }
    }
}
