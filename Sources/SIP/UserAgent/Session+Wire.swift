/// What comes from the peer.
extension Session {
    /// A request in the dialog. The commonest, MESSAGE, comes first and takes no detour.
    mutating func receive(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        let previous = dialog.remoteCSeq
        guard dialog.receive(request) == .inOrder else {
            // The same number again is a copy that came another way: it was taken, and is not taken twice.
            let isCopy = request.method == .message && previous == request.cseq?.number
            return answer(isCopy ? 200 : 500, request, transaction)
        }
        if state == .over {
            return request.method == .notify ? notified(request, transaction) : answer(481, request, transaction)
        }
        if let objection = Capabilities.objection(to: request) { return [.respond(objection, transaction)] }
        switch request.method {
        case .message:
            return take(request, transaction)
        case .bye:
            return answer(200, request, transaction) + bye()
        case .invite:
            return change(request, transaction)
        case .update:
            return update(request, transaction)
        case .options:
            return [.respond(Capabilities.describe(to: request, taking: messageTypes), transaction)]
        case .notify:
            return notified(request, transaction)
        case .info:
            return pressed(request, transaction)
        case .refer:
            return referred(request, transaction)
        case .ack, .cancel, .register, .subscribe, .prack, .publish, .other:
            return [.respond(Capabilities.refusal(405, of: request), transaction)]
        }
    }

    func answer(_ status: Int, _ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        [.respond(Response(status, to: request), transaction)]
    }

    private func take(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        guard state != .leaving else { return answer(481, request, transaction) }
        do throws(BodyFault) {
            let content = try request.content(of: messageTypes)
            return [.respond(Response(200, to: request), transaction), .report(.message(id, from: peer, content))]
        } catch {
            return [.respond(Capabilities.refusal(error.status, of: request, taking: messageTypes), transaction)]
        }
    }

    private mutating func bye() -> [Effect] {
        guard state == .early, let server else { return end(SessionEnd(.hungUp, by: .them)) }
        return drive(.refuse(Response(487, to: server.request, toTag: dialog.id.localTag)))
            + end(SessionEnd(.cancelled, by: .them))
    }
}

/// Changes of the session by the peer.
extension Session {
    /// A re-INVITE (RFC 3261 §14.2). It is answered at once, so the only ones in its way are our own and the last one
    /// while its ACK is outstanding.
    private mutating func change(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        if state == .early { return [.respond(busy(request), transaction)] }
        if renewal.isOffering || server?.state == .accepted { return answer(491, request, transaction) }
        if let objection = SessionTimer.objection(to: request) { return [.respond(objection, transaction)] }
        do throws(BodyFault) {
            let offer = try request.offer()
            guard let response = agreement(to: request, offer: offer) else { throw BodyFault(status: 488) }
            server = InviteServer(request, transaction)
            return drive(.accept(response)) + startTimer() + learn(from: request) + modified(offer)
        } catch {
            return [.respond(Capabilities.refusal(error.status, of: request), transaction)]
        }
    }

