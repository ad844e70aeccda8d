import SIP

/// Who says to be an extension has to prove it: at each REGISTER, and at each request outside of dialogs, which over
/// UDP could come from anybody who writes the right address on it. Within a dialog the flow is enough, as for all.
extension Exchange {
    /// - Throws: 401 or 407 with challenges when there is nothing to go by, or it is stale; 403 for a wrong password.
    mutating func authenticate(_ request: Request, as owner: Extension) throws(Refusal) {
        let field: HeaderName = request.method == .register ? .authorization : .proxyAuthorization
        guard let credentials = digest.credentials(of: request, in: field) else {
            throw challenge(owner, to: request, isStale: false)
        }
        guard credentials.user == owner.number.description else { throw Refusal(403) }
        switch digest.judge(credentials, of: request, hashes: owner.passwords, at: now) {
        case .accepted: return
        case .stale: throw challenge(owner, to: request, isStale: true)
        case .unusable: throw challenge(owner, to: request, isStale: false)
        case .refused: throw Refusal(403)
        }
    }

    private mutating func challenge(_ owner: Extension, to request: Request, isStale: Bool) -> Refusal {
        let isRegister = request.method == .register
        let name: HeaderName = isRegister ? .wwwAuthenticate : .proxyAuthenticate
        var refusal = Refusal(isRegister ? 401 : 407)
        for challenge in digest.challenges(owner.passwords.map(\.function), isStale: isStale, at: now) {
            refusal.fields.append(Refusal.Field(name: name, value: challenge.description))
        }
        lastChallenge = beats
        startBeating()
        return refusal
    }

    /// The time since the first beat. It stands still only while no nonce is good any more.
    private var now: Duration { .seconds(Int64(clamping: beats) * Int64(Timing.beatSeconds)) }

    /// Whether somebody may yet answer a challenge, so that time has to go on.
    var awaitsAnswer: Bool {
        guard let lastChallenge else { return false }
        return .seconds(Int64(clamping: beats - lastChallenge) * Int64(Timing.beatSeconds)) <= Timing.nonceLifetime
    }

    mutating func startBeating() {
        guard !isBeating else { return }
        isBeating = true
        effects.append(.start(.beat, after: .seconds(Int64(Timing.beatSeconds))))
    }
}
