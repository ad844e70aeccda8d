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
        case .prack:
            return prack(request, transaction)
        case .ack, .cancel, .register, .subscribe, .publish, .other:
            return [.respond(Capabilities.refusal(405, of: request), transaction)]
        }
    }

    func answer(_ status: Int, _ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        [.respond(Response(status, to: request), transaction)]
    }

    private func take(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        guard state != .leaving else { return answer(481, request, transaction) }
        do throws(BodyFault) {
            let contents = try request.contents(of: messageTypes)
            return answer(200, request, transaction) + contents.map { .report(.message(id, from: peer, $0)) }
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
        case .prack:
            return dialog.renumber(request)
        case .message, .renewal, .key, .refer, .notice:
            return nil
        }
    }

    mutating func receive(_ response: Response, _ asked: Asked) -> [Effect] {
        if lacksTag(of: response) { return mistaken(response, asked) }
        return switch asked {
        case .message(let token): receive(response, token)
        case .renewal: state == .over ? [] : renewed(response)
        case .prack: []
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
            effects += [.cancel(.unanswered)] + refused(asking, status: nil) + followRefusal(asking, nil)
        case .prack:
            return []
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
