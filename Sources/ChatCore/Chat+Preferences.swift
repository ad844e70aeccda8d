import Webphone

/// Not to be disturbed, who is blocked, and what others are told.
extension Chat {
    mutating func setDoNotDisturb(_ isOn: Bool) -> [Effect] {
        note(
            .notice,
            isOn
                ? "Do not disturb is on: who asks you for a chat is told that you are busy. /dnd off ends it."
                : "Do not disturb is off: you can be asked for a chat.")
        return prefer { $0.doNotDisturb = isOn }
    }

    mutating func setTyping(_ isOn: Bool) -> [Effect] {
        note(.notice, isOn ? "Others see when you are typing." : "Others do not see that you are typing.")
        return prefer { $0.tellsTyping = isOn }
    }

    mutating func setReceipts(_ isOn: Bool) -> [Effect] {
        note(
            .notice,
            isOn
                ? "Others who ask for it hear that their messages arrived."
                : "Others do not hear that their messages arrived.")
        return prefer { $0.tellsDelivery = isOn }
    }

    private mutating func prefer(_ change: (inout Preferences) -> Void) -> [Effect] {
        var preferences = state.preferences
        change(&preferences)
        guard preferences != state.preferences else { return [] }
        state.preferences = preferences
        turnedAway = []
        return [.preferences(preferences)]
    }

    /// What was kept of an earlier run; whether the person is to be disturbed never is.
    mutating func remember(_ kept: Preferences) -> [Effect] {
        state.preferences = kept
        state.preferences.doNotDisturb = false
        return [.phone(.preferences(state.preferences))]
    }
}

/// Blocking.
extension Chat {
    /// Refuses a number from now on, what waits from there included, and ends a chat with it.
    mutating func block(_ whom: String?) throws(Objection) -> [Effect] {
        let party = if let whom { try party(whom) } else { try atHand() }
        let label = state.name(of: party)
        guard party.number != state.number else { throw Objection("You cannot block yourself.") }
        guard !state.preferences.blocked.contains(party.number) else { throw Objection("\(label) is blocked already.") }
        guard state.preferences.blocked.count < Limits.blocked else {
            throw Objection("\(Limits.blocked) numbers are blocked, which is all there is room for.")
        }
        note(
            .notice,
            "\(state.reference(to: party)) is blocked: requests and messages from there are refused. "
                + "/unblock \(party.number) ends it.")
        var effects = prefer { $0.blocked.insert(party.number) }
        while let index = request(where: { $1.number == party.number }) { effects += drop(index) }
        if let call = state.aside.first(where: { $0.party.number == party.number }) { effects += end(call) }
        if let call = state.call, call.party.number == party.number { effects += hangUp() }
        return effects
    }

    /// Who asks, or is in the chat, or is selected.
    private func atHand() throws(Objection) -> Party {
        switch state.dialog?.question {
        case .request(_, let party): return party
        case .paste, .transfer, .forwarded, .voice, .trust, nil: break
        }
        if let call = state.call { return call.party }
        guard let selected = state.clients.selected else {
            throw Objection("Nobody is selected: give the name or the number to block.")
        }
        return selected
    }

    mutating func unblock(_ whom: String) throws(Objection) -> [Effect] {
        let number = state.preferences.blocked.contains(whom) ? whom : try party(whom).number
        guard state.preferences.blocked.contains(number) else {
            throw Objection("\(PlainText.name(whom)) is not blocked; /blocked lists who is.")
        }
        note(.notice, "\(state.reference(to: Party(number: number, name: ""))) is no longer blocked.")
        return prefer { $0.blocked.remove(number) }
    }

    mutating func listBlocked() -> [Effect] {
        let numbers = state.preferences.blocked.sorted { Self.precedes($0, $1) }.map { number in
            state.reference(to: Party(number: number, name: ""))
        }
        note(.notice, numbers.isEmpty ? "Nobody is blocked." : "Blocked: \(numbers.joined(separator: ", ")).")
        return []
    }

    /// Somebody was refused unasked: said once for each until a preference changes, so that nobody fills the log.
    mutating func receive(_ party: Party, turnedAway why: TurnedAway) {
        guard turnedAway.count < Limits.clients, turnedAway.insert(party.number).inserted else { return }
        let label = state.clients.label(for: party)
        switch why {
        case .doNotDisturb: note(.call, "\(label) asked you for a chat and was told that you are busy.")
        case .blocked: note(.notice, "\(label), who is blocked, asked you for a chat and was refused.")
        }
    }
}
