extension TransactionLayer {
    /// Answers a request that came as `request`, on the flow it came on (RFC 3261 §18.2.2).
    ///
    /// - Parameter response: complete, with its To tag and the Vias of the request; a proxy has removed its own.
    ///   Provisional responses may precede, and to an INVITE further 2xx may follow, copies included; anything else
    ///   after a final response is dropped, and so is what comes after the transaction ended.
    public mutating func respond(_ response: Response, to id: ServerID) -> [Effect] {
        let effects =
            id.method == .invite ? advance(id, invite: .respond(response)) : advance(id, nonInvite: .respond(response))
        // Kept for the copies of the request.
        if exists(id) { flows.weigh(.server(id), on: id.flow, octets: response.octets) }
        return effects
    }

    mutating func receive(_ request: Request, on flow: Flow) -> [Effect] {
        guard let via = request.topVia else {
            counters.unreadable += 1
            return []
        }
        let id = ServerID(request, via: via, on: flow)
        if request.method == .ack { return receiveAck(request, id) }
        if exists(id) {
            counters.repeatedRequests += 1
            return id.method == .invite ? advance(id, invite: .received) : advance(id, nonInvite: .received)
        }
        let request = routed(request, via: via, from: flow)
        guard hasRoomToReceive(on: flow) else { return [refusal(of: request, on: flow)] }
        flows.insert(.server(id), on: flow, octets: request.octets)
        guard id.method == .invite else {
            nonInviteServers.insert(NonInviteServerTransaction(on: flow), as: id)
            return request.method == .cancel ? receiveCancel(request, id) : [.request(request, id, on: flow)]
        }
        inviteServers.insert(InviteServerTransaction(request, on: flow), as: id)
        return advance(id, invite: .start) + [.request(request, id, on: flow)]
    }

    /// An ACK matches its INVITE's transaction when the final response was made here; one for a 2xx that took another
    /// branch matches nothing and goes up.
    private mutating func receiveAck(_ ack: Request, _ id: ServerID) -> [Effect] {
        inviteServers.contains(id) ? advance(id, invite: .acknowledged(ack)) : [.ack(ack, on: id.flow)]
    }

    /// The answer to a CANCEL says only whether there is an INVITE to cancel (§9.2).
    private mutating func receiveCancel(_ cancel: Request, _ id: ServerID) -> [Effect] {
        guard let invite = inviteServers[id.invite] else {
            return respond(Response(481, to: cancel, toTag: identifiers.token()), to: id)
        }
        let answer = respond(Response(200, to: cancel, toTag: invite.localTag ?? identifiers.token()), to: id)
        return invite.isPending ? answer + [.cancelled(id.invite)] : answer
    }

    /// The request with the address it really came from on its top Via, so that the response finds its way back
    /// through a NAT (§18.2.1; RFC 3581 §4).
    private func routed(_ request: Request, via: Via, from flow: Flow) -> Request {
        guard via.hasRport || via.host != flow.remote.host else { return request }
        var via = via
        via.received = flow.remote.host
        if via.hasRport { via.rport = flow.remote.port }
        var request = request
        request.topVia = via
        return request
    }

    /// A 503 outside any transaction, for what found no room.
    private mutating func refusal(of request: Request, on flow: Flow) -> Effect {
        var response = Response(503, to: request, toTag: identifiers.token())
        response.headers[.retryAfter] = String(limits.retryAfter)
        return .transmit(.response(response), on: flow)
    }

    mutating func advance(_ id: ServerID, invite event: InviteServerTransaction.Event) -> [Effect] {
        guard let outcome = inviteServers.handle(event, for: id) else { return [] }
        if outcome.isTerminated { flows.remove(.server(id), on: outcome.flow) }
        return outcome.effects.map { effect in
            switch effect {
            case .transmit(let response): .transmit(.response(response), on: outcome.flow)
            case .start(let timer, let delay): .start(Timer(.inviteServer(id, timer)), after: delay)
            case .cancel(let timer): .cancel(Timer(.inviteServer(id, timer)))
            case .deliver(let ack): .ack(ack, on: outcome.flow)
            }
        }
    }

    mutating func advance(_ id: ServerID, nonInvite event: NonInviteServerTransaction.Event) -> [Effect] {
        guard let outcome = nonInviteServers.handle(event, for: id) else { return [] }
        if outcome.isTerminated { flows.remove(.server(id), on: outcome.flow) }
        return outcome.effects.map { effect in
            switch effect {
            case .transmit(let response): .transmit(.response(response), on: outcome.flow)
            case .start(let timer, let delay): .start(Timer(.nonInviteServer(id, timer)), after: delay)
            case .cancel(let timer): .cancel(Timer(.nonInviteServer(id, timer)))
            }
        }
    }
}
