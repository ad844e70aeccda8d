import SIP

extension Exchange {
    /// What happened since the start that somebody who runs an exchange may want to count.
    package struct Counters: Sendable, Equatable {
        /// New requests by method, copies aside; those that are none of RFC 3261's and its family count as one.
        package var requests: [Method: Int] = [:]
        /// Refusals of the exchange's own by status; what a called client answered is not among them.
        package var refusals: [Int: Int] = [:]
        /// How often each limit was hit.
        package var limits: [Limit: Int] = [:]
        package var wrongPasswords = 0
        /// Requests refused unjudged because of wrong passwords before them.
        package var throttled = 0

        package init() {}

        mutating func count(_ method: Method) {
            if case .other = method {
                requests[.other("other"), default: 0] += 1
            } else {
                requests[method, default: 0] += 1
            }
        }

        mutating func count(_ refusal: Refusal) {
            refusals[refusal.status, default: 0] += 1
            if let limit = refusal.limit { count(limit) }
        }

        mutating func count(_ limit: Limit) { limits[limit, default: 0] += 1 }
    }

    /// What there was no room for.
    package enum Limit: String, Sendable, CaseIterable {
        case clientsPerLine, numbers, relays, bodySize, registrations, echoVoices
    }
}
