extension Draft {
    /// Puts one typed character before the cursor; a combining mark joins its letter. False when the line is full.
    mutating func insert(_ character: Character) -> Bool {
        guard byteCount + character.utf8.count <= Chat.Limits.draft else { return false }
        elements.insert(.character(character), at: cursor)
        cursor += 1
        join(at: cursor - 1)
        join(at: cursor)
        return true
    }

    /// Puts pasted text before the cursor: one line as if it were typed, several as one element. False, and nothing
    /// changes, when there is no room.
    mutating func paste(_ text: String) -> Bool {
        let lines = Self.withoutLastLineEnd(PlainText.message(text))
        guard byteCount + lines.utf8.count <= Chat.Limits.draft else { return false }
        if lines.contains("\n") {
            put([.paste(Paste(lines))])
        } else {
            put(lines.map { .character($0) })
        }
        return true
    }

    /// Empties the line; ^Y brings it back.
    mutating func clear() {
        kill(elements.indices)
    }

    /// Takes the line to send it; ^P finds it again.
    mutating func take() -> String {
        let text = text
        earlier.add(elements)
        replace(with: [])
        return text
    }

    /// Moves to before the character of `shown` with this offset; into a paste's label there is no way.
    mutating func moveCursor(shown offset: Int) {
        var shown = 0
        cursor = 0
        for element in elements {
            switch element {
            case .character: shown += 1
            case .paste(let paste): shown += paste.label.count
            }
            if shown > offset { return }
            cursor += 1
        }
    }

    mutating func replace(with line: [Element]) {
        elements = line
        cursor = line.count
    }

    private static func withoutLastLineEnd(_ text: String) -> String {
        var text = text[...]
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }
}

/// What the editing keys do.
extension Draft {
    /// What a key did to the line.
    enum Outcome: Equatable { case edited, full, notMine }

    mutating func edit(_ key: Key) -> Outcome {
        switch key {
        case .character(let character):
            guard PlainText.isText(character) else { return .notMine }
            return insert(character) ? .edited : .full
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(elements.count, cursor + 1)
        case .wordLeft: cursor = wordStart
        case .wordRight: cursor = wordEnd
        case .home: cursor = 0
        case .end: cursor = elements.count
        case .backspace: remove(max(0, cursor - 1)..<cursor)
        case .delete: remove(cursor..<min(elements.count, cursor + 1))
        case .ctrl(let letter): return control(letter)
        case .alt(let letter): return alt(letter)
        case .up, .down, .pageUp, .pageDown, .tab, .backtab, .enter, .escape, .f: return .notMine
        }
        return .edited
    }

    private mutating func control(_ letter: Character) -> Outcome {
        switch letter {
        case "a": cursor = 0
        case "e": cursor = elements.count
        case "b": return edit(.left)
        case "f": return edit(.right)
        case "h": return edit(.backspace)
        case "d": return edit(.delete)
        case "k": kill(cursor..<elements.count)
        case "u": kill(0..<cursor)
        case "w": kill(blankWordStart..<cursor)
        case "y": return yank()
        case "t": transpose()
        case "p": if let line = earlier.previous(keeping: elements) { replace(with: line) }
        case "n": if let line = earlier.next() { replace(with: line) }
        default: return .notMine
        }
        return .edited
    }

    private mutating func alt(_ letter: Character) -> Outcome {
        switch letter {
        case "b": cursor = wordStart
        case "f": cursor = wordEnd
        case "d": kill(cursor..<wordEnd)
        case "\u{7F}", "\u{8}": kill(wordStart..<cursor)
        default: return .notMine
        }
        return .edited
    }

    private mutating func yank() -> Outcome {
        let size = killed.reduce(0) { $0 + $1.byteCount }
        guard byteCount + size <= Chat.Limits.draft else { return .full }
        put(killed)
        return .edited
    }

    private mutating func transpose() {
        let second = min(cursor, elements.count - 1)
        guard second > 0 else { return }
        elements.swapAt(second - 1, second)
        cursor = second + 1
    }

    private mutating func kill(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        killed = Array(elements[range])
        remove(range)
    }

    private mutating func remove(_ range: Range<Int>) {
        elements.removeSubrange(range)
        cursor = range.lowerBound
        join(at: cursor)
    }

    private mutating func put(_ line: [Element]) {
        let start = cursor
        elements.insert(contentsOf: line, at: cursor)
        cursor += line.count
        join(at: cursor)
        join(at: start)
    }

    /// What stands either side of `place` becomes one element when people see it as one character.
    private mutating func join(at place: Int) {
        guard place > 0, place < elements.count,
            case .character(let left) = elements[place - 1], case .character(let right) = elements[place]
        else { return }
        let both = String(left) + String(right)
        guard both.count == 1 else { return }
        elements.replaceSubrange(place - 1...place, with: both.map { .character($0) })
        if cursor > place { cursor -= 1 }
    }
}

/// Where words begin and end.
extension Draft {
    private var wordStart: Int {
        let inWord = elements[..<cursor].lastIndex { $0.isWord }
        guard let inWord else { return 0 }
        return elements[..<inWord].lastIndex { !$0.isWord }.map { $0 + 1 } ?? 0
    }

    private var wordEnd: Int {
        let inWord = elements[cursor...].firstIndex { $0.isWord }
        guard let inWord else { return elements.count }
        return elements[inWord...].firstIndex { !$0.isWord } ?? elements.count
    }

    /// For ^W a word is whatever stands between blanks.
    private var blankWordStart: Int {
        let inWord = elements[..<cursor].lastIndex { !$0.isBlank }
        guard let inWord else { return 0 }
        return elements[..<inWord].lastIndex { $0.isBlank }.map { $0 + 1 } ?? 0
    }
}

extension Draft.Element {
    var isWord: Bool {
        switch self {
        case .character(let character): character.isLetter || character.isNumber
        case .paste: true
        }
    }

    var isBlank: Bool {
        switch self {
        case .character(let character): character.isWhitespace
        case .paste: false
        }
    }

    var byteCount: Int {
        switch self {
        case .character(let character): character.utf8.count
        case .paste(let paste): paste.text.utf8.count
        }
    }
}
