/// One INVITE session from its first answer to its end, at either side: its dialog, the peer's INVITEs in it, our
/// re-INVITEs, messages and BYE (RFC 3261 §12.2, §14, §15; RFC 3428 §3).
///
///     callee: early ── accept ──> established        caller: established from the first 2xx on (InviteClient)
///       │ reject, CANCEL, BYE         │
///       v                             │ hang up before the ACK came: BYE has to wait for it (§15)
///     over <── BYE, 481, 408 ─────────┴──> leaving ── ACK, or 64·T1 ──> over
package struct Session: Equatable, Sendable {
    package enum Timer: Hashable, Sendable {
        case invite(InviteServer.Timer)
        /// Our re-INVITE met the peer's; RFC 3261 §14.1.
        case glare
        /// Our re-INVITE has got no final response.
        case unanswered
        /// Time to refresh the session (RFC 4028 §10).
        case refresh
        /// The session was not refreshed in time.
        case neglected
        /// The peer owes us a word about our REFER.
        case transfer
        /// The person has not said what becomes of the peer's REFER, or the call that it asked for hangs.
        case referral(UInt32)
        /// The caller does not want to wait longer (Expires of its INVITE, RFC 3261 §13.3.1).
        case expiry
        /// Nobody has said whether the peer gets the voice that it asks for.
        case asked
    }

    package enum State: Hashable, Sendable {
        case early, established, leaving, over
    }

    /// Which of our requests a response is for.
    package enum Asked: Hashable, Sendable {
        case message(MessageToken)
        case renewal
        /// A reliable provisional response was acknowledged.
        case prack
        case key
        case refer
        /// A NOTIFY about the peer's REFER of that number.
        case notice(UInt32)
    }

    package enum Event: Equatable, Sendable {
        /// The caller's session is there.
        case begun
        case request(Request, TransactionLayer.ServerID)
        case acknowledged(Request)
        case cancelled
        case response(Response, Asked)
        case failed(TransactionFailure, Asked)
        case fired(Timer)
        case ring
        case accept(AudioCapabilities?)
        case reject(status: Int)
        case redirect(to: URI)
        case hangUp
        case renew
        /// Sets the session aside, or goes on with it.
        case hold(Bool)
        case offerVoice(AudioCapabilities)
        case acceptVoice(AudioCapabilities)
        case refuseVoice(VoiceRefusal)
        case endVoice
        case message(MessageToken, UserAgent.Content)
        case keys(String)
        /// Asks the peer to call somebody, in our name.
        case refer(to: URI, by: NameAddress)
        /// How it goes with the peer's REFER of that number.
        case referral(UInt32, StatusFragment)
        case moved(contact: URI, host: String)
        /// The peer has no such dialog.
        case gone
        case lost
    }

    package enum Effect: Equatable, Sendable {
        case send(Request, Asked)
        /// A BYE; what it is answered changes nothing any more.
        case part(Request)
        case acknowledge(Request)
        /// Takes our re-INVITE back.
        case cancelInvite
        case respond(Response, TransactionLayer.ServerID)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case report(UserAgent.Report)
        /// The peer asks us to call somebody, in a REFER of that number.
        case referred(UInt32, ReferOrder)
        /// The peer does not take messages in the session.
        case sendOutside(Outbox.Entry, to: URI)
        /// Nothing more will come of it.
        case finished
    }

    /// How long a re-INVITE may be pending that the peer has begun to answer. It asks nobody: a program answers it.
    package static let patience = Timing.timeout

    package let id: SessionID
    /// Who it is, as our exchange asserts.
    package let peer: NameAddress
    package internal(set) var state: State
    package internal(set) var dialog: Dialog
    var contact: URI
    /// Our address in session descriptions.
    var host: String
    var media: AudioMedia
    /// The peer's last INVITE.
    var server: InviteServer?
    var agreement: Agreement
    /// The person has said yes; the 2xx may have to wait.
    var isAccepting = false
    /// Reliable responses to our re-INVITE, and the answer in one of them: then the 2xx need not bring it.
    var responses = ReliableResponses()
    var earlyAnswer: SessionDescription?
    var renewal: Renewal
    var hold = Hold()
    /// What a peer could be heard in that asks for voice; empty where there is none.
    var codecs: [AudioCodec] = []
    /// The voice that was told last.
    var toldStream: AudioStream?
    /// Whether the peer's audio has a port though nobody speaks, as a telephone's has; a chat's has none.
    var isTelephone = false
    /// Questions of the peer for voice that came to nothing since our person last wanted it.
    var refusals = 0
    var timer: SessionTimer
    var outbox = Outbox()
    var errands = Errands()
    /// Our REFER under way, and whether one was agreed to before.
    var transfer: Transfer?
    var hasTransferred = false
    /// The peer's REFERs under way, and whether there ever was one.
    var referrals: [Referral] = []
    var wasReferred = false
    /// The media types of messages that are taken.
    package var messageTypes = UserAgent.Configuration.messageTypes
    /// What the peer says it takes; nil when it says nothing.
    package internal(set) var peerTakes: PeerCapabilities?

    /// The caller's session, established by the first 2xx.
    package init(
        _ id: SessionID, peer: NameAddress, answered response: Response, in dialog: Dialog, contact: URI, host: String,
        media: AudioMedia, timer: SessionTimer, identifiers: Identifiers
    ) {
        self.id = id
        self.peer = peer
        self.dialog = dialog
        self.contact = contact
        self.host = host
        self.media = media
        self.timer = timer
        self.timer.agreed(response)
        agreement = .agreed
        let answer = response.answer
        _ = self.media.accepted(answer)
        isTelephone = answer?.hasLiveAudio(whereSilent: true) ?? false
        state = .established
        renewal = Renewal(isCaller: true, identifiers: identifiers)
        peerTakes = PeerCapabilities(response)
    }

    /// The callee's session, early until it is accepted.
    ///
    /// - Returns: nil when the INVITE cannot make a dialog: it has no Contact.
    package init?(
        _ id: SessionID, peer: NameAddress, invite: Request, _ transaction: TransactionLayer.ServerID,
        offer: SessionDescription?, tag: String, contact: URI, host: String, media: AudioMedia, identifiers: Identifiers
    ) {
        let ringing = Response(180, to: invite, toTag: tag)
        guard let dialog = Dialog(uas: invite, response: ringing) else { return nil }
        self.id = id
        self.peer = peer
        self.dialog = dialog
        self.contact = contact
        self.host = host
        self.media = media
        agreement = .open(offer)
        timer = SessionTimer()
        state = .early
        var identifiers = identifiers
        let firstNumber = UInt32.random(in: 1...0x7FFF_FFFF, using: &identifiers)
        server = InviteServer(invite, transaction, firstNumber: firstNumber)
        if let offer {
            _ = hold.received(offer)
            isTelephone = offer.hasLiveAudio(whereSilent: true)
        }
        renewal = Renewal(isCaller: false, identifiers: identifiers)
        peerTakes = PeerCapabilities(invite)
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .begun: startTimer() + (hold.byThem ? [holdState] : [])
        case .request(let request, let transaction): receive(request, transaction)
        case .acknowledged(let ack): drive(.acknowledged(ack))
        case .cancelled: cancelled()
        case .response(let response, let asked): receive(response, asked)
        case .failed(let failure, let asked): fail(failure, asked)
        case .fired(.invite(let timer)): drive(.fired(timer))
        case .fired(.glare): tryAgain()
        case .fired(.unanswered): renewal.isOffering ? [.cancelInvite] : []
        case .fired(.refresh): refresh()
        case .fired(.neglected): neglected()
        case .fired(.transfer): giveUpTransfer()
        case .fired(.referral(let number)): tell(number, StatusFragment(408), reason: "timeout")
        case .fired(.expiry): expire()
        case .fired(.asked): leaveUnanswered()
        case .ring: ring()
        case .accept(let voice): accept(voice)
        case .reject(let status): reject(status)
        case .redirect(let target): redirect(target)
        case .hangUp: hangUp()
        case .renew: renew()
        case .hold(let isWanted): hold(isWanted)
        case .offerVoice(let voice): offerVoice(voice)
        case .acceptVoice(let voice): acceptVoice(voice)
        case .refuseVoice(let reason): refuseVoice(reason)
        case .endVoice: endVoice()
        case .message(let token, let content): send(token, content)
        case .keys(let keys): press(keys)
        case .refer(let target, let referrer): refer(to: target, by: referrer)
        case .referral(let number, let fragment): tell(number, fragment)
        case .moved(let contact, let host): move(contact, host)
        case .gone: end(SessionEnd(.gone, by: .them))
        case .lost: lose()
        }
    }
}

