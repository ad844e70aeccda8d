import SIP

/// Getting there: opening, registering, and trying again.
extension Connection {
    mutating func connect(_ account: Account) -> [Effect] {
        let effects = abandon()
        self.account = account
        transport = account.transport
        return effects + open()
    }

    mutating func open() -> [Effect] {
        guard let account else { return [] }
        attempt &+= 1
        attempts += 1
        state = .opening
        let endpoint = Endpoint(transport: transport, host: account.host, port: account.port)
        return [.report(.connecting(attempt: attempts)), .open(attempt: attempt, endpoint)]
    }

    mutating func opened(_ flow: Flow, _ attempt: UInt64) -> [Effect] {
        guard attempt == self.attempt else { return [.close(flow)] }
        if state == .opening {
            state = .registering(flow)
            return [.register(on: flow), .start(.registration, after: Self.registrationPatience)]
        }
        guard move == .opening else { return [.close(flow)] }
        move = .registering(flow)
        return [.register(on: flow), .start(.registration, after: Self.registrationPatience)]
    }

    mutating func openFailed(_ failure: TransportFailure, _ attempt: UInt64) -> [Effect] {
        guard attempt == self.attempt else { return [] }
        if state == .opening { return retry(words(for: failure)) }
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
            let grace = Self.grace + backOff.last
            backOff.reset()
            var effects: [Effect] = [
                .cancel(.registration), .report(.accessGranted(number: number)),
                .established(flow, number: number, grace: grace), .subscribe(on: flow),
            ]
            if flow.transport == .udp { effects.append(.start(.ping, after: Self.pingInterval)) }
            return effects
        case .online(let flow):
            return renewed(flow, number)
        case .idle, .opening, .waiting, .leaving:
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
        case .idle, .opening, .waiting, .leaving: return []
        }
        let reason: String
        var notBefore: Duration = .zero
        switch failure {
        case .refused(let status, _), .challenged(let status):
            let denial = Reasons.denial(status, line: line, extension: account?.login?.user)
            return abandon() + [.report(.accessDenied(reason: denial))]
        case .wrongPassword(let status):
            return abandon() + [.report(.accessDenied(reason: Reasons.wrongPassword(status)))]
        case .unavailable(let status, _, let retryAfter):
            reason = Reasons.registration(status)
            notBefore = retryAfter ?? .zero
        case .timedOut, .lost, .tooLarge:
            reason = words(for: .timedOut)
        }
        // The user agent hears of a lost flow before it is closed: its sessions wait for the next one.
        if case .online = state { return lose(flow, reason, notBefore: notBefore) + [.close(flow)] }
        return [.cancel(.registration)] + retry(reason, notBefore: notBefore) + [.close(flow)]
    }

    /// Waits for the next attempt and says so.
    mutating func retry(_ reason: String, notBefore: Duration = .zero) -> [Effect] {
        let delay = max(backOff.next(), min(notBefore, Self.longestRetryAfter))
        state = .waiting
        let report: ConnectionState =
            wasOnline
            ? .connectionClosed(reason: reason, retryIn: delay) : .connectionFailed(reason: reason, retryIn: delay)
        return [.report(report), .start(.retry, after: delay)]
    }

    func words(for failure: TransportFailure) -> String {
        Reasons.transport(failure, host: account?.host ?? "", port: account?.port ?? 0)
    }

    private var line: String { RemoteText.name(account?.line ?? "", number: "?") }
}
