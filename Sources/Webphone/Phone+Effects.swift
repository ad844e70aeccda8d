import SIP

/// What the phone's machines ask of each other and of the host.
extension Phone {
    mutating func run(_ asked: [Connection.Effect]) {
        for effect in asked {
            switch effect {
            case .locate(let attempt, let target):
                effects.append(.transport(.locate(attempt: attempt, target)))
            case .open(let attempt, let endpoint):
                approach(endpoint)
                effects.append(.transport(.connect(attempt: attempt, endpoint)))
            case .close(let flow):
                effects.append(.transport(.close(flow)))
                if connection.flow != flow { forget(flow) }
            case .register(let flow):
                register(on: flow)
            case .refresh:
                command(.refresh)
            case .unregister:
                command(.unregister)
            case .subscribe(let flow):
                subscribe(on: flow)
            case .ping(let flow):
                lastPing &+= 1
                // To ourselves, through the exchange: the answer tells whether it is there, and whether it knows us.
                command(.options(PingToken(lastPing), to: .sip(connection.number, domain), on: flow))
            case .start(let timer, let delay):
                effects.append(.start(Timer(.connection(timer)), after: delay))
            case .cancel(let timer):
                effects.append(.cancel(Timer(.connection(timer))))
            case .report(let state):
                reports.append(.report(.connection(state)))
            case .connected(let endpoint):
                reports.append(.report(.connected(through: endpoint)))
            case .untrusted(let certificate):
                reports.append(.report(.untrusted(DoubtfulServer(certificate))))
            case .established(let flow, let number, let grace):
                established(flow, number, grace)
            case .renewed:
                run(calls.handle(.renewed))
                run(messages.handle(.renewed))
            case .lost(let flow):
                lost(flow)
            case .moved:
                run(calls.handle(.moved))
                run(messages.handle(.moved))
            case .moveFailed:
                run(calls.handle(.moveFailed))
                run(messages.handle(.moveFailed))
            case .ended:
                ended()
            }
        }
    }

    mutating func run(_ asked: [Roster.Effect]) {
        for effect in asked {
            switch effect {
            case .start(let timer, let delay):
                effects.append(.start(Timer(.roster(timer)), after: delay))
            case .cancel(let timer):
                effects.append(.cancel(Timer(.roster(timer))))
            case .report(let report):
                reports.append(.report(report))
                if case .offline(let party) = report { run(calls.handle(.offline(number: party.number))) }
            case .returned:
                run(messages.handle(.renewed))
            }
        }
    }

    mutating func run(_ asked: [Calls.Effect]) {
        for effect in asked {
            switch effect {
            case .invite(let session, let number):
                if let flow = connection.flow { command(.invite(session, to: address(of: number), on: flow)) }
            case .follow(let session, let referral):
                guard let flow = connection.flow else { continue }
                command(.invite(session, to: referral.target, on: flow, following: referral.id))
            case .ring(let session):
                command(.ring(session))
            case .accept(let session, let voice):
                command(.accept(session, voice: voice))
            case .reject(let session, let status):
                command(.reject(session, status: status))
            case .hangUp(let session):
                command(.hangUp(session))
            case .renew(let session):
                command(.renew(session))
            case .hold(let session):
                command(.hold(session))
            case .resume(let session):
                command(.resume(session))
            case .redirect(let session, let party):
                command(.redirect(session, to: address(of: party.number)))
            case .refer(let session, let party):
                command(.refer(session, to: address(of: party.number)))
            case .join(let session, let other):
                command(.join(session, with: other))
            case .refuse(let referral):
                command(.refuse(referral))
            case .dtmf(let session, let keys):
                command(.dtmf(session, keys))
            case .offerVoice(let session, let capabilities):
                command(.offerVoice(session, capabilities))
            case .acceptVoice(let session, let capabilities):
                command(.acceptVoice(session, capabilities))
            case .refuseVoice(let session):
                command(.refuseVoice(session))
            case .endVoice(let session):
                command(.endVoice(session))
            case .learned(let id):
                let capabilities = calls.capabilities(of: id)
                if !capabilities.takesMessages { run(messages.handle(.outside(id))) }
                let isUnderstood = capabilities.accepts.contains(ComposingIndication.mediaType)
                run(typing.handle(.understood(id, isUnderstood)))
            case .start(let timer, let delay):
                effects.append(.start(Timer(.calls(timer)), after: delay))
            case .cancel(let timer):
                effects.append(.cancel(Timer(.calls(timer))))
            case .report(let report):
                reports.append(.report(report))
            case .ended(let id):
                run(messages.handle(.ended(id)))
                run(typing.handle(.ended(id)))
                receipts.ended(id)
            case .tooLarge:
                run(connection.handle(.tooLarge))
            case .disowned:
                run(connection.handle(.disowned))
            }
        }
    }

