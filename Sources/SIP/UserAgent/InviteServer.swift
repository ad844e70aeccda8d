/// The answering side of one INVITE, whether it makes a session or changes one (RFC 3261 §13.3, §14.2).
///
///     proceeding ── accept ──> accepted ── ACK ──> confirmed
///         │ │                     │ 64·T1 without ACK: BYE, the session is over (§13.3.1.4)
///         │ └── reject, CANCEL ──> refused
///         └── 180, and again every minute, so that proxies do not give up (§13.3.1.1)
///
/// A 2xx is repeated end to end, over TCP too, because behind the next hop there may be UDP.
package struct InviteServer: Equatable, Sendable {
    package enum Timer: Hashable, Sendable, CaseIterable {
        /// Say 180 again.
        case ringing
        /// Say 2xx again.
        case retransmit
        /// The ACK does not come any more.
        case giveUp
    }

    package enum State: Hashable, Sendable {
        case proceeding, accepted, confirmed, refused
    }

    package enum Event: Equatable, Sendable {
        case ring(Response)
        case accept(Response)
        case refuse(Response)
        case acknowledged(Request)
        case fired(Timer)
    }

    package enum Effect: Equatable, Sendable {
        case respond(Response, TransactionLayer.ServerID)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case confirmed
        case unacknowledged
    }

    package static let ringingInterval = Duration.seconds(60)

    package private(set) var state = State.proceeding
    package let request: Request
    package let transaction: TransactionLayer.ServerID
    private var latest: Response?
    private var interval = Timing.t1

    package init(_ request: Request, _ transaction: TransactionLayer.ServerID) {
        self.request = request
        self.transaction = transaction
    }

    /// Whether no final response was given yet.
    package var isPending: Bool { state == .proceeding }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch (event, state) {
        case (.ring(let response), .proceeding):
            latest = response
            return [.respond(response, transaction), .start(.ringing, after: Self.ringingInterval)]
        case (.accept(let response), .proceeding):
            state = .accepted
            latest = response
            return [
                .cancel(.ringing), .respond(response, transaction), .start(.retransmit, after: interval),
                .start(.giveUp, after: Timing.timeout),
            ]
        case (.refuse(let response), .proceeding):
            state = .refused
            return [.cancel(.ringing), .respond(response, transaction)]
        case (.acknowledged(let ack), .accepted):
            guard ack.cseq?.number == request.cseq?.number else { return [] }
            state = .confirmed
            return [.cancel(.retransmit), .cancel(.giveUp), .confirmed]
        case (.fired(.ringing), .proceeding):
            guard let latest else { return [] }
            return [.respond(latest, transaction), .start(.ringing, after: Self.ringingInterval)]
        case (.fired(.retransmit), .accepted):
            guard let latest else { return [] }
            interval = min(interval * 2, Timing.t2)
            return [.respond(latest, transaction), .start(.retransmit, after: interval)]
        case (.fired(.giveUp), .accepted):
            state = .refused
            return [.cancel(.retransmit), .unacknowledged]
        case (.ring, _), (.accept, _), (.refuse, _), (.acknowledged, _), (.fired, _):
            return []
        }
    }
}
