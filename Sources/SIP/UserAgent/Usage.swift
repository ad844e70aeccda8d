extension UserAgent {
    /// What lives under one of our tags.
    enum Usage: Hashable, Sendable {
        /// An INVITE of ours that is not answered yet.
        case call(SessionID)
        case session(SessionID, DialogID)
        case subscription(SubscriptionID)
    }

    /// A subscription and where it lives.
    struct Subscribed: Equatable, Sendable {
        var machine: Subscription
        var flow: Flow
    }

    /// An INVITE of ours and what its session will need.
    struct Call: Equatable, Sendable {
        var client: InviteClient
        let flow: Flow
        /// Whom we called, until the exchange asserts who answers.
        var peer: NameAddress
        let tag: String
        /// The REFER that it carries out.
        var following: ReferralID?
        var transaction: TransactionLayer.ClientID?
        /// Requests that overtook the 2xx which makes their dialog; they are served when it comes.
        var early: [Early] = []
    }

    /// A request that came before its dialog was there.
    struct Early: Equatable, Sendable {
        var request: Request
        var transaction: TransactionLayer.ServerID
        var flow: Flow
    }

    /// A session and where it lives.
    struct Seat: Equatable, Sendable {
        var session: Session
        var flow: Flow
        /// The INVITE that made it, if it was the peer's.
        let invite: TransactionLayer.ServerID?
        /// Our last re-INVITE.
        var reinvite: TransactionLayer.ClientID?
    }

    /// Where messages outside of sessions go.
    struct Address: Hashable, Sendable {
        var uri: URI
        var flow: Flow
    }

    /// What one of our requests was for.
    enum Purpose: Hashable, Sendable {
        case registration(cseq: UInt32)
        case subscription(SubscriptionID, cseq: UInt32)
        case call(SessionID)
        /// A PRACK before the call is answered.
        case prack(SessionID)
        case session(SessionID, Session.Asked)
        case outside(MessageToken, Address)
        case ping(PingToken)
    }

    /// What our open requests were for.
    struct Purposes: Equatable, Sendable {
        private var table: [TransactionLayer.ClientID: Purpose] = [:]
        private var threshold = Limits.sweep

        var count: Int { table.count }

        /// INVITEs stay for the copies of their 2xx and nobody tells when the last came, so the table is swept as it
        /// grows, by those that the transaction layer knows no more.
        mutating func add(_ purpose: Purpose, for client: TransactionLayer.ClientID, in layer: TransactionLayer) {
            if table.count >= threshold {
                table = table.filter { layer.exists($0.key) }
                threshold = max(Limits.sweep, table.count * 2)
            }
            table[client] = purpose
        }

        subscript(_ client: TransactionLayer.ClientID) -> Purpose? { table[client] }

        mutating func remove(_ client: TransactionLayer.ClientID) -> Purpose? { table.removeValue(forKey: client) }
    }

    /// Requests outside of dialogs, to recognise those that come twice (RFC 3261 §8.2.2.2): while their transactions last,
    /// and MESSAGEs for longer, since a text that was shown is not shown again however late its copy comes.
    struct Merges: Equatable, Sendable {
        struct Key: Hashable, Sendable {
            var callID: String?
            var fromTag: String?
            var cseq: CSeq?
        }

        private var table: [Key: TransactionLayer.ServerID] = [:]
        private var order: [Key] = []
        private var oldest = 0
        private var threshold = Limits.sweep

        var count: Int { table.count }

        /// Remembers a request; gives back the transaction in which the same one came before.
        mutating func remember(
            _ request: Request, _ transaction: TransactionLayer.ServerID, in layer: TransactionLayer
        ) -> TransactionLayer.ServerID? {
            let key = Key(callID: request.callID, fromTag: request.from?.tag, cseq: request.cseq)
            if let former = table[key] { return former }
            if order.count >= threshold { sweep(layer) }
            table[key] = transaction
            if order.count < Limits.remembered {
                order.append(key)
            } else {
                table[order[oldest]] = nil
                order[oldest] = key
                oldest = (oldest + 1) % order.count
            }
            return nil
        }

        private mutating func sweep(_ layer: TransactionLayer) {
            table = table.filter { $0.key.cseq?.method == .message || layer.exists($0.value) }
            order = (order[oldest...] + order[..<oldest]).filter { table[$0] != nil }
            oldest = 0
            threshold = max(Limits.sweep, order.count * 2)
        }
    }
}
