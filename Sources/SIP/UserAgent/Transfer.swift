/// Our own REFER, at the end that sends it: whether the peer agrees, and what it tells by NOTIFY of the call that it
/// makes (RFC 3515 §2.4; RFC 5589).
///
///     asking ── 2xx, NOTIFY ──> watching ── NOTIFY with a final status, time out ──> over
///        └── 300 to 699 ──> over
package struct Transfer: Equatable, Sendable {
    /// How long we wait for the peer's next word: the first has to come at once.
    package static let firstWord = Timing.timeout
    /// What the peer may ask for at most.
    package static let longest = 600

    /// The number of the REFER, by which the peer names it; nil until it is sent.
    package var number: UInt32?
    /// Whether the peer may leave the number out: none of our REFERs in the session came before.
    package let isFirst: Bool
    private var isAccepted = false
    private var isRinging = false

    package init(isFirst: Bool) {
        self.isFirst = isFirst
    }

    package enum Verdict: Equatable, Sendable {
        /// What there is to report, and how long to wait for more.
        case goesOn([TransferProgress], patience: Duration)
        case over([TransferProgress])
    }

    /// Whether a NOTIFY is about this REFER.
    package func isMeant(by event: EventPackage) -> Bool {
        guard let id = event.id else { return isFirst }
        return number.map { id == String($0) } ?? false
    }

    /// The final response to the REFER.
    package mutating func receive(_ response: Response) -> Verdict {
        guard response.isSuccess else {
            return .over([.failed(status: response.status, reason: response.reason)])
        }
        return .goesOn(accept(), patience: Self.firstWord)
    }

    /// A NOTIFY; without a fragment it says nothing but how the subscription stands.
    package mutating func receive(_ news: SubscriptionState, _ fragment: StatusFragment?) -> Verdict {
        var told = accept()
        if let fragment, fragment.isFinal {
            let isSuccess = fragment.status < 300
            return .over(told + [isSuccess ? .succeeded : .failed(status: fragment.status, reason: fragment.reason)])
        }
        if let fragment, fragment.status > 100, !isRinging {
            isRinging = true
            told.append(.ringing)
        }
        switch news.state {
        case .active, .pending, .other:
            let seconds = min(news.expires.map { Int($0) } ?? Self.longest, Self.longest)
            return .goesOn(told, patience: .seconds(seconds) + Self.firstWord)
        case .terminated:
            let end = StatusFragment(news.reason == "rejected" ? 603 : 408)
            return .over(told + [.failed(status: end.status, reason: end.reason)])
        }
    }

    private mutating func accept() -> [TransferProgress] {
        defer { isAccepted = true }
        return isAccepted ? [] : [.accepted]
    }
}
