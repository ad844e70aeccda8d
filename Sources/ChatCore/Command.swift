/// What a line that begins with a slash asks for. Only what the person typed is ever read as one: nothing that others
/// write, and no paste of several lines.
package enum Command: Equatable, Sendable {
    /// Whom to ask for a chat, on the list or not.
    case call(String)
    /// nil turns it the other way.
    case doNotDisturb(Bool?)
    case hold, resume
    /// Whom the other side is to talk to; nil joins it with the chat put aside.
    case transfer(String?)
    /// Whom the one who asks for a chat may ask instead.
    case forward(String)
    /// `0` to `9`, `A` to `D`, `*`, `#`.
    case dtmf(String)
    /// nil is whoever is at hand.
    case block(String?)
    case unblock(String)
    case blocked
    case typing(Bool), receipts(Bool)
    /// nil turns it the other way.
    case voice(Bool?), mute(Bool?)
    case pushToTalk(Bool), ring(Bool)
    /// Lists them.
    case devices
    /// Chooses one by its name or its number in the list; nil leaves it to the system.
    case device(Voice.Role, String?)
    case help

    /// The words that a line may begin with, behind the slash.
    package enum Word: String, CaseIterable, Sendable {
        case call, voice, mute, hold, resume, transfer, forward, dtmf, dnd, block, unblock, blocked, typing, receipts
        case devices, ring, ptt, help

        /// What may follow it; empty for nothing.
        package var arguments: String {
            switch self {
            case .dnd, .voice, .mute: "[on|off]"
            case .transfer: "[NUMBER|NAME]"
            case .call, .forward, .unblock: "NUMBER|NAME"
            case .dtmf: "KEYS"
            case .block: "[NUMBER|NAME]"
            case .typing, .receipts, .ring, .ptt: "on|off"
            case .devices: "[in|out|ring]"
            case .hold, .resume, .blocked, .help: ""
            }
        }

        /// `/transfer [NUMBER|NAME]`
        package var usage: String { arguments.isEmpty ? "/" + rawValue : "/\(rawValue) \(arguments)" }

        /// What it does, for the help.
        package var words: String {
            switch self {
            case .call: "ask somebody for a chat, on the list or not"
            case .dnd: "who asks for a chat is told that you are busy"
            case .hold: "put the chat on hold; a second one puts it aside"
            case .resume: "go on with the chat on hold"
            case .transfer: "hand over the chat; alone, join the one put aside"
            case .forward: "send who asks for a chat on to somebody else"
            case .dtmf: "press the keys of a telephone: 0-9, A-D, * and #"
            case .block: "refuse requests and messages from a number"
            case .unblock: "let a blocked number ask again"
            case .blocked: "list who is blocked"
            case .typing: "whether others see that you are typing"
            case .receipts: "whether others hear that their messages arrived"
            case .voice: "ask the other side to speak with you, or end it"
            case .mute: "close your microphone, or open it again"
            case .devices: "list sound devices; /devices in 2 chooses one"
            case .ring: "whether a request rings"
            case .ptt: "the microphone is closed until F3 opens it"
            case .help: "this help"
            }
        }
    }

    /// Reads a line whose first character is a slash.
    init(_ line: String) throws(Objection) {
        let parts = line.dropFirst().split(maxSplits: 1, omittingEmptySubsequences: false) { $0.isWhitespace }
        let name = parts.first.map { $0.lowercased() } ?? ""
        guard let word = Word(rawValue: name) else { throw Self.unknown(name) }
        let rest = parts.count > 1 ? PlainText.line(String(parts[1])) : ""
        guard let command = Command(word, rest.isEmpty ? nil : rest) else {
            throw Objection("It is written \(word.usage): \(word.words).")
        }
        self = command
    }

    private static func unknown(_ name: String) -> Objection {
        let like = Word.allCases.filter { !name.isEmpty && $0.rawValue.hasPrefix(name) }.map { "/" + $0.rawValue }
        let guess = like.isEmpty ? "" : " Did you mean \(like.joined(separator: " or "))?"
        return Objection(
            "There is no command /\(PlainText.excerpt(name)), and nothing was sent.\(guess) F1 lists the commands; a "
                + "text that begins with a slash is written with two: //")
    }

    /// nil when the argument is missing, too much, or not of its kind.
    private init?(_ word: Word, _ argument: String?) {
        switch (word, argument) {
        case (.dnd, nil): self = .doNotDisturb(nil)
        case (.dnd, let argument?):
            guard let isOn = Self.isOn(argument) else { return nil }
            self = .doNotDisturb(isOn)
        case (.typing, let argument):
            guard let isOn = argument.flatMap(Self.isOn) else { return nil }
            self = .typing(isOn)
        case (.receipts, let argument):
            guard let isOn = argument.flatMap(Self.isOn) else { return nil }
            self = .receipts(isOn)
        case (.voice, let argument):
            guard let wish = Self.wish(argument) else { return nil }
            self = .voice(wish)
        case (.mute, let argument):
            guard let wish = Self.wish(argument) else { return nil }
            self = .mute(wish)
        case (.ring, let argument):
            guard let isOn = argument.flatMap(Self.isOn) else { return nil }
            self = .ring(isOn)
        case (.ptt, let argument):
            guard let isOn = argument.flatMap(Self.isOn) else { return nil }
            self = .pushToTalk(isOn)
        case (.devices, nil): self = .devices
        case (.devices, let argument?):
            guard let choice = Self.device(argument) else { return nil }
            self = choice
        case (.dtmf, let argument):
            guard let keys = argument.flatMap(Self.keys) else { return nil }
            self = .dtmf(keys)
        case (.transfer, let argument): self = .transfer(argument)
        case (.block, let argument): self = .block(argument)
        case (.call, let argument?): self = .call(argument)
        case (.forward, let argument?): self = .forward(argument)
        case (.unblock, let argument?): self = .unblock(argument)
        case (.hold, nil): self = .hold
        case (.resume, nil): self = .resume
        case (.blocked, nil): self = .blocked
        case (.help, nil): self = .help
        case (.call, nil), (.forward, nil), (.unblock, nil), (.hold, _?), (.resume, _?), (.blocked, _?), (.help, _?):
            return nil
        }
    }

    private static func isOn(_ argument: String) -> Bool? {
        switch argument.lowercased() {
        case "on": true
        case "off": false
        default: nil
        }
    }

    /// On, off, or the other way; nil when it is none of these.
    private static func wish(_ argument: String?) -> Bool?? {
        guard let argument else { return .some(nil) }
        return isOn(argument).map { .some($0) }
    }

    private static func device(_ argument: String) -> Command? {
        let parts = argument.split(separator: " ", maxSplits: 1)
        guard let role = parts.first.flatMap({ Voice.Role(rawValue: $0.lowercased()) }) else { return nil }
        return .device(role, parts.count > 1 ? String(parts[1]) : nil)
    }

    private static func keys(_ argument: String) -> String? {
        let keys = argument.uppercased().filter { $0 != " " }
        let isDialled = keys.utf8.allSatisfy { "0123456789ABCD*#".utf8.contains($0) }
        return isDialled && (1...Chat.Limits.telephoneKeys).contains(keys.utf8.count) ? keys : nil
    }
}

