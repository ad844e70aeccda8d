import SIP

/// Getting there: finding a server, opening, registering, and trying the next one or again.
extension Connection {
    mutating func connect(_ account: Account) -> [Effect] {
        let effects = abandon()
        self.account = account
        servers = Servers(account.servers)
        staysOnStream = false
        return effects + open()
    }

    /// Begins a round through the servers.
    mutating func open() -> [Effect] {
        guard account != nil else { return [] }
        attempts += 1
        servers.begin()
        reasons = []
        pause = nil
        untrusted = nil
        return [.report(.connecting(attempt: attempts))] + openNext()
    }

    private mutating func openNext() -> [Effect] {
        attempt &+= 1
        switch servers.next() {
        case .open(var endpoint):
            state = .opening
            if endpoint.transport == .udp, staysOnStream { endpoint.transport = .tcp }
            self.endpoint = endpoint
            return [.open(attempt: attempt, endpoint)]
        case .locate(let target):
            state = .locating
            endpoint = target.fallback
            return [.locate(attempt: attempt, target)]
        case nil:
            return wait()
        }
    }

    mutating func located(_ endpoints: [Endpoint], _ attempt: UInt64) -> [Effect] {
        guard attempt == self.attempt, state == .locating else { return [] }
        servers.located(endpoints)
        return openNext()
    }

    mutating func opened(_ flow: Flow, _ attempt: UInt64) -> [Effect] {
        guard attempt == self.attempt else { return [.close(flow)] }
        if state == .opening {
            state = .registering(flow)
            let patience = servers.isOneLeft ? Self.impatience : Self.registrationPatience
            return [.register(on: flow), .start(.registration, after: patience)]
        }
        guard move == .opening else { return [.close(flow)] }
        move = .registering(flow)
        return [.register(on: flow), .start(.registration, after: Self.registrationPatience)]
    }

    mutating func openFailed(_ failure: TransportFailure, _ attempt: UInt64) -> [Effect] {
        guard attempt == self.attempt else { return [] }
        if case .untrusted(let certificate) = failure, untrusted == nil { untrusted = certificate }
        if state == .opening || state == .locating { return tryNext(words(for: failure)) }
        guard move == .opening else { return [] }
        move = .none
        return [.moveFailed]
    }

    mutating func registered(_ number: String) -> [Effect] {
        if case .registering(let flow) = move { return endMove(flow, number) }
        switch state {
        case .registering(let flow):
            state = .online(flow)
            self.number = number
            attempts = 0
            wasOnline = true
            let grace = Self.grace(flow.transport) + backOff.last
            backOff.reset()
            var effects: [Effect] = [.cancel(.registration), .report(.accessGranted(number: number))]
            if let endpoint { effects.append(.connected(through: endpoint)) }
            effects += [.established(flow, number: number, grace: grace), .subscribe(on: flow)]
            if flow.transport == .udp { effects.append(.start(.ping, after: Self.pingInterval)) }
            return effects
        case .online(let flow):
            return renewed(flow, number)
        case .idle, .locating, .opening, .waiting, .leaving:
            return []
        }
    }

    mutating func registrationFailed(_ failure: Registration.Failure) -> [Effect] {
        if case .registering(let flow) = move {
            // The exchange may have let go of the old flow already: start afresh.
            move = .none
            let old = self.flow
            return [.cancel(.registration), .moveFailed, .close(flow)]
                + (old.map { lose($0, .timedOut) + [.close($0)] } ?? [])
        }
        let flow: Flow
        switch state {
        case .registering(let tried), .online(let tried): flow = tried
        case .idle, .locating, .opening, .waiting, .leaving: return []
        }
        let reason: String
        var notBefore: Duration = .zero
        switch failure {
        case .refused(let status, _), .challenged(let status):
            let denial = Reasons.denial(status, line: line, extension: account?.login?.user)
            return denied(denial)
        case .wrongPassword(let status):
            return denied(Reasons.wrongPassword(status))
        case .unavailable(let status, _, let retryAfter):
            reason = Reasons.registration(status)
            notBefore = retryAfter ?? .zero
        case .timedOut, .lost, .tooLarge:
            reason = words(for: .timedOut)
        }
        // The user agent hears of a lost flow before it is closed: its sessions wait for the next one.
        if case .online = state { return lose(flow, reason, notBefore: notBefore) + [.close(flow)] }
        return [.cancel(.registration)] + tryNext(reason, notBefore: notBefore) + [.close(flow)]
    }

    private mutating func denied(_ reason: String) -> [Effect] {
        let place = endpoint.flatMap { servers.areSeveral ? " " + Reasons.refuser($0) : nil } ?? ""
        return abandon() + [.report(.accessDenied(reason: reason + place))]
    }

    /// Goes on to the next server, or waits when this was the last one.
    ///
    /// - Parameter notBefore: for how long this server asked to be left in peace.
    mutating func tryNext(_ reason: String, notBefore: Duration = .zero) -> [Effect] {
        note(reason, notBefore)
        return servers.isOneLeft ? openNext() : wait()
    }

    /// After a loss: where there are several servers, the first of them at once.
    mutating func comeBack(_ reason: String, notBefore: Duration) -> [Effect] {
        guard servers.areSeveral else {
            reasons = []
            pause = nil
            note(reason, notBefore)
            return wait()
        }
        return [.report(.connectionClosed(reason: reason, retryIn: .zero))] + open()
    }

    private mutating func note(_ reason: String, _ notBefore: Duration) {
        if !reasons.contains(reason) { reasons.append(reason) }
        pause = min(pause ?? .seconds(Int64.max), notBefore)
    }

    /// Waits for the next round and says so, unless it has to be decided first who is to be trusted.
    private mutating func wait() -> [Effect] {
        if let certificate = untrusted {
            untrusted = nil
            let reason = reasons.joined(separator: " ")
            let report: ConnectionState =
                wasOnline
                ? .connectionClosed(reason: reason, retryIn: nil) : .connectionFailed(reason: reason, retryIn: nil)
            return abandon() + [.untrusted(certificate), .report(report)]
        }
        let delay = max(backOff.next(), min(pause ?? .zero, Self.longestRetryAfter))
        state = .waiting
        let reason = reasons.joined(separator: " ")
        let report: ConnectionState =
            wasOnline
            ? .connectionClosed(reason: reason, retryIn: delay) : .connectionFailed(reason: reason, retryIn: delay)
        return [.report(report), .start(.retry, after: delay)]
    }

    func words(for failure: TransportFailure) -> String {
        Reasons.transport(failure, host: endpoint?.host ?? "", port: endpoint?.port ?? 0)
    }

    private var line: String { RemoteText.name(account?.line ?? "", number: "?") }
}
