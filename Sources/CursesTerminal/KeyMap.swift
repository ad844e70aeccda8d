import CNcurses
import TerminalUI

extension CursesTerminal {
    /// What a value from `cn_read_key` is to the decoder; nil for what is no input at all.
    func unit(for key: Int32) -> KeyDecoder.Unit? {
        if let byte = UInt8(exactly: key) { return .byte(byte) }
        if key == Self.mouseKey { return .mouse }
        // resizeterm leaves this one; the size is known already.
        if key == cn_key_resize { return nil }
        if let known = Self.keys[key] { return known }
        if key > cn_key_f0, key <= cn_key_f0 + 12 { return .key(.f(Int(key - cn_key_f0))) }
        return namedUnit(key)
    }

    private static let keys: [Int32: KeyDecoder.Unit] = [
        cn_key_up: .key(.up), cn_key_down: .key(.down), cn_key_left: .key(.left), cn_key_right: .key(.right),
        cn_key_home: .key(.home), cn_key_end: .key(.end), cn_key_page_up: .key(.pageUp),
        cn_key_page_down: .key(.pageDown),
        cn_key_delete: .key(.delete), cn_key_backspace: .key(.backspace), cn_key_enter: .key(.enter),
        cn_key_back_tab: .key(.backtab),
        cn_key_shift_left: .key(.left), cn_key_shift_right: .key(.right), cn_key_shift_up: .key(.up),
        cn_key_shift_down: .key(.down),
        cn_key_shift_home: .key(.home), cn_key_shift_end: .key(.end),
    ]

    /// Keys with modifiers have no code of their own in ncurses but a name of xterm's: `kLFT5` is Left with Ctrl.
    private func namedUnit(_ key: Int32) -> KeyDecoder.Unit {
        guard let pointer = cn_key_name(key) else { return .unknown }
        let name = String(cString: pointer)
        let modifiers = name.utf8.last.flatMap { (0x32...0x39).contains($0) ? Int($0 - 0x30) : nil } ?? 1
        return switch name.prefix(4) {
        case "kLFT": .key(KeyDecoder.modified(.left, modifiers))
        case "kRIT": .key(KeyDecoder.modified(.right, modifiers))
        case "kHOM": .key(.home)
        case "kEND": .key(.end)
        case "kNXT": .key(.pageDown)
        case "kPRV": .key(.pageUp)
        default:
            switch name.prefix(3) {
            case "kUP", "kUP3": .key(.up)
            case "kDN": .key(.down)
            case "kDC": .key(.delete)
            default: .unknown
            }
        }
    }
}