/// Why a command is not carried out; the line stays.
struct Objection: Error, Equatable {
    let words: String

    init(_ words: String) { self.words = words }
}

extension Draft {
    /// Whether the line is a command. A slash that begins a text is doubled; what was pasted in several lines is text.
    package var isCommand: Bool { beginsWithOneSlash && pastes.isEmpty }

    /// The commands that the line may become while its first word is being written; none for a text.
    package var commandsInTheMaking: [Command.Word] {
        guard isCommand else { return [] }
        let name = text.dropFirst().prefix { !$0.isWhitespace }.lowercased()
        let isWhole = elements.contains { $0.isBlank }
        return Command.Word.allCases.filter { isWhole ? $0.rawValue == name : $0.rawValue.hasPrefix(name) }
    }

    /// Completes the first word as far as it is certain; false when there is nothing to complete.
    mutating func completeCommand() -> Bool {
        let candidates = commandsInTheMaking
        guard let first = candidates.first, cursor == elements.count, !elements.contains(where: { $0.isBlank }) else {
            return false
        }
        var certain = first.rawValue[...]
        for other in candidates { certain = certain.prefix(zip(certain, other.rawValue).prefix { $0 == $1 }.count) }
        let end = candidates.count == 1 && !first.arguments.isEmpty ? " " : ""
        let line = "/" + certain + end
        guard line.count > elements.count else { return false }
        replace(with: line.map { .character($0) })
        return true
    }

    private var beginsWithOneSlash: Bool {
        guard elements.first == .character("/") else { return false }
        return elements.count < 2 || elements[1] != .character("/")
    }
}
