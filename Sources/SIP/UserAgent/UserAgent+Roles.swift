/// Hands events to the machines of the roles and performs what they ask for.
extension UserAgent {
    mutating func drive(_ event: Registration.Event, _ effects: inout [Effect]) {
        for step in registration.handle(event) {
            switch step {
            case .send(let request, let cseq):
                guard let flow = registrationFlow else { continue }
                send(request, .registration(cseq: cseq), on: flow, &effects)
            case .start(let timer, let delay):
                effects.append(.start(Timer(kind: .registration(timer)), after: delay))
            case .cancel(let timer):
                effects.append(.cancel(Timer(kind: .registration(timer))))
            case .bound(let address, let expires):
                identity = NameAddress(address.uri, displayName: registration.displayName)
                effects.append(.report(.registered(identity: identity, expires: expires)))
                gather(&effects)
            case .failed(let failure):
                leaveRegistrationFlow()
                if case .wrongPassword = failure { digest = nil }
                effects.append(.report(.registrationFailed(failure)))
            case .unbound:
                leaveRegistrationFlow()
                effects.append(.report(.unregistered))
            }
        }
    }

    private mutating func leaveRegistrationFlow() {
        if let flow = registrationFlow { trusted.remove(flow) }
        registrationFlow = nil
    }

    /// All that lives on another flow comes to the one where we are registered now.
    private mutating func gather(_ effects: inout [Effect]) {
        guard let flow = registrationFlow else { return }
        let contact = contact(on: flow)
        for (id, subscribed) in subscriptions where subscribed.flow != flow {
            subscriptions[id]?.flow = flow
            drive(id, .moved(contact: contact), &effects)
        }
        for (id, seat) in sessions where seat.flow != flow {
            sessions[id]?.flow = flow
            drive(id, .moved(contact: contact, host: flow.local.host), &effects)
        }
    }

    mutating func drive(_ id: SubscriptionID, _ event: Subscription.Event, _ effects: inout [Effect]) {
        guard let former = subscriptions[id]?.machine.localTag, let flow = subscriptions[id]?.flow,
            let steps = subscriptions[id]?.machine.handle(event), let machine = subscriptions[id]?.machine
        else { return }
        if former != machine.localTag { usages[former] = nil }
        if machine.isOver {
            usages[machine.localTag] = nil
            subscriptions[id] = nil
        } else {
            usages[machine.localTag] = .subscription(id)
        }
        for step in steps {
            switch step {
            case .send(let request, let cseq): send(request, .subscription(id, cseq: cseq), on: flow, &effects)
            case .respond(let response, let transaction): respond(response, transaction, &effects)
            case .start(let timer, let delay):
                effects.append(.start(Timer(kind: .subscription(id, timer)), after: delay))
            case .cancel(let timer): effects.append(.cancel(Timer(kind: .subscription(id, timer))))
            case .notify(let activity, let content): effects.append(.report(.notify(id, activity, content)))
            case .restarted: effects.append(.report(.subscriptionRestarted(id)))
            case .ended(let end): effects.append(.report(.subscriptionEnded(id, end)))
            }
        }
    }

    mutating func drive(_ id: SessionID, call event: InviteClient.Event, _ effects: inout [Effect]) {
        guard let flow = calls[id]?.flow, let steps = calls[id]?.client.handle(event) else { return }
        for step in steps {
            switch step {
            case .send(let request):
                send(request, .call(id), on: flow, &effects)
            case .acknowledgeProvisional(let prack):
                send(prack, .prack(id), on: flow, &effects)
            case .respond(let response, let transaction):
                respond(response, transaction, &effects)
            case .cancelInvite:
                guard let transaction = calls[id]?.transaction else { continue }
                absorb(transactions.cancel(transaction), &effects)
            case .acknowledge(let ack):
                absorb(transactions.sendAck(ack, on: flow), &effects)
            case .part(let bye):
                send(bye, nil, on: flow, &effects)
            case .start(let timer, let delay):
                effects.append(.start(Timer(kind: .invite(id, timer)), after: delay))
            case .cancel(let timer):
                effects.append(.cancel(Timer(kind: .invite(id, timer))))
            case .ringing:
                effects.append(.report(.session(id, .ringing)))
                tellReferrer(of: id, StatusFragment(180), &effects)
            case .asserted(let peer):
                calls[id]?.peer = peer
                effects.append(.report(.peer(id, peer)))
            case .answered(let dialog, let response):
                establish(id, dialog, response, &effects)
                tellReferrer(of: id, StatusFragment(response.status, response.reason), &effects)
            case .mistaken:
                drive(id, .gone, &effects)
            case .ended(let end):
                effects.append(.report(.session(id, .ended(end))))
                if let fragment = end.cause.fragment { tellReferrer(of: id, fragment, &effects) }
            case .finished:
                forget(call: id, &effects)
            }
        }
    }