// MARK: - What the person wants

extension Session {
    mutating func reject(_ status: Int) -> [Effect] {
        guard state == .early, let server, (300..<700).contains(status) else { return [] }
        let response = Response(status, to: server.request, toTag: dialog.id.localTag)
        return drive(.refuse(response))
            + end(SessionEnd(.refused(status: status, reason: response.reason), by: .us))
    }

    /// RFC 3261 §21.3.3.
    private mutating func redirect(_ target: URI) -> [Effect] {
        guard state == .early, let server else { return [] }
        var response = Response(302, to: server.request, toTag: dialog.id.localTag)
        response.contact = NameAddress(target)
        return drive(.refuse(response)) + end(SessionEnd(.redirected(to: [NameAddress(target)]), by: .us))
    }

    private mutating func cancelled() -> [Effect] {
        guard state == .early, let server else { return withdraw(487) }
        return drive(.refuse(Response(487, to: server.request, toTag: dialog.id.localTag)))
            + end(SessionEnd(.cancelled, by: .them))
    }

    private mutating func expire() -> [Effect] {
        guard state == .early, let server else { return [] }
        return drive(.refuse(Response(487, to: server.request, toTag: dialog.id.localTag)))
            + end(SessionEnd(.timedOut, by: .us))
    }

    private mutating func hangUp() -> [Effect] {
        switch state {
        case .early:
            return reject(603)
        case .established:
            if server?.state == .accepted {
                state = .leaving
                return leaveCall() + release(.noSession) + [.report(.session(id, .ended(SessionEnd(.hungUp, by: .us))))]
            }
            return [.part(dialog.bye())] + end(SessionEnd(.hungUp, by: .us))
        case .leaving, .over:
            return []
        }
    }

