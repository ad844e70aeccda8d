import SIP

/// All calls that exist, each by its identity: what a session of the user agent reports is matched to the call it
/// belongs to, and what belongs to none is of a call that is over.
///
/// Glare: when both sides call each other, the request of the side with the lower number counts. That side refuses the
/// other's INVITE with 491; the other side takes its own back and answers, under the call its person placed. So
/// both see one call, the one they wanted, and nobody is asked.
package struct Calls: Sendable, Equatable {
    package enum Timer: Hashable, Sendable {
        /// It has rung long enough.
        case ring(CallID)
        /// The other side answered 491 and its own request has not come: ask again.
        case again(CallID)
        /// Whoever handed us over has had the time to end the session.
        case leave(SessionID)
    }

    package enum Event: Equatable, Sendable {
        case call(CallID, Party)
        case accept(CallID)
        case reject(CallID)
        case hangUp(CallID)
        case hold(CallID)
        case resume(CallID)
        case forward(CallID, to: Party)
        case transfer(CallID, to: Party)
        case join(CallID, with: CallID)
        case acceptTransfer(CallID, as: CallID)
        case refuseTransfer(CallID)
        case dtmf(CallID, String)
        case offerVoice(CallID, AudioCapabilities)
        case acceptVoice(CallID, AudioCapabilities)
        case refuseVoice(CallID)
        case endVoice(CallID)
        case preferences(Preferences)
        /// `wantsAudio`: the offer insists on it.
        case incoming(SessionID, from: Party, wantsAudio: Bool = false)
        case session(SessionID, SessionState)
        /// The session ended because the other side names somebody else.
        case redirected(SessionID, to: Party)
        /// The other side asks for audio in a running session.
        case audioWanted(SessionID)
        case held(SessionID, byUs: Bool, byThem: Bool)
        case holdFailed(SessionID, status: Int?)
        case referred(Referral, in: SessionID)
        case progress(SessionID, TransferProgress)
        case replaced(SessionID, by: SessionID, Party)
        case pressed(SessionID, String)
        case voice(SessionID, VoiceNews)
        case capabilities(SessionID, PeerCapabilities)
        case peer(SessionID, Party)
        /// The list says that this number is gone.
        case offline(number: String)
        /// Registered under this number. Sessions of a connection lost before are ended on the other side too.
        case established(number: String)
        case moved
        case moveFailed
        /// The exchange knows us again: what it refused is asked once more.
        case renewed
        /// The connection is gone, and with it every call.
        case lost
        /// The person leaves the exchange.
        case leave
        case fired(Timer)
    }

    package enum Effect: Equatable, Sendable {
        case invite(SessionID, number: String)
        case ring(SessionID)
        case accept(SessionID, voice: AudioCapabilities? = nil)
        case reject(SessionID, status: Int)
        case hangUp(SessionID)
        case renew(SessionID)
        case hold(SessionID)
        case resume(SessionID)
        case redirect(SessionID, to: Party)
        case refer(SessionID, to: Party)
        case join(SessionID, with: SessionID)
        /// The INVITE that carries out a referral.
        case follow(SessionID, Referral)
        case refuse(ReferralID)
        case dtmf(SessionID, String)
        case offerVoice(SessionID, AudioCapabilities)
        case acceptVoice(SessionID, AudioCapabilities)
        case refuseVoice(SessionID)
        case endVoice(SessionID)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case report(PhoneReport)
        /// What the other side takes is known, or known better.
        case learned(CallID)
        /// No more messages in this call.
        case ended(CallID)
        case tooLarge
        /// Refused as a stranger's.
        case disowned
    }

    /// Requests that wait for the person's answer; one more is busy.
    package static let incomingLimit = 20
    /// Kamailio and most exchanges give up before.
    package static let placedRings: Duration = .seconds(90)
    /// Longer than the caller waits, so that it is the caller who ends it.
    package static let receivedRings: Duration = .seconds(120)
    /// How often a request that met the other's is made again.
    package static let glareAttempts = 4

    /// When it has not ended the old session by then, we do.
    package static let transferorPatience: Duration = .seconds(5)

    struct Call: Equatable {
        var party: Party
        /// Nil while no request is out: between a 491 and the next attempt, or until the flow has moved to TCP.
        var session: SessionID?
        var state: CallState
        var glares = 0
        var wasDisowned = false
        var isAccepted = false
        var hold = Hold()
        var audio = Audio.none
        var voice = Voice.silent
        /// What we asked the other side to do.
        var transfer: Transfer?
        /// What the other side asks us to do.
        var referral: Referral?
        /// The call in which we were asked for this one.
        var follows: Follows?
        var capabilities = PeerCapabilities()

        /// Whether both sides have accepted it.
        var isEstablished: Bool { state == .inCall || state == .hold }
    }

    var calls: [CallID: Call] = [:]
    var bySession: [SessionID: CallID] = [:]
    /// Sessions that the other side may still believe in, to be ended when there is a connection again.
    var orphans: [SessionID] = []
    var number: String?
    var preferences = Preferences()
    /// Sessions of calls that were handed over, until whoever did that ends them.
    var leaving: Set<SessionID> = []
    /// What peers said of themselves before their session had a call.
    var unclaimed: [SessionID: PeerCapabilities] = [:]
    var lastPlaced: UInt64 = 0
    var lastReceived = 0
    var identifiers: Identifiers

    package init(identifiers: Identifiers) {
        self.identifiers = identifiers
    }

    /// The session through which a call speaks, once it is established.
    package func session(of id: CallID) -> SessionID? {
        guard let call = calls[id], call.isEstablished else { return nil }
        return call.session
    }

    /// What the other side of a call takes.
    package func capabilities(of id: CallID) -> PeerCapabilities { calls[id]?.capabilities ?? PeerCapabilities() }

    package func call(of session: SessionID) -> (id: CallID, party: Party)? {
        guard let id = bySession[session], let call = calls[id] else { return nil }
        return (id, call.party)
    }

    /// The established call with a number, for a message that came outside of the dialog.
    package func call(with number: String) -> (id: CallID, party: Party)? {
        calls.first { $0.value.party.number == number && $0.value.isEstablished }.map { ($0.key, $0.value.party) }
    }

    package func party(of id: CallID) -> Party? { calls[id]?.party }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .call(let id, let party): place(id, party)
        case .accept(let id): accept(id)
        case .reject(let id): reject(id)
        case .hangUp(let id): hangUp(id)
        case .hold(let id): want(hold: true, id)
        case .resume(let id): want(hold: false, id)
        case .forward(let id, let party): forward(id, party)
        case .transfer(let id, let party): transfer(id, party)
        case .join(let id, let other): join(id, other)
        case .acceptTransfer(let id, let new): follow(id, new)
        case .refuseTransfer(let id): stay(id)
        case .dtmf(let id, let keys): press(keys, id)
        case .offerVoice(let id, let capabilities): offerVoice(id, capabilities)
        case .acceptVoice(let id, let capabilities): acceptVoice(id, capabilities)
        case .refuseVoice(let id): refuseVoice(id)
        case .endVoice(let id): endVoice(id)
        case .preferences(let preferences): prefer(preferences)
        case .incoming(let session, let party, let wantsAudio): incoming(session, party, wantsAudio)
        case .session(let session, let state): changed(session, state)
        case .redirected(let session, let party): redirected(session, party)
        case .audioWanted(let session): leaveAudioOut(session)
        case .held(let session, let byUs, let byThem): held(session, byUs, byThem)
        case .holdFailed(let session, let status): holdFailed(session, status)
        case .referred(let referral, let session): referred(referral, session)
        case .progress(let session, let progress): progressed(session, progress)
        case .replaced(let old, let new, let party): replaced(old, new, party)
        case .pressed(let session, let keys): pressed(session, keys)
        case .voice(let session, let news): heard(session, news)
        case .capabilities(let session, let capabilities): learn(session, capabilities)
        case .peer(let session, let party): named(session, party)
        case .offline(let number): offline(number)
        case .established(let number): established(number)
        case .moved: moved()
        case .moveFailed: moveFailed()
        case .renewed: renewed()
        case .lost: lost()
        case .leave: leave()
        case .fired(let timer): fired(timer)
        }
    }

    private mutating func fired(_ timer: Timer) -> [Effect] {
        switch timer {
        case .ring(let id):
            guard let call = calls[id], !call.isEstablished else { return [] }
            switch id {
            case .placed:
                return finish(id, .noAnswer, by: .them, telling: call.session.map { .hangUp($0) })
            case .received:
                return finish(id, .noAnswer, by: .us, telling: call.session.map { .reject($0, status: 480) })
            }
        case .again(let id):
            guard calls[id]?.session == nil else { return [] }
            return invite(id)
        case .leave(let session):
            return leaving.remove(session) == nil ? [] : [.hangUp(session)]
        }
    }

    mutating func nextSession() -> SessionID {
        lastPlaced &+= 1
        return .placed(lastPlaced)
    }

    mutating func attach(_ session: SessionID?, to id: CallID) {
        if let old = calls[id]?.session { bySession[old] = nil }
        calls[id]?.session = session
        guard let session else { return }
        bySession[session] = id
        calls[id]?.capabilities = unclaimed.removeValue(forKey: session) ?? PeerCapabilities()
    }

    mutating func invite(_ id: CallID) -> [Effect] {
        guard let party = calls[id]?.party else { return [] }
        let session = nextSession()
        attach(session, to: id)
        if let follows = calls[id]?.follows { return [.follow(session, follows.referral)] }
        return [.invite(session, number: party.number)]
    }

    /// The call is over: whoever asks for it later finds nothing.
    mutating func finish(_ id: CallID, _ state: CallState, by side: Side, telling farewell: Effect? = nil) -> [Effect] {
        guard let call = calls[id] else { return [] }
        let silence = fallSilent(id, by: side)
        attach(nil, to: id)
        calls[id] = nil
        var effects: [Effect] = farewell.map { [$0] } ?? []
        if !call.isEstablished { effects.append(.cancel(.ring(id))) }
        if call.glares > 0 { effects.append(.cancel(.again(id))) }
        if let referral = call.referral { effects.insert(.refuse(referral.id), at: 0) }
        return effects + silence + [.report(.call(id, state, by: side)), .ended(id)]
    }
}
