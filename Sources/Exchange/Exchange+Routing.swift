import SIP

/// The proxy, towards the called client (RFC 3261 §16.3 to §16.6).
extension Exchange {
    /// A request outside of dialogs, to whoever has the number in its Request-URI.
    mutating func route(
        _ request: Request, from sender: Registrar.Client, as id: TransactionLayer.ServerID
    ) throws(Refusal) {
        guard request.uri.scheme == .sip || request.uri.scheme == .sips else { throw Refusal(416) }
        guard let user = request.uri.user, !user.isEmpty else { throw Refusal(484) }
        var forwarded = request
        try prepare(&forwarded, original: request)
        guard let number = PhoneNumber(user: user), isOurs(request.uri, number, on: id.flow) else { throw Refusal(404) }
        guard let callee = registrar.clients[number] else {
            throw Refusal(registrar.extensions[number] == nil ? 404 : 480)
        }
        forwarded.uri = callee.contact.asRequestURI
        forwarded.headers.removeAll(.route)
        try relay(forwarded, original: request, from: sender, to: callee, as: id)
    }

    /// Whether the number is one of this exchange: its host is ours, or that of the Contact which the client gave, as a
    /// Refer-To or a 302 may name it. Another exchange's 1001 is not our 1001.
    private func isOurs(_ uri: URI, _ number: PhoneNumber, on flow: Flow) -> Bool {
        configuration.names(uri.host, on: flow) || registrar.clients[number]?.contact.host == uri.host
    }

    /// A request within a dialog: our Route says between whom it is.
    mutating func routeInDialog(
        _ request: Request, from: NameAddress, as id: TransactionLayer.ServerID, on flow: Flow
    ) throws(Refusal) {
        var forwarded = request
        guard let parties = forwarded.removeOwnRoutes() else { throw Refusal(481) }
        let sender = try registrar.speaker(from, in: parties, on: flow)
        if request.method == .bye, let callID = request.callID { calls.end(callID, parties) }
        try prepare(&forwarded, original: request)
        guard let callee = parties.peer(of: sender.number).flatMap({ registrar.clients[$0] }) else {
            throw Refusal(480)
        }
        try relay(forwarded, original: request, parties: parties, from: sender, to: callee, as: id)
    }

    /// RFC 3261 §16.3: what a proxy looks at before it passes anything on.
    private func prepare(_ request: inout Request, original: Request) throws(Refusal) {
        let hops = request.maxForwards.map { Int($0) } ?? 70
        guard hops > 0 else { throw Refusal(483) }
        request.headers[.maxForwards] = String(hops - 1)
        if request.headers.contains(.proxyRequire) {
            throw Refusal(420, nil, .unsupported, request.headers.values(.proxyRequire).joined(separator: ", "))
        }
        guard request.body.count <= configuration.limits.bodySize else { throw Refusal(413, beyond: .bodySize) }
        if isLoop(original) { throw Refusal(482) }
    }

    /// Whether the request has been here before: one of its Vias is that of a branch which still waits.
    private func isLoop(_ request: Request) -> Bool {
        let vias = request.headers.values(.via)
        guard vias.count > 1 else { return false }
        return vias.dropFirst().contains { value in
            guard let branch = (try? Via(parsing: value))?.branch else { return false }
            return relays.server(of: .init(branch: branch, method: request.method)) != nil
        }
    }

    private mutating func relay(
        _ request: Request, original: Request, parties: Parties? = nil, from sender: Registrar.Client,
        to callee: Registrar.Client, as id: TransactionLayer.ServerID
    ) throws(Refusal) {
        guard hasRoom(for: request, from: id.flow) else { throw Refusal(503, beyond: .relays, retryAfter: 5) }
        var request = request
        digest.consumeCredentials(of: &request)
        request.headers.assert(sender.identity)
        assertReferrer(&request, from: sender, to: callee)
        if request.method.isRecorded {
            let ends = parties ?? Parties(caller: sender.number, callee: callee.number)
            for value in ends.recordRoutes(from: id.flow, to: callee.flow) {
                request.headers.prepend(.recordRoute, value)
            }
        }
        let (branch, caused) = layer.send(request, on: callee.flow)
        let relay = Relays.Relay(
            request: original, branch: branch, callee: callee.number, isInitial: parties == nil)
        relays.add(relay, as: id)
        if request.method == .invite, parties == nil {
            calls.ask(request, Parties(caller: sender.number, callee: callee.number), as: id, at: clock)
        }
        // Within a dialog timers B and F are patience enough: a 408 there ends the call.
        if parties == nil { effects.append(.start(.relay(id), after: Timing.firstAnswer)) }
        perform(caused)
    }

    /// The last eighth of all is for those who have few of their own, so that whoever has many does not shut them out.
    private func hasRoom(for request: Request, from flow: Flow) -> Bool {
        let limits = configuration.limits
        let own = relays.count(from: flow)
        let ownAddress = relays.count(fromAddressOf: flow)
        let hasFew = (flow.transport.isReliable ? own : ownAddress) < Limits.few
        let share = hasFew ? 8 : 7
        return relays.count < limits.relays / 8 * share + (hasFew ? limits.relays % 8 : 0)
            && relays.octets + request.octets <= limits.relayedOctets / 8 * share
            && own < limits.relaysPerFlow
            && (hasFew || ownAddress < limits.relaysPerAddress || configuration.trusts(flow))
    }

    /// The ACK to a 2xx goes the way of its dialog, and nobody is told when it cannot (RFC 3261 §16.11).
    mutating func passAck(_ ack: Request, from flow: Flow) {
        var forwarded = ack
        guard let from = ack.from, let parties = forwarded.removeOwnRoutes(),
            let sender = try? registrar.speaker(from, in: parties, on: flow),
            let callee = parties.peer(of: sender.number).flatMap({ registrar.clients[$0] })
        else { return }
        let hops = ack.maxForwards.map { Int($0) } ?? 70
        guard hops > 0, ack.body.count <= configuration.limits.bodySize else { return }
        forwarded.headers[.maxForwards] = String(hops - 1)
        digest.consumeCredentials(of: &forwarded)
        forwarded.headers.assert(sender.identity)
        perform(layer.sendAck(forwarded, on: callee.flow))
    }
}

extension Method {
    /// Whether the request makes a dialog or refreshes its target, so that the exchange stays on the way.
    fileprivate var isRecorded: Bool {
        switch self {
        case .invite, .update, .refer, .subscribe, .notify: true
        case .ack, .bye, .cancel, .options, .register, .message, .info, .prack, .publish, .other: false
        }
    }
}

extension Request {
    /// Takes the exchange's own entries off the top of Route, two where its sides have different addresses.
    fileprivate mutating func removeOwnRoutes() -> Parties? {
        var parties: Parties?
        for route in routes {
            guard let own = Parties(user: route.uri.user) else { break }
            parties = parties ?? own
            headers.removeFirstValue(.route)
        }
        return parties
    }
}
