import SIP

/// A phone of an exchange's outside line: connection, online clients, calls and messages, as one value.
///
/// A machine without clock, socket or closure. The host feeds it events, one after the other, and performs the
/// effects of each in their order; how to do that on Swift's concurrency shows `WebClient`.
///
/// ```swift
/// var phone = Phone(identifiers: .unpredictable)
/// let account = Account(host: "127.0.0.1", port: 7777, transport: .tcp, line: "Webphone1", displayName: "guest")
/// for effect in phone.handle(.command(.connect(account))) { /* perform */ }
/// ```
///
/// Room is left for hold, transfer, call history and a supervisor's view: a session of the user agent per call, each
/// call known by its identity.
public struct Phone: Sendable {
    /// What happens to a phone.
    public enum Event: Equatable, Sendable {
        /// The person, or a bot, wants something.
        case command(PhoneCommand)
        /// The transport tells something.
        case transport(TransportEvent)
        /// The time of day, in seconds since 1970 (UTC). A host that knows it tells it before what happens then; without
        /// it no text asks to be confirmed, which needs a date (RFC 5438 §7.1.1.2).
        case time(Int64)
        /// A timer that was started, and not cancelled since, has run out.
        case fired(Timer)
    }

    /// What the host performs, in order.
    public enum Effect: Equatable, Sendable {
        /// For the transport.
        case transport(TransportCommand)
        /// Starts the timer, or starts it anew where it runs.
        case start(Timer, after: Duration)
        /// Stops the timer; it may not be running.
        case cancel(Timer)
        /// For the person, or the bot.
        case report(PhoneReport)
    }

