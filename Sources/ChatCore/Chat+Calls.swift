import Webphone

/// Calls: placing, taking, ending. Each is known by its identity, and only the one in progress is in `state.call`.
extension Chat {
    mutating func callSelected() -> [Effect] {
        if let party = state.clients.selected { return call(party) }
        let nobody = state.clients.count == 0
        return hint(nobody ? "Nobody is online to call." : "Select somebody first, with Up and Down.")
    }

    mutating func call(_ party: Party) -> [Effect] {
        let label = state.clients.label(for: party)
        if let index = request(where: { $1.number == party.number }) { return acceptDialog(index) }
        if let reason = reasonNotToCall(party) {
            note(.trouble, reason)
            return []
        }
        if let call = state.call, call.party.number == party.number {
            return hint(
                call.isOn ? "You are in a chat with \(label) already." : "You are calling \(label); ^X takes it back.")
        }
        if let effects = changeOver(to: party.number) { return effects }
        let (ended, effects) = giveWay()
        let id = CallID.placed(nextCall)
        nextCall += 1
        note(.call, ended + "You have sent a chat request to \(label).")
        state.call = Call(id: id, party: party, label: label, state: .calling)
        state.focus = .input
        return effects + [.phone(.call(id, number: party.number))]
    }

    func reasonNotToCall(_ party: Party) -> String? {
        guard party.number != state.number else { return "You cannot call yourself." }
        guard !state.isConnected else { return nil }
        let label = state.clients.label(for: party)
        return "You cannot call \(label): you are not connected to \(state.settings.server) (\(state.connectionWords))."
    }

    private mutating func acceptDialog(_ index: Int) -> [Effect] {
        switch state.dialogs[index].question {
        case .request(let id, let party): return accept(id, from: party)
        case .transfer, .forwarded, .voice, .paste, .trust: return []
        }
    }

    /// Takes a waiting request; the call is on when the phone says so.
    mutating func accept(_ id: CallID, from party: Party, withVoice: Bool = false) -> [Effect] {
        guard let index = request(where: { waiting, _ in waiting == id }) else { return [] }
        let isPlain = state.dialogs[index].isPlain
        var effects = close(index)
        let (ended, goodbye) = giveWay()
        if !ended.isEmpty { note(.call, ended.trimmed) }
        effects += goodbye
        state.call = Call(id: id, party: party, label: state.clients.label(for: party), state: .calling)
        // With somebody else selected, one Enter too many would end the chat that has just begun.
        state.clients.select(number: party.number)
        state.focus = .input
        return effects + [withVoice ? .voice(.accept(id, isPlain: isPlain)) : .phone(.accept(id))]
    }

    mutating func hangUp() -> [Effect] {
        guard let call = state.call else { return hint("You are not in a chat.") }
        let (_, effects) = leaveCall()
        switch (call.isOn, call.id) {
        case (true, _): note(.call, "You hung up. Your chat with \(call.label) has ended.")
        case (false, .placed): note(.call, "You took your chat request to \(call.label) back.")
        case (false, .received): note(.call, "You hung up before the chat with \(call.label) began.")
        }
        comeBack()
        return effects
    }

    /// Ends the call in progress, if there is one, with the words for it and a blank behind them.
    mutating func leaveCall() -> (words: String, effects: [Effect]) {
        guard let call = state.call else { return ("", []) }
        let effects = clearCall()
        let words =
            call.isOn
            ? "Your chat with \(call.label) has ended. " : "Your chat request to \(call.label) is taken back. "
        return (words, effects + [.phone(.hangUp(call.id))])
    }

    /// There is no call in progress any more; what was asked about it goes too.
    mutating func clearCall() -> [Effect] {
        guard let call = state.call else { return [] }
        state.call = nil
        return closeQuestion(about: call.id) + closePaste()
    }

    /// A question about what to send in a call goes with it.
    mutating func closePaste() -> [Effect] {
        switch state.dialog?.question {
        case .paste: close(0)
        case .request, .transfer, .forwarded, .voice, .trust, nil: []
        }
    }
}

