import SIP

/// What sessions, the list and the connection do to calls.
extension Calls {
    mutating func changed(_ session: SessionID, _ state: SessionState) -> [Effect] {
        guard let id = bySession[session], let call = calls[id] else { return over(session, state) }
        switch state {
        case .calling:
            return []
        case .ringing:
            guard call.state == .calling else { return [] }
            calls[id]?.state = .ringing
            return [.report(.call(id, .ringing, by: .them))]
        case .established:
            return established(id, call, through: session)
        case .ended(let end):
            return ended(id, call, end)
        }
    }

    /// A session of a call that is over.
    private mutating func over(_ session: SessionID, _ state: SessionState) -> [Effect] {
        guard case .ended = state else { return [] }
        unclaimed[session] = nil
        guard leaving.remove(session) != nil else { return [] }
        return [.cancel(.leave(session))]
    }

    private mutating func established(_ id: CallID, _ call: Call, through session: SessionID) -> [Effect] {
        guard !call.isEstablished else { return [] }
        calls[id]?.state = .inCall
        calls[id]?.isAccepted = session.isReceived
        let news: [Effect] = [
            .cancel(.ring(id)), .report(.call(id, .inCall, by: id.isReceived ? .us : .them)),
        ]
        return news + tellOfAudio(id) + handOver(to: id)
    }

    private mutating func ended(_ id: CallID, _ call: Call, _ end: SessionEnd) -> [Effect] {
        let isPending = !id.isReceived && !call.isEstablished
        switch end.cause {
        case .refused(status: 491, _) where isPending && call.glares < Self.glareAttempts:
            attach(nil, to: id)
            calls[id]?.state = .calling
            calls[id]?.glares += 1
            // Random, so that two sides without an order between them do not meet again and again (RFC 3261 §14.1).
            let delay = Duration.milliseconds(Int.random(in: 1000...3000, using: &identifiers))
            return [.start(.again(id), after: delay)]
        case .cancelled where isPending && call.isAccepted, .timedOut where isPending && call.isAccepted:
            // The other's request, which we took for ours, was withdrawn as we answered.
            return finish(id, .cancelled, by: .them)
        case .refused(status: 403, _) where isPending && call.state == .calling && !call.wasDisowned:
            attach(nil, to: id)
            calls[id]?.wasDisowned = true
            return [.disowned]
        case .tooLarge where isPending:
            attach(nil, to: id)
            return [.tooLarge]
        case .hungUp, .cancelled, .refused, .redirected, .timedOut, .gone, .lost, .tooLarge, .overloaded:
            return finish(id, Self.state(after: end.cause, of: call), by: end.side == .us ? .us : .them)
        }
    }

    private static func state(after cause: SessionEnd.Cause, of call: Call) -> CallState {
        switch cause {
        case .hungUp: .completed
        case .cancelled: .cancelled
        case .refused(let status, _): state(after: status, of: call)
        case .redirected: .failed(Reasons.general(302))
        case .timedOut: call.state == .ringing ? .noAnswer : .failed(Reasons.noAnswerInTime)
        case .gone: .failed(Reasons.general(481))
        case .lost: .failed(Reasons.lost)
        case .tooLarge: .failed(Reasons.tooLarge)
        case .overloaded: .failed(Reasons.tooManyCalls)
        }
    }

    private static func state(after status: Int, of call: Call) -> CallState {
        switch status {
        case 486, 600: .busy
        case 603: .rejected
        case 480 where call.state == .ringing: .noAnswer
        case 404, 410, 480, 484, 604: .notFound
        case 408: .noAnswer
        case 487: call.state == .ringing ? .noAnswer : .cancelled
        default: .failed(Reasons.general(status))
        }
    }

    mutating func named(_ session: SessionID, _ party: Party) -> [Effect] {
        guard let id = bySession[session], let call = calls[id], call.party != party else { return [] }
        calls[id]?.party = party
        return [.report(.party(id, party))]
    }

    mutating func offline(_ number: String) -> [Effect] {
        var effects: [Effect] = []
        for (id, call) in sorted where call.party.number == number {
            let end: CallState =
                switch (call.state, id) {
                case (.inCall, _), (.hold, _): .completed
                case (_, .placed): .notFound
                case (_, .received): .cancelled
                }
            effects += finish(id, end, by: .them, telling: farewell(of: id, call))
        }
        return effects
    }

    private func farewell(of id: CallID, _ call: Call) -> Effect? {
        guard let session = call.session else { return nil }
        let isAsking = id.isReceived && call.state == .ringing && !call.isAccepted
        return isAsking ? .reject(session, status: 480) : .hangUp(session)
    }

    /// Under another number we are somebody else: the exchange passes on nothing more in calls of the former one, apart
    /// from their farewell if it comes soon.
    mutating func established(_ number: String) -> [Effect] {
        let isRenamed = self.number.map { $0 != number } ?? false
        self.number = number
        defer { orphans = [] }
        let former = isRenamed ? sorted.filter { $0.1.isEstablished || $0.0.isReceived } : []
        return orphans.map { .hangUp($0) }
            + former.flatMap { finish($0, .failed(Reasons.newNumber), by: .them, telling: farewell(of: $0, $1)) }
    }

    /// Requests of the other side follow us to the new flow once it knows our new Contact.
    mutating func moved() -> [Effect] {
        var effects: [Effect] = []
        for (id, call) in sorted {
            if call.isEstablished, let session = call.session {
                effects.append(.renew(session))
            } else if call.session == nil, call.glares == 0 {
                effects += invite(id)
            }
        }
        return effects
    }

    mutating func moveFailed() -> [Effect] {
        sorted.filter { $0.1.session == nil && $0.1.glares == 0 }
            .flatMap { finish($0.0, .failed(Reasons.tooLarge), by: .us) }
    }

    mutating func renewed() -> [Effect] {
        sorted.filter { $0.1.session == nil && $0.1.wasDisowned && $0.1.glares == 0 }.flatMap { invite($0.0) }
    }

    mutating func lost() -> [Effect] {
        number = nil
        orphans += calls.values.compactMap(\.session) + leaving
        let ended = leaving.map { Effect.cancel(.leave($0)) }
        leaving = []
        return ended + sorted.flatMap { finish($0.0, .failed(Reasons.lost), by: .them) }
    }

    mutating func leave() -> [Effect] {
        number = nil
        orphans = []
        let ended = leaving.flatMap { [Effect.cancel(.leave($0)), .hangUp($0)] }
        leaving = []
        return ended
            + sorted.flatMap { id, call in
                let end: CallState = call.isEstablished ? .completed : id.isReceived ? .rejected : .cancelled
                return finish(id, end, by: .us, telling: farewell(of: id, call))
            }
    }

    /// In a fixed order, so that the same events give the same effects.
    var sorted: [(CallID, Call)] {
        calls.map { ($0.key, $0.value) }.sorted { $0.0.order < $1.0.order }
    }
}

extension CallID {
    var order: (Int, Int) {
        switch self {
        case .placed(let number): (0, number)
        case .received(let number): (1, number)
        }
    }
}

extension SessionID {
    var isReceived: Bool {
        switch self {
        case .received: true
        case .placed: false
        }
    }
}
