import ChatCore

extension KeyDecoder {
    static func controlKey(_ byte: UInt8) -> Key {
        switch byte {
        case 0x0A, 0x0D: .enter
        case 0x09: .tab
        case 0x08, 0x7F: .backspace
        case 0x00: .ctrl(" ")
        case 0x01...0x1A: .ctrl(Character(Unicode.Scalar(byte + 0x60)))
        default: .ctrl(Character(Unicode.Scalar(byte + 0x40)))
        }
    }

    /// Keys after `ESC O`: the keypad in application mode, and F1 to F4.
    static let ss3Keys: [UInt8: Key] = [
        0x41: .up, 0x42: .down, 0x43: .right, 0x44: .left, 0x48: .home, 0x46: .end, 0x4D: .enter,
        0x50: .f(1), 0x51: .f(2), 0x52: .f(3), 0x53: .f(4),
    ]

    /// Keys after `ESC [`, in the forms of xterm, rxvt, the Linux console and kitty.
    static func controlSequenceKey(_ numbers: [Int], _ final: UInt8, isLinux: Bool) -> Key? {
        let first = numbers.first ?? 0
        let modifiers = numbers.count > 1 ? numbers[1] : 1
        if isLinux { return (0x41...0x45).contains(final) ? .f(Int(final - 0x40)) : nil }
        switch final {
        case 0x41: return modified(.up, modifiers)
        case 0x42: return modified(.down, modifiers)
        case 0x43: return modified(.right, modifiers)
        case 0x44: return modified(.left, modifiers)
        case 0x48: return .home
        case 0x46: return .end
        case 0x50...0x53: return .f(Int(final - 0x4F))
        case 0x5A: return .backtab
        case 0x75: return unicodeKey(first, modifiers)
        case 0x7E: return numberedKey(first)
        default: return nil
        }
    }

    /// An arrow with Shift 1, Alt 2, Ctrl 4, counted from 1: sideways with Alt or Ctrl moves by words.
    package static func modified(_ key: Key, _ modifiers: Int) -> Key {
        guard modifiers >= 3, modifiers <= 16 else { return key }
        return switch key {
        case .left: .wordLeft
        case .right: .wordRight
        default: key
        }
    }

    private static func numberedKey(_ number: Int) -> Key? {
        switch number {
        case 1, 7: .home
        case 4, 8: .end
        case 3: .delete
        case 5: .pageUp
        case 6: .pageDown
        case 11...15: .f(number - 10)
        case 17...21: .f(number - 11)
        case 23, 24: .f(number - 12)
        default: nil
        }
    }

    private static func unicodeKey(_ code: Int, _ modifiers: Int) -> Key? {
        switch code {
        case 9: return modifiers == 2 ? .backtab : .tab
        case 13: return .enter
        case 27: return .escape
        case 127: return modifiers == 3 ? .alt("\u{7F}") : .backspace
        case 0x20..<0x7F:
            let character = Character(Unicode.Scalar(UInt8(code)))
            let held = max(0, modifiers - 1)
            return held & 4 != 0 ? .ctrl(character) : held & 2 != 0 ? .alt(character) : .character(character)
        default: return nil
        }
    }
}

extension Mouse {
    /// From an SGR report of a button that went down: button, column, row, counted from 1.
    init?(sgr numbers: [Int]) {
        guard numbers.count == 3, numbers[1] >= 1, numbers[2] >= 1 else { return nil }
        // Shift, Alt and Ctrl do not matter; movement with a button down does not count.
        switch numbers[0] & ~0b1_1100 {
        case 0: self.init(.press, x: numbers[1] - 1, y: numbers[2] - 1)
        case 64: self.init(.wheelUp, x: numbers[1] - 1, y: numbers[2] - 1)
        case 65: self.init(.wheelDown, x: numbers[1] - 1, y: numbers[2] - 1)
        default: return nil
        }
    }
}
