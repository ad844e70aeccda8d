/// Makes text that came from elsewhere safe to show: no control, escape, bidi or invisible character survives.
///
/// A terminal obeys C0, C1 and ESC sequences; bidi controls let a name read as another; invisible characters make
/// two names look alike. Everything a peer or the exchange wrote passes here before it is reported.
package enum RemoteText {
    /// Graphemes a name keeps; longer ones are cut. Our own names have at most 16, other programs' may be longer.
    package static let longestName = 64

    /// A display name: one line, white space collapsed, and `number` where nothing visible is left.
    package static func name(_ raw: String, number: String) -> String {
        var cleaned = String.UnicodeScalarView()
        var isVisible = false
        var pendingSpace = false
        // A grapheme may hold any number of scalars; the bound keeps a hostile name from costing more than it shows.
        for scalar in raw.unicodeScalars.prefix(longestName * 8) {
            if scalar.properties.isWhitespace {
                pendingSpace = !cleaned.isEmpty
                continue
            }
            guard isPrintable(scalar) else { continue }
            if pendingSpace {
                cleaned.append(" ")
                pendingSpace = false
            }
            cleaned.append(scalar)
            isVisible = isVisible || !isInvisible(scalar)
        }
        return isVisible ? String(String(cleaned).prefix(longestName)) : number
    }

    /// A number as it may be shown and dialled, or nil: a number that needs cleaning would dial something else than
    /// what is shown, so it is none.
    package static func number(_ raw: String) -> String? {
        guard !raw.isEmpty, raw.utf8.count <= longestName else { return nil }
        let isPlain = raw.unicodeScalars.allSatisfy { scalar in
            isPrintable(scalar) && !isInvisible(scalar) && !scalar.properties.isWhitespace
        }
        return isPlain ? raw : nil
    }

    /// The text of a message: line breaks of every kind become `\n`, tabs four spaces, control characters their
    /// pictures (`␛`), so that an attempt stays visible as what it was; bidi and invisible controls vanish.
    package static func message(_ raw: String) -> String {
        if isPlainASCII(raw) { return raw }
        var cleaned = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in raw.unicodeScalars {
            defer { afterReturn = scalar == "\r" }
            switch scalar.value {
            case 0x0A where afterReturn:
                continue
            case 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029:
                cleaned.append("\n")
            case 0x09:
                cleaned.append(contentsOf: "    ".unicodeScalars)
            case 0x00...0x1F:
                cleaned.append(picture(of: scalar))
            case 0x7F:
                cleaned.append("\u{2421}")
            case 0x80...0x9F:
                cleaned.append("\u{FFFD}")
            default:
                if isPrintable(scalar) { cleaned.append(scalar) }
            }
        }
        return String(cleaned)
    }

    /// The way of nearly all messages, without a look at Unicode's tables.
    private static func isPlainASCII(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    /// U+2400 and on: the pictures of C0, in C0's order.
    private static func picture(of control: Unicode.Scalar) -> Unicode.Scalar {
        Unicode.Scalar(0x2400 + (control.value & 0x1F)) ?? "\u{FFFD}"
    }

    /// Zero width joiners and variation selectors are kept: Persian, Indic scripts and emoji are written with them.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0x200C, 0x200D, 0xFE00...0xFE0F: return true
        default: break
        }
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint { return false }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return false
        default: return true
        }
    }

    /// Printable, yet leaves no mark on the screen: alone it does not make a name.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2800: true  // BRAILLE PATTERN BLANK
        case 0x200C, 0x200D, 0xFE00...0xFE0F: true
        default: false
        }
    }
}
