import SIP

/// REGISTER, and all the ways in which a client leaves.
extension Exchange {
    mutating func register(_ request: Request, as id: TransactionLayer.ServerID, on flow: Flow) throws(Refusal) {
        try requireNothing(of: request)
        if let owner = registrar.owner(of: request.to, on: flow), registrar.isMerged(request, of: owner.number) {
            throw Refusal(482)
        }
        if let owner = registrar.questioned(request.to, on: flow) { try authenticate(request, as: owner, on: flow) }
        let (response, changes) = try registrar.receive(request, on: flow, tag: identifiers.token())
        perform(layer.respond(response, to: id))
        for change in changes {
            switch change {
            case .joined(let client): join(client)
            case .moved(let number, let flow): effects.append(.report(.moved(number, to: flow)))
            case .renamed(let line): lineChanged(line)
            case .changedLine(let client, let former, let line):
                endSubscriptions(of: client, because: "deactivated")
                lineChanged(former)
                lineChanged(line)
            case .left(let client, let why): leave(client, why)
            }
        }
    }

    /// RFC 3261 §8.2.2.3: extensions that the exchange itself would have to know.
    func requireNothing(of request: Request) throws(Refusal) {
        let required = request.headers.values(.require).filter { $0 != "path" }
        guard required.isEmpty else { throw Refusal(420, nil, .unsupported, required.joined(separator: ", ")) }
    }

    private mutating func join(_ client: Registrar.Client) {
        if registrar.count == 1 { effects.append(.busy) }
        arrivals[client.number] = clock
        startBeating()
        let name = client.line.map { registrar.lines[$0].name }
        effects.append(.report(.joined(client.number, line: name, name: client.name.text, on: client.flow)))
        if let line = client.line { lineChanged(line) }
    }

    mutating func leave(_ client: Registrar.Client, _ why: Departure) {
        effects.append(.report(.left(client.number, why)))
        arrivals[client.number] = nil
        calls.sweep(client.number) { $0 == echoTest?.client.number ? false : registrar.clients[$0] != nil }
        switch why {
        case .unregistered: endSubscriptions(of: client, because: "deactivated")
        case .dismissed: endSubscriptions(of: client, because: "rejected")
        case .expired, .connectionEnded: subscriptions.removeAll(of: client.number)
        }
        performEcho { $0.hangUp(on: client.number) }
        if let line = client.line { lineChanged(line) }
        if registrar.count == 0 { effects.append(.idle) }
    }

    mutating func close(_ flow: Flow) {
        // Whoever called over it is not there to hear an answer: nobody shall ring for nothing.
        departures.add(
            layer.members(on: flow).map { .transaction($0) } + relays.invites(from: flow).map { .invite($0) })
        depart()
        for client in registrar.close(flow) { leave(client, .connectionEnded) }
    }

    mutating func depart() {
        for remnant in departures.take() {
            switch remnant {
            case .transaction(let member): perform(layer.close(member))
            case .invite(let id): abandonRelay(id)
            }
        }
        if !departures.isEmpty { effects.append(.start(.departure, after: .zero)) }
    }

    mutating func beat() {
        beats += 1
        for client in registrar.advance() { leave(client, .expired) }
        expireSubscriptions()
        throttle.advance(to: seconds)
        newcomers.advance(to: now)
        if registrar.count == 0, !awaitsAnswer {
            isBeating = false
        } else {
            effects.append(.start(.beat, after: .seconds(Int64(Timing.beatSeconds))))
        }
    }
}
