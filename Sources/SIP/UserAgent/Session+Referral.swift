/// Calling away: our REFER, and the peer's (RFC 3515, RFC 5589).
extension Session {
    mutating func refer(to target: URI, by referrer: NameAddress) -> [Effect] {
        guard transfer == nil else { return [] }
        guard state == .established else {
            let end = StatusFragment(481)
            return [.report(.transfer(id, .failed(status: end.status, reason: end.reason)))]
        }
        transfer = Transfer(isFirst: !hasTransferred)
        errands.add(
            Errands.Errand(
                asked: .refer, method: .refer,
                fields: [
                    .init(name: .referTo, value: NameAddress(target).description),
                    .init(
                        name: .referredBy,
                        value: NameAddress(referrer.uri, displayName: referrer.displayName).description),
                ]))
        return proceed()
    }

    mutating func follow(_ verdict: Transfer.Verdict) -> [Effect] {
        let told: [TransferProgress]
        let timer: Effect
        switch verdict {
        case .goesOn(let progress, let patience):
            told = progress
            timer = .start(.transfer, after: patience)
        case .over(let progress):
            told = progress
            timer = .cancel(.transfer)
            transfer = nil
        }
        if told.contains(.accepted) { hasTransferred = true }
        return [timer] + told.map { .report(.transfer(id, $0)) }
    }

    /// The peer owes us a word and does not say it.
    mutating func giveUpTransfer() -> [Effect] {
        guard transfer != nil else { return [] }
        let end = StatusFragment(408)
        return follow(.over([.failed(status: end.status, reason: end.reason)])) + settleDown()
    }

    /// What the peer tells of our REFER.
    mutating func notified(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        guard let event = request.event, event.package == "refer" else {
            var refusal = Response(489, to: request)
            refusal.headers[.allowEvents] = "refer"
            return [.respond(refusal, transaction)]
        }
        guard transfer?.isMeant(by: event) == true else { return answer(481, request, transaction) }
        do throws(BodyFault) {
            guard let news = request.subscriptionState else { throw BodyFault(status: 400) }
            let fragment = try request.statusFragment()
            guard let verdict = transfer?.receive(news, fragment) else { return [] }
            return answer(200, request, transaction) + follow(verdict) + settleDown()
        } catch {
            return [.respond(Capabilities.refusal(error.status, of: request), transaction)]
        }
    }

    /// The peer's REFER. Nobody but who is in a call with us may call us away.
    mutating func referred(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        guard state == .established else { return answer(state == .early ? 403 : 481, request, transaction) }
        guard referrals.count < Referral.most, let number = request.cseq?.number else {
            return answer(486, request, transaction)
        }
        do throws(BodyFault) {
            let order = try ReferOrder(request)
            var referral = Referral(number: number, isFirst: !wasReferred)
            wasReferred = true
            // At once, whatever the person says (RFC 3515 §2.4.4).
            if let notice = referral.notice(StatusFragment(100)) { errands.add(notice) }
            referrals.append(referral)
            var response = Response(202, to: request)
            response.contact = NameAddress(contact)
            return [
                .respond(response, transaction), .start(.referral(number), after: Referral.patience),
                .referred(number, order),
            ] + proceed()
        } catch {
            return answer(error.status, request, transaction)
        }
    }

    /// Tells the peer how it goes with its REFER.
    mutating func tell(_ number: UInt32, _ fragment: StatusFragment, reason: String = "noresource") -> [Effect] {
        guard let index = referrals.firstIndex(where: { $0.number == number }) else { return [] }
        let notice = referrals[index].notice(fragment, reason: reason)
        if let notice { errands.add(notice) }
        guard fragment.isFinal else { return [.start(.referral(number), after: Referral.longestCall)] + proceed() }
        referrals.remove(at: index)
        return [.cancel(.referral(number))] + proceed()
    }

    /// The peer does not want to hear of its REFER any more.
    mutating func unsubscribe(_ number: UInt32) -> [Effect] {
        errands.drop(.notice(number))
        guard let index = referrals.firstIndex(where: { $0.number == number }) else { return [] }
        referrals.remove(at: index)
        return [.cancel(.referral(number))]
    }
}

extension Request {
    /// The status that a NOTIFY about a REFER tells; nil for one without a body.
    ///
    /// - Throws: 415 for a body of another kind, 400 for one that is unreadable, 413 for one that is too long.
    package func statusFragment() throws(BodyFault) -> StatusFragment? {
        guard !body.isEmpty else { return nil }
        guard body.count <= UserAgent.Limits.messageBody else { throw BodyFault(status: 413) }
        guard contentType?.essence == "message/sipfrag" else { throw BodyFault(status: 415) }
        guard let fragment = StatusFragment(parsing: body) else { throw BodyFault(status: 400) }
        return fragment
    }
}
