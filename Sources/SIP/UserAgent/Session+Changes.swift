/// Changes of an established session from our side: renewal, hold, refresh and a new flow.
extension Session {
    mutating func renew() -> [Effect] {
        renewal.isWanted = true
        return reinvite()
    }

    mutating func hold(_ isWanted: Bool) -> [Effect] {
        guard state == .established else { return [.report(.holdFailed(id, status: nil))] }
        hold.isWanted = isWanted
        return hold.isChanging || renewal.isOpen ? reinvite() : [holdState]
    }

    var holdState: Effect { .report(.held(id, byUs: hold.byUs, byThem: hold.byThem)) }

    /// Tells the peer what is to change, if anything is, and as soon as nothing else is under way. What only lengthens
    /// the session's time needs no offer, where the peer takes UPDATE.
    mutating func reinvite() -> [Effect] {
        let isChanging = renewal.isWanted || hold.isChanging || media.isStale
        let isOffer = isChanging || peerTakes?.allows.contains(.update) != true
        guard state == .established, isChanging || renewal.isDue, renewal.state == .idle,
            server?.state != .accepted, !(isOffer && isAsked), outbox.underWay == nil, errands.underWay == nil
        else { return [] }
        var request =
            isOffer
            ? dialog.request(
                .invite, contact: NameAddress(contact), contentType: MediaType.sdp.description,
                body: media.offer(from: host, isHolding: hold.isWanted).serialized)
            : dialog.request(.update, contact: NameAddress(contact))
        request.headers[.allow] = Capabilities.allow
        request.headers[.accept] = Capabilities.accept(messageTypes)
        request.headers[.supported] = Capabilities.supportedText
        timer.ask(in: &request)
        responses = ReliableResponses()
        earlyAnswer = nil
        let voice = isOffer ? media.voice : nil
        renewal.sent(request, isHolding: hold.isWanted, voice: voice, isEncrypted: media.isOfferEncrypted)
        let patience = voice == nil || media.stream != nil ? Self.patience : UserAgent.voicePatience + .seconds(10)
        return [.send(request, .renewal), .start(.unanswered, after: patience)]
    }

    mutating func tryAgain() -> [Effect] {
        renewal.resume()
        return proceed()
    }

    /// Counts the session's time anew.
    mutating func startTimer() -> [Effect] {
        guard state == .established else { return [] }
        let refresh = timer.refreshDelay.map { Effect.start(.refresh, after: $0) } ?? .cancel(.refresh)
        let end = timer.endDelay.map { Effect.start(.neglected, after: $0) } ?? .cancel(.neglected)
        return [refresh, end]
    }

    mutating func refresh() -> [Effect] {
        renewal.isDue = true
        return reinvite()
    }

    mutating func neglected() -> [Effect] {
        state == .established ? part(SessionEnd(.gone, by: .them)) : []
    }

    /// A new flow: the peer, and proxies that remember our Contact, learn of it by a re-INVITE (§12.2.1.1).
    mutating func move(_ contact: URI, _ host: String) -> [Effect] {
        self.contact = contact
        self.host = host
        return withdraw(480) + renew()
    }

    mutating func renewed(_ response: Response) -> [Effect] {
        let lives = dialog.receive(response)
        switch renewal.receive(response, in: dialog) {
        case .nothing: return response.isFinal ? [] : acknowledge(response) + sendNext()
        case .acknowledgeAgain(let ack): return [.acknowledge(ack)]
        case .accepted(let asking, let ack):
            timer.agreed(response)
            let acknowledgement: [Effect] = ack.map { [.acknowledge($0)] } ?? []
            let news = asking.request.method == .invite ? followAnswer(response.answer ?? earlyAnswer) : []
            return acknowledgement + [.cancel(.unanswered)] + startTimer() + learn(from: response)
                + agreed(to: asking) + news + proceed()
        case .backOff(let delay):
            return [.cancel(.unanswered), .start(.glare, after: delay)] + proceed()
        case .refused(let asking):
            let quiet: [Effect] = [.cancel(.unanswered)]
            if timer.raise(to: response) {
                renewal.again(asking)
                return quiet + proceed()
            }
            if asking.request.method == .update, [405, 501].contains(response.status) {
                renewal.again(asking)  // by re-INVITE from now on
                return quiet + refrain(from: .update, response) + proceed()
            }
            let news = quiet + refused(asking, status: response.status) + followRefusal(asking, response)
            return news + (lives ? proceed() : part(SessionEnd(.gone, by: .them)))
        }
    }

