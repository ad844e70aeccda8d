/// Our own changes of a session, by re-INVITE or UPDATE: one at a time, none while the peer's is open, and where both
/// crossed (491) again after a random time, so that one side comes first (RFC 3261 §14.1, RFC 3311 §5.1).
package struct Renewal: Equatable, Sendable {
    /// A re-INVITE, or an UPDATE without an offer, on its way.
    package struct Asking: Equatable, Sendable {
        package var request: Request
        /// Whether it sets the session aside.
        package let isHolding: Bool
        /// Whether the session was to be renewed, whatever else changes.
        package let isRenewal: Bool
        /// Whether its time was to be lengthened.
        package let wasDue: Bool
        /// What it offers to speak with, and whether encrypted.
        package var voice: AudioCapabilities?
        package var isEncrypted = false
        /// Whether the peer has it, and may take its time.
        package var isHeard = false
    }

    package enum State: Equatable, Sendable {
        case idle
        case asking(Asking)
        case backingOff
    }

    /// How often one change is asked for when it meets the peer's, or finds the peer busy with another.
    package static let attempts = 10

    package private(set) var state = State.idle
    /// Whether the session is to be renewed by re-INVITE as soon as nothing is in the way.
    package var isWanted = false
    /// Whether its time is to be lengthened, by whatever the peer takes (RFC 4028).
    package var isDue = false
    private var attempts = 0
    /// The ACK for the last 2xx, for its copies.
    private var ack: Request?
    private var identifiers: Identifiers
    /// Whether the Call-ID is ours, which decides who waits longer.
    private let isCaller: Bool

    package init(isCaller: Bool, identifiers: Identifiers) {
        self.isCaller = isCaller
        self.identifiers = identifiers
    }

    /// The one that awaits its final response.
    package var asking: Asking? {
        switch state {
        case .asking(let asking): asking
        case .idle, .backingOff: nil
        }
    }

    package var isOpen: Bool { asking != nil }

    /// Whether an offer of ours awaits its answer.
    package var isOffering: Bool { asking?.request.method == .invite }

    package mutating func sent(
        _ request: Request, isHolding: Bool, voice: AudioCapabilities? = nil, isEncrypted: Bool = false
    ) {
        state = .asking(
            Asking(
                request: request, isHolding: isHolding, isRenewal: isWanted, wasDue: isDue, voice: voice,
                isEncrypted: isEncrypted))
        isWanted = false
        isDue = false
        attempts += 1
    }

    /// The same once more, with other credentials or another number.
    package mutating func replaced(by request: Request) {
        guard case .asking(var asking) = state else { return }
        asking.request = request
        state = .asking(asking)
    }

    /// What a response asks for.
    package enum Verdict: Equatable, Sendable {
        case nothing
        /// With the ACK, if it was a re-INVITE.
        case accepted(Asking, ack: Request?)
        /// A copy of a 2xx.
        case acknowledgeAgain(Request)
        case refused(Asking)
        case backOff(Duration)
    }

    package mutating func receive(_ response: Response, in dialog: Dialog) -> Verdict {
        guard let asking, asking.request.cseq?.number == response.cseq?.number else {
            guard let ack, (200..<300).contains(response.status), ack.cseq?.number == response.cseq?.number else {
                return .nothing
            }
            return .acknowledgeAgain(ack)
        }
        switch response.status {
        case ..<200:
            if response.status > 100, case .asking(var asking) = state {
                asking.isHeard = true
                state = .asking(asking)
            }
            return .nothing
        case ..<300:
            if isOffering { ack = dialog.ack(for: asking.request) }
            settle()
            return .accepted(asking, ack: asking.request.method == .invite ? ack : nil)
        case 491, 500:
            guard attempts < Self.attempts, let delay = delay(after: response) else { fallthrough }
            again(asking)
            state = .backingOff
            return .backOff(delay)
        default:
            settle()
            return .refused(asking)
        }
    }

    /// No final response came; gives back what was asked.
    package mutating func fail() -> Asking? {
        defer { settle() }
        return asking
    }

    /// The back-off is over.
    package mutating func resume() {
        if state == .backingOff { state = .idle }
    }

    /// The answer was none to what was asked, only to how.
    package mutating func again(_ asking: Asking) {
        state = .idle
        if asking.isRenewal { isWanted = true }
        if asking.wasDue { isDue = true }
    }

    private mutating func settle() {
        state = .idle
        attempts = 0
    }

    /// After 491 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s for the other, in units of 10 ms. A 500 is a glare
    /// too when it says how many seconds, up to 10, the peer's other change may take (§14.2).
    private mutating func delay(after response: Response) -> Duration? {
        if response.status == 500 {
            guard let seconds = response.retryAfter, seconds <= 10 else { return nil }
            return .seconds(Int64(max(seconds, 1)))
        }
        let units =
            isCaller ? UInt64.random(in: 210...400, using: &identifiers) : .random(in: 0...200, using: &identifiers)
        return .milliseconds(Int64(units) * 10)
    }
}