    /// An UPDATE (RFC 3311 §5.2): a change that needs no ACK, or no change at all but a sign of life.
    private mutating func update(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        guard state != .leaving else { return answer(481, request, transaction) }
        if let objection = SessionTimer.objection(to: request) { return [.respond(objection, transaction)] }
        do throws(BodyFault) {
            let offer = try request.offer()
            if offer != nil {
                if state == .early { return [.respond(busy(request), transaction)] }
                if isOfferOpen { return answer(491, request, transaction) }
            }
            var response = Response(200, to: request)
            if let offer {
                guard let answer = media.answer(offer, from: host, isHolding: hold.isWanted) else {
                    throw BodyFault(status: 488)
                }
                response.headers[.contentType] = MediaType.sdp.description
                response.body = answer.serialized
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

    /// Whether an offer of ours awaits its answer: in a re-INVITE, or in a 2xx whose ACK is still to come.
    private var isOfferOpen: Bool {
        renewal.isOffering || (server?.state == .accepted && server?.request.body.isEmpty == true)
    }

    private mutating func modified(_ offer: SessionDescription?) -> [Effect] {
        let isNews = offer.map { hold.received($0) } ?? false
        return [.report(.modified(id, offer: offer))] + (isNews ? [holdState] : [])
    }

    /// The first offer is still to be answered, and nobody knows when (RFC 3311 §5.2, RFC 3261 §14.2).
    private func busy(_ request: Request) -> Response {
        var response = Response(500, to: request)
        response.headers[.retryAfter] = "5"
        return response
    }
}

extension Session {
    /// A re-INVITE as it went out: with the credentials that its ACK needs too (RFC 3261 §22.1).
    mutating func sent(_ request: Request, _ asked: Asked) {
        if asked == .renewal { renewal.replaced(by: request) }
    }

    /// The request once more, with the credentials it has by now, under the next number (RFC 3261 §22.2).
    ///
    /// - Returns: nil when it is not the one under way.
    mutating func again(_ request: Request, _ asked: Asked) -> Request? {
        switch asked {
        case .message(let token) where state == .established && outbox.underWay?.token == token:
            return dialog.renumber(request)
        case .renewal where state == .established && renewal.isOpen:
            let again = dialog.renumber(request)
            renewal.replaced(by: again)
            return again
        case .key where errands.underWay == asked, .refer where errands.underWay == asked,
            .notice where errands.underWay == asked:
            let again = dialog.renumber(request)
            if asked == .refer { transfer?.number = again.cseq?.number }
            return again
        case .message, .renewal, .key, .refer, .notice:
            return nil
        }
    }

    mutating func receive(_ response: Response, _ asked: Asked) -> [Effect] {
        switch asked {
        case .message(let token): receive(response, token)
        case .renewal: state == .over ? [] : renewed(response)
        case .key, .refer, .notice: settle(asked, response)
        }
    }

    private mutating func receive(_ response: Response, _ token: MessageToken) -> [Effect] {
        guard response.isFinal, let entry = outbox.settle(token) else { return [] }
        switch response.status {
        case ..<300:
            return [.report(.messageResult(token, UserAgent.MessageResult(response)))] + proceed()
        case 405, 501:
            return refrain(from: .message, response) + moveOutside(entry)
        default:
            let failure = UserAgent.MessageFailure.refused(status: response.status, reason: response.reason)
            let news: [Effect] = [.report(.messageResult(token, .failed(failure)))]
            return dialog.receive(response) ? news + proceed() : news + part(SessionEnd(.gone, by: .them))
        }
    }

    /// This message and all that wait go the other way, in their order.
    private mutating func moveOutside(_ entry: Outbox.Entry) -> [Effect] {
        var effects: [Effect] = [.sendOutside(entry, to: dialog.remote.uri)]
        while let next = outbox.next() {
            effects.append(.sendOutside(next, to: dialog.remote.uri))
            _ = outbox.settle(next.token)
        }
        return effects
    }

    private mutating func renewed(_ response: Response) -> [Effect] {
        let lives = dialog.receive(response)
        switch renewal.receive(response, in: dialog) {
        case .nothing: return []
        case .acknowledgeAgain(let ack): return [.acknowledge(ack)]
        case .accepted(let asking, let ack):
            timer.agreed(response)
            let acknowledgement: [Effect] = ack.map { [.acknowledge($0)] } ?? []
            return acknowledgement + [.cancel(.unanswered)] + startTimer() + learn(from: response)
                + agreed(to: asking) + proceed()
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
            let news = quiet + refused(asking, status: response.status)
            return news + (lives ? proceed() : part(SessionEnd(.gone, by: .them)))
        }
    }

    private mutating func agreed(to asking: Renewal.Asking) -> [Effect] {
        let renewed: [Effect] = asking.isRenewal ? [.report(.renewed(id, accepted: true))] : []
        return renewed + (hold.agreed(to: asking.isHolding) ? [holdState] : [])
    }

    private mutating func refused(_ asking: Renewal.Asking, status: Int?) -> [Effect] {
        let renewed: [Effect] =
            (timer.role == .watcher ? [] : [.start(.refresh, after: timer.retryDelay)])
            + (asking.isRenewal ? [.report(.renewed(id, accepted: false))] : [])
        if hold.refused(asking.isHolding) { return renewed + [.report(.holdFailed(id, status: status))] }
        return renewed + (asking.isHolding != hold.byUs ? [holdState] : [])  // refused, and not wanted any more
    }

    /// No final response: like a 408 the session is over (RFC 3261 §12.2.1.2); what failed at our own side says
    /// nothing about it.
    mutating func fail(_ failure: TransactionFailure, _ asked: Asked) -> [Effect] {
        var effects: [Effect] = []
        switch asked {
        case .message(let token):
            guard outbox.settle(token) != nil else { return [] }
            effects.append(.report(.messageResult(token, .failed(UserAgent.MessageFailure(failure)))))
        case .renewal:
            guard state != .over, let asking = renewal.fail() else { return [] }
            effects += [.cancel(.unanswered)] + refused(asking, status: nil)
        case .key, .refer, .notice:
            guard errands.settle(asked) else { return [] }
            effects += failed(asked, failure)
        }
        return effects + (failure == .timedOut ? part(SessionEnd(.gone, by: .them)) : proceed()) + settleDown()
    }
}

extension UserAgent.MessageFailure {
    package init(_ failure: TransactionFailure) {
        self =
            switch failure {
            case .timedOut: .timedOut
            case .transport: .lost
            case .tooLarge: .tooLarge
            case .overloaded: .overloaded
            case .unwritable: .refused(status: 400, reason: "Bad Request")
            }
    }
}
