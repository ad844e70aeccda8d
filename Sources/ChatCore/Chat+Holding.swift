import Webphone

/// Hold, and the chat put aside: while one is on hold a second one takes its place, and gives it back when it ends.
extension Chat {
    /// The key: holds, or goes on.
    mutating func toggleHold() -> [Effect] {
        do {
            return try state.call?.heldBy == .us ? resume() : hold()
        } catch {
            return hint(error.words)
        }
    }

    mutating func hold() throws(Objection) -> [Effect] {
        let call = try callThatIsOn("Nothing was put on hold")
        guard call.heldBy != .us else {
            throw Objection("Your chat with \(call.label) is on hold already; ^O or /resume goes on with it.")
        }
        return [.phone(.hold(call.id))]
    }

    mutating func resume() throws(Objection) -> [Effect] {
        let call = try callThatIsOn("There is nothing to go on with")
        switch call.heldBy {
        case .us: return [.phone(.resume(call.id))]
        case .them: throw Objection("\(call.label) has put the chat on hold, and goes on with it when they want.")
        case nil: throw Objection("Your chat with \(call.label) is not on hold.")
        }
    }

    /// The call in progress gives way to a new one: on hold it is put aside, otherwise it ends. The words have a blank
    /// behind them.
    mutating func giveWay() -> (words: String, effects: [Effect]) {
        guard let call = state.call, state.wouldStepAside else { return leaveCall() }
        return ("Your chat with \(call.label) is put aside, on hold. ", putAside(call))
    }

    /// The call in progress waits behind the one that takes its place.
    mutating func putAside(_ call: Call) -> [Effect] {
        state.call = nil
        state.aside.append(call)
        return closePaste() + quiet(call)
    }

    /// Nobody is heard without a sign: in a call that is not seen voice ends and is not agreed to, unless we hold it.
    private mutating func quiet(_ call: Call) -> [Effect] {
        guard call.heldBy != .us else { return [] }
        let refusal = refuseQuestion(aboutVoiceIn: call.id)
        guard let sound = call.sound else { return refusal }
        if sound.isOn { note(.call, "Voice with \(call.label) has ended: your microphone is closed.") }
        update(call.id) { $0.sound = nil }
        return refusal + [.phone(.endVoice(call.id))]
    }

    /// There is no call in progress any more: the one put aside is back.
    mutating func comeBack() {
        guard state.call == nil, let call = state.aside.popLast() else { return }
        comeBack(to: call)
    }

    private mutating func comeBack(to call: Call) {
        state.call = call
        // One that had asked us to talk to somebody else, in vain: if it ends now, it was hung up.
        update(call.id) { $0.handsOver = false }
        relabel()
        state.clients.select(number: call.party.number)
        // One that is being handed over, or to whom somebody is, is on its way out.
        guard call.transferTarget == nil, !call.isJoined else { return }
        switch call.heldBy {
        case .us: note(.call, "Your chat with \(call.label) is back, still on hold: ^O goes on with it.")
        case .them: note(.call, "Your chat with \(call.label) is back; \(call.label) has put it on hold.")
        case nil: note(.call, "You are back in your chat with \(call.label).")
        }
    }

    /// Changes over to the chat put aside with a number; nil when there is none.
    mutating func changeOver(to number: String) -> [Effect]? {
        guard let index = state.aside.firstIndex(where: { $0.party.number == number }) else { return nil }
        let other = state.aside[index]
        guard let call = state.call, call.isOn else { return hint("Your chat with \(other.label) is put aside.") }
        guard call.heldBy == .us else {
            return hint("Your chat with \(other.label) is put aside; hold this one first, with ^O, to change over.")
        }
        state.aside.remove(at: index)
        let effects = putAside(call)
        comeBack(to: other)
        return effects
    }

    /// Ends a call that is put aside, and says so.
    mutating func end(_ call: Call) -> [Effect] {
        state.aside.removeAll { $0.id == call.id }
        note(.call, "Your chat with \(call.label) has ended.")
        return closeQuestion(about: call.id) + [.phone(.hangUp(call.id))]
    }
}

extension Chat.State {
    /// The one in progress first.
    var calls: [Chat.Call] { (call.map { [$0] } ?? []) + aside }

    /// Whether the call in progress would wait aside for a new one, rather than end. One waits at most, so that the
    /// person keeps track; a call with whoever sends us on waits behind the new one anyway.
    var wouldStepAside: Bool {
        call.map { $0.isOn && $0.heldBy == .us } == true && aside.isEmpty
    }
}

/// Every call that there is.
extension Chat {
    /// The one in progress first.
    var calls: [Call] { state.calls }

    /// The call with this identity, in progress or put aside.
    func call(_ id: CallID) -> Call? { calls.first { $0.id == id } }

    mutating func update(_ id: CallID, _ change: (inout Call) -> Void) {
        if state.call?.id == id {
            state.call.mutate(change)
        } else if let index = state.aside.firstIndex(where: { $0.id == id }) {
            change(&state.aside[index])
        }
    }
}

extension Optional {
    fileprivate mutating func mutate(_ change: (inout Wrapped) -> Void) {
        guard var value = self else { return }
        change(&value)
        self = value
    }
}
