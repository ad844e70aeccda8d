import SIP

/// What the person does with calls, and what that meets.
extension Calls {
    mutating func place(_ id: CallID, _ party: Party) -> [Effect] {
        guard calls[id] == nil else { return [.report(.fault(Reasons.alreadyUsed))] }
        guard let number else { return [.report(.call(id, .failed(Reasons.notConnected), by: .us))] }
        guard party.number != number else { return [.report(.call(id, .failed(Reasons.ownNumber), by: .us))] }
        guard RemoteText.number(party.number) != nil else { return [.report(.call(id, .notFound, by: .us))] }
        // Whom we call is asking us just now: that is a yes.
        let asking = calls.first { key, call in
            call.party.number == party.number && call.state == .ringing && !call.isAccepted && key.isReceived
        }
        if let asking, let session = asking.value.session {
            attach(nil, to: asking.key)
            let over = finish(asking.key, .completed, by: .us)
            calls[id] = Call(party: asking.value.party, state: .calling)
            return over + [.start(.ring(id), after: Self.placedRings)] + answer(session, as: id)
        }
        calls[id] = Call(party: party, state: .calling)
        let invitation = invite(id)
        return [.report(.call(id, .calling, by: .us)), .start(.ring(id), after: Self.placedRings)] + invitation
    }

    /// The other's request becomes the call that our person placed.
    private mutating func answer(_ session: SessionID, as id: CallID) -> [Effect] {
        attach(session, to: id)
        calls[id]?.isAccepted = true
        return [.accept(session)]
    }

    mutating func accept(_ id: CallID) -> [Effect] {
        guard let call = calls[id], id.isReceived, !call.isAccepted, let session = call.session else { return [] }
        calls[id]?.isAccepted = true
        if call.voice == .asked {
            // Our person chose to write.
            calls[id]?.voice = .silent
            calls[id]?.audio = .leftOut
        }
        return [.accept(session)]
    }

    mutating func reject(_ id: CallID) -> [Effect] {
        guard let call = calls[id], id.isReceived, call.state == .ringing, let session = call.session else { return [] }
        // After `accept` there is nothing left to refuse, only to end.
        return call.isAccepted
            ? finish(id, .completed, by: .us, telling: .hangUp(session))
            : finish(id, .rejected, by: .us, telling: .reject(session, status: 603))
    }

    mutating func hangUp(_ id: CallID) -> [Effect] {
        guard let call = calls[id] else { return [] }
        if id.isReceived && call.state == .ringing { return reject(id) }
        let end: CallState = call.isEstablished ? .completed : .cancelled
        return finish(id, end, by: .us, telling: call.session.map { .hangUp($0) })
    }

    mutating func incoming(_ session: SessionID, _ party: Party, _ wantsAudio: Bool) -> [Effect] {
        guard let number else { return [.reject(session, status: 480)] }
        let placed = calls.first { key, call in !key.isReceived && call.party.number == party.number }
        if let placed {
            let wins = Self.comesBefore(number, party.number)
            // Also once it is established: a request that left the other side before it saw ours may be late.
            if wins && placed.value.session != nil && !placed.value.isAccepted {
                return [.reject(session, status: 491)]
            }
            if !placed.value.isEstablished && !placed.value.isAccepted {
                let own: [Effect] = placed.value.session.map { [.hangUp($0)] } ?? []
                calls[placed.key]?.party = party
                calls[placed.key]?.audio = wantsAudio ? .wanted : .none
                return own + answer(session, as: placed.key)
            }
        }
        if let reason = objection(to: party) {
            let status = reason == .blocked ? 603 : 486
            return [.reject(session, status: status), .report(.turnedAway(party, reason))]
        }
        let waiting = calls.count { key, call in key.isReceived && call.state == .ringing }
        guard waiting < Self.incomingLimit else { return [.reject(session, status: 486)] }
        lastReceived += 1
        let id = CallID.received(lastReceived)
        calls[id] = Call(party: party, state: .ringing, audio: wantsAudio ? .wanted : .none)
        attach(session, to: id)
        return [
            .ring(session), .start(.ring(id), after: Self.receivedRings), .report(.incoming(id, from: party)),
        ]
    }

    /// Why the person is not asked. To whom is blocked it looks as if the person had said no.
    private func objection(to party: Party) -> TurnedAway? {
        if preferences.blocked.contains(party.number) { return .blocked }
        return preferences.doNotDisturb ? .doNotDisturb : nil
    }

    /// Calls with those who are blocked from now on end.
    mutating func prefer(_ preferences: Preferences) -> [Effect] {
        let blocked = preferences.blocked.subtracting(self.preferences.blocked)
        self.preferences = preferences
        return sorted.filter { blocked.contains($0.1.party.number) }.flatMap { hangUp($0.0) }
    }

    /// The same on both sides, whatever numbers look like.
    static func comesBefore(_ one: String, _ other: String) -> Bool {
        (one.utf8.count, one) < (other.utf8.count, other)
    }
}

extension CallID {
    var isReceived: Bool {
        switch self {
        case .received: true
        case .placed: false
        }
    }
}
