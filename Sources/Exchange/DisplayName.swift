/// The name a client gives itself, as it may stand before others: checked once, when it registers.
package struct DisplayName: Hashable, Sendable {
    /// UTF-8 octets, after trimming.
    package static let maximumLength = 64

    /// What a telephone that gives itself no name is called, like somebody who leaves the chat's prompt empty.
    package static let nameless = "user"

    package let text: String

    /// Refuses what could not be shown or would disturb the screen it is shown on: nothing visible, too long, control
    /// characters, line separators, the bidirectional controls and other invisible formatting.
    package init?(_ offered: String?) {
        guard let offered else { return nil }
        let trimmed = Self.trim(offered)
        guard trimmed.utf8.count <= Self.maximumLength else { return nil }
        var hasVisible = false
        for scalar in trimmed.unicodeScalars {
            guard Self.isAllowed(scalar) else { return nil }
            if !scalar.properties.isWhitespace, scalar.properties.generalCategory != .format { hasVisible = true }
        }
        guard hasVisible else { return nil }
        text = trimmed
    }

    private static func trim(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { $0 != " " }), let last = scalars.lastIndex(where: { $0 != " " })
        else { return "" }
        return String(scalars[first...last])
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: return true
        case 0x200C, 0x200D: return true  // joiners, which scripts and emoji need
        case 0xE0020...0xE007F: return true  // tags, which flags of regions need
        case 0xFFFE, 0xFFFF: return false  // not characters in XML 1.0
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
