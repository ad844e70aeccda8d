/// Writing into a file that is the person's: only the values that changed are touched, so that comments, the order of
/// things and keys of other programs stay.
extension ChatSettings {
    /// The text of a configuration file with these settings in it.
    ///
    /// - Parameter text: the file as it is, perhaps empty.
    /// - Throws: what is wrong with it; a file that cannot be read is not written either.
    package func text(replacing text: String) throws(Complaint) -> String {
        let before = try ChatSettings(text)
        var lines = Array(text.utf8)
        for key in Key.allCases where value(of: key) != before.value(of: key) {
            lines = try put(key, into: lines)
        }
        let result = String(decoding: lines, as: UTF8.self)
        // Whatever way the person writes TOML: what comes out holds these settings, and all else as it was.
        guard try ChatSettings(result) == self, try Self.rest(result) == Self.rest(text) else {
            throw Complaint(nil, nil, "The settings could not be put into what is written there.")
        }
        return result
    }

    private func put(_ key: Key, into text: [UInt8]) throws(Complaint) -> [UInt8] {
        let document = try Document(String(decoding: text, as: UTF8.self))
        guard let entry = document.entries.first(where: { $0.key == key.rawValue }) else {
            // At the top: behind the first table it would be the table's.
            return Array("\(key.rawValue) = \(value(of: key))\n".utf8) + text
        }
        var scanner = ValueScanner(text, from: entry.place)
        guard let range = scanner.value() else {
            throw Complaint(entry.place, key.rawValue, "It is written in a way that cannot be changed.")
        }
        return text[..<range.lowerBound] + Array(value(of: key).utf8) + text[range.upperBound...]
    }

    /// As TOML.
    private func value(of key: Key) -> String {
        switch key {
        case .blocked:
            let numbers = blocked.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.map(Self.quoted)
            guard numbers.count > 4 else { return "[\(numbers.joined(separator: ", "))]" }
            return "[\n" + numbers.map { "    \($0),\n" }.joined() + "]"
        case .typing: return "\(typing)"
        case .receipts: return "\(receipts)"
        case .ring: return "\(ring)"
        case .pushToTalk: return "\(pushToTalk)"
        case .voiceEncryption: return Self.quoted(voiceEncryption.rawValue)
        case .microphone: return Self.quoted(microphone)
        case .speaker: return Self.quoted(speaker)
        case .ringDevice: return Self.quoted(ringDevice)
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// All that is not ours, without its places.
    private static func rest(_ text: String) throws(Complaint) -> [Document.Entry] {
        try Document(text).entries.filter { Key(rawValue: $0.key) == nil }.map(\.unplaced).sorted { $0.key < $1.key }
    }
}

extension Document.Entry {
    fileprivate var unplaced: Document.Entry {
        var entry = self
        entry.place = Document.Place(line: 0, column: 0)
        switch value {
        case .array(let items): entry.value = .array(items.map(\.unplaced))
        case .table(let entries): entry.value = .table(entries.map(\.unplaced).sorted { $0.key < $1.key })
        case .string, .integer, .boolean, .other: break
        }
        return entry
    }
}

/// Finds where a value begins and ends in a text that is known to be TOML.
private struct ValueScanner {
    private let text: [UInt8]
    private var position: Int

    init(_ text: [UInt8], from place: Document.Place) {
        self.text = text
        var line = 1
        position = 0
        while position < text.count, line < place.line {
            if text[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    /// What stands behind the next equals sign: a word, a text or a list. nil for anything else.
    mutating func value() -> Range<Int>? {
        guard let equals = text[position...].firstIndex(of: UInt8(ascii: "=")) else { return nil }
        position = equals + 1
        while let octet = current, octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") { position += 1 }
        let start = position
        switch current {
        case UInt8(ascii: "["): return list(from: start)
        case UInt8(ascii: "\""): skipText()
        case UInt8(ascii: "'"): skip(to: UInt8(ascii: "'"))
        default:
            while let octet = current, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) { position += 1 }
            return start < position ? start..<position : nil
        }
        // Behind the quotation mark at its end.
        guard current != nil else { return nil }
        position += 1
        return start..<position
    }

    private mutating func list(from start: Int) -> Range<Int>? {
        var depth = 0
        repeat {
            guard let octet = current else { return nil }
            switch octet {
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "#"): skip(to: UInt8(ascii: "\n"))
            case UInt8(ascii: "'"): skip(to: octet)
            case UInt8(ascii: "\""): skipText()
            default: break
            }
            position += 1
        } while depth > 0
        return start..<position
    }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    /// To the next one; stays on it.
    private mutating func skip(to end: UInt8) {
        position += 1
        while let octet = current, octet != end { position += 1 }
    }

    private mutating func skipText() {
        position += 1
        while let octet = current, octet != UInt8(ascii: "\"") { position += octet == UInt8(ascii: "\\") ? 2 : 1 }
    }
}
