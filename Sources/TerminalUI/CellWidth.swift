/// What one scalar does to the columns of a row.
enum CellWidth: Equatable {
    /// Takes one or two cells of its own.
    case spacing(Int)
    /// Sits on the cell before it.
    case mark
    /// Joiners, variation selectors and other invisible signs: never painted, because ncurses would let them leak into
    /// the next cell.
    case invisible
    /// Controls and bidi overrides: U+FFFD is painted in their place, so that the reader sees that something was there.
    case unpaintable

    init(_ scalar: UInt32) {
        if scalar < 0x300 {
            // ASCII, Latin-1, Latin Extended: no table. U+00AD, the soft hyphen, is invisible unless a line ends there.
            self =
                scalar < 0x20 || (0x7F..<0xA0).contains(scalar)
                ? .unpaintable : scalar == 0xAD ? .invisible : .spacing(1)
        } else if (0x4E00...0x9FFF).contains(scalar) || (0xAC00...0xD7A3).contains(scalar) {
            self = .spacing(2)
        } else if let special = Self.special(scalar) {
            self = special
        } else if CellWidthTable.zeroWidth.holds(scalar) {
            self = .mark
        } else {
            self = .spacing(CellWidthTable.wide.holds(scalar) ? 2 : 1)
        }
    }

    private static func special(_ scalar: UInt32) -> CellWidth? {
        switch scalar {
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: .unpaintable
        case 0x180B...0x180F, 0x200B...0x200D, 0x2060...0x2065, 0x206A...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF,
            0xFFA0:
            .invisible
        case 0xFFF0...0xFFFB, 0xFFFE, 0xFFFF: .unpaintable
        case 0x13430...0x1343F, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0000...0xE0FFF: .invisible
        default: nil
        }
    }
}

extension [UInt32] {
    /// Binary search in ascending pairs of first and last.
    fileprivate func holds(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = count / 2
        while low < high {
            let middle = (low + high) / 2
            if scalar < self[middle * 2] {
                high = middle
            } else if scalar > self[middle * 2 + 1] {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }
}

/// How many cells `text` takes when painted in one row.
package func cellWidth(_ text: String) -> Int {
    let bytes = text.utf8Span.span
    var index = 0
    var width = 0
    while index < bytes.count {
        width += nextGlyph(bytes, &index).width
    }
    return width
}