    /// Names a timer of a phone; opaque to the host.
    public struct Timer: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// Of the user agent of the account with this count: those of earlier accounts mean nothing any more.
            case agent(UserAgent.Timer, account: UInt64)
            case connection(Connection.Timer)
            case roster(Roster.Timer)
            case calls(Calls.Timer)
            case messages(Messages.Timer)
            case typing(Typing.Timer)
        }

        package var kind: Kind

        package init(_ kind: Kind) {
            self.kind = kind
        }
    }

    var agent: UserAgent?
    var connection: Connection
    var roster = Roster()
    var calls: Calls
    var messages = Messages()
    var receipts = Receipts()
    var typing = Typing()
    /// Typing indications that are under way.
    var indications: [MessageToken: CallID] = [:]
    /// Counts down, while the texts' tokens count up.
    var lastAside = UInt64.max
    /// Seconds since 1970, where the host tells.
    var time: Int64?
    var preferences = Preferences()
    var account: Account?
    var accounts: UInt64 = 0
    /// The exchange that is tried or in use, as the person wrote it.
    var server = ""
    /// The host part of addresses there: the same, until the exchange says what it calls itself.
    var domain = ""
    /// The URN by which the exchange knows this program across connections (RFC 5626 §4.1).
    let instance: String
    let software: String
    /// What others may be heard in that ask for voice.
    let codecs: [AudioCodec]
    var identifiers: Identifiers
    var subscription: SubscriptionID?
    var lastSubscription: UInt64 = 0
    var lastPing: UInt64 = 0
    /// Flows that are gone while the user agent still believes in them: it moves its sessions to the next one first,
    /// so that the other side can be told that they are over.
    var gone: [Flow] = []
    var effects: [Effect] = []
    var reports: [Effect] = []
    /// What the user agent asked for while its earlier effects were being performed.
    var queued: [UserAgent.Effect] = []
    var isPerforming = false
    /// Why there is no list, as last said.
    var unlisted: String?

    /// In seconds, refreshed at half: over UDP nothing else tells of an exchange that restarted between two pings, when
    /// a refresh of the registration came first and was taken for a new one.
    static let datagramSubscription: UInt32 = 60
    static let streamSubscription: UInt32 = 120

    /// A phone that is not connected.
    ///
    /// - Parameters:
    ///   - identifiers: where tags, branches, Call-IDs and the jitter of the back-off come from.
    ///   - software: the product and version for User-Agent (RFC 3261 §20.41).
    ///   - codecs: what the host can be heard in, the most wanted first. Without any, calls are of texts only, and who
    ///     asks for voice is told so unasked.
    public init(identifiers: Identifiers, software: String = "Partyline", codecs: [AudioCodec] = []) {
        var source = identifiers
        instance = Self.instance(&source)
        connection = Connection(identifiers: source.split())
        calls = Calls(identifiers: source.split())
        self.identifiers = source
        self.software = software
        self.codecs = codecs
    }

    /// The numeric address from which the exchange is reached, where others may reach us too; nil without a connection.
    public var localHost: String? { connection.flow?.local.host }

    /// Whether nobody between us and the exchange can read what is said to it, keys of voice for one.
    public var isConnectionSecure: Bool { connection.flow?.transport.isSecure ?? false }

    /// Takes one event. The effects are performed in order; reports come last, so that a host may answer one with
    /// another command at once.
    public mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .command(let command): perform(command)
        case .transport(let event): receive(event)
        case .time(let seconds): time = seconds
        case .fired(let timer): fired(timer)
        }
        let asked = effects + reports
        effects = []
        reports = []
        return asked
    }

    private mutating func perform(_ command: PhoneCommand) {
        switch command {
        case .connect(let account):
            leaveCalls()
            begin(account)
            run(connection.handle(.connect(account)))
        case .disconnect:
            leaveCalls()
            run(connection.handle(.disconnect))
        case .call(let id, let number):
            run(calls.handle(.call(id, dialled(number) ?? Party(number: "", name: ""))))
        case .accept(let id):
            run(calls.handle(.accept(id)))
        case .reject(let id):
            run(calls.handle(.reject(id)))
        case .hangUp(let id):
            run(calls.handle(.hangUp(id)))
        case .hold(let id):
            run(calls.handle(.hold(id)))
        case .resume(let id):
            run(calls.handle(.resume(id)))
        case .forward(let id, let number):
            direct(number) { .forward(id, to: $0) }
        case .transfer(let id, let number):
            direct(number) { .transfer(id, to: $0) }
        case .join(let id, let other):
            run(calls.handle(.join(id, with: other)))
        case .acceptTransfer(let id, let new):
            run(calls.handle(.acceptTransfer(id, as: new)))
        case .refuseTransfer(let id):
            run(calls.handle(.refuseTransfer(id)))
        case .dtmf(let id, let keys):
            run(calls.handle(.dtmf(id, keys)))
        case .offerVoice(let id, let capabilities):
            run(calls.handle(.offerVoice(id, capabilities)))
        case .acceptVoice(let id, let capabilities):
            run(calls.handle(.acceptVoice(id, capabilities)))
        case .refuseVoice(let id):
            run(calls.handle(.refuseVoice(id)))
        case .endVoice(let id):
            run(calls.handle(.endVoice(id)))
        case .typing(let id, let isTyping):
            if calls.session(of: id) != nil { run(typing.handle(.typing(id, isTyping))) }
        case .preferences(let preferences):
            self.preferences = preferences
            bar()
            run(typing.handle(.tells(preferences.tellsTyping)))
            run(calls.handle(.preferences(preferences)))
        case .send(let id, let text, let call):
            if calls.session(of: call) != nil {
                run(messages.handle(.send(id, text, in: call)))
            } else {
                let reason = calls.party(of: call) == nil ? Reasons.noCall : Reasons.notAccepted
                reports.append(.report(.delivery(id, .failed(reason))))
            }
        }
    }

    /// Something about a call that concerns somebody else too.
    private mutating func direct(_ number: String, _ event: (Party) -> Calls.Event) {
        if let party = dialled(number) {
            run(calls.handle(event(party)))
        } else {
            reports.append(.report(.fault(Reasons.noNumber)))
        }
    }

    private mutating func receive(_ event: TransportEvent) {
        switch event {
        case .received(let message, let flow):
            run(agent?.handle(.received(message, on: flow)) ?? [])
        case .located(let endpoints, let attempt):
            run(connection.handle(.located(endpoints, attempt: attempt)))
        case .opened(let flow, let attempt):
            run(connection.handle(.opened(flow, attempt: attempt)))
        case .failed(let failure, let attempt):
            run(connection.handle(.failed(failure, attempt: attempt)))
        case .closed(let flow, let failure):
            let wasOnline = connection.flow == flow
            run(connection.handle(.closed(flow, failure)))
            if !wasOnline { forget(flow) }
        }
    }

    private mutating func fired(_ timer: Timer) {
        switch timer.kind {
        case .agent(let timer, let account):
            if account == accounts { run(agent?.handle(.fired(timer)) ?? []) }
        case .connection(let timer):
            run(connection.handle(.fired(timer)))
        case .roster(let timer):
            run(roster.handle(.fired(timer)))
        case .calls(let timer):
            run(calls.handle(.fired(timer)))
        case .messages(let timer):
            run(messages.handle(.fired(timer)))
        case .typing(let timer):
            run(typing.handle(.fired(timer)))
        }
    }

    /// Tells the user agent that a flow is gone, unless that waits for the next connection.
    mutating func forget(_ flow: Flow) {
        guard !gone.contains(flow) else { return }
        run(agent?.handle(.closed(flow)) ?? [])
    }

    /// The calls end while there is still a flow to say so.
    private mutating func leaveCalls() {
        run(calls.handle(.leave))
        run(messages.handle(.lost))
        if let id = subscription {
            subscription = nil
            run(agent?.handle(.command(.unsubscribe(id))) ?? [])
        }
    }

    private mutating func begin(_ account: Account) {
        self.account = account
        server = account.servers.first?.domain ?? ""
        domain = server
    }

    /// A random UUID (RFC 9562 §5.4) as a URN.
    private static func instance(_ source: inout Identifiers) -> String {
        var digits = Array((hex(source.next()) + hex(source.next())).utf8)
        digits[12] = UInt8(ascii: "4")
        digits[16] = UInt8(ascii: "a")
        let groups = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
        return "urn:uuid:" + groups.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
