import Webphone

/// The commands that the person types.
extension Chat {
    /// Does what the line asks, or says why not.
    mutating func obey() -> [Effect] {
        do {
            let effects = try carryOut(Command(state.draft.text))
            _ = state.draft.take()
            scrolled(to: nil)
            return effects
        } catch {
            note(.trouble, error.words)
            return []
        }
    }

    private mutating func carryOut(_ command: Command) throws(Objection) -> [Effect] {
        switch command {
        case .call(let whom): return try call(whom)
        case .doNotDisturb(let wish): return setDoNotDisturb(wish ?? !state.preferences.doNotDisturb)
        case .hold: return try hold()
        case .resume: return try resume()
        case .transfer(let whom): return try transfer(to: whom)
        case .forward(let whom): return try forward(to: whom)
        case .dtmf(let keys): return try press(keys)
        case .block(let whom): return try block(whom)
        case .unblock(let whom): return try unblock(whom)
        case .blocked: return listBlocked()
        case .typing(let isOn): return setTyping(isOn)
        case .receipts(let isOn): return setReceipts(isOn)
        case .voice(let wish): return try setVoice(wish)
        case .mute(let wish): return try setMuted(wish)
        case .pushToTalk(let isOn): return setPushToTalk(isOn)
        case .ring(let isOn): return setRinging(isOn)
        case .devices: return try listDevices()
        case .device(let role, let name): return try choose(role, name)
        case .help:
            state.help = Help.firstCommand
            return []
        }
    }

    private mutating func call(_ whom: String) throws(Objection) -> [Effect] {
        let party = try party(whom)
        if let reason = reasonNotToCall(party) { throw Objection(reason) }
        return call(party)
    }

    private mutating func press(_ keys: String) throws(Objection) -> [Effect] {
        let call = try callThatIsOn("The keys were not sent")
        note(.call, "You pressed \(keys).")
        return [.phone(.dtmf(call.id, keys))]
    }

    /// The chat in progress, or why `what` it needs one for did not happen.
    func callThatIsOn(_ what: String) throws(Objection) -> Call {
        guard let call = state.call else { throw Objection("\(what): you are not in a chat.") }
        guard call.isOn else { throw Objection("\(what): \(call.label) has not answered yet.") }
        return call
    }
}

/// Numbers, and names for them.
extension Chat {
    /// Finds out whom the person means: somebody online by name or number, or any number.
    func party(_ words: String) throws(Objection) -> Party {
        if let party = state.clients.party(words) { return party }
        let named = state.clients.named(words)
        if let party = named.first, named.count == 1 { return party }
        guard named.isEmpty else {
            let numbers = named.map(\.number).sorted { Self.precedes($0, $1) }
            throw Objection(
                "\(named.count) online clients are called \(PlainText.name(words)): "
                    + "\(numbers.dropLast().joined(separator: ", ")) and \(numbers.last ?? ""). Give the number.")
        }
        guard Self.isNumber(words) else {
            throw Objection("Nobody called \(PlainText.name(words)) is online. A number can be given instead.")
        }
        return Party(number: words, name: "")
    }

    /// What can be dialled: `1003`, `+49-30-123`, `*8`, `ada2@pbx.example`; a mere word is taken for a name.
    static func isNumber(_ text: String) -> Bool {
        guard text.utf8.count <= Limits.number else { return false }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let user = parts.first, !user.isEmpty else { return false }
        let isUser = user.utf8.allSatisfy { isDialled($0) || $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "#") }
        guard parts.count == 2 else { return isUser && user.utf8.contains { isDigit($0) || "*#".utf8.contains($0) } }
        return isUser && !parts[1].isEmpty && parts[1].utf8.allSatisfy { isDialled($0) || ":[]".utf8.contains($0) }
    }

    private static func isDialled(_ octet: UInt8) -> Bool {
        isLetter(octet) || isDigit(octet) || "+-_.".utf8.contains(octet)
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }

    private static func isLetter(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20)
    }
}

/// Third parties, as the words for them name them. A name that the other side of a call gives for somebody else is not
/// believed: who is not online is a number.
extension Chat.State {
    /// `carol, 1003`, or the number.
    func introduction(of party: Party) -> String {
        guard let known = clients.party(party.number) else { return PlainText.line(party.number) }
        return "\(clients.label(for: known)), \(known.number)"
    }

    /// `carol (1003)`, or the number.
    func reference(to party: Party) -> String {
        guard let known = clients.party(party.number) else { return PlainText.line(party.number) }
        let label = clients.label(for: known)
        return label.hasSuffix("(\(known.number))") || label == known.number ? label : "\(label) (\(known.number))"
    }

    /// `carol`, or the number.
    func name(of party: Party) -> String {
        clients.party(party.number).map { clients.label(for: $0) } ?? PlainText.line(party.number)
    }
}

extension ClientList {
    /// The online clients of a name, as people read it, or with the number as the list tells them apart.
    func named(_ name: String) -> [Party] {
        let key = PlainText.key(name)
        return slots.compactMap { $0 }.filter { PlainText.key($0.name) == key || label(for: $0) == name }
    }
}