    /// A provisional response to our re-INVITE (RFC 3262 §4).
    private mutating func acknowledge(_ response: Response) -> [Effect] {
        guard renewal.isOffering, case .next(let rack) = responses.receive(response) else { return [] }
        earlyAnswer = earlyAnswer ?? response.answer
        var prack = dialog.request(.prack)
        prack.headers[.rack] = rack.description
        return [.send(prack, .prack)]
    }

    private mutating func agreed(to asking: Renewal.Asking) -> [Effect] {
        let renewed: [Effect] = asking.isRenewal ? [.report(.renewed(id, accepted: true))] : []
        return renewed + (hold.agreed(to: asking.isHolding) ? [holdState] : [])
    }

    mutating func refused(_ asking: Renewal.Asking, status: Int?) -> [Effect] {
        let renewed: [Effect] =
            (timer.role == .watcher ? [] : [.start(.refresh, after: timer.retryDelay)])
            + (asking.isRenewal ? [.report(.renewed(id, accepted: false))] : [])
        if hold.refused(asking.isHolding) { return renewed + [.report(.holdFailed(id, status: status))] }
        return renewed + (asking.isHolding != hold.byUs ? [holdState] : [])  // refused, and not wanted any more
    }
}

/// Changes of the session by the peer.
extension Session {
    /// A re-INVITE (RFC 3261 §14.2). It is answered at once unless it asks for voice, so the only ones in its way are our
    /// own, the last one while its ACK is outstanding, and such a question.
    mutating func change(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        if state == .early || isAsked { return [.respond(busy(request), transaction)] }
        if renewal.isOffering || server?.state == .accepted { return answer(491, request, transaction) }
        if let objection = SessionTimer.objection(to: request) { return [.respond(objection, transaction)] }
        do throws(BodyFault) {
            let offer = try request.offer()
            let wish = offer.map { self.wish(in: $0) } ?? .none
            guard wish != .impossible else { return [.respond(refusal(of: request, .incompatible), transaction)] }
            agreement = .open(offer)
            if case .possible(let isEncrypted) = wish {
                return beAsked(request, transaction, isEncrypted: isEncrypted)
            }
            guard let response = success(to: request) else {
                agreement = .agreed
                throw BodyFault(status: 488)
            }
            server = InviteServer(request, transaction)
            return drive(.accept(response)) + startTimer() + learn(from: request) + modified(offer)
        } catch {
            return [.respond(Capabilities.refusal(error.status, of: request), transaction)]
        }
    }

    /// An UPDATE (RFC 3311 §5.2): a change that needs no ACK, or no change at all but a sign of life.
    mutating func update(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        guard state != .leaving else { return answer(481, request, transaction) }
        if let objection = SessionTimer.objection(to: request) { return [.respond(objection, transaction)] }
        do throws(BodyFault) {
            let offer = try request.offer()
            if offer != nil {
                if case .open = agreement { return [.respond(busy(request), transaction)] }
                if isOfferOpen { return answer(491, request, transaction) }
            }
            if let offer {
                switch wish(in: offer) {
                case .none: break
                case .possible: return answer(504, request, transaction)  // nobody can be asked (RFC 3311 §5.2)
                case .impossible: return [.respond(refusal(of: request, .incompatible), transaction)]
                }
            }
            var response = Response(200, to: request)
            if let offer {
                guard let answer = media.answer(offer, from: host, isHolding: hold.isWanted) else {
                    throw BodyFault(status: 488)
                }
                response.describe(answer)
            }
            response.contact = NameAddress(contact)
            response.headers[.allow] = Capabilities.allow
            response.headers[.accept] = Capabilities.accept(messageTypes)
            response.headers[.supported] = Capabilities.supportedText
            timer.answer(request, in: &response)
            let news = offer == nil ? [] : modified(offer)
            return [.respond(response, transaction)] + startTimer() + learn(from: request) + news
        } catch {
            return [.respond(Capabilities.refusal(error.status, of: request), transaction)]
        }
    }

    /// Whether an offer of ours awaits its answer: in a re-INVITE, or in a response whose PRACK or ACK is to come.
    private var isOfferOpen: Bool { renewal.isOffering || agreement == .offered }

    mutating func modified(_ offer: SessionDescription?) -> [Effect] {
        let isNews = offer.map { hold.received($0) } ?? false
        if let offer { isTelephone = offer.hasLiveAudio(whereSilent: true) }
        guard state != .early else { return [] }  // told when it is established
        return [.report(.modified(id, offer: offer))] + (isNews ? [holdState] : []) + followOffer()
    }

    /// The first offer is still to be answered, and nobody knows when (RFC 3311 §5.2, RFC 3261 §14.2).
    private func busy(_ request: Request) -> Response {
        var response = Response(500, to: request)
        response.headers[.retryAfter] = "5"
        return response
    }
}
