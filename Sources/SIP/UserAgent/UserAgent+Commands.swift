extension URI {
    /// As much of a user's address as tells whether it is barred.
    init(barring uri: URI) {
        self = .sip(uri.user, uri.host.asciiLowercased)
    }
}

/// What is wanted of us.
extension UserAgent {
    mutating func obey(_ command: Command, _ effects: inout [Effect]) {
        switch command {
        case .register(let parameters, let flow):
            registrationFlow = flow
            trusted.insert(flow)
            // Another exchange has a realm and nonces of its own, and is shown none of the former's.
            if digest?.account != parameters.account || registrar != parameters.registrar {
                registrar = parameters.registrar
                digest = parameters.account.map { DigestClient($0, identifiers: identifiers.split()) }
            }
            let contact = contact(on: flow, user: parameters.address.uri.user)
            drive(.start(parameters, contact: contact), &effects)
        case .refresh:
            drive(.renew, &effects)
        case .unregister:
            drive(.stop, &effects)
        case .subscribe(let id, let parameters, let flow):
            subscribe(id, parameters, on: flow, &effects)
        case .unsubscribe(let id):
            drive(id, .stop, &effects)
        case .invite(let id, let target, let flow, let referral):
            invite(id, target, on: flow, following: referral, &effects)
        case .ring(let id):
            drive(id, .ring, &effects)
        case .accept(let id, let voice):
            drive(id, .accept(voice), &effects)
        case .offerVoice(let id, let voice):
            guard hasSession(id) else { return effects.append(.report(.voice(id, .refused(.noSession)))) }
            drive(id, .offerVoice(voice), &effects)
        case .acceptVoice(let id, let voice):
            drive(id, .acceptVoice(voice), &effects)
        case .refuseVoice(let id, let reason):
            drive(id, .refuseVoice(reason), &effects)
        case .endVoice(let id):
            drive(id, .endVoice, &effects)
        case .reject(let id, let status):
            drive(id, .reject(status: status), &effects)
        case .hangUp(let id):
            if hasSession(id) { drive(id, .hangUp, &effects) } else { drive(id, call: .hangUp, &effects) }
        case .renew(let id):
            drive(id, .renew, &effects)
        case .hold(let id):
            hold(id, true, &effects)
        case .resume(let id):
            hold(id, false, &effects)
        case .redirect(let id, let target):
            drive(id, .redirect(to: target), &effects)
        case .refer(let id, let target):
            refer(id, to: target, &effects)
        case .join(let id, let other):
            join(id, with: other, &effects)
        case .refuse(let id):
            refuse(id, &effects)
        case .dtmf(let id, let keys):
            drive(id, .keys(keys), &effects)
        case .message(let token, let content, let id):
            guard hasSession(id) else {
                return effects.append(.report(.messageResult(token, .failed(.noSession))))
            }
            drive(id, .message(token, content), &effects)
        case .messageOutside(let token, let content, let target, let flow):
            message(Outbox.Entry(token: token, content: content), to: Address(uri: target, flow: flow), &effects)
        case .bar(let users):
            barred = Set(users.map { URI(barring: $0) })
        case .options(let token, let target, let flow):
            var request = request(.options, to: target)
            request.headers[.accept] = Capabilities.accept(configuration.messageTypes)
            send(request, .ping(token), on: flow, &effects)
        }
    }

    private mutating func hold(_ id: SessionID, _ isWanted: Bool, _ effects: inout [Effect]) {
        guard hasSession(id) else { return effects.append(.report(.holdFailed(id, status: nil))) }
        drive(id, .hold(isWanted), &effects)
    }

    private mutating func subscribe(
        _ id: SubscriptionID, _ parameters: Subscription.Parameters, on flow: Flow, _ effects: inout [Effect]
    ) {
        guard subscriptions[id] == nil, subscriptions.count < Limits.subscriptions else {
            return effects.append(.report(.subscriptionEnded(id, .overloaded)))
        }
        let machine = Subscription(
            parameters, identity: identity, contact: contact(on: flow), identifiers: identifiers.split())
        subscriptions[id] = Subscribed(machine: machine, flow: flow)
        drive(id, .start, &effects)
    }

    private mutating func invite(
        _ id: SessionID, _ target: URI, on flow: Flow, following referral: ReferralID?, _ effects: inout [Effect]
    ) {
        guard calls[id] == nil, !hasSession(id), hasRoomForSession else {
            if let referral { tell(referral, StatusFragment(503), &effects) }
            return effects.append(.report(.session(id, .ended(SessionEnd(.overloaded, by: .us)))))
        }
        var media = AudioMedia(identifiers: &identifiers, takesVoice: !configuration.codecs.isEmpty)
        let offer = media.offer(from: flow.local.host)
        var request = request(.invite, to: target)
        request.contact = NameAddress(contact(on: flow))
        request.headers[.allow] = Capabilities.allow
        request.headers[.accept] = Capabilities.accept(configuration.messageTypes)
        request.headers[.supported] = Capabilities.supportedText
        SessionTimer().ask(in: &request, isFirst: true)
        request.headers[.contentType] = MediaType.sdp.description
        request.body = offer.serialized
        if let referral { follow(referral, in: &request, &effects) }
        let tag = request.from?.tag ?? ""
        calls[id] = Call(
            client: InviteClient(request, media: media), flow: flow, peer: NameAddress(target), tag: tag,
            following: referral)
        usages[tag] = .call(id)
        effects.append(.report(.session(id, .calling)))
        drive(id, call: .start, &effects)
    }

    /// Sends a message outside of sessions, or puts it behind the one that is under way to the same address: two at
    /// once are forbidden there (RFC 3428 §8).
    mutating func message(_ entry: Outbox.Entry, to address: Address, _ effects: inout [Effect]) {
        guard outboxes[address, default: Outbox()].add(entry) else {
            return effects.append(.report(.messageResult(entry.token, .failed(.overloaded))))
        }
        sendNext(to: address, &effects)
    }

    mutating func sendNext(to address: Address, _ effects: inout [Effect]) {
        guard let entry = outboxes[address]?.next() else {
            if outboxes[address]?.isEmpty == true { outboxes[address] = nil }
            return
        }
        var request = request(.message, to: address.uri)
        request.headers[.contentType] = entry.content.type
        request.body = entry.content.body
        send(request, .outside(entry.token, address), on: address.flow, &effects)
    }

    /// A request outside of dialogs, from whom we are now (RFC 3261 §8.1.1).
    private mutating func request(_ method: Method, to target: URI) -> Request {
        var request = Request(method, target)
        var from = identity
        from.tag = identifiers.token()
        request.from = from
        request.to = NameAddress(target)
        request.callID = identifiers.callID()
        request.cseq = CSeq(1, method)
        return request
    }

    var hasRoomForSession: Bool {
        sessions.count + calls.values.count { $0.client.isUnanswered } < configuration.sessionLimit
    }

    /// Where requests reach us on this flow (RFC 3261 §8.1.1.8).
    func contact(on flow: Flow, user: String? = nil) -> URI {
        if let contact = configuration.contact { return contact }
        var contact = URI.sip(user ?? identity.uri.user, flow.sentBy.host, port: flow.sentBy.port)
        if let name = flow.transport.uriName { contact.parameters.set("transport", name) }
        return contact
    }
}
