import SIP

/// Who asked whom to call somebody, as REFERs told that went through here: nobody else is named as the referrer of a
/// call (RFC 3892 leaves that to signatures, which no telephone makes).
struct Referrals: Sendable {
    private struct Pair: Hashable {
        let referrer: PhoneNumber
        let referee: PhoneNumber
    }

    /// When each was heard of last, in seconds.
    private var times: [Pair: UInt64] = [:]
    private var order: [Pair] = []

    var count: Int { times.count }

    /// Remembers a REFER; of more than `limit` the oldest are forgotten.
    mutating func add(_ referrer: PhoneNumber, asks referee: PhoneNumber, at now: UInt64, limit: Int) {
        let pair = Pair(referrer: referrer, referee: referee)
        if times.updateValue(now, forKey: pair) != nil { return }
        order.append(pair)
        if order.count > limit { times[order.removeFirst()] = nil }
    }

    /// Whether this one was asked by that one lately.
    func holds(_ referrer: PhoneNumber, asked referee: PhoneNumber, at now: UInt64) -> Bool {
        guard let time = times[Pair(referrer: referrer, referee: referee)] else { return false }
        return now &- time <= Exchange.Timing.referralSeconds
    }
}

extension Exchange {
    /// Referred-By is the exchange's word, as P-Asserted-Identity is: on a REFER it names who sends it, on the INVITE
    /// that follows whoever sent that REFER to the caller, and on nothing else there is one.
    mutating func assertReferrer(_ request: inout Request, from sender: Registrar.Client, to callee: Registrar.Client) {
        let claimed = request.referredBy
        request.headers.removeAll(.referredBy)
        if request.method == .refer {
            request.headers.append(.referredBy, sender.identity)
            referrals.add(sender.number, asks: callee.number, at: seconds, limit: configuration.limits.referrals)
        } else if request.method == .invite, let number = PhoneNumber(user: claimed?.uri.user),
            let referrer = registrar.clients[number], referrals.holds(number, asked: sender.number, at: seconds)
        {
            request.headers.append(.referredBy, referrer.identity)
        }
    }
}
