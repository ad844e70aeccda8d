/// The calling side of an INVITE that makes a session (RFC 3261 §13.2, §9.1).
///
///     calling ── 101..199 ──> ringing ── 2xx ──> answered          the first 2xx makes the session
///        │                       │
///        │        hang up        │    3xx..6xx, no answer
///        ├──────> cancelling <───┤──────────────────────> over
///                     │ 2xx: CANCEL came too late, BYE
///
/// The INVITE may fork (§13.2.2.4): every other 2xx is acknowledged and its dialog ended by BYE, so this machine
/// outlives the answer by 64·T1, and with it the copies of a 2xx whose ACK got lost.
package struct InviteClient: Equatable, Sendable {
    package enum Timer: Hashable, Sendable {
        /// Nobody answers; it is given up as if the person had.
        case noAnswer
        /// No further 2xx can come.
        case forksOver
    }

    package enum State: Hashable, Sendable {
        case calling, ringing, cancelling, answered, over
    }

    package enum Event: Equatable, Sendable {
        case start
        /// An UPDATE in an early dialog, and where we are.
        case update(Request, TransactionLayer.ServerID, contact: URI, host: String)
        case response(Response)
        case failed(TransactionFailure)
        case hangUp
        case fired(Timer)
        case lost
    }

    package enum Effect: Equatable, Sendable {
        case send(Request)
        case cancelInvite
        case acknowledge(Request)
        /// A PRACK.
        case acknowledgeProvisional(Request)
        case respond(Response, TransactionLayer.ServerID)
        /// A BYE for a dialog that nobody wants.
        case part(Request)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case ringing
        case asserted(NameAddress)
        case answered(Dialog, Response)
        /// The 2xx that was taken had lost its tag on the way: nobody has such a dialog.
        case mistaken
        case ended(SessionEnd)
        /// Nothing more will come of it.
        case finished
    }

    /// How long somebody may be rung: RFC 3261's timer C.
    package static let noAnswer = Duration.seconds(180)
    /// How long further 2xx may come: timer M (RFC 6026).
    package static let forksOver = Timing.timeout

    package private(set) var state = State.calling
    package private(set) var invite: Request
    /// The ACK of each dialog that a 2xx made.
    private var acks: [DialogID: Request] = [:]
    /// Of those who ring.
    package private(set) var early: [DialogID: EarlyDialog] = [:]
    /// As the INVITE offers it.
    package let media: AudioMedia
    private var asserted: NameAddress?
    package private(set) var timer = SessionTimer()

    /// Whether a final response, or the person's change of mind, is outstanding.
    package var isUnanswered: Bool { state == .calling || state == .ringing }

    package init(_ invite: Request, media: AudioMedia) {
        self.invite = invite
        self.media = media
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .start:
            return [.send(invite), .start(.noAnswer, after: Self.noAnswer)]
        case .update(let update, let transaction, let contact, let host):
            guard let id = DialogID(receivedRequest: update),
                let response = early[id]?.receive(update, contact: contact, host: host)
            else { return [] }
            return [.respond(response, transaction)]
        case .response(let response):
            return receive(response)
        case .failed(let failure):
            return end(SessionEnd(Self.cause(failure), by: failure == .timedOut ? .them : .us))
        case .hangUp:
            return take(back: SessionEnd(.cancelled, by: .us))
        case .fired(.noAnswer):
            return take(back: SessionEnd(.timedOut, by: .them))
        case .fired(.forksOver):
            return finish()
        case .lost:
            return state == .answered ? finish() : end(SessionEnd(.lost, by: .us))
        }
    }

    /// The INVITE as it went out: with the credentials that its ACK needs too (§22.1).
    package mutating func sent(_ request: Request) { invite = request }

    /// The INVITE once more, with the credentials it has by now, under the next number (§22.2).
    ///
    /// - Returns: nil when it is not wanted any more.
    package mutating func again(_ request: Request) -> Request? {
        switch state {
        case .calling:
            invite = request.renumbered
            early = [:]
            return invite
        case .ringing, .cancelling, .answered, .over:
            return nil
        }
    }

    /// A PRACK once more, with the credentials it has by now; nil when its dialog counts on elsewhere.
    package mutating func renumber(_ prack: Request) -> Request? {
        guard state != .answered, let callID = prack.callID, let local = prack.from?.tag, let remote = prack.to?.tag
        else {
            return nil
        }
        return early[DialogID(callID: callID, localTag: local, remoteTag: remote)]?.renumber(prack)
    }

    private mutating func receive(_ response: Response) -> [Effect] {
        switch response.status {
        case ..<200:
            return proceed(response)
        case ..<300:
            return succeed(response)
        case 300..<400:
            let others = response.redirections(from: invite.uri)
            guard !others.isEmpty else { fallthrough }
            return end(SessionEnd(.redirected(to: others), by: .them))
        case 422:
            return lengthen(response)
        default:
            return end(SessionEnd(.refused(status: response.status, reason: response.reason), by: .them))
        }
    }

    /// Somebody on the way wants a longer session timer (RFC 4028 §7.3).
    private mutating func lengthen(_ refusal: Response) -> [Effect] {
        guard isUnanswered, timer.raise(to: refusal) else {
            return end(SessionEnd(.refused(status: refusal.status, reason: refusal.reason), by: .them))
        }
        invite = invite.renumbered
        early = [:]
        timer.ask(in: &invite, isFirst: true)
        return [.send(invite)]
    }

    private mutating func proceed(_ response: Response) -> [Effect] {
        guard response.status > 100, let id = DialogID(receivedResponse: response) else { return [] }
        switch state {
        case .calling:
            guard let acknowledgement = hear(response, in: id) else { return [] }
            state = .ringing
            return acknowledgement + recognise(response) + [.ringing]
        case .ringing:
            guard let acknowledgement = hear(response, in: id) else { return [] }
            return acknowledgement + recognise(response)
        case .cancelling:
            return hear(response, in: id) ?? []
        case .answered, .over:
            return []
        }
    }

    /// - Returns: nil when the response is out of order, or of one fork too many that wants to be acknowledged.
    private mutating func hear(_ response: Response, in id: DialogID) -> [Effect]? {
        if early[id] == nil {
            guard early.count < UserAgent.Limits.forks else { return response.rseq == nil ? [] : nil }
            early[id] = EarlyDialog(invite, response, media: media)
        }
        return early[id]?.receive(response)?.map { .acknowledgeProvisional($0) }
    }

    private mutating func succeed(_ response: Response) -> [Effect] {
        guard let id = DialogID(receivedResponse: response), state != .over else { return [] }
        if let ack = acks[id] { return [.acknowledge(ack)] }
        // A peer without tags (RFC 2543) sends no 2xx that has one.
        let untagged = DialogID(callID: id.callID, localTag: id.localTag, remoteTag: "")
        let isMistaken = state == .answered && acks[untagged] != nil
        let known = early[id]?.confirmed(by: response)
        guard var dialog = known ?? Dialog(uac: invite, response: response) else { return [] }
        let ack = dialog.ack(for: invite)
        if acks.count < UserAgent.Limits.forks { acks[id] = ack }
        let linger: [Effect] = [.cancel(.noAnswer), .start(.forksOver, after: Self.forksOver)]
        switch state {
        case .calling, .ringing:
            state = .answered
            return [.acknowledge(ack)] + linger + recognise(response) + [.answered(dialog, response)]
        case .cancelling:
            return [.acknowledge(ack), .part(dialog.bye())] + linger
        case .answered, .over:
            return [.acknowledge(ack), .part(dialog.bye())] + (isMistaken ? [.mistaken] : [])
        }
    }

    /// Who the exchange says it is, each time that changes.
    private mutating func recognise(_ response: Response) -> [Effect] {
        guard let identity = response.assertedIdentity, identity != asserted else { return [] }
        asserted = identity
        return [.asserted(identity)]
    }

    private mutating func take(back end: SessionEnd) -> [Effect] {
        switch state {
        case .calling, .ringing:
            state = .cancelling
            return [.cancel(.noAnswer), .cancelInvite, .ended(end)]
        case .cancelling, .answered, .over:
            return []
        }
    }

    private mutating func end(_ end: SessionEnd) -> [Effect] {
        switch state {
        case .calling, .ringing:
            return [.ended(end)] + finish()
        case .cancelling:
            return finish()
        case .answered, .over:
            return []  // a fork that refused after another accepted
        }
    }

    private mutating func finish() -> [Effect] {
        state = .over
        return [.cancel(.noAnswer), .cancel(.forksOver), .finished]
    }

    private static func cause(_ failure: TransactionFailure) -> SessionEnd.Cause {
        switch failure {
        case .timedOut: .timedOut
        case .transport: .lost
        case .tooLarge: .tooLarge
        case .overloaded: .overloaded
        case .unwritable: .refused(status: 400, reason: "Bad Request")
        }
    }
}
