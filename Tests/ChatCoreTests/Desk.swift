import Webphone

@testable import ChatCore

/// A person at the program, without a screen: types, hears what the phone says, reads the chat box.
struct Desk {
    static let guest = Party(number: "1002", name: "guest")
    static let bob = Party(number: "1003", name: "bob")
    static let echo = Party(number: "600", name: "Echo test")

    var chat: Chat
    /// All that the phone was told since the last look.
    private(set) var told: [PhoneCommand] = []
    /// What else was asked of the host since the last look.
    private(set) var asked: [Chat.Effect] = []
    /// What the host was asked of the sound since the last look.
    private(set) var sounded: [Voice.Command] = []
    /// Whether the other side knows that the person writes, and how often it was told.
    private(set) var typing: [Bool] = []
    private(set) var timers: [Chat.Timer: Duration] = [:]

    var state: Chat.State { chat.state }

    /// In front of the name prompt.
    init() {
        chat = Chat(Chat.Settings(name: nil, line: "Webphone1", server: "127.0.0.1:7777"))
        clock(10, 41)
        feed(.start)
    }

    /// In the room, connected as 1001, with others online.
    init(_ name: String, with others: [Party] = [Desk.guest, Desk.bob], voiceless: String? = nil) {
        chat = Chat(
            Chat.Settings(name: name, line: "Webphone1", server: "127.0.0.1:7777", voiceless: voiceless))
        clock(10, 41)
        feed(.start)
        hears(.connection(.accessGranted(number: "1001")))
        hears(.roster(others))
        _ = (commands(), effects(), sounds())
    }

    /// In a chat with the first of the list, the line of the log that said so read already.
    static func inChat(_ name: String = "user", with others: [Party] = [Desk.guest, Desk.bob]) -> Desk {
        var desk = Desk(name, with: others)
        desk.type("⏎")
        desk.hears(.call(.placed(1), .ringing, by: .them))
        desk.hears(.call(.placed(1), .inCall, by: .them))
        desk.waits()
        _ = (desk.commands(), desk.effects(), desk.sounds())
        return desk
    }

    /// In a chat with guest on hold by us, and in one with bob.
    static func withOneAside() -> Desk {
        var desk = Desk.inChat()
        desk.type("^O")
        desk.hears(.call(.placed(1), .hold, by: .us))
        desk.type("↓⏎")
        desk.hears(.call(.placed(2), .inCall, by: .them))
        desk.waits()
        _ = (desk.commands(), desk.effects(), desk.sounds())
        return desk
    }

    mutating func feed(_ input: Chat.Input) {
        for effect in chat.handle(input) {
            switch effect {
            case .phone(.typing(_, let isTyping)): typing.append(isTyping)
            case .phone(let command): told.append(command)
            case .voice(let command): sounded.append(command)
            case .start(let timer, let delay): timers[timer] = delay
            case .cancel(let timer): timers[timer] = nil
            case .connect, .trust, .preferences, .scroll, .bell, .redraw, .suspend, .quit: asked.append(effect)
            }
        }
    }

    /// `⏎ ⎋ ⇥ ⇤ ↑ ↓ ← → ⌫ ⌦ ⇱ ⇲ ② ③` are keys, `^X` is Control-X, the rest is text.
    mutating func type(_ keys: String) {
        var rest = keys[...]
        while let character = rest.popFirst() {
            if character == "^", let letter = rest.first, letter.isUppercase {
                rest.removeFirst()
                press(.ctrl(Character(letter.lowercased())))
            } else {
                press(Self.key(character))
            }
        }
    }

    private static func key(_ character: Character) -> Key {
        switch character {
        case "⏎": .enter
        case "⎋": .escape
        case "⇥": .tab
        case "⇤": .backtab
        case "↑": .up
        case "↓": .down
        case "←": .left
        case "→": .right
        case "⌫": .backspace
        case "⌦": .delete
        case "⇱": .home
        case "⇲": .end
        case "②": .f(2)
        case "③": .f(3)
        default: .character(character)
        }
    }

    mutating func press(_ key: Key) { feed(.key(key)) }
    mutating func clicks(_ action: Chat.Action) { feed(.action(action)) }
    mutating func hears(_ report: PhoneReport) { feed(.phone(report)) }

    mutating func clock(_ hour: UInt8, _ minute: UInt8, _ second: UInt8 = 0) {
        feed(.clock(WallClock(hour: hour, minute: minute, second: second)))
    }

    /// Looks at what opened for longer than a key in flight lasts.
    mutating func waits() {
        for timer in [Chat.Timer.keyGuard, .doubleClick] where timers.removeValue(forKey: timer) != nil {
            feed(.fired(timer))
        }
    }

    /// Whether the program wakes up by itself, each second.
    var isTicking: Bool { timers[.tick] != nil }

    /// The time passes after which it is looked whether the person still types.
    mutating func pauses() {
        if timers.removeValue(forKey: .typing) != nil { feed(.fired(.typing)) }
    }

    /// A second passes.
    mutating func tick() {
        if timers.removeValue(forKey: .tick) != nil { feed(.fired(.tick)) }
    }

    /// What the phone was told since the last look.
    mutating func commands() -> [PhoneCommand] {
        defer { told = [] }
        return told
    }

    /// What the host was asked since the last look, timers aside.
    mutating func effects() -> [Chat.Effect] {
        defer { asked = [] }
        return asked
    }

    /// What the host was asked of the sound since the last look.
    mutating func sounds() -> [Voice.Command] {
        defer { sounded = [] }
        return sounded
    }

    /// The last lines of the chat box. In front of each: `+` green, `-` red, `=` blue, `!` trouble or not delivered,
    /// `…` sending, `→` kept by somebody between, `✓` delivered.
    func box(_ lines: Int = 1) -> String {
        state.log.indices.suffix(lines).map { Self.line(state.log[$0]) }.joined(separator: "\n")
    }

    private static func line(_ entry: Entry) -> String {
        let sign =
            switch (entry.kind, entry.mark) {
            case (.notice, _), (.theirs, _): " "
            case (.online, _): "+"
            case (.offline, _): "-"
            case (.call, _): "="
            case (.trouble, _): "!"
            case (.own, .none): "?"
            case (.own, .sending): "…"
            case (.own, .accepted): "→"
            case (.own, .delivered): "✓"
            case (.own, .failed): "!"
            }
        return sign + " " + entry.line
    }

    /// The input line with the cursor in it.
    var line: String { state.draft.withCursor }

    /// The list: `>` before the selected one, `.` for a free slot.
    var list: String {
        state.clients.slots.enumerated().map { slot, party in
            (slot == state.clients.selection ? ">" : " ") + (party.map { state.clients.label(for: $0) } ?? ".")
        }.joined(separator: "\n")
    }
}

extension Draft {
    /// From `see |you`: the text with the cursor at the bar.
    init(withCursor literal: String) {
        self.init()
        // By scalars, so that a combining mark may stand behind the bar.
        let parts = literal.unicodeScalars.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
        replace(with: parts.flatMap { part in part.map { .character($0) } })
        cursor = parts[0].count
    }

    var withCursor: String {
        let shown = shown
        return String(shown[..<shownCursor]) + "|" + String(shown[shownCursor...])
    }
}
