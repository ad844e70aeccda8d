/// The transaction layer of RFC 3261 §17: gives each request exactly once to the transaction user, each response to
/// the request that asked for it, and repeats over UDP what got lost.
///
/// One layer serves an end point and a stateful proxy alike. It fills `received` and `rport` into the top Via of what
/// arrives (§18.2.1, RFC 3581), answers every CANCEL itself (§9.2), says 100 to an INVITE that stays unanswered for
/// 200 ms, and acknowledges final responses other than 2xx. Left to the transaction user: repeating a 2xx until its
/// ACK (§13.3.1.4), the ACK to a 2xx, timer C, 482 to merged requests, and answering each request it was given.
public struct TransactionLayer: Sendable, Equatable {
    /// What it may use up, so that a flood ends as 503s and not as an exhausted machine.
    public struct Limits: Sendable, Equatable {
        /// Transactions at a time, both roles. The last eighth is for peers that began few, so that those who began
        /// many do not shut them out.
        public var transactions: Int
        /// Transactions at a time that the peer began on one flow, and as many that we began: one peer cannot take the
        /// room of the others.
        public var transactionsPerFlow: Int
        /// Transactions at a time that peers at one address began, an IPv6 /64 being one; those that are trusted aside.
        public var transactionsPerAddress: Int
        /// Octets at a time of the requests and responses that those keep which peers began: in all, of which again the
        /// last eighth is for those who began few, and at one address that is not trusted.
        package var octets = 32 << 20
        package var octetsPerAddress = 16 << 20
        /// Bytes of a request that may leave over UDP. RFC 3261 §18.1.1 says 1,300; a proxy that has nothing but the
        /// flow on which its client registered may take a greater risk of fragmentation.
        public var datagram: Int
        /// Seconds in the Retry-After of the 503 for what found no room.
        public var retryAfter: Int
        /// Addresses with many behind them.
        package var trusted: [AddressRange] = []
        /// So many a peer may have begun to count as one with few.
        static let few = 16

        /// The defaults suit a client and an exchange alike.
        public init(
            transactions: Int = 65_536, transactionsPerFlow: Int = 16_384, transactionsPerAddress: Int = 16_384,
            datagram: Int = 1_300, retryAfter: Int = 5
        ) {
            self.transactions = transactions
            self.transactionsPerFlow = transactionsPerFlow
            self.transactionsPerAddress = transactionsPerAddress
            self.datagram = datagram
            self.retryAfter = retryAfter
        }
    }

    /// What was dropped or refused, counted since the start.
    public struct Counters: Sendable, Equatable {
        /// Responses that matched no transaction.
        public var strayResponses = 0
        /// Messages without a readable top Via or CSeq.
        public var unreadable = 0
        /// Copies of requests that were absorbed.
        public var repeatedRequests = 0
        /// Requests that found no room: answered 503 when received, failed when sent.
        public var overloaded = 0
    }

    /// What happened outside.
    public enum Event: Equatable, Sendable {
        case received(Message, on: Flow)
        case fired(Timer)
        /// The flow is gone; its transactions fail now instead of timing out.
        case closed(Flow)
    }

    /// What the host or the transaction user is to do, in this order.
    public enum Effect: Equatable, Sendable {
        case transmit(Message, on: Flow)
        case start(Timer, after: Duration)
        case cancel(Timer)
        /// A new request, never an ACK or a CANCEL; to be answered with `respond`.
        case request(Request, ServerID, on: Flow)
        /// The INVITE was cancelled and the CANCEL answered; to be answered 487, or by a proxy passed on.
        case cancelled(ServerID)
        /// The ACK to a 2xx, or one that belongs to nothing; the dialog decides.
        case ack(Request, on: Flow)
        /// A response, copies of a 2xx to INVITE included. Its top Via is still ours; a proxy removes it.
        case response(Response, ClientID, on: Flow)
        /// No final response will come.
        case failed(ClientID, TransactionFailure)
    }

    /// Counts since the start.
    public internal(set) var counters = Counters()
    /// The limits that count from now on; what there is beyond them stays to its end.
    public var limits: Limits