    func hasSession(_ id: SessionID) -> Bool { sessions.index(forKey: id) != nil }

    private mutating func establish(
        _ id: SessionID, _ dialog: Dialog, _ response: Response, _ effects: inout [Effect]
    ) {
        guard let call = calls[id] else { return }
        let early = call.client.early[dialog.id]
        var session = Session(
            id, peer: call.peer, answered: response, in: dialog, contact: contact(on: call.flow),
            host: call.flow.local.host, media: early?.media ?? call.client.media, timer: call.client.timer,
            identifiers: identifiers.split())
        session.hold = early?.hold ?? Hold()
        session.messageTypes = configuration.messageTypes
        session.codecs = configuration.codecs
        sessions[id] = Seat(session: session, flow: call.flow, invite: nil)
        usages[call.tag] = .session(id, dialog.id)
        calls[id]?.early = []
        if let takes = session.peerTakes { effects.append(.report(.capabilities(id, takes))) }
        effects.append(.report(.session(id, .established)))
        drive(id, .begun, &effects)
        for early in call.early { receive(early.request, early.transaction, on: early.flow, &effects) }
    }

    private mutating func forget(call id: SessionID, _ effects: inout [Effect]) {
        guard let call = calls.removeValue(forKey: id) else { return }
        if !hasSession(id) { usages[call.tag] = nil }
        for early in call.early { answer(481, early.request, early.transaction, &effects) }
    }

    mutating func drive(_ id: SessionID, _ event: Session.Event, _ effects: inout [Effect]) {
        // By index, because a session is large: to look at it by its key would copy it, for each message.
        guard let index = sessions.index(forKey: id) else { return }
        for step in sessions.values[index].session.handle(event) {
            switch step {
            case .respond(let response, let transaction): respond(response, transaction, &effects)
            case .send(let request, let asked):
                if let flow = sessions[id]?.flow { send(request, .session(id, asked), on: flow, &effects) }
            case .part(let bye):
                if let flow = sessions[id]?.flow { send(bye, nil, on: flow, &effects) }
            case .acknowledge(let ack):
                if let flow = sessions[id]?.flow { absorb(transactions.sendAck(ack, on: flow), &effects) }
            case .cancelInvite:
                if let reinvite = sessions[id]?.reinvite { absorb(transactions.cancel(reinvite), &effects) }
            case .start(let timer, let delay): effects.append(.start(Timer(kind: .session(id, timer)), after: delay))
            case .cancel(let timer): effects.append(.cancel(Timer(kind: .session(id, timer))))
            case .report(let report): effects.append(.report(report))
            case .referred(let number, let order): referred(id, number, order, &effects)
            case .sendOutside(let entry, let target):
                if let flow = sessions[id]?.flow { message(entry, to: Address(uri: target, flow: flow), &effects) }
            case .finished:
                guard let seat = sessions.removeValue(forKey: id) else { continue }
                usages[seat.session.dialog.id.localTag] = nil
                depart(seat.session.dialog.id)
                if let invite = seat.invite { invites[invite] = nil }
            }
        }
    }

    /// Sends a request; one without a purpose is sent for its own sake.
    ///
    /// - Parameter attempts: how often it was sent before because our exchange asked for the password.
    mutating func send(
        _ request: Request, _ purpose: Purpose?, on flow: Flow, attempts: Int = 0, _ effects: inout [Effect]
    ) {
        var request = request
        if !configuration.software.isEmpty { request.headers[.userAgent] = configuration.software }
        if attempts == 0 { authorize(&request, purpose, on: flow) }
        let (client, steps) = transactions.send(request, on: flow)
        keep(client, Unanswered(request: request, purpose: purpose, flow: flow, attempts: attempts))
        if let purpose { purposes.add(purpose, for: client, in: transactions) }
        switch purpose {
        case .call(let id): calls[id]?.transaction = client
        case .session(let id, .renewal): sessions[id]?.reinvite = client
        case .prack, .session, .registration, .subscription, .outside, .ping, nil: break
        }
        absorb(steps, &effects)
    }

    mutating func respond(
        _ response: Response, _ transaction: TransactionLayer.ServerID, _ effects: inout [Effect]
    ) {
        var response = response
        if !configuration.software.isEmpty { response.headers[.server] = configuration.software }
        absorb(transactions.respond(response, to: transaction), &effects)
    }
}
