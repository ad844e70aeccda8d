import SIP

/// Calls that are sent on: before they are answered (302), and out of a conversation (REFER), in every role.
extension Calls {
    /// What we asked the other side of a call to do.
    enum Transfer: Equatable {
        /// To call somebody.
        case blind
        /// To take our place in this call.
        case attended(CallID)
    }

    /// What a peer asks us to do (RFC 3515).
    package struct Referral: Equatable, Sendable {
        package var id: ReferralID
        package var party: Party
        /// Whom to call, without the header fields that the peer put into the address.
        package var target: URI

        package init(id: ReferralID, party: Party, target: URI) {
            self.id = id
            self.party = party
            self.target = target
        }
    }

    /// Why a call was placed.
    struct Follows: Equatable {
        var referral: Referral
        /// The call in which we were asked.
        var call: CallID
    }
}

// MARK: - 302

extension Calls {
    mutating func forward(_ id: CallID, _ party: Party) -> [Effect] {
        guard let call = calls[id], id.isReceived, call.state == .ringing, !call.isAccepted, let session = call.session
        else { return [] }
        return finish(id, .forwarded(to: party), by: .us, telling: .redirect(session, to: party))
    }

    mutating func redirected(_ session: SessionID, _ party: Party) -> [Effect] {
        guard let id = bySession[session], calls[id] != nil else { return [] }
        return finish(id, .forwarded(to: party), by: .them)
    }
}

// MARK: - As the one who sends the other side on

extension Calls {
    mutating func transfer(_ id: CallID, _ party: Party) -> [Effect] {
        guard let session = session(of: id) else { return [.report(.fault(Reasons.noCall))] }
        guard calls[id]?.transfer == nil else { return [.report(.fault(Reasons.transferUnderWay))] }
        calls[id]?.transfer = .blind
        return [.refer(session, to: party)]
    }

    mutating func join(_ id: CallID, _ other: CallID) -> [Effect] {
        guard id != other, let session = session(of: id), let second = self.session(of: other) else {
            return [.report(.fault(Reasons.noCall))]
        }
        guard calls[id]?.transfer == nil else { return [.report(.fault(Reasons.transferUnderWay))] }
        calls[id]?.transfer = .attended(other)
        return [.join(session, with: second)]
    }

    /// When it has succeeded our part is over. When it has failed the calls go on as they are: who set one aside
    /// resumes it.
    mutating func progressed(_ session: SessionID, _ progress: TransferProgress) -> [Effect] {
        guard let id = bySession[session], let call = calls[id], let transfer = call.transfer else { return [] }
        switch progress {
        case .accepted, .ringing:
            return [.report(.note(id, .transfer(progress)))]
        case .succeeded:
            let news: [Effect] = [.report(.note(id, .transfer(.succeeded)))]
            switch transfer {
            case .blind: return news + hangUp(id)
            case .attended(let other): return news + hangUp(id) + hangUp(other)
            }
        case .failed(let status, _):
            calls[id]?.transfer = nil
            return [.report(.note(id, .transfer(.failed(status: status, reason: Reasons.transfer(status)))))]
        }
    }
}

// MARK: - As the one who is sent on

extension Calls {
    mutating func referred(_ referral: Referral, _ session: SessionID) -> [Effect] {
        guard let id = bySession[session], let call = calls[id], call.isEstablished, call.referral == nil,
            !calls.values.contains(where: { $0.follows?.call == id }), referral.party.number != number
        else { return [.refuse(referral.id)] }
        calls[id]?.referral = referral
        return [.report(.transferAsked(id, to: referral.party))]
    }

    /// The call that was asked for goes on until the new one is there, and if that fails.
    mutating func follow(_ id: CallID, _ new: CallID) -> [Effect] {
        guard calls[new] == nil else { return [.report(.fault(Reasons.alreadyUsed))] }
        guard let referral = calls[id]?.referral else {
            return [.report(.call(new, .failed(Reasons.noTransfer), by: .them))]
        }
        calls[id]?.referral = nil
        calls[new] = Call(party: referral.party, state: .calling, follows: Follows(referral: referral, call: id))
        let invitation = invite(new)
        return [.report(.call(new, .calling, by: .us)), .start(.ring(new), after: Self.placedRings)] + invitation
    }

    mutating func stay(_ id: CallID) -> [Effect] {
        guard let referral = calls[id]?.referral else { return [] }
        calls[id]?.referral = nil
        return [.refuse(referral.id)]
    }

    /// The call that we were asked for is established: the one before is over. Its session is left to whoever handed us
    /// over, who is just being told that it worked.
    mutating func handOver(to id: CallID) -> [Effect] {
        guard let old = calls[id]?.follows?.call else { return [] }
        calls[id]?.follows = nil
        guard let session = calls[old]?.session else { return [] }
        let over = finish(old, .completed, by: .them)
        leaving.insert(session)
        return over + [.start(.leave(session), after: Self.transferorPatience)]
    }
}

// MARK: - As the one to whom somebody is sent

extension Calls {
    /// The call goes on with another party; one of ours that still rings is answered by it (RFC 3891 §3), as the report
    /// that follows says.
    mutating func replaced(_ old: SessionID, _ new: SessionID, _ party: Party) -> [Effect] {
        guard let id = bySession[old], let call = calls[id], call.isEstablished || !id.isReceived else {
            return [.hangUp(new)]
        }
        if preferences.blocked.contains(party.number) {
            return finish(id, .completed, by: .us, telling: .hangUp(new))
                + [.report(.turnedAway(party, .blocked))]
        }
        let silence = fallSilent(id, by: .them)
        attach(new, to: id)
        calls[id]?.party = party
        calls[id]?.hold = Hold()
        if call.state == .hold { calls[id]?.state = .inCall }
        calls[id]?.transfer = nil
        calls[id]?.referral = nil
        let refusal: [Effect] = call.referral.map { [.refuse($0.id)] } ?? []
        let resumed: [Effect] = call.state == .hold ? [.report(.call(id, .inCall, by: .them))] : []
        return refusal + silence + [.report(.note(id, .handedOver(to: party))), .report(.party(id, party))] + resumed
            + [.learned(id)]
    }
}
