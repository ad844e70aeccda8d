/// Text of strangers in a line of a log, which people read in terminals.
package enum OneLine {
    /// The text without anything that would end the line, be obeyed by a terminal, or turn the direction of what
    /// follows: such characters are shown by their numbers, as `\u{1B}`.
    package static func plain(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(isPlain) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isPlain(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return result
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if (0x20..<0x7F).contains(scalar.value) { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// At most so many characters, the last an ellipsis where some are missing.
    package static func cut(_ text: String, to limit: Int) -> String {
        text.count <= limit ? text : text.prefix(max(0, limit - 1)) + "…"
    }
}
