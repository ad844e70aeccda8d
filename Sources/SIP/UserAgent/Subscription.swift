/// A subscriber (RFC 6665 §4.1): one subscription to one event package of one resource, kept until it is not wanted.
///
///                start              2xx or NOTIFY                 481, terminated, expired
///     idle ────────────────> asking ─────────────> established ─────────────────────────────┐
///                            ^   │                     │ ^                                  v
///                            │   │ 4xx, 6xx            └─┘ refresh at half of the expiry   waiting
///                            │   └──────> over                                              │
///                            └──────────────────────────────────────────────────────────────┘ timer `again`
///
/// A NOTIFY may come before the 200 to its SUBSCRIBE, and makes the dialog then (§4.4.1).
public struct Subscription: Equatable, Sendable {
    /// What to subscribe to.
    public struct Parameters: Hashable, Sendable {
        /// The Request-URI: whose state it is.
        public var resource: URI
        /// The event package: `presence`.
        public var event: String
        /// The media types of the state that we understand.
        public var accept: [String]
        /// How long to ask for, in seconds.
        public var expires: UInt32

        /// A subscription; two minutes at a time unless said otherwise.
        public init(resource: URI, event: String, accept: [String], expires: UInt32 = 120) {
            self.resource = resource
            self.event = event
            self.accept = accept
            self.expires = expires
        }
    }

    /// What the notifier says of the subscription itself (Subscription-State, RFC 6665 §4.1.3).
    public enum Activity: Hashable, Sendable {
        /// In force.
        case active
        /// Not yet authorised: the state that comes may be empty.
        case pending
        /// The last state that comes by this subscription.
        case terminated

        init(_ state: SubscriptionState.State) {
            switch state {
            case .active, .other: self = .active
            case .pending: self = .pending
            case .terminated: self = .terminated
            }
        }
    }

    /// Why there is no subscription any more.
    public enum End: Hashable, Sendable {
        /// As we wanted.
        case unsubscribed
        /// A final response that will not change by asking again.
        case refused(status: Int, reason: String)
        /// The notifier ended it for good: `rejected`, `noresource`, `invariant`.
        case terminated(reason: String)
        /// The flow broke.
        case lost
        /// The user agent has `UserAgent.Limits.subscriptions`, or the number was used before.
        case overloaded
    }

    package enum Timer: Hashable, Sendable {
        case refresh
        case expiry
        /// Subscribe anew.
        case again
        /// RFC 6665 §4.1.2.4: how long to wait for the first NOTIFY.
        case timerN
    }

    package enum State: Hashable, Sendable {
        case idle, asking, established, waiting, leaving, over
    }

    package enum Event: Equatable, Sendable {
        case start
        case stop
        case response(Response)
        case failed(TransactionFailure, cseq: UInt32)
        case notify(Request, TransactionLayer.ServerID)
        case fired(Timer)
        /// Our Contact changed.
        case moved(contact: URI)
        case lost
    }

    package enum Effect: Equatable, Sendable {
        case send(Request, cseq: UInt32)
        case respond(Response, TransactionLayer.ServerID)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case notify(Activity, UserAgent.Content?)
        case restarted
        case ended(End)
    }

    package internal(set) var state = State.idle
    /// Our tag in the present attempt; each new subscription is a new dialog.
    package private(set) var localTag: String
    package private(set) var callID: String
    package var isOver: Bool { state == .over }

    let parameters: Parameters
    private let identity: NameAddress
    private var contact: URI
    private var identifiers: Identifiers
    var dialog: Dialog?
    private var cseq: UInt32 = 0
    var initial: Request?
    private var expires: UInt32
    /// Attempts in a row that brought no NOTIFY.
    var failures = 0

    package init(_ parameters: Parameters, identity: NameAddress, contact: URI, identifiers: Identifiers) {
        self.parameters = parameters
        self.identity = identity
        self.contact = contact
        self.identifiers = identifiers
        expires = max(1, parameters.expires)
        localTag = self.identifiers.token()
        callID = self.identifiers.callID()
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .start:
            guard state == .idle else { return [] }
            return subscribe()
        case .stop:
            return stop()
        case .response(let response):
            return receive(response)
        case .failed(let failure, let cseq):
            guard cseq == self.cseq else { return [] }
            return fail(failure)
        case .notify(let request, let transaction):
            return receive(request, transaction)
        case .fired(let timer):
            return fire(timer)
        case .moved(let contact):
            self.contact = contact
            return move()
        case .lost:
            return end(.lost)
        }
    }

    private mutating func fire(_ timer: Timer) -> [Effect] {
        switch (timer, state) {
        case (.refresh, .established):
            return refresh(expires)
        case (.expiry, .established), (.timerN, .asking), (.timerN, .established):
            return anew(after: backOff())
        case (.again, .waiting):
            return subscribe()
        case (.timerN, .leaving):
            state = .over
            return []
        case (.refresh, _), (.expiry, _), (.again, _), (.timerN, _):
            return []
        }
    }

    private mutating func stop() -> [Effect] {
        switch state {
        case .idle, .asking, .waiting:
            return end(.unsubscribed)
        case .established:
            state = .leaving
            return [.cancel(.refresh), .cancel(.expiry), .ended(.unsubscribed)] + refresh(0)
                + [.start(.timerN, after: Self.timerN)]
        case .leaving, .over:
            return []
        }
    }

    private mutating func move() -> [Effect] {
        switch state {
        case .established:
            return refresh(expires)
        case .asking:
            return subscribe()
        case .idle, .waiting, .leaving, .over:
            return []
        }
    }

    mutating func end(_ reason: End) -> [Effect] {
        guard state != .over else { return [] }
        let silent = state == .leaving
        state = .over
        let timers: [Effect] = [.cancel(.refresh), .cancel(.expiry), .cancel(.again), .cancel(.timerN)]
        return timers + (silent ? [] : [.ended(reason)])
    }

    /// A little longer after each failure in a row: 0.5 s to 32 s.
    mutating func backOff() -> Duration {
        let delay = Duration.milliseconds(500 << min(failures, 6))
        failures += 1
        return delay
    }

    mutating func anew(after delay: Duration) -> [Effect] {
        state = .waiting
        dialog = nil
        localTag = identifiers.token()
        callID = identifiers.callID()
        cseq = 0
        return [.cancel(.refresh), .cancel(.expiry), .cancel(.timerN), .start(.again, after: delay)]
    }

    package static let timerN = Timing.timeout
    /// The longest subscription believed: a week, in seconds.
    package static let longest: UInt32 = 604_800
}

