import ChatCore

/// Turns what the terminal sends into keys, pastes and mouse presses.
///
/// It is fed batches: all that was there to read at one moment. Escape sequences that terminfo knows come as keys
/// already; this decoder reads the others, so that none leaks as text and none that stops half way holds up what follows:
/// - Escape at the end of a batch is the key.
/// - A control sequence may go on in the next batch, and no further.
/// - A paste goes on until its end mark; ^C gives it up where the mark was lost.
package struct KeyDecoder: Equatable, Sendable {
    package enum Unit: Equatable, Sendable {
        case byte(UInt8)
        /// A key that terminfo names.
        case key(Key)
        /// The start of an SGR mouse report, `ESC [ <`.
        case mouse
        /// A key that nothing is bound to.
        case unknown
    }

    private enum State: Equatable {
        case ground
        case escape
        /// `ESC O`
        case ss3
        /// `ESC [` and what follows; `isOld` once a batch ended in it.
        case control(parameters: [UInt8], isOld: Bool)
        /// The bytes of an X10 mouse report that are still to come.
        case x10(Int)
        /// An operating system command or the like, up to its end mark; given up at the end of the batch.
        case string(sawEscape: Bool)
        case paste([UInt8])
    }

    /// Bytes of one paste; the rest is dropped.
    static let pasteLimit = 1 << 20
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private var state = State.ground
    /// Bytes of text that is being typed, perhaps in the middle of a scalar.
    private var text: [UInt8] = []
    private var found: [TerminalInput] = []

    package init() {}

    /// Whether a paste is under way.
    package var isPasting: Bool { if case .paste = state { true } else { false } }

    package mutating func decode(_ units: [Unit]) -> [TerminalInput] {
        if units.isEmpty { return [] }
        for unit in units {
            switch unit {
            case .byte(let byte): take(byte)
            case .key(let key): take(key)
            case .mouse:
                endText()
                if !isPasting { state = .control(parameters: [0x3C], isOld: false) }
            case .unknown: endText()
            }
        }
        endBatch()
        defer { found = [] }
        return found
    }

    private mutating func take(_ key: Key) {
        // Within a paste terminfo may see keys in what is text.
        guard !isPasting else { return }
        endText()
        if state == .escape, key == .backspace {
            state = .ground
            found.append(.key(.alt("\u{7F}")))
            return
        }
        state = .ground
        found.append(.key(key))
    }

    private mutating func take(_ byte: UInt8) {
        switch state {
        case .ground: takeGround(byte)
        case .escape: takeAfterEscape(byte)
        case .ss3:
            state = .ground
            if let key = Self.ss3Keys[byte] { found.append(.key(key)) }
        case .control(var parameters, let isOld):
            if (0x20...0x3F).contains(byte) || (byte == 0x5B && parameters.isEmpty) {
                // Nobody sends longer ones; the rest is swallowed, not kept. `ESC [ [ A` is F1 on the Linux console.
                if parameters.count < 64 { parameters.append(byte) }
                state = .control(parameters: parameters, isOld: isOld)
            } else if (0x40...0x7E).contains(byte) {
                state = .ground
                endControl(parameters, byte)
            } else {
                state = .ground
                takeGround(byte)
            }
        case .x10(let left): state = left > 1 ? .x10(left - 1) : .ground
        case .string(let sawEscape):
            state = byte == 0x07 || (sawEscape && byte == 0x5C) ? .ground : .string(sawEscape: byte == 0x1B)
        case .paste(var bytes):
            state = .ground  // gives up the second reference, so that appending does not copy
            bytes.append(byte)
            // Behind the limit only as much is kept as the end mark may need.
            if bytes.count == Self.pasteLimit + 64 { bytes.removeSubrange(Self.pasteLimit..<Self.pasteLimit + 32) }
            endPasteOrGoOn(bytes, byte)
        }
    }

    private mutating func endPasteOrGoOn(_ bytes: [UInt8], _ byte: UInt8) {
        if byte == 0x7E, bytes.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
            found.append(.paste(Self.plain(bytes.dropLast(Self.pasteEnd.count).prefix(Self.pasteLimit))))
        } else if byte == 0x03 {
            found.append(.paste(Self.plain(bytes.dropLast().prefix(Self.pasteLimit))))
        } else {
            state = .paste(bytes)
        }
    }

    private mutating func takeGround(_ byte: UInt8) {
        switch byte {
        case 0x20..<0x7F, 0x80...: text.append(byte)
        case 0x1B:
            endText()
            state = .escape
        case 0x00..<0x20, 0x7F:
            endText()
            found.append(.key(Self.controlKey(byte)))
        default: break
        }
    }

    private mutating func takeAfterEscape(_ byte: UInt8) {
        switch byte {
        case 0x5B: state = .control(parameters: [], isOld: false)
        case 0x4F: state = .ss3
        case 0x50, 0x58, 0x5D, 0x5E, 0x5F: state = .string(sawEscape: false)
        case 0x1B: found.append(.key(.escape))
        case 0x20..<0x7F:
            state = .ground
            found.append(.key(.alt(Character(Unicode.Scalar(byte)))))
        case 0x7F, 0x08:
            state = .ground
            found.append(.key(.alt("\u{7F}")))
        default:
            // Escape and another key, pressed so fast that they came together.
            state = .ground
            found.append(.key(.escape))
            takeGround(byte)
        }
    }

    private mutating func endControl(_ parameters: [UInt8], _ final: UInt8) {
        if parameters.first == 0x3C {
            if final == 0x4D, let mouse = Mouse(sgr: numbers(parameters.dropFirst())) { found.append(.mouse(mouse)) }
            return
        }
        if final == 0x4D, parameters.isEmpty {
            state = .x10(3)
            return
        }
        if final == 0x7E, parameters.elementsEqual("200".utf8) {
            state = .paste([])
            return
        }
        if let key = Self.controlSequenceKey(numbers(parameters[...]), final, isLinux: parameters.first == 0x5B) {
            found.append(.key(key))
        }
    }

    private mutating func endBatch() {
        switch state {
        case .escape:
            state = .ground
            found.append(.key(.escape))
        case .control(let parameters, let isOld):
            state = isOld ? .ground : .control(parameters: parameters, isOld: true)
        case .ss3, .string, .x10: state = .ground
        case .ground, .paste: break
        }
        endText(batchEnds: true)
    }

    /// Gives out the text so far, character by character: clusters that arrive together are one key. What ends in the
    /// middle of a scalar at the end of a batch waits for the next one.
    private mutating func endText(batchEnds: Bool = false) {
        guard !text.isEmpty else { return }
        let whole = batchEnds ? text.count - Self.unfinished(text) : text.count
        for character in String(decoding: text[..<whole], as: UTF8.self) where Self.isText(character) {
            found.append(.key(.character(character)))
        }
        text.removeFirst(whole)
    }

    /// How many bytes at the end begin a scalar without finishing it.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte < 0x80 { return 0 }
            guard byte >= 0xC0 else { continue }
            let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            return back < length && byte < 0xF5 ? back : 0
        }
        return 0
    }

    private static func isText(_ character: Character) -> Bool {
        character != "\u{FFFD}"
            && character.unicodeScalars.allSatisfy { $0.value >= 0xA0 || (0x20..<0x7F).contains($0.value) }
    }

    /// Pasted bytes as text.
    private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\n": if previous != "\r" { scalars.append("\n") }
            case "\r": scalars.append("\n")
            case "\t": scalars.append("\t")
            case "\0"..<" ", "\u{7F}"..<"\u{A0}": break
            default: scalars.append(scalar)
            }
            previous = scalar
        }
        return String(scalars)
    }

    /// `1;5` as [1, 5]; a missing number is 0, one that is too large as well.
    private func numbers(_ parameters: ArraySlice<UInt8>) -> [Int] {
        parameters.split(separator: 0x3B, omittingEmptySubsequences: false).map { digits in
            digits.count > 5 ? 0 : digits.reduce(0) { (0x30...0x39).contains($1) ? $0 * 10 + Int($1 - 0x30) : $0 }
        }
    }
}
