import Webphone

/// Sending others on, and being sent on.
extension Chat {
    /// Hands the chat over to `whom`, or joins it with the one put aside.
    mutating func transfer(to whom: String?) throws(Objection) -> [Effect] {
        let call = try callThatIsOn("Nothing was transferred")
        guard let whom else {
            guard let other = state.aside.last else {
                throw Objection("Give a name or a number: /transfer alone joins this chat with one put aside.")
            }
            return join(other, with: call)
        }
        let party = try party(whom)
        guard party.number != call.party.number else {
            throw Objection("\(call.label) cannot be transferred to themselves.")
        }
        guard party.number != state.number else { throw Objection("\(call.label) talks to you already.") }
        if let other = state.aside.first(where: { $0.party.number == party.number }) { return join(call, with: other) }
        let name = state.name(of: party)
        update(call.id) { $0.transferTarget = name }
        note(.call, "You ask \(call.label) to talk to \(state.reference(to: party)) instead.")
        return [.phone(.transfer(call.id, to: party.number))]
    }

    /// The other side of the first is asked to take our place in the second.
    private mutating func join(_ first: Call, with second: Call) -> [Effect] {
        update(first.id) { $0.transferTarget = second.label }
        update(second.id) { $0.isJoined = true }
        note(.call, "You join \(first.label) and \(second.label).")
        return [.phone(.join(first.id, with: second.id))]
    }

    /// Answers the request that is open: the caller may ask somebody else.
    mutating func forward(to whom: String) throws(Objection) -> [Effect] {
        let party = try party(whom)
        switch state.dialog?.question {
        case .request(let id, let caller):
            let label = state.clients.label(for: caller)
            guard !isGuarded else { throw Objection("A request has just come or gone: look again, then press Enter.") }
            guard party.number != caller.number else { throw Objection("That is \(label)'s own number.") }
            guard party.number != state.number else { throw Objection("That is your own number.") }
            note(.call, "You sent \(label) on to \(state.reference(to: party)).")
            return close(0) + [.phone(.forward(id, to: party.number))]
        case .paste, .transfer, .forwarded, .voice, .trust, nil:
            throw Objection("Nobody asks you for a chat: /forward answers a request.")
        }
    }

    /// The other side asks us to talk to somebody else.
    mutating func receiveTransfer(_ id: CallID, to party: Party) -> [Effect] {
        guard let call = call(id), call.isOn, party.number != state.number, state.dialogs.count < Limits.requests else {
            return [.phone(.refuseTransfer(id))]
        }
        // Who asks again means the last one.
        let effects = refuseQuestion(aboutVoiceIn: id) + closeQuestion(about: id)
        note(.call, "\(call.label) asks you to talk to \(state.reference(to: party)) instead.")
        return effects + ask(.transfer(id, to: party)) + [.bell]
    }

    /// The chat with whoever asked waits until the new one stands, and goes on if that comes to nothing.
    mutating func follow(_ id: CallID, to party: Party) -> [Effect] {
        guard call(id) != nil else { return [] }
        var effects: [Effect] = []
        update(id) { $0.handsOver = true }
        if let asker = state.call, asker.id == id {
            effects += putAside(asker)
        } else {
            let (ended, goodbye) = leaveCall()
            if !ended.isEmpty { note(.call, ended.trimmed) }
            effects += goodbye
        }
        let new = CallID.placed(nextCall)
        nextCall += 1
        let name = state.name(of: party)
        note(.call, "You follow, and ask \(name) for a chat.")
        state.call = Call(id: new, party: party, label: name, state: .calling)
        state.clients.select(number: party.number)
        return effects + [.phone(.acceptTransfer(id, as: new))]
    }

    mutating func stay(_ id: CallID, with party: Party) -> [Effect] {
        if let call = call(id) {
            note(.call, "You stay with \(call.label), and do not follow to \(state.name(of: party)).")
        }
        return [.phone(.refuseTransfer(id))]
    }

    /// Something about a call that does not change its state.
    mutating func receive(_ new: CallNote, of id: CallID) {
        guard let call = call(id) else { return }
        let label = call.label
        let target = call.transferTarget ?? "the other"
        switch new {
        case .audioLeftOut:
            note(.notice, "\(label) wanted to speak with you: this chat is one of texts, without voice.")
        case .textOutside:
            note(.notice, "\(label)'s program takes no texts inside a call: yours go beside it from now on.")
        case .noText: note(.trouble, "\(label)'s program takes no texts: what you write does not arrive there.")
        case .holdFailed(let reason):
            let what = call.heldBy == .us ? "goes on being on hold" : "could not be put on hold"
            note(.trouble, "Your chat with \(label) \(what). \(PlainText.sentence(reason))")
        case .transfer(.accepted): note(.call, "\(label) is being asked whether to talk to \(target).")
        case .transfer(.ringing): note(.call, "\(target) is being asked by \(label): RINGING.")
        case .transfer(.succeeded): note(.call, "\(label) and \(target) are connected.")
        case .transfer(.failed(let status, let reason)):
            update(id) { $0.transferTarget = nil }
            for call in calls { update(call.id) { $0.isJoined = false } }
            let why = reason.isEmpty ? "The answer was \(status)." : PlainText.sentence(reason)
            note(.trouble, "\(label) was not connected with \(target). \(why) Your chat goes on.")
        case .dtmf(let keys): receive(keys: PlainText.line(keys, characters: Limits.telephoneKeys), of: call)
        case .handedOver(let party):
            receive(party, of: id)
            // With somebody else selected, one Enter too many would end the chat.
            if state.call?.id == id { state.clients.select(number: party.number) }
            note(.call, "\(label) handed you over: you are in a chat with \(state.reference(to: party)) now.")
        }
    }

    /// Each key comes by itself; those in a row stand in one line.
    private mutating func receive(keys: String, of call: Call) {
        var pressed = Pressed(call: call.id, keys: keys, entry: state.log.end)
        if let before = self.pressed, before.call == call.id, before.entry == state.log.end - 1,
            before.keys.count + keys.count <= Limits.telephoneKeys
        {
            pressed.keys = before.keys + keys
            pressed.entry = before.entry
            state.log.removeLast()
        }
        self.pressed = pressed
        note(.call, "\(call.label) pressed \(pressed.keys).")
    }

    /// The keys that the last line of the log tells of.
    struct Pressed: Equatable, Sendable {
        let call: CallID
        var keys: String
        var entry: Int
    }
}