    mutating func run(_ asked: [Messages.Effect]) {
        for effect in asked {
            switch effect {
            case .sendInside(let token, let text, let call):
                if let session = calls.session(of: call) {
                    command(.message(token, content(text, token, in: call), in: session))
                } else {
                    run(messages.handle(.result(token, .failed(.noSession))))
                }
            case .sendOutside(let token, let text, let call):
                if let number = calls.party(of: call)?.number, let flow = connection.flow {
                    let content = content(text, token, in: call)
                    command(.messageOutside(token, content, to: address(of: number), on: flow))
                } else {
                    run(messages.handle(.result(token, .failed(.noSession))))
                }
            case .report(let report):
                reports.append(.report(report))
            case .tooLarge:
                run(connection.handle(.tooLarge))
            case .disowned:
                run(connection.handle(.disowned))
            case .start(let timer, let delay):
                effects.append(.start(Timer(.messages(timer)), after: delay))
            case .cancel(let timer):
                effects.append(.cancel(Timer(.messages(timer))))
            case .awaited(let call):
                if !roster.isReconciling { run(messages.handle(.reconciled(call))) }
            }
        }
    }

    /// In the order in which the user agent asked, also where a report makes us command it again meanwhile: a timer
    /// must not be started after it was cancelled.
    mutating func run(_ asked: [UserAgent.Effect]) {
        guard !isPerforming else { return queued += asked }
        isPerforming = true
        for effect in asked { perform(effect) }
        while !queued.isEmpty {
            let next = queued
            queued = []
            for effect in next { perform(effect) }
        }
        isPerforming = false
    }

    private mutating func perform(_ effect: UserAgent.Effect) {
        switch effect {
        case .transmit(let message, let flow):
            // The user agent learns late that a connection was lost; what it says there has nowhere to go.
            if connection.isOpen(flow) { effects.append(.transport(.send(message, on: flow))) }
        case .start(let timer, let delay):
            effects.append(.start(Timer(.agent(timer, account: accounts)), after: delay))
        case .cancel(let timer):
            effects.append(.cancel(Timer(.agent(timer, account: accounts))))
        case .report(let report):
            hear(report)
        }
    }

    mutating func command(_ command: UserAgent.Command) {
        run(agent?.handle(.command(command)) ?? [])
    }

    /// Another exchange has another name, and our number there is an address of its own.
    private mutating func approach(_ endpoint: Endpoint) {
        if endpoint.domain != server {
            server = endpoint.domain
            domain = server
            bar()
        }
        if agent == nil { makeAgent() }
    }

    private mutating func makeAgent() {
        guard let account else { return }
        accounts &+= 1
        let configuration = UserAgent.Configuration(
            identity: address(of: account), software: software, codecs: codecs)
        agent = UserAgent(configuration, identifiers: identifiers.split())
        bar()
    }

    private func address(of account: Account) -> NameAddress {
        let name = RemoteText.name(account.displayName, number: account.line)
        return NameAddress(.sip(account.login?.user ?? account.line, server), displayName: name)
    }

    private mutating func register(on flow: Flow) {
        guard let account else { return }
        // An extension has its number, and asks for no other.
        let preferred = account.login == nil ? connection.number.map { URI.sip($0, domain) } : nil
        let parameters = Registration.Parameters(
            registrar: .sip(nil, server), address: address(of: account), instance: instance,
            preferred: preferred, account: account.login)
        command(.register(parameters, on: flow))
    }

    private mutating func subscribe(on flow: Flow) {
        guard let account else { return }
        if let old = subscription {
            subscription = nil  // so that its end is none of our concern
            command(.unsubscribe(old))
        }
        lastSubscription &+= 1
        let id = SubscriptionID(lastSubscription)
        subscription = id
        let parameters = Subscription.Parameters(
            resource: .sip(account.line, domain), event: "presence", accept: ["application/pidf+xml"],
            expires: flow.transport == .udp ? Self.datagramSubscription : Self.streamSubscription)
        command(.subscribe(id, parameters, on: flow))
    }

    private mutating func established(_ flow: Flow, _ number: String, _ grace: Duration) {
        let before = gone.filter { $0 != flow }
        gone = []
        run(calls.handle(.established(number: number)))
        for flow in before { run(agent?.handle(.closed(flow)) ?? []) }
        run(roster.handle(.connected(number: number, grace: grace)))
    }

    private mutating func lost(_ flow: Flow) {
        gone.append(flow)
        run(calls.handle(.lost))
        run(messages.handle(.lost))
        run(roster.handle(.lost))
        if let id = subscription {
            subscription = nil
            command(.unsubscribe(id))
        }
    }

    private mutating func ended() {
        run(calls.handle(.lost))
        run(calls.handle(.leave))
        run(messages.handle(.lost))
        run(roster.handle(.left))
        receipts = Receipts()
        indications = [:]
        agent = nil
        subscription = nil
        gone = []
        domain = server
    }
}
