/// Our own re-INVITEs in a session: one at a time, none while the peer's is open, and where both crossed (491) again
/// after a random time, so that one side comes first (RFC 3261 §14.1).
package struct Renewal: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case idle
        /// Wanted, but the peer's INVITE, or a message of ours, comes first.
        case waiting
        case asking(Request)
        case backingOff
    }

    package private(set) var state = State.idle
    /// The ACK for the last 2xx, for its copies.
    private var ack: Request?
    private var identifiers: Identifiers
    /// Whether the Call-ID is ours, which decides who waits longer.
    private let isCaller: Bool

    package init(isCaller: Bool, identifiers: Identifiers) {
        self.isCaller = isCaller
        self.identifiers = identifiers
    }

    /// Whether a re-INVITE of ours awaits its final response.
    package var isOpen: Bool {
        switch state {
        case .asking: true
        case .idle, .waiting, .backingOff: false
        }
    }

    /// Whether one is to be sent now; blocked, it waits.
    package mutating func want(isBlocked: Bool) -> Bool {
        switch state {
        case .asking, .backingOff: return false  // that one says it already
        case .idle, .waiting:
            if isBlocked { state = .waiting }
            return !isBlocked
        }
    }

    package mutating func sent(_ request: Request) { state = .asking(request) }

    /// What a final response asks for.
    package enum Verdict: Equatable, Sendable {
        case nothing
        case accepted(ack: Request)
        /// A copy of a 2xx.
        case acknowledgeAgain(Request)
        case refused
        case backOff(Duration)
    }

    package mutating func receive(_ response: Response, in dialog: Dialog) -> Verdict {
        guard case .asking(let request) = state, request.cseq?.number == response.cseq?.number else {
            guard let ack, (200..<300).contains(response.status), ack.cseq?.number == response.cseq?.number else {
                return .nothing
            }
            return .acknowledgeAgain(ack)
        }
        switch response.status {
        case ..<200:
            return .nothing
        case ..<300:
            let ack = dialog.ack(for: request)
            self.ack = ack
            state = .idle
            return .accepted(ack: ack)
        case 491:
            state = .backingOff
            return .backOff(backOff())
        default:
            state = .idle
            return .refused
        }
    }

    package mutating func fail() { state = .idle }

    /// The back-off is over.
    package mutating func resume() {
        if state == .backingOff { state = .waiting }
    }

    /// In units of 10 ms: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s for the other.
    private mutating func backOff() -> Duration {
        let units =
            isCaller ? UInt64.random(in: 210...400, using: &identifiers) : .random(in: 0...200, using: &identifiers)
        return .milliseconds(Int64(units) * 10)
    }
}
