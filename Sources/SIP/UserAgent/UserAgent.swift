/// The end point core of SIP (RFC 3261 §8, §10, §12 to §15; RFC 3428; RFC 6665): it registers, subscribes, calls,
/// answers and exchanges messages over one or more flows to its own exchange.
///
/// A value without clock, socket or closure. The host hands it what the transport received, which timers fired and
/// what the person wants; it performs the effects in order. One `UserAgent` speaks as one address, and lives as long
/// as that address: across reconnects it keeps its Call-ID for registration, its sessions move to the new flow.
public struct UserAgent: Sendable, Equatable {
    /// Who the user agent is, and whom it believes.
    public struct Configuration: Equatable, Sendable {
        /// The From of what it sends, until a registration assigns another address (P-Associated-URI, RFC 7315 §4.1).
        public var identity: NameAddress
        /// Where requests reach it; nil makes a Contact from the local address of the flow in use.
        public var contact: URI?
        /// The value of User-Agent and Server; empty leaves them out.
        public var software: String
        /// From which flows requests are taken; from others they are answered 403.
        public var trust: Trust
        /// How many sessions exist at once at most; the next INVITE is answered 486.
        public var sessionLimit: Int
        /// The media types, without parameters and in small letters, of messages that are taken; others are answered 415.
        public var messageTypes: [String]
        /// What a peer could be heard in that asks for voice; empty where there is none: then it is told so unasked.
        public var codecs: [AudioCodec]

        /// What a chat understands in a MESSAGE: text, that somebody is writing (RFC 3994), and delivery notifications
        /// with their wrapping (RFC 5438, 3862).
        public static let messageTypes = [
            "text/plain", "application/im-iscomposing+xml", "message/cpim", "message/imdn+xml",
        ]

        /// A configuration; the defaults are those of a phone behind one exchange.
        public init(
            identity: NameAddress, contact: URI? = nil, software: String = "", trust: Trust = .registeredFlows,
            sessionLimit: Int = Limits.sessions, messageTypes: [String] = Configuration.messageTypes,
            codecs: [AudioCodec] = []
        ) {
            self.identity = identity
            self.contact = contact
            self.software = software
            self.trust = trust
            self.sessionLimit = sessionLimit
            self.messageTypes = messageTypes
            self.codecs = codecs
        }
    }

    /// How long a peer waits for what its question for voice is answered.
    public static let voicePatience = Duration.seconds(30)

    /// Whose requests are served.
    public enum Trust: Hashable, Sendable {
        /// Those on flows over which a registration was sent: our own exchange, and nobody who comes to us directly.
        case registeredFlows
        /// All: the host lets nothing in that the exchange has not checked (an extension inside the exchange).
        case everyFlow
    }

    /// What a user agent never holds more of.
    public enum Limits {
        /// Sessions of a phone, those being set up or torn down included.
        public static let sessions = 100
        /// Subscriptions at once.
        public static let subscriptions = 16
        /// Early dialogs of one INVITE (RFC 3261 §12.1); responses of further forks are not reported.
        public static let forks = 16
        /// REFERs of peers that are remembered for the INVITE that follows.
        public static let referrals = 64
        /// Dialogs that are over, for those who want to take the place of one (RFC 3891 §3).
        public static let departed = 8
        /// Other addresses that are taken from a 3xx.
        public static let redirections = 8
        /// Methods and media types that are remembered of what a peer says it takes.
        public static let capabilities = 32
        /// Messages waiting in one session, or to one address, for the one under way to be answered.
        public static let queuedMessages = 10_000
        /// Questions of a peer for voice in one session that came to nothing; it is answered without voice from then on,
        /// until our person asks.
        public static let questions = 3
        /// Bytes of one incoming MESSAGE's body; more is answered 413.
        public static let messageBody = 32_768
        /// Requests outside of dialogs remembered to recognise a copy that came another way (RFC 3261 §8.2.2.2).
        public static let remembered = 256
        /// How much of what may be over is kept at least before it is looked through.
        static let sweep = 4
    }

    /// Names a timer of this user agent; opaque to the host.
    public struct Timer: Hashable, Sendable {
        package let kind: Kind

        package enum Kind: Hashable, Sendable {
            case transaction(TransactionLayer.Timer)
            case registration(Registration.Timer)
            case subscription(SubscriptionID, Subscription.Timer)
            case session(SessionID, Session.Timer)
            case invite(SessionID, InviteClient.Timer)
        }
    }

    /// What happens to a user agent.
    public enum Event: Equatable, Sendable {
        /// The transport read a message.
        case received(Message, on: Flow)
        /// The flow is gone; all that depended on it ends, unless it had moved to another flow before.
        case closed(Flow)
        /// A timer that was started ran out.
        case fired(Timer)
        /// Something is wanted.
        case command(Command)
    }