extension Subscription {
    private mutating func subscribe() -> [Effect] {
        state = .asking
        cseq &+= 1
        var request = Request(.subscribe, parameters.resource)
        var from = identity
        from.tag = localTag
        request.from = from
        request.to = NameAddress(parameters.resource)
        request.callID = callID
        request.cseq = CSeq(cseq, .subscribe)
        fill(&request, expires)
        initial = request
        return [.send(request, cseq: cseq), .start(.timerN, after: Self.timerN)]
    }

    private mutating func refresh(_ expires: UInt32) -> [Effect] {
        guard var request = dialog?.request(.subscribe) else { return [] }
        fill(&request, expires)
        cseq = request.cseq?.number ?? cseq
        return [.send(request, cseq: cseq)]
    }

    /// The request once more, with the credentials it has by now, under the next number (RFC 3261 §22.2).
    ///
    /// - Returns: nil when it is not the one under way.
    package mutating func again(_ request: Request) -> Request? {
        guard request.cseq?.number == cseq else { return nil }
        let isFirst = request.to?.tag == nil
        switch state {
        case .asking where isFirst:
            let again = request.renumbered
            cseq = again.cseq?.number ?? cseq
            initial = again
            return again
        case .established where !isFirst, .leaving where !isFirst:
            let again = dialog?.renumber(request)
            cseq = again?.cseq?.number ?? cseq
            return again
        case .idle, .asking, .established, .waiting, .leaving, .over:
            return nil
        }
    }

    private func fill(_ request: inout Request, _ expires: UInt32) {
        request.contact = NameAddress(contact)
        request.headers[.event] = parameters.event
        request.headers[.accept] = parameters.accept.joined(separator: ", ")
        request.expires = expires
    }

    private mutating func receive(_ response: Response) -> [Effect] {
        guard response.status >= 200, response.cseq?.number == cseq else { return [] }
        switch state {
        case .idle, .waiting, .over, .leaving:
            return []
        case .asking, .established:
            break
        }
        if response.status < 300 { return grant(response) }
        if response.status == 423, let minimum = response.minExpires, minimum > expires, minimum <= Self.longest {
            expires = minimum
            return state == .asking ? subscribe() : refresh(expires)
        }
        return refuse(response.status, response.reason, response.retryDelay)
    }

    private mutating func grant(_ response: Response) -> [Effect] {
        if dialog == nil, let initial { dialog = Dialog(uac: initial, response: response) }
        guard dialog != nil else { return anew(after: backOff()) }
        state = .established
        return schedule(response.expires ?? expires)
    }

    /// A notifier may shorten what was asked for, not lengthen it (RFC 6665 §4.2.1.1): one that seems to has not
    /// understood the question, and what it believes is not to be relied on for longer than we wanted to.
    func schedule(_ seconds: UInt32) -> [Effect] {
        let lifetime = Duration.seconds(Int64(min(max(1, seconds), expires, Self.longest)))
        return [.start(.refresh, after: lifetime / 2), .start(.expiry, after: lifetime)]
    }

    /// What a failed SUBSCRIBE means: for a refresh, 481 ends the dialog and a new one is made; any other failure
    /// leaves the subscription to its expiry (RFC 6665 §4.1.2.2). A first one is tried again where time may help.
    private mutating func refuse(_ status: Int, _ reason: String, _ retryAfter: Duration?) -> [Effect] {
        switch (state, status) {
        case (.established, 481):
            return anew(after: backOff()) + [.restarted]
        case (.established, _):
            return []
        case (_, 408), (_, 480), (_, 486), (_, 500...599):
            return anew(after: retryAfter ?? backOff())
        default:
            return end(.refused(status: status, reason: reason))
        }
    }

    private mutating func fail(_ failure: TransactionFailure) -> [Effect] {
        switch (state, failure) {
        case (.idle, _), (.waiting, _), (.over, _), (.leaving, _):
            return []
        case (.asking, .transport), (.established, .transport):
            return end(.lost)
        case (.asking, .timedOut), (.established, .timedOut):
            return refuse(408, "Request Timeout", nil)
        case (.asking, .overloaded), (.established, .overloaded):
            return refuse(503, "Service Unavailable", nil)
        case (.asking, .tooLarge), (.established, .tooLarge):
            return refuse(513, "Message Too Large", nil)
        case (.asking, .unwritable), (.established, .unwritable):
            return refuse(400, "Bad Request", nil)
        }
    }
}
