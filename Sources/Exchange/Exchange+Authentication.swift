import SIP

/// Who says to be an extension has to prove it: at each REGISTER, and at each request outside of dialogs, which over
/// UDP could come from anybody who writes the right address on it. Within a dialog the flow is enough, as for all.
extension Exchange {
    /// A number that is none is asked and refused like one that is, so that a stranger cannot tell them apart.
    ///
    /// - Throws: 401 or 407 with challenges when there is nothing to go by, or it is stale; 403 for a wrong password;
    ///   400 where the
    ///   password is right and proved for another address; 503 with Retry-After, unjudged, when there were too many.
    mutating func authenticate(_ request: Request, as owner: Extension, on flow: Flow) throws(Refusal) {
        let attempt = Throttle.Attempt(
            number: owner.number, source: NumericAddress(flow.remote.host)?.peer,
            isRegistered: registrar.clients[owner.number]?.flow == flow)
        if let seconds = throttle.wait(attempt, at: seconds) {
            counters.throttled += 1
            // 403 would end a phone that has the right password and shares its address with somebody who guesses.
            throw Refusal(503, "Too Many Wrong Passwords", .retryAfter, String(seconds))
        }
        let field: HeaderName = request.method == .register ? .authorization : .proxyAuthorization
        guard let credentials = digest.credentials(of: request, in: field) else {
            throw challenge(owner, to: request, isStale: false, on: flow)
        }
        guard credentials.user == owner.number.description else { throw wrong(attempt, on: flow) }
        let verdict = digest.judge(
            credentials, of: request, hashes: owner.passwords, from: flow.remote.host, at: now)
        switch verdict {
        case .accepted: throttle.succeeded(attempt)
        case .stale: throw challenge(owner, to: request, isStale: true, on: flow)
        case .unusable: throw challenge(owner, to: request, isStale: false, on: flow)
        // No guess, but nothing that is done for whoever sends it either (RFC 7616 §3.4.6).
        case .misdirected: throw Refusal(400, "Digest For Another Request-URI")
        case .refused: throw wrong(attempt, on: flow)
        }
    }

    private mutating func wrong(_ attempt: Throttle.Attempt, on flow: Flow) -> Refusal {
        counters.wrongPasswords += 1
        let wait = throttle.failed(attempt, at: seconds)
        effects.append(.report(.wrongPassword(attempt.number, wait: wait ?? 0, on: flow)))
        startBeating()
        return Refusal(403)
    }

    private mutating func challenge(
        _ owner: Extension, to request: Request, isStale: Bool, on flow: Flow
    ) -> Refusal {
        let isRegister = request.method == .register
        let name: HeaderName = isRegister ? .wwwAuthenticate : .proxyAuthenticate
        var refusal = Refusal(isRegister ? 401 : 407)
        let functions = owner.passwords.map(\.function)
        for challenge in digest.challenges(functions, isStale: isStale, to: flow.remote.host, at: now) {
            refusal.fields.append(Refusal.Field(name: name, value: challenge.description))
        }
        lastChallenge = beats
        startBeating()
        return refusal
    }

    /// The time since the first beat. It stands still only while no nonce is good any more and no wrong one counts.
    var now: Duration { .seconds(Int64(clamping: beats) * Int64(Timing.beatSeconds)) }

    var seconds: UInt64 { beats * UInt64(Timing.beatSeconds) }

    /// Whether somebody may yet answer a challenge, or was wrong or too hasty not long ago, so that time has to go on.
    var awaitsAnswer: Bool {
        if throttle.remembersUntil >= seconds, throttle.count > 0 { return true }
        if !newcomers.isEmpty { return true }
        guard let lastChallenge else { return false }
        return .seconds(Int64(clamping: beats - lastChallenge) * Int64(Timing.beatSeconds)) <= Timing.nonceLifetime
    }

    mutating func startBeating() {
        guard !isBeating else { return }
        isBeating = true
        effects.append(.start(.beat, after: .seconds(Int64(Timing.beatSeconds))))
    }
}