    private mutating func send(_ token: MessageToken, _ content: UserAgent.Content) -> [Effect] {
        guard state == .established else { return [.report(.messageResult(token, .failed(.noSession)))] }
        let entry = Outbox.Entry(token: token, content: content)
        if peerTakes?.takesMessages == false { return [.sendOutside(entry, to: dialog.remote.uri)] }
        guard outbox.add(entry) else { return [.report(.messageResult(token, .failed(.overloaded)))] }
        return sendNext()
    }

    /// The next of what waits. Requests in a session go one at a time: over UDP a later one may overtake an earlier,
    /// which the peer then has to refuse (§12.2.2).
    mutating func proceed() -> [Effect] {
        let change = reinvite()
        return change.isEmpty ? sendNext() : change
    }

    mutating func sendNext() -> [Effect] {
        let isFree = !renewal.isOpen || renewal.asking?.voice != nil && renewal.asking?.isHeard == true
        guard state == .over || isFree, outbox.underWay == nil, errands.underWay == nil else { return [] }
        if let errand = errands.next() { return run(errand) }
        guard state == .established, let entry = outbox.next() else { return [] }
        let request = dialog.request(.message, contentType: entry.content.type, body: entry.content.body)
        return [.send(request, .message(entry.token))]
    }
}

// MARK: - The end

extension Session {
    /// Ends the session without a word to the peer.
    mutating func end(_ end: SessionEnd, failing failure: UserAgent.MessageFailure = .noSession) -> [Effect] {
        guard state != .over else { return [] }
        let silent = state == .leaving
        // RFC 3261 §15.1.2: a question that is open is answered.
        let asked = isAsked ? server?.request : nil
        let unanswered = asked.map { refusePending(Response(487, to: $0)) } ?? []
        state = .over
        let timers =
            InviteServer.Timer.allCases.map { Effect.cancel(.invite($0)) }
            + [.glare, .unanswered, .refresh, .neglected, .expiry, .asked].map { Effect.cancel($0) }
        let news: [Effect] = silent ? [] : [.report(.session(id, .ended(end)))]
        return unanswered + timers + release(failure) + news + leaveCall() + sendNext() + settleDown()
    }

    /// The flow is gone, and with it whatever would still have been told.
    private mutating func lose() -> [Effect] {
        let quiet = forgetReferrals()
        return quiet + (state == .over ? settleDown() : end(SessionEnd(.lost, by: .us), failing: .lost))
    }

    private mutating func release(_ failure: UserAgent.MessageFailure) -> [Effect] {
        outbox.abandon().map { .report(.messageResult($0, .failed(failure))) }
    }

    /// Ends the session and tells the peer, with the status that it would have got as a reason (RFC 3326).
    mutating func part(_ reason: SessionEnd, because status: Int? = nil) -> [Effect] {
        guard state != .over else { return [] }
        var bye = dialog.bye()
        if let status {
            bye.headers[.reason] = "SIP;cause=\(status);text=\"\(Response.phrase(for: status))\""
        }
        return [.part(bye)] + end(reason)
    }

    /// Hands an event to the peer's INVITE, and acts on what it means for the session.
    mutating func drive(_ event: InviteServer.Event) -> [Effect] {
        guard let steps = server?.handle(event) else { return [] }
        var effects: [Effect] = []
        for step in steps {
            switch step {
            case .respond(let response, let transaction): effects.append(.respond(response, transaction))
            case .start(let timer, let delay): effects.append(.start(.invite(timer), after: delay))
            case .cancel(let timer): effects.append(.cancel(.invite(timer)))
            case .confirmed(let ack): effects += confirmed(ack)
            case .unacknowledged: effects += part(SessionEnd(.timedOut, by: .them))
            case .unheard: effects += unheard()
            }
        }
        return effects
    }
}
