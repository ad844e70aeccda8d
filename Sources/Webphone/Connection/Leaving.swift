import SIP

/// Losing the exchange, leaving it, and moving to another flow.
extension Connection {
    mutating func closed(_ flow: Flow, _ failure: TransportFailure) -> [Effect] {
        if flow == draining {
            draining = nil
            return [.cancel(.drain)]
        }
        if move == .registering(flow) { return registrationFailed(.lost) }
        switch state {
        case .registering(flow):
            return [.cancel(.registration)] + tryNext(words(for: failure))
        case .online(flow):
            return lose(flow, failure)
        case .leaving(flow):
            return left()
        case .registering, .online, .leaving, .idle, .locating, .opening, .waiting:
            return []  // one that we gave up before
        }
    }

    mutating func lose(_ flow: Flow, _ failure: TransportFailure) -> [Effect] {
        lose(flow, words(for: failure))
    }

    mutating func lose(_ flow: Flow, _ reason: String, notBefore: Duration = .zero) -> [Effect] {
        var effects = stopWatching()
        if move != .none {
            effects += cancelMove()
            effects.append(.moveFailed)
        }
        effects.append(.lost(flow))
        return effects + comeBack(reason, notBefore: notBefore)
    }

    mutating func disconnect() -> [Effect] {
        guard case .online(let flow) = state else {
            guard state != .idle else { return [] }
            if case .leaving = state { return [] }
            return abandon() + [.report(.connectionClosed(reason: Reasons.disconnected, retryIn: nil))]
        }
        let effects = stopWatching() + cancelMove()
        state = .leaving(flow)
        return effects + [.unregister, .start(.leave, after: Self.farewell)]
    }

    mutating func left() -> [Effect] {
        guard case .leaving = state else { return [] }
        return abandon() + [.report(.connectionClosed(reason: Reasons.disconnected, retryIn: nil))]
    }

    /// Ends everything of this account without a word to the exchange.
    mutating func abandon() -> [Effect] {
        guard state != .idle else { return [] }
        var effects = stopWatching() + cancelMove()
        switch state {
        case .registering(let flow):
            effects += [.cancel(.registration), .close(flow)]
        case .online(let flow):
            effects.append(.close(flow))
        case .leaving(let flow):
            effects += [.cancel(.leave), .close(flow)]
        case .waiting:
            effects.append(.cancel(.retry))
        case .idle, .locating, .opening:
            break
        }
        state = .idle
        account = nil
        number = nil
        attempt &+= 1  // what is being opened will be closed when it comes
        attempts = 0
        wasOnline = false
        backOff.reset()
        return effects + [.ended]
    }

    private mutating func stopWatching() -> [Effect] {
        isPinging = false
        isKnown = true
        resubscriptions = 0
        var effects: [Effect] = [.cancel(.resubscribe)]
        if doubt == .resting { effects.append(.cancel(.rest)) }
        doubt = .none
        if flow?.transport == .udp { effects += [.cancel(.ping), .cancel(.pong)] }
        if let flow = draining {
            draining = nil
            effects += [.cancel(.drain), .close(flow)]
        }
        return effects
    }
}

/// From UDP to TCP.
extension Connection {
    mutating func beginMove() -> [Effect] {
        guard var endpoint, let flow, flow.transport == .udp else { return [.moveFailed] }
        guard move == .none else { return [] }  // it is under way already
        attempt &+= 1
        move = .opening
        endpoint.transport = .tcp
        return [.open(attempt: attempt, endpoint)]
    }

    mutating func endMove(_ flow: Flow, _ number: String) -> [Effect] {
        let old = self.flow
        let isNew = number != self.number
        move = .none
        state = .online(flow)
        staysOnStream = true
        endpoint?.transport = .tcp
        self.number = number
        var effects: [Effect] = [.cancel(.registration), .cancel(.ping), .cancel(.pong)]
        if let old {
            draining = old
            effects.append(.start(.drain, after: Self.drainTime))
        }
        if isNew {
            effects += [
                .report(.accessGranted(number: number)), .established(flow, number: number, grace: Self.grace),
            ]
        }
        if let endpoint { effects.append(.connected(through: endpoint)) }
        return effects + [.subscribe(on: flow), .moved(flow)]
    }

    mutating func cancelMove() -> [Effect] {
        defer { move = .none }
        switch move {
        case .none:
            return []
        case .opening:
            attempt &+= 1  // the flow will be closed when it comes
            return []
        case .registering(let flow):
            return [.cancel(.registration), .close(flow)]
        }
    }
}
