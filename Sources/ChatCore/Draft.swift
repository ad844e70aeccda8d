/// The line being written: text and a cursor, both counted in characters as people see them.
///
/// A paste of several lines is one element, so the line stays one line: it is shown as what it is, and one
/// Backspace removes it.
package struct Draft: Equatable, Sendable {
    package enum Element: Equatable, Sendable {
        case character(Character)
        case paste(Paste)
    }

    /// Pasted text of several lines.
    package struct Paste: Equatable, Sendable {
        package let text: String
        package let lines: Int
        package let characters: Int

        init(_ text: String) {
            self.text = text
            lines = text.reduce(1) { $1 == "\n" ? $0 + 1 : $0 }
            characters = text.count
        }

        package var label: String { "[paste: \(lines) lines, \(characters) characters]" }
    }

    package internal(set) var elements: [Element] = []
    /// Stands before the element with this offset; `elements.count` is the end.
    package internal(set) var cursor = 0
    /// What the last deletion of more than a character took, for ^Y.
    var killed: [Element] = []
    var earlier = EarlierLines()

    package init() {}

    package var isEmpty: Bool { elements.isEmpty }

    /// Nothing but white space.
    package var isBlank: Bool {
        elements.allSatisfy { element in
            switch element {
            case .character(let character): character.isWhitespace
            case .paste(let paste): paste.text.allSatisfy(\.isWhitespace)
            }
        }
    }

    /// What would be sent.
    package var text: String {
        elements.reduce(into: "") { text, element in
            switch element {
            case .character(let character): text.append(character)
            case .paste(let paste): text += paste.text
            }
        }
    }

    /// What the input line shows: pastes as their labels.
    package var shown: [Character] { Self.shown(elements[...]) }

    /// The cursor as an offset into `shown`.
    package var shownCursor: Int { Self.shown(elements[..<cursor]).count }

    /// The pastes of several lines it holds.
    var pastes: [Paste] {
        elements.compactMap { element in
            switch element {
            case .character: nil
            case .paste(let paste): paste
            }
        }
    }

    var byteCount: Int { elements.reduce(0) { $0 + $1.byteCount } }

    private static func shown(_ elements: ArraySlice<Element>) -> [Character] {
        elements.reduce(into: []) { shown, element in
            switch element {
            case .character(let character): shown.append(character)
            case .paste(let paste): shown += Array(paste.label)
            }
        }
    }
}