/// What the phone says of calls.
extension Chat {
    mutating func receiveRequest(_ id: CallID, from party: Party) -> [Effect] {
        guard party.number != state.number else { return [.phone(.reject(id))] }
        if let call = state.call, call.party.number == party.number, !call.isOn {
            return resolveGlare(id, from: party, against: call)
        }
        var effects: [Effect] = []
        if let index = request(where: { $1.number == party.number }) {
            // They ask again, so they gave the first one up, whether or not that is known here already.
            effects = drop(index)
        }
        guard state.dialogs.count < Limits.requests else { return effects + [.phone(.reject(id))] }
        note(.call, "\(state.clients.label(for: party)) asks you for a chat.")
        return effects + ask(.request(id, from: party)) + [.bell]
    }

    /// Both asked each other at once. Both sides keep the request of the lower number, so one call is left.
    private mutating func resolveGlare(_ id: CallID, from party: Party, against call: Call) -> [Effect] {
        switch call.id {
        case .received: break  // they ask anew while we answer, so they gave the first request up
        case .placed:
            if let number = state.number, Self.precedes(number, party.number) { return [.phone(.reject(id))] }
        }
        state.call = Call(id: id, party: party, label: call.label, state: .calling)
        return [.phone(.hangUp(call.id)), .phone(.accept(id))]
    }

    static func precedes(_ one: String, _ other: String) -> Bool {
        (one.utf8.count, one) < (other.utf8.count, other)
    }

    mutating func drop(_ index: Int) -> [Effect] {
        switch state.dialogs[index].question {
        case .request(let id, _): return close(index) + [.phone(.reject(id))]
        case .transfer, .forwarded, .voice, .paste, .trust: return []
        }
    }

    mutating func receive(_ new: CallState, of id: CallID, by side: Side) -> [Effect] {
        if let index = request(where: { waiting, _ in waiting == id }) { return waiting(index, became: new, by: side) }
        let holder: Side? = new == .hold ? side : nil
        guard let call = call(id), call.state != new || call.heldBy != holder else { return [] }
        if let words = Self.words(for: new, after: call, by: side) { note(new.kind, words) }
        guard new.isAlive else { return ended(call) + sentOn(new, by: call) }
        let clock = state.clock
        update(id) { call in
            call.state = new
            call.heldBy = holder
            if call.counted == nil, call.isOn { call.counted = clock }
        }
        return []
    }

    private mutating func ended(_ call: Call) -> [Effect] {
        guard state.call?.id == call.id else {
            state.aside.removeAll { $0.id == call.id }
            return closeQuestion(about: call.id)
        }
        let effects = clearCall()
        comeBack()
        return effects
    }

    /// Whether to follow where the other side sends us is the person's decision.
    private mutating func sentOn(_ end: CallState, by call: Call) -> [Effect] {
        guard case .forwarded(let party) = end else { return [] }
        note(.call, "\(call.label) sends you on to \(state.reference(to: party)).")
        guard party.number != state.number, state.dialogs.count < Limits.requests else { return [] }
        return ask(.forwarded(by: call.label, to: party)) + [.bell]
    }

    /// A request that waits for an answer ended, as the caller gave it up, or was answered elsewhere.
    private mutating func waiting(_ index: Int, became new: CallState, by side: Side) -> [Effect] {
        guard !new.isAlive else { return [] }
        switch state.dialogs[index].question {
        case .request(_, let party):
            note(new.kind, Self.words(for: new, ofRequestFrom: state.clients.label(for: party), by: side))
        case .transfer, .forwarded, .voice, .paste, .trust: break
        }
        return close(index)
    }

    mutating func receive(_ party: Party, of id: CallID) {
        if call(id) != nil {
            update(id) { $0.party = party }
            relabel()
        } else if let index = request(where: { waiting, _ in waiting == id }) {
            state.dialogs[index].question = .request(id, from: party)
        }
    }

    /// Who is told apart how depends on who else is there.
    mutating func relabel() {
        for call in calls {
            let label = state.clients.label(for: call.party)
            update(call.id) { $0.label = label }
        }
    }
}
