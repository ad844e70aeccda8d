import SIP

/// Joins the exchange of this machine, and has one started where there is none.
///
/// A refused connection is held back from the phone until it is known whether an exchange could be started; two
/// programs that start at once end up on whichever exchange got the address.
struct LocalJoin: Equatable {
    enum Event: Equatable {
        case refused(attempt: UInt64)
        case started(LocalExchange.Outcome)
        /// Something came from the exchange, so one is there.
        case received
        /// The flow is up, but what is behind it broke the protocol or says nothing.
        case strange
    }

    enum Effect: Equatable {
        case startExchange
        case retry(attempt: UInt64)
        /// The phone's to know after all.
        case pass(attempt: UInt64)
        /// Nothing could be started; the words are what it ended with.
        case complain(String)
        /// Find out who is on the port, and say it.
        case nameOwner
    }

    private enum State: Equatable {
        case joining
        /// One is being started for this attempt.
        case starting(attempt: UInt64)
        /// It was started, or somebody else's was first; nil words if it said that it listens.
        case retrying(words: String?)
    }

    private var state = State.joining
    private var hasComplained = false

    mutating func handle(_ event: Event) -> [Effect] {
        switch (event, state) {
        case (.refused(let attempt), .joining):
            state = .starting(attempt: attempt)
            return [.startExchange]
        case (.refused(let attempt), .starting):
            return [.pass(attempt: attempt)]
        case (.refused(let attempt), .retrying(let words)):
            state = .joining
            guard let words, !hasComplained else { return [.pass(attempt: attempt)] }
            hasComplained = true
            return [.complain(words), .pass(attempt: attempt)]
        case (.started(let outcome), .starting(let attempt)):
            switch outcome {
            case .listening: state = .retrying(words: nil)
            case .ended(let words): state = .retrying(words: words)
            }
            return [.retry(attempt: attempt)]
        case (.started, .joining), (.started, .retrying):
            return []
        case (.received, _):
            state = .joining
            hasComplained = false
            return []
        case (.strange, _):
            guard !hasComplained else { return [] }
            hasComplained = true
            return [.nameOwner]
        }
    }
}
