/// One place on the screen, 16 bytes and complete in itself, so that two frames compare as plain memory: a base scalar
/// with up to four marks (what `setcchar` holds), a style, and the width.
package struct Cell: Equatable, Sendable {
    // Bits of `low`: base 0..<21, marks one and two above it.
    // Bits of `high`: marks three and four 0..<42, style 42..<58, width 58..<60.
    private var low: UInt64
    private var high: UInt64

    package init(_ scalar: UInt32, _ style: Style, width: Int = 1) {
        low = UInt64(scalar & 0x1F_FFFF)
        high = UInt64(style.bits) << 42 | UInt64(width & 3) << 58
    }

    package static let blank = Cell(0x20, .plain)

    /// The base scalar.
    package var scalar: UInt32 { UInt32(truncatingIfNeeded: low & 0x1F_FFFF) }
    /// 0: the right half of the wide cell to the left; 1; or 2.
    package var width: Int { Int(truncatingIfNeeded: high >> 58 & 3) }
    package var style: Style {
        get { Style(bits: UInt16(truncatingIfNeeded: high >> 42)) }
        set { high = high & ~(0xFFFF << 42) | UInt64(newValue.bits) << 42 }
    }
    package var hasMarks: Bool { low >> 21 != 0 }

    /// The combining marks, in order; at most four.
    package var marks: [UInt32] {
        [low >> 21, low >> 42, high, high >> 21].map { UInt32(truncatingIfNeeded: $0 & 0x1F_FFFF) }.filter { $0 != 0 }
    }

    /// With one mark more; a fifth is left out.
    func adding(mark: UInt32) -> Cell {
        var cell = self
        let bits = UInt64(mark & 0x1F_FFFF)
        if low >> 21 & 0x1F_FFFF == 0 {
            cell.low |= bits << 21
        } else if low >> 42 & 0x1F_FFFF == 0 {
            cell.low |= bits << 42
        } else if high & 0x1F_FFFF == 0 {
            cell.high |= bits
        } else if high >> 21 & 0x1F_FFFF == 0 {
            cell.high |= bits << 21
        }
        return cell
    }

    /// 0 when both are the same.
    func difference(from other: Cell) -> UInt64 { low ^ other.low | high ^ other.high }

    func styled(_ style: Style) -> Cell {
        var cell = self
        cell.style = style
        return cell
    }
}

/// How a cell looks: a colour by its role and attributes. What a role is painted with is the terminal's affair.
package struct Style: Hashable, Sendable {
    package var bits: UInt16

    package init(bits: UInt16) { self.bits = bits }
    package init(_ colour: Colour) { bits = UInt16(colour.rawValue) }

    package static let plain = Style(.plain)

    /// The roles; each is readable on a dark and on a light background.
    package enum Colour: UInt8, CaseIterable, Sendable {
        case plain
        /// Somebody came, something succeeded.
        case green
        /// Somebody went, something failed.
        case red
        /// What the chat itself says of calls.
        case blue
        /// Lines, time stamps, hints.
        case quiet
        /// Keys and what has the focus.
        case accent
    }

    package var colour: Colour { Colour(rawValue: UInt8(bits & 7)) ?? .plain }
    package var isBold: Bool { bits & 0x08 != 0 }
    package var isDim: Bool { bits & 0x10 != 0 }
    package var isReverse: Bool { bits & 0x20 != 0 }
    package var isUnderlined: Bool { bits & 0x40 != 0 }
    /// The scalar names a line of the VT100's drawing set (`q`, `x`, `l`, ...).
    package var isLineDrawing: Bool { bits & 0x80 != 0 }

    package var bold: Style { Style(bits: bits | 0x08) }
    package var dim: Style { Style(bits: bits | 0x10) }
    package var reverse: Style { Style(bits: bits | 0x20) }
    package var underlined: Style { Style(bits: bits | 0x40) }
    /// With attributes in place of the colour, as far as they help.
    var withoutColour: Style {
        let attributes = Style(bits: bits & ~7)
        return switch colour {
        case .plain, .green, .red: attributes
        case .quiet: attributes.dim
        case .blue, .accent: attributes.bold
        }
    }
    var lineDrawing: Style { Style(bits: bits | 0x80) }
}
