import SIP

/// What can be answered without looking further costs no transaction, so that a flood of it leaves nothing behind: all
/// that strangers ask for but to be registered, and registrations that come too fast (RFC 3261 §8.2.7).
extension Exchange {
    /// - Returns: whether the message is done with.
    mutating func answersAtOnce(_ message: Message, on flow: Flow) -> Bool {
        guard case .request(let request) = message, flow != EchoTest.flow,
            request.method == .register || !registrar.knows(flow),
            let via = request.topVia, let from = request.from, let to = request.to, request.callID != nil,
            request.cseq != nil,
            // A copy of what was asked before the flow was left.
            !layer.exists(TransactionLayer.ServerID(request, via: via, on: flow))
        else { return false }
        switch request.method {
        case .ack, .cancel: return false
        case .register: return answersHaste(request, from: from, on: flow)
        case .options where request.uri.user == nil && to.tag == nil:
            counters.count(request.method)
            effects.append(.transmit(.response(pong(to: request, tag: tag(for: request, from))), on: flow))
        case .subscribe where to.tag.map(subscriptions.has) == true: return false
        case .invite, .bye, .options, .message, .info, .prack, .subscribe, .notify, .update, .refer, .publish, .other:
            let isAstray = to.tag != nil && request.routes.first.flatMap { Parties(user: $0.uri.user) } == nil
            refuseAtOnce(request, isAstray ? Refusal(481) : Refusal(403, "Register First"), from: from, on: flow)
        }
        return true
    }

    /// Who is registered does not wait for the newcomers at the same address, and has a pace of its own.
    private mutating func answersHaste(_ request: Request, from: NameAddress, on flow: Flow) -> Bool {
        guard !configuration.trusts(flow) else { return false }
        let limits = configuration.limits
        let isKnown = registrar.knows(flow)
        let isInTime = newcomers.admit(
            isKnown ? "\(flow.remote) \(flow.connection)" : flow.remote.peerHost,
            isKnown ? limits.paceOfRefreshes : limits.paceOfRegistrations, upTo: limits.countedAddresses, at: now)
        startBeating()
        guard !isInTime else { return false }
        let refusal = Refusal(503, "Too Many Registrations", beyond: .registrations, retryAfter: 10)
        refuseAtOnce(request, refusal, from: from, on: flow)
        return true
    }

    private mutating func refuseAtOnce(
        _ request: Request, _ refusal: Refusal, from: NameAddress, on flow: Flow
    ) {
        counters.count(request.method)
        counters.count(refusal)
        let response = refusal.response(to: request, tag: tag(for: request, from))
        effects.append(.report(.refused(request.method, status: response.status, reason: response.reason, on: flow)))
        effects.append(.transmit(.response(response), on: flow))
    }

    /// The same for each copy of a request, and nobody's guess (FNV-1a over what tells requests apart).
    private func tag(for request: Request, _ from: NameAddress) -> String {
        var hash = 0xCBF2_9CE4_8422_2325 ^ strangerSecret
        for text in [request.topVia?.branch, request.callID, from.tag] {
            for octet in (text ?? "").utf8 { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }
        }
        return String(hash, radix: 36)
    }
}

extension Exchange.Limits {
    var paceOfRegistrations: Pace {
        let rate = Double(max(1, registrationsPerSecond))
        return Pace(rate: rate, burst: 5 * rate)
    }

    /// Of one flow over which somebody is registered; a gateway may have many numbers there.
    var paceOfRefreshes: Pace {
        let rate = Double(max(1, registrationsPerSecond / 10))
        return Pace(rate: rate, burst: 5 * rate)
    }
}

/// How many registered of late from each address, and over each flow that is a client's.
struct Newcomers: Sendable, Equatable {
    private struct Account: Sendable, Equatable {
        var bucket: TokenBucket
        var pace: Pace
    }

    private var buckets: [String: Account] = [:]

    var isEmpty: Bool { buckets.isEmpty }

    /// - Returns: whether it may be looked at; one that may not does not count.
    mutating func admit(_ host: String, _ pace: Pace, upTo limit: Int, at now: Duration) -> Bool {
        if buckets[host] == nil {
            // So many at once write addresses that are not theirs, and to count them is of no use.
            if buckets.count >= limit { buckets = [:] }
            buckets[host] = Account(bucket: TokenBucket(pace, at: now), pace: pace)
        }
        guard let level = buckets[host]?.bucket.level(pace, at: now), level >= 1 else { return false }
        buckets[host]?.bucket.take(1, pace, at: now)
        return true
    }

    /// Time has come to `now`: a bucket that is full again tells no more than one that is not there.
    mutating func advance(to now: Duration) {
        guard !buckets.isEmpty else { return }
        buckets = buckets.filter { $0.value.bucket.level($0.value.pace, at: now) < $0.value.pace.burst }
    }
}
