import SIP

/// The way to the exchange: opens a flow, registers on it, notices when it is gone, comes back by itself.
///
///     idle ──connect──> opening ──opened──> registering ──registered──> online
///      ^                  ^  └──failed──┐        └──failed──┐              │ closed, refused, no pong
///      │                  └──── retry ──┴───── waiting <────┴──────────────┘
///      └──────────── disconnect, access denied (from everywhere; online goes through `leaving`)
///
/// Where a server could not prove who it is and no other one would do, it goes to `idle` as well: to try again without
/// being asked would change nothing, and a person may have to decide first.
///
/// A domain is `locating` before `opening`. Where there are several servers, each is opened once in a round: what fails
/// goes straight to `opening` the next, a loss to `opening` the first, and only a whole round in vain to `waiting`.
///
/// Over UDP nothing tells that the exchange is gone: an OPTIONS goes out every `pingInterval`, and one that stays
/// unanswered for `pingPatience` means a lost connection. Over TCP the transport's own pings do that (RFC 5626 §4.4.1).
package struct Connection: Sendable, Equatable {
    package enum Timer: Hashable, Sendable {
        case retry, registration, ping, pong, leave, resubscribe, drain, rest
    }

    package enum Event: Equatable, Sendable {
        case connect(Account)
        case disconnect
        /// Where the target of a `locate` is; not empty.
        case located([Endpoint], attempt: UInt64)
        case opened(Flow, attempt: UInt64)
        case failed(TransportFailure, attempt: UInt64)
        case closed(Flow, TransportFailure)
        case registered(number: String)
        case registrationFailed(Registration.Failure)
        case unregistered
        case subscriptionEnded
        /// The list came.
        case notified
        /// The status of an answered OPTIONS, nil for none.
        case pinged(status: Int?)
        /// A request of ours was refused as that of a stranger (403): perhaps the exchange restarted, and over UDP
        /// nobody told us.
        case disowned
        /// Something did not fit into a datagram (RFC 3261 §18.1.1).
        case tooLarge
        case fired(Timer)
    }

    package enum Effect: Equatable, Sendable {
        /// Answered by `located`.
        case locate(attempt: UInt64, Target)
        case open(attempt: UInt64, Endpoint)
        case close(Flow)
        case register(on: Flow)
        case refresh
        case unregister
        case subscribe(on: Flow)
        case ping(on: Flow)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case report(ConnectionState)
        /// Which server it is now, and over what.
        case connected(through: Endpoint)
        /// Told before the `report` that there is no connection, and that no attempt follows.
        case untrusted(ServerCertificate)
        /// A connection that began just now, or whose number changed, or that the exchange had forgotten. Others need
        /// the time of `grace` to come back too.
        case established(Flow, number: String, grace: Duration)
        /// What was refused as a stranger's can go again.
        case renewed
        /// The connection that was established is gone; another may follow.
        case lost(Flow)
        /// Registered on TCP now; what was too large can go.
        case moved(Flow)
        case moveFailed
        /// The account is done with, whatever way it went.
        case ended
    }

    /// A little less than a NAT's usual 30 s for UDP, twice.
    package static let pingInterval: Duration = .seconds(15)
    package static let pingPatience: Duration = .seconds(10)
    /// Shorter than timer F (32 s): a person waits for this.
    package static let registrationPatience: Duration = .seconds(10)
    /// The same while another server is left to try.
    package static let impatience: Duration = .seconds(4)
    /// The program has a second to be gone when its terminal closes; half of it may go to the farewell.
    package static let farewell: Duration = .milliseconds(500)
    /// What an exchange may ask for at most (Retry-After); a hostile or mistaken one does not keep us out for days.
    package static let longestRetryAfter: Duration = .seconds(300)
    /// The first time; twice as long each further time, while no list comes.
    package static let resubscribeDelay: Duration = .seconds(2)
    package static let longestResubscribeDelay: Duration = .seconds(300)
    /// Between two renewals because of a refusal: whoever refuses for other reasons does not make us ask in circles.
    package static let doubtRest: Duration = .seconds(5)
    /// Those whose exchange restarted are back after this time, and that of their back-off.
    package static let grace: Duration = .seconds(5)
    /// Over UDP they notice by their next ping.
    package static let datagramGrace: Duration = pingInterval + grace
    /// What one learned at once, by a refused datagram, the others over UDP may not know before their next ping.
    static func grace(_ transport: TransportProtocol) -> Duration { transport == .udp ? datagramGrace : grace }
    /// Transactions on the datagram flow that was left for TCP end within 64*T1.
    package static let drainTime: Duration = .seconds(32)

    enum State: Equatable {
        case idle
        case locating
        case opening
        case registering(Flow)
        case online(Flow)
        case waiting
        case leaving(Flow)
    }

    /// From UDP to TCP, while online.
    enum Move: Equatable {
        case none, opening
        case registering(Flow)
    }

    var state = State.idle
    var move = Move.none
    var account: Account?
    /// The number of the registration, kept through an outage to ask for it again.
    package internal(set) var number: String?
    /// Whether an OPTIONS is unanswered.
    var isPinging = false
    /// Whether the last answered OPTIONS found us registered.
    var isKnown = true
    /// Whether the exchange still knows us.
    enum Doubt: Equatable {
        case none, asking
        /// It was asked a moment ago, and does.
        case resting
    }
    var doubt = Doubt.none
    /// In a row, without a list.
    var resubscriptions = 0
    /// The datagram flow that was left for TCP, while its last transactions end.
    var draining: Flow?
    /// Of the newest `locate` or `open`; older ones that succeed late are closed.
    var attempt: UInt64 = 0
    /// Rounds through the servers within one outage, from 1.
    var attempts = 0
    var servers = Servers([])
    /// The last one that was opened.
    package internal(set) var endpoint: Endpoint?
    /// Why this round's servers failed, and the shortest time that one of them wants to be left in peace.
    var reasons: [String] = []
    var pause: Duration?
    /// The first certificate of this round that was not accepted.
    var untrusted: ServerCertificate?
    /// Whether something did not fit into a datagram, so that UDP is no longer tried.
    var staysOnStream = false
    /// Whether this outage began with a connection: then it was closed, otherwise it failed.
    var wasOnline = false
    var backOff: BackOff

    package init(identifiers: Identifiers) {
        backOff = BackOff(identifiers: identifiers)
    }

    /// Where requests go now; nil while there is no registration.
    package var flow: Flow? {
        if case .online(let flow) = state { return flow }
        return nil
    }

    private var isRegistering: Bool {
        if case .registering = move { return true }
        if case .registering = state { return true }
        return false
    }

    /// Whether anything may still be sent there.
    package func isOpen(_ candidate: Flow) -> Bool {
        if candidate == draining || move == .registering(candidate) { return true }
        switch state {
        case .registering(let flow), .online(let flow), .leaving(let flow): return candidate == flow
        case .idle, .locating, .opening, .waiting: return false
        }
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .connect(let account): connect(account)
        case .disconnect: disconnect()
        case .located(let endpoints, let attempt): located(endpoints, attempt)
        case .opened(let flow, let attempt): opened(flow, attempt)
        case .failed(let failure, let attempt): openFailed(failure, attempt)
        case .closed(let flow, let failure): closed(flow, failure)
        case .registered(let number): registered(number)
        case .registrationFailed(let failure): registrationFailed(failure)
        case .unregistered: left()
        case .subscriptionEnded: subscriptionEnded()
        case .notified: notified()
        case .pinged(let status): pinged(status)
        case .disowned: disowned()
        case .tooLarge: beginMove()
        case .fired(let timer): fired(timer)
        }
    }

    private mutating func fired(_ timer: Timer) -> [Effect] {
        switch timer {
        case .retry:
            return state == .waiting ? open() : []
        case .registration:
            return isRegistering ? registrationFailed(.timedOut) : []
        case .ping:
            guard let flow, flow.transport == .udp else { return [] }
            isPinging = true
            return [.ping(on: flow), .start(.pong, after: Self.pingPatience)]
        case .pong:
            guard let flow, isPinging else { return [] }
            return lose(flow, .keepAliveTimedOut) + [.close(flow)]
        case .leave:
            return left()
        case .rest:
            if doubt == .resting { doubt = .none }
            return []
        case .resubscribe:
            return flow.map { [.subscribe(on: $0)] } ?? []
        case .drain:
            guard let flow = draining else { return [] }
            draining = nil
            return [.close(flow)]
        }
    }

    private mutating func pinged(_ status: Int?) -> [Effect] {
        guard let flow, flow.transport == .udp else { return [] }
        guard let status else { return lose(flow, .keepAliveTimedOut) + [.close(flow)] }
        isPinging = false
        let wasKnown = isKnown
        isKnown = status != 403 && status != 404
        let renewal = wasKnown && !isKnown ? disowned() : []
        return [.cancel(.pong), .start(.ping, after: Self.pingInterval)] + renewal
    }

    private mutating func subscriptionEnded() -> [Effect] {
        guard flow != nil else { return [] }
        let delay = min(Self.resubscribeDelay * (1 << min(resubscriptions, 8)), Self.longestResubscribeDelay)
        resubscriptions += 1
        return [.start(.resubscribe, after: delay)]
    }

    private mutating func notified() -> [Effect] {
        resubscriptions = 0
        return []
    }
}

/// An exchange that restarted.
extension Connection {
    /// Whether it said a moment ago that it knows us.
    package var isRenewed: Bool { doubt == .resting }

    private mutating func disowned() -> [Effect] {
        guard flow != nil, move == .none else { return [] }  // the next registration will tell
        switch doubt {
        case .none:
            doubt = .asking
            return [.refresh]
        case .asking:
            return []
        case .resting:
            return [.renewed]
        }
    }

    /// The registration was refreshed, for whatever reason.
    mutating func renewed(_ flow: Flow, _ number: String) -> [Effect] {
        let isNew = number != self.number
        self.number = number
        guard isNew || doubt == .asking else { return [] }
        // Another number from the same address: the exchange forgot us, and with us what we had subscribed to.
        let grace = flow.transport == .udp ? Self.datagramGrace : Self.grace
        var effects: [Effect] = isNew ? [.report(.accessGranted(number: number))] : []
        effects += [.established(flow, number: number, grace: grace), .subscribe(on: flow)]
        guard doubt == .asking else { return effects }
        doubt = .resting
        return effects + [.start(.rest, after: Self.doubtRest), .renewed]
    }
}
