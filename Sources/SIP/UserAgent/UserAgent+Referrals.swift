/// Calling away (RFC 3515, RFC 5589): REFERs of peers become calls, and calls tell who asked for them.
extension UserAgent {
    /// A peer's REFER.
    struct Referred: Equatable, Sendable {
        let session: SessionID
        /// The number of the REFER in that session.
        let number: UInt32
        let order: ReferOrder
        var isFollowed = false
    }

    /// A peer asks for a call; the program above says whether there will be one.
    mutating func referred(
        _ session: SessionID, _ number: UInt32, _ order: ReferOrder, _ effects: inout [Effect]
    ) {
        referralCount &+= 1
        let id = ReferralID(referralCount)
        if referrals.count >= Limits.referrals, let oldest = referrals.keys.min(by: { $0.value < $1.value }) {
            referrals[oldest] = nil
        }
        referrals[id] = Referred(session: session, number: number, order: order)
        effects.append(.report(.referred(id, in: session, to: order.target, by: order.by)))
    }

    /// What a REFER puts into the INVITE that follows it: who asked (RFC 3892 §2.2) and whose place it takes, and
    /// nothing else, whatever the header part of its Refer-To holds.
    mutating func follow(_ id: ReferralID, in request: inout Request, _ effects: inout [Effect]) {
        guard let referred = referrals[id] else { return }
        referrals[id]?.isFollowed = true
        request.referredBy = referred.order.by
        if let replaces = referred.order.replaces {
            request.replaces = replaces
            if referred.order.requiresReplaces { request.headers[.require] = "replaces" }
        }
        drive(referred.session, .referral(referred.number, StatusFragment(100)), &effects)
    }

    mutating func refuse(_ id: ReferralID, _ effects: inout [Effect]) {
        guard let referred = referrals[id], !referred.isFollowed else { return }
        referrals[id] = nil
        drive(referred.session, .referral(referred.number, StatusFragment(603)), &effects)
    }

    /// A call that a REFER asked for got somewhere.
    mutating func tellReferrer(of call: SessionID, _ fragment: StatusFragment, _ effects: inout [Effect]) {
        guard let referral = calls[call]?.following else { return }
        tell(referral, fragment, &effects)
    }

    mutating func tell(_ id: ReferralID, _ fragment: StatusFragment, _ effects: inout [Effect]) {
        guard let referred = referrals[id] else { return }
        drive(referred.session, .referral(referred.number, fragment), &effects)
    }

    /// Asks the peer of one session to take our place in another. Its peer is named by its address and not by its
    /// Contact, which only our exchange can reach (RFC 5589 §7.3 would have a GRUU).
    mutating func join(_ id: SessionID, with other: SessionID, _ effects: inout [Effect]) {
        guard let session = sessions[other]?.session, session.state == .established, id != other else {
            let end = StatusFragment(481)
            return effects.append(.report(.transfer(id, .failed(status: end.status, reason: end.reason))))
        }
        let replaces = Replaces(peerOf: session.dialog.id)
        guard replaces.isWritable else {
            let end = StatusFragment(501)
            return effects.append(.report(.transfer(id, .failed(status: end.status, reason: end.reason))))
        }
        refer(id, to: session.peer.uri.asking(replaces), &effects)
    }

    mutating func refer(_ id: SessionID, to target: URI, _ effects: inout [Effect]) {
        guard hasSession(id) else {
            let end = StatusFragment(481)
            return effects.append(.report(.transfer(id, .failed(status: end.status, reason: end.reason))))
        }
        drive(id, .refer(to: target, by: identity), &effects)
    }
}

/// Taking somebody's place (RFC 3891).
extension UserAgent {
    /// The session whose place an INVITE is to take; nil when it wants none.
    ///
    /// Who knows the Call-ID and both tags was told them by the session's peer, or is that peer: they are never shown,
    /// and the exchange asserts who calls. It has to come over the same exchange nevertheless.
    ///
    /// - Throws: the status that RFC 3891 §3 gives.
    func replaced(by request: Request, on flow: Flow) throws(BodyFault) -> SessionID? {
        guard let value = request.headers[.replaces] else { return nil }
        guard let replaces = Replaces(value) else { throw BodyFault(status: 400) }
        switch usages[replaces.dialog.localTag] {
        case .session(let id, let dialog):
            guard replaces.names(dialog), let seat = sessions[id] else { throw BodyFault(status: 481) }
            switch seat.session.state {
            case .early: throw BodyFault(status: 481)  // one that we did not place
            case .leaving, .over: throw BodyFault(status: 603)
            case .established: break
            }
            guard seat.flow == flow else { throw BodyFault(status: 403) }
            if replaces.isEarlyOnly { throw BodyFault(status: 486) }
            return id
        case .call(let id):
            guard let call = calls[id], call.client.isUnanswered, call.client.invite.callID == replaces.dialog.callID,
                call.client.early[replaces.dialog] != nil
            else { throw BodyFault(status: 481) }
            guard call.flow == flow else { throw BodyFault(status: 403) }
            return id
        case .subscription, nil:
            throw BodyFault(status: departed.contains { replaces.names($0) } ? 603 : 481)
        }
    }

    /// Answers the INVITE and ends the session whose place it takes. Nobody is asked: our person is in that call.
    mutating func takePlace(of old: SessionID, _ session: Session, _ effects: inout [Effect]) {
        effects.append(.report(.replaced(old, by: session.id, from: session.peer)))
        if let takes = session.peerTakes { effects.append(.report(.capabilities(session.id, takes))) }
        drive(session.id, .accept(nil), &effects)
        if sessions[session.id]?.session.state == .established { obey(.hangUp(old), &effects) }
    }

    /// Remembers that a dialog was there.
    mutating func depart(_ dialog: DialogID) {
        if departed.count >= Limits.departed { departed.removeFirst() }
        departed.append(dialog)
    }
}

extension Replaces {
    /// Whether this is meant; peers of RFC 2543's time have no tag, which is written as zero (RFC 3891 §3).
    func names(_ other: DialogID) -> Bool {
        dialog == other
            || other.remoteTag.isEmpty && dialog.remoteTag == "0" && dialog.localTag == other.localTag
                && dialog.callID == other.callID
    }
}