    /// What the host performs, in order.
    public enum Effect: Equatable, Sendable {
        /// Sends a message.
        case transmit(Message, on: Flow)
        /// Starts the timer, or starts it anew where it runs.
        case start(Timer, after: Duration)
        /// Stops the timer, if it runs.
        case cancel(Timer)
        /// News for the program above.
        case report(Report)
    }

    /// Who it is, and whom it believes.
    public let configuration: Configuration
    /// The address it speaks as now: the configured one until a registration assigned another.
    public internal(set) var identity: NameAddress

    var identifiers: Identifiers
    var transactions: TransactionLayer
    var registration: Registration
    var registrationFlow: Flow?
    /// Flows over which we registered.
    var trusted: Set<Flow> = []
    var subscriptions: [SubscriptionID: Subscribed] = [:]
    /// INVITEs of ours, until no further answer to them can come.
    var calls: [SessionID: Call] = [:]
    /// Sessions with a dialog: answered ones, and incoming ones from the start.
    var sessions: [SessionID: Seat] = [:]
    /// Messages outside of sessions.
    var outboxes: [Address: Outbox] = [:]
    /// What a request with this tag of ours in To belongs to.
    var usages: [String: Usage] = [:]
    /// INVITEs of peers, for their CANCEL.
    var invites: [TransactionLayer.ServerID: SessionID] = [:]
    var purposes = Purposes()
    /// Our exchange, as we asked it to register us.
    var registrar: URI?
    /// What our exchange is answered when it asks for a password.
    var digest: DigestClient?
    /// Requests that it may yet ask about.
    var unanswered: [TransactionLayer.ClientID: Unanswered] = [:]
    var merges = Merges()
    /// What peers asked us to do by REFER.
    var referrals: [ReferralID: Referred] = [:]
    /// REFERs of peers so far.
    var referralCount: UInt64 = 0
    /// Dialogs of sessions that are over, the latest last.
    var departed: [DialogID] = []
    /// How much is remembered of requests and dialogs that may be over.
    package var remembered: Int { merges.count + purposes.count + departed.count }
    /// Users whose MESSAGEs outside of sessions are refused.
    var barred: Set<URI> = []
    /// Incoming sessions so far.
    var received: UInt64 = 0

    /// A user agent without a registration, subscription or session.
    ///
    /// - Parameter identifiers: where tags, Call-IDs, branches and back-off times come from.
    public init(_ configuration: Configuration, identifiers: Identifiers) {
        self.configuration = configuration
        self.identifiers = identifiers
        identity = configuration.identity
        transactions = TransactionLayer(identifiers: self.identifiers.split())
        registration = Registration(identifiers: &self.identifiers)
    }

    /// Takes one event.
    ///
    /// - Returns: what the host has to do, in this order.
    public mutating func handle(_ event: Event) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .received(let message, let flow):
            guard !message.isForSomebodyElse else { break }
            absorb(transactions.handle(.received(message, on: flow)), &effects)
        case .closed(let flow):
            lose(flow, &effects)
        case .fired(let timer):
            fire(timer, &effects)
        case .command(let command):
            obey(command, &effects)
        }
        return effects
    }

    private mutating func fire(_ timer: Timer, _ effects: inout [Effect]) {
        switch timer.kind {
        case .transaction(let timer): absorb(transactions.handle(.fired(timer)), &effects)
        case .registration(let timer): drive(.fired(timer), &effects)
        case .subscription(let id, let timer): drive(id, .fired(timer), &effects)
        case .session(let id, let timer): drive(id, .fired(timer), &effects)
        case .invite(let id, let timer): drive(id, call: .fired(timer), &effects)
        }
    }

    /// Acts on what the transaction layer has to say.
    mutating func absorb(_ steps: [TransactionLayer.Effect], _ effects: inout [Effect]) {
        for step in steps {
            switch step {
            case .transmit(let message, let flow): effects.append(.transmit(message, on: flow))
            case .start(let timer, let delay): effects.append(.start(Timer(kind: .transaction(timer)), after: delay))
            case .cancel(let timer): effects.append(.cancel(Timer(kind: .transaction(timer))))
            case .request(let request, let transaction, let flow): receive(request, transaction, on: flow, &effects)
            case .cancelled(let transaction): cancelled(transaction, &effects)
            case .ack(let ack, let flow): acknowledged(ack, on: flow, &effects)
            case .response(let response, let client, _): receive(response, client, &effects)
            case .failed(let client, let failure): fail(client, failure, &effects)
            }
        }
    }
}

extension Message {
    /// A response with a Via below ours was meant for somebody that we sent nothing for (RFC 3261 §8.1.3.3).
    fileprivate var isForSomebodyElse: Bool {
        switch self {
        case .request: false
        case .response(let response): response.headers.values(.via).count > 1
        }
    }
}
