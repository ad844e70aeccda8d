/// Requests that come in (RFC 3261 §8.2).
extension UserAgent {
    mutating func receive(
        _ request: Request, _ transaction: TransactionLayer.ServerID, on flow: Flow, _ effects: inout [Effect]
    ) {
        guard trusts(flow) else { return answer(403, request, transaction, &effects) }
        guard let dialog = DialogID(receivedRequest: request) else {
            return receiveOutside(request, transaction, on: flow, &effects)
        }
        switch usages[dialog.localTag] {
        case .session(let id, dialog):
            drive(id, .request(request, transaction), &effects)
        case .subscription(let id):
            guard request.method == .notify, subscriptions[id]?.machine.callID == dialog.callID else {
                return answer(481, request, transaction, &effects)
            }
            drive(id, .notify(request, transaction), &effects)
        case .call(let id):
            guard let call = calls[id], call.client.invite.callID == dialog.callID, call.early.count < Limits.forks
            else {
                return answer(481, request, transaction, &effects)
            }
            if request.method == .update, call.client.early[dialog] != nil {
                let contact = contact(on: flow)
                return drive(
                    id, call: .update(request, transaction, contact: contact, host: flow.local.host), &effects)
            }
            calls[id]?.early.append(Early(request: request, transaction: transaction, flow: flow))
        case .session(let id, let known) where known.remoteTag.isEmpty && known.callID == dialog.callID:
            // The peer has a tag: it was lost on the way, and nobody else has the dialog that we made without it.
            answer(481, request, transaction, &effects)
            drive(id, .gone, &effects)
        case .session, nil:
            answer(481, request, transaction, &effects)
        }
    }

    private func trusts(_ flow: Flow) -> Bool {
        switch configuration.trust {
        case .everyFlow: true
        case .registeredFlows: trusted.contains(flow)
        }
    }

    private mutating func receiveOutside(
        _ request: Request, _ transaction: TransactionLayer.ServerID, on flow: Flow, _ effects: inout [Effect]
    ) {
        if let objection = Capabilities.objection(to: request) { return answer(objection, transaction, &effects) }
        if let former = merges.remember(request, transaction, in: transactions) {
            if former != transaction, transactions.exists(former) {
                return answer(482, request, transaction, &effects)
            }
            if request.method == .message { return answer(200, request, transaction, &effects) }
        }
        switch request.method {
        case .message:
            take(request, transaction, &effects)
        case .invite:
            invited(request, transaction, on: flow, &effects)
        case .options:
            answer(Capabilities.describe(to: request, taking: configuration.messageTypes), transaction, &effects)
        case .bye, .notify, .update, .info, .prack:
            answer(481, request, transaction, &effects)
        case .refer:
            answer(403, request, transaction, &effects)  // only who is in a call with us may call us away
        case .ack, .cancel, .register, .subscribe, .publish, .other:
            answer(Capabilities.refusal(405, of: request), transaction, &effects)
        }
    }

    private mutating func take(
        _ request: Request, _ transaction: TransactionLayer.ServerID, _ effects: inout [Effect]
    ) {
        guard let sender = request.identity else { return answer(400, request, transaction, &effects) }
        guard !barred.contains(URI(barring: sender.uri)) else { return answer(403, request, transaction, &effects) }
        do throws(BodyFault) {
            let contents = try request.contents(of: configuration.messageTypes)
            answer(200, request, transaction, &effects)
            for content in contents { effects.append(.report(.message(nil, from: sender, content))) }
        } catch {
            let types = configuration.messageTypes
            answer(Capabilities.refusal(error.status, of: request, taking: types), transaction, &effects)
        }
    }

    private mutating func invited(
        _ request: Request, _ transaction: TransactionLayer.ServerID, on flow: Flow, _ effects: inout [Effect]
    ) {
        do throws(BodyFault) {
            let old = try replaced(by: request, on: flow)
            let offer = try request.offer()
            let host = flow.local.host
            let media = AudioMedia(identifiers: &identifiers, takesVoice: !configuration.codecs.isEmpty)
            if let offer {
                var rehearsal = media
                guard rehearsal.answer(offer, from: host) != nil else { throw BodyFault(status: 488) }
            }
            if let objection = SessionTimer.objection(to: request) {
                return answer(objection, transaction, &effects)
            }
            guard old != nil || hasRoomForSession else { throw BodyFault(status: 486) }
            let id = SessionID.received(received &+ 1)
            let tag = identifiers.token()
            guard let peer = request.identity,
                var session = Session(
                    id, peer: peer, invite: request, transaction, offer: offer, tag: tag, contact: contact(on: flow),
                    host: host, media: media, identifiers: identifiers.split())
            else { throw BodyFault(status: 400) }
            received &+= 1
            session.messageTypes = configuration.messageTypes
            session.codecs = configuration.codecs
            sessions[id] = Seat(session: session, flow: flow, invite: transaction)
            usages[tag] = .session(id, session.dialog.id)
            invites[transaction] = id
            if let seconds = request.expires {
                let patience = Duration.seconds(Int64(min(seconds, 3_600)))
                effects.append(.start(Timer(kind: .session(id, .expiry)), after: patience))
            }
            if let old { return takePlace(of: old, session, &effects) }
            effects.append(.report(.incoming(id, from: peer, offer: offer)))
            if case .possible(let isEncrypted)? = offer?.voiceWish(codecs: configuration.codecs) {
                effects.append(.report(.voice(id, .asked(isEncrypted: isEncrypted))))
            }
            if let takes = session.peerTakes { effects.append(.report(.capabilities(id, takes))) }
        } catch {
            answer(Capabilities.refusal(error.status, of: request), transaction, &effects)
        }
    }

    mutating func cancelled(_ transaction: TransactionLayer.ServerID, _ effects: inout [Effect]) {
        // A question within a session is rare, and none that lasts: it is looked for.
        let asked = sessions.first { $0.value.session.server?.transaction == transaction }?.key
        guard let id = invites[transaction] ?? asked else { return }
        drive(id, .cancelled, &effects)
    }

    /// The ACK to a 2xx of ours.
    mutating func acknowledged(_ ack: Request, on flow: Flow, _ effects: inout [Effect]) {
        guard trusts(flow), let dialog = DialogID(receivedRequest: ack),
            case .session(let id, dialog)? = usages[dialog.localTag]
        else { return }
        drive(id, .acknowledged(ack), &effects)
    }

    mutating func answer(
        _ status: Int, _ request: Request, _ transaction: TransactionLayer.ServerID, _ effects: inout [Effect]
    ) {
        answer(Response(status, to: request), transaction, &effects)
    }

    /// Answers outside of dialogs, where To needs a tag that it did not bring (RFC 3261 §8.2.6.2).
    private mutating func answer(
        _ response: Response, _ transaction: TransactionLayer.ServerID, _ effects: inout [Effect]
    ) {
        var response = response
        response.addToTag(identifiers.token())
        respond(response, transaction, &effects)
    }
}
