/// Text from elsewhere as plain text: no control, escape or bidi character reaches the screen, the log or the wire.
enum PlainText {
    /// A message: lines stay, tabs become spaces, everything else that is not text goes.
    static func message(_ text: String) -> String {
        isPlain(text) ? text : filtered(text)
    }

    /// A name on one line, cut to a length that leaves the screen whole.
    static func name(_ text: String) -> String { line(text, characters: 32, bytes: 128) }

    /// A reason from elsewhere, as a sentence of its own.
    static func sentence(_ text: String) -> String {
        let line = line(text, characters: 200, bytes: 800)
        guard let first = line.first, let last = line.last else { return "The reason is not known." }
        return first.uppercased() + line.dropFirst() + (".!?…".contains(last) ? "" : ".")
    }

    /// The beginning of a message, to recognise it by.
    static func excerpt(_ text: String) -> String { line(text, characters: 40, bytes: 160) }

    /// Without line ends, and without white space around it.
    static func line(_ text: String, characters: Int = 4_096, bytes: Int = 16_384) -> String {
        let line = message(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard line.utf8.count > bytes || line.count > characters else { return line }
        var kept = ""
        for character in line.prefix(characters - 1) {
            guard kept.utf8.count + character.utf8.count <= bytes - 3 else { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// Names with the same key look alike to people: letter case and what is invisible do not tell them apart.
    static func key(_ name: String) -> String {
        String(String.UnicodeScalarView(name.lowercased().unicodeScalars.filter { !isInvisible($0) }))
    }

    /// Whether a typed character may stand in a line.
    static func isText(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { !isControl($0) && $0 != "\n" && $0 != "\t" }
    }

    /// The common case, at a byte's price: nothing in it begins a character that `filtered` looks at.
    private static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.allSatisfy { byte in
                switch byte {
                case 0x0A: true
                case 0..<0x20, 0x7F: false
                // The lead bytes of C1 and U+00AD, U+061C, U+180E, U+2000 to U+2FFF, U+F000 to U+FFFF, U+E0000 on.
                case 0xC2, 0xD8, 0xE1, 0xE2, 0xEF, 0xF3, 0xF4: false
                default: true
                }
            }
        }
    }

    private static func filtered(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\n" where previous == "\r": continue
            case "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}": result.append("\n")
            case "\t": result.append(contentsOf: "    ".unicodeScalars)
            default: if !isControl(scalar) { result.append(scalar) }
            }
        }
        return String(result)
    }

    /// C0, C1, bidi controls, and the invisible ones that terminals handle each in its own way.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A, 0x09: false
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x61C, 0x180E: true
        case 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFC: true
        default: false
        }
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200C, 0x200D, 0xFE00...0xFE0F, 0xE0000...0xE0FFF: true
        default: isControl(scalar)
        }
    }
}
