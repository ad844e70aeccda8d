/// The answering side of one INVITE, whether it makes a session or changes one (RFC 3261 §13.3, §14.2).
///
///     proceeding ── accept ──> accepted ── ACK ──> confirmed
///         │ │                     │ 64·T1 without ACK: BYE, the session is over (§13.3.1.4)
///         │ └── reject, CANCEL ──> refused
///         └── 180, and again every minute, so that proxies do not give up (§13.3.1.1)
///
/// To a caller that insists (Require: 100rel) the 180 is repeated until its PRACK comes, and after 64·T1 without one the
/// INVITE is refused (RFC 3262 §3).
///
/// A 2xx is repeated end to end, over TCP too, because behind the next hop there may be UDP.
package struct InviteServer: Equatable, Sendable {
    package enum Timer: Hashable, Sendable, CaseIterable {
        /// Say 180 again.
        case ringing
        /// Say the reliable 180 again.
        case provisional
        /// Its PRACK does not come any more.
        case unheard
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
        /// The PRACK that is awaited came.
        case heard
        case acknowledged(Request)
        case fired(Timer)
    }

    package enum Effect: Equatable, Sendable {
        case respond(Response, TransactionLayer.ServerID)
        case start(Timer, after: Duration)
        case cancel(Timer)
        /// With the ACK.
        case confirmed(Request)
        case unacknowledged
        /// A reliable provisional response was never acknowledged.
        case unheard
    }

    private struct Provisional: Equatable {
        let response: Response
        let number: UInt32
        var interval: Duration
    }

    package static let ringingInterval = Duration.seconds(60)

    package private(set) var state = State.proceeding
    package let request: Request
    package let transaction: TransactionLayer.ServerID
    private var latest: Response?
    private var interval = Timing.t1
    /// A reliable provisional response that awaits its PRACK, and when it is repeated.
    private var provisional: Provisional?
    private var nextNumber: UInt32

    /// - Parameter firstNumber: the first RSeq, 1 to 2^31 - 1 (RFC 3262 §3).
    package init(_ request: Request, _ transaction: TransactionLayer.ServerID, firstNumber: UInt32 = 1) {
        self.request = request
        self.transaction = transaction
        nextNumber = firstNumber
    }

    /// Whether the caller wants to acknowledge what precedes the final response.
    package var isReliable: Bool { request.required.contains { $0.asciiLowercased == Capabilities.reliable } }

    /// Whether a session description of ours awaits its PRACK.
    package var awaitsDescription: Bool { provisional?.response.body.isEmpty == false }

    /// Whether a PRACK with this RAck is awaited.
    package func awaits(_ rack: RAck) -> Bool {
        provisional?.number == rack.number && request.cseq == rack.cseq
    }

    /// Whether no final response was given yet.
    package var isPending: Bool { state == .proceeding }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch (event, state) {
        case (.ring(let response), .proceeding):
            return ring(response)
        case (.fired(.provisional), .proceeding):
            return repeatProvisional()
        case (.fired(.unheard), .proceeding):
            return provisional == nil ? [] : [.unheard]
        case (.heard, _):
            defer { provisional = nil }
            return silence
        case (.accept(let response), .proceeding):
            state = .accepted
            latest = response
            return silence + [
                .cancel(.ringing), .respond(response, transaction), .start(.retransmit, after: interval),
                .start(.giveUp, after: Timing.timeout),
            ]
        case (.refuse(let response), .proceeding):
            state = .refused
            return silence + [.cancel(.ringing), .respond(response, transaction)]
        case (.acknowledged(let ack), .accepted):
            guard ack.cseq?.number == request.cseq?.number else { return [] }
            state = .confirmed
            return [.cancel(.retransmit), .cancel(.giveUp), .confirmed(ack)]
        case (.fired(.ringing), .proceeding):
            guard let latest else { return [] }
            return ring(latest)
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

    private mutating func ring(_ response: Response) -> [Effect] {
        let again = Effect.start(.ringing, after: Self.ringingInterval)
        latest = response
        guard isReliable else { return [.respond(response, transaction), again] }
        guard provisional == nil else { return [again] }  // one at a time (RFC 3262 §3)
        var reliable = response
        reliable.headers[.require] = Capabilities.reliable
        reliable.headers[.rseq] = String(nextNumber)
        provisional = Provisional(response: reliable, number: nextNumber, interval: Timing.t1)
        nextNumber &+= 1
        // What was described once is not described again.
        latest?.headers[.contentType] = nil
        latest?.body = []
        return [
            .respond(reliable, transaction), again, .start(.provisional, after: Timing.t1),
            .start(.unheard, after: Timing.timeout),
        ]
    }

    private mutating func repeatProvisional() -> [Effect] {
        guard let provisional else { return [] }
        let interval = provisional.interval * 2
        self.provisional?.interval = interval
        return [.respond(provisional.response, transaction), .start(.provisional, after: interval)]
    }

    /// The reliable response is not repeated any more.
    private var silence: [Effect] { provisional == nil ? [] : [.cancel(.provisional), .cancel(.unheard)] }
}