    var identifiers: Identifiers
    var inviteClients = TransactionTable<ClientID, InviteClientTransaction>()
    var nonInviteClients = TransactionTable<ClientID, NonInviteClientTransaction>()
    var inviteServers = TransactionTable<ServerID, InviteServerTransaction>()
    var nonInviteServers = TransactionTable<ServerID, NonInviteServerTransaction>()
    var flows = FlowIndex()

    /// - Parameter identifiers: where branches and the tags of its own answers come from.
    public init(identifiers: Identifiers, limits: Limits = Limits()) {
        self.identifiers = identifiers
        self.limits = limits
    }

    /// Transactions at this moment, in both roles and in any state.
    public var count: Int { flows.count }

    /// Whether the request's transaction still takes responses or absorbs copies.
    public func exists(_ id: ServerID) -> Bool {
        id.method == .invite ? inviteServers.contains(id) : nonInviteServers.contains(id)
    }

    /// Whether the request still waits for a response or absorbs copies of one.
    public func exists(_ id: ClientID) -> Bool {
        id.method == .invite ? inviteClients.contains(id) : nonInviteClients.contains(id)
    }

    /// Takes one event; the effects are in the order in which they are to be performed.
    public mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .received(.request(let request), let flow): receive(request, on: flow)
        case .received(.response(let response), let flow): receive(response, on: flow)
        case .fired(let timer): fire(timer)
        case .closed(let flow): close(flow)
        }
    }

    private mutating func fire(_ timer: Timer) -> [Effect] {
        switch timer.name {
        case .inviteClient(let id, let timer): advance(id, invite: .fired(timer))
        case .nonInviteClient(let id, let timer): advance(id, nonInvite: .fired(timer))
        case .inviteServer(let id, let timer): advance(id, invite: .fired(timer))
        case .nonInviteServer(let id, let timer): advance(id, nonInvite: .fired(timer))
        }
    }

    private mutating func close(_ flow: Flow) -> [Effect] { members(on: flow).flatMap { close($0) } }

    /// The transactions on a flow, for who closes them one by one: there may be thousands.
    package func members(on flow: Flow) -> [Member] { flows.members(on: flow) }

    /// The flow of the transaction is gone; it fails now.
    package mutating func close(_ member: Member) -> [Effect] {
        switch member {
        case .client(let id): id.method == .invite ? advance(id, invite: .closed) : advance(id, nonInvite: .closed)
        case .server(let id): id.method == .invite ? advance(id, invite: .closed) : advance(id, nonInvite: .closed)
        }
    }

    /// Whether we may begin one more transaction on the flow; counts a refusal.
    mutating func hasRoomToSend(on flow: Flow) -> Bool {
        let begun = flows.count(on: flow) - flows.servers(on: flow)
        if flows.count < limits.transactions, begun < limits.transactionsPerFlow { return true }
        counters.overloaded += 1
        return false
    }

    /// Whether the peer may begin one more transaction on the flow; counts a refusal.
    mutating func hasRoomToReceive(on flow: Flow) -> Bool {
        let begun = flows.servers(on: flow)
        let begunThere = flows.servers(from: flow)
        // Anybody has as many ports over UDP as they like.
        let hasFew = (flow.transport.isReliable ? begun : begunThere) < Limits.few
        let eighths = hasFew ? 8 : 7
        if flows.count < limits.transactions - limits.transactions / 8 * (8 - eighths),
            flows.octets < limits.octets / 8 * eighths, begun < limits.transactionsPerFlow,
            hasFew || isWithinShare(flow, begunThere)
        {
            return true
        }
        counters.overloaded += 1
        return false
    }

    private func isWithinShare(_ flow: Flow, _ begunThere: Int) -> Bool {
        let hasRoom = begunThere < limits.transactionsPerAddress && flows.octets(from: flow) < limits.octetsPerAddress
        return hasRoom || isTrusted(flow)
    }

    private func isTrusted(_ flow: Flow) -> Bool {
        guard !limits.trusted.isEmpty, let address = NumericAddress(flow.remote.host) else { return false }
        return limits.trusted.contains { $0.contains(address) }
    }
}
