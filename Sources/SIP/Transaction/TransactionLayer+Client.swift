extension TransactionLayer {
    /// Sends a request in a transaction of its own.
    ///
    /// Puts a Via with a new branch, `rport` and the flow's local address above those that the request has, and
    /// Max-Forwards 70 when it has none.
    ///
    /// - Parameter request: any method but ACK (`sendAck`) and CANCEL (`cancel`).
    /// - Returns: the name that `response` and `failed` will bear, and the first effects. Those are a lone `failed`
    ///   when the request is too large, cannot be written, or finds no room: then nothing was sent.
    public mutating func send(_ request: Request, on flow: Flow) -> (ClientID, [Effect]) {
        precondition(request.method != .ack && request.method != .cancel, "ACK and CANCEL have functions of their own")
        let branch = identifiers.branch()
        let id = ClientID(branch: branch, method: request.method)
        let request = prepared(request, branch: branch, on: flow)
        if let failure = obstacle(to: request, on: flow) { return (id, [.failed(id, failure)]) }
        return (id, start(request, as: id, on: flow))
    }

    /// Sends the ACK to a 2xx, which is no transaction (RFC 3261 §13.2.2.4, §17.1): Via and Max-Forwards as `send`
    /// does. For a proxy, also any ACK it passes on (§16.11).
    public mutating func sendAck(_ ack: Request, on flow: Flow) -> [Effect] {
        [.transmit(.request(prepared(ack, branch: identifiers.branch(), on: flow)), on: flow)]
    }

    /// Cancels an INVITE (§9.1): at once when a provisional response is there, else as soon as one comes; nothing
    /// when a final response or an earlier `cancel` was faster.
    ///
    /// A `response` follows in any case, 487 or what crossed the CANCEL, or a `failed` after 64·T1. The response to
    /// the CANCEL itself tells nothing and is not passed on.
    public mutating func cancel(_ invite: ClientID) -> [Effect] {
        advance(invite, invite: .cancel)
    }

    mutating func receive(_ response: Response, on flow: Flow) -> [Effect] {
        guard let branch = response.topVia?.branch, let method = response.cseq?.method else {
            counters.unreadable += 1
            return []
        }
        let id = ClientID(branch: branch, method: method)
        guard exists(id) else {
            counters.strayResponses += 1
            return []
        }
        return method == .invite
            ? advance(id, invite: .received(response)) : advance(id, nonInvite: .received(response))
    }

    private mutating func start(_ request: Request, as id: ClientID, on flow: Flow) -> [Effect] {
        flows.insert(.client(id), on: flow)
        guard id.method == .invite else {
            nonInviteClients.insert(NonInviteClientTransaction(request, on: flow), as: id)
            return advance(id, nonInvite: .start)
        }
        inviteClients.insert(InviteClientTransaction(request, on: flow), as: id)
        return advance(id, invite: .start)
    }

    private func prepared(_ request: Request, branch: String, on flow: Flow) -> Request {
        let sentBy = flow.sentBy
        let via = Via(flow.transport, host: sentBy.host, port: sentBy.port, branch: branch)
        var request = request
        request.headers.prepend(.via, via.description)
        if !request.headers.contains(.maxForwards) {
            request.headers.append(.maxForwards, String(Request.initialMaxForwards))
        }
        return request
    }

    private mutating func obstacle(to request: Request, on flow: Flow) -> TransactionFailure? {
        guard hasRoomToSend(on: flow) else { return .overloaded }
        do {
            let size = try request.serialized().count
            return size > limits.datagram && flow.transport == .udp ? .tooLarge : nil
        } catch .messageTooLarge {
            return .tooLarge
        } catch {
            return .unwritable
        }
    }

    mutating func advance(_ id: ClientID, invite event: InviteClientTransaction.Event) -> [Effect] {
        guard let outcome = inviteClients.handle(event, for: id) else { return [] }
        if outcome.isTerminated { flows.remove(.client(id), on: outcome.flow) }
        var effects: [Effect] = []
        effects.reserveCapacity(outcome.effects.count)
        for effect in outcome.effects {
            switch effect {
            case .transmit(let request): effects.append(.transmit(.request(request), on: outcome.flow))
            case .start(let timer, let delay): effects.append(.start(Timer(.inviteClient(id, timer)), after: delay))
            case .cancel(let timer): effects.append(.cancel(Timer(.inviteClient(id, timer))))
            case .deliver(let response): effects.append(.response(response, id, on: outcome.flow))
            case .failed(let failure): effects.append(.failed(id, failure))
            case .sendCancel(let request):
                effects += start(request, as: ClientID(branch: id.branch, method: .cancel), on: outcome.flow)
            }
        }
        return effects
    }

    mutating func advance(_ id: ClientID, nonInvite event: NonInviteClientTransaction.Event) -> [Effect] {
        guard let outcome = nonInviteClients.handle(event, for: id) else { return [] }
        if outcome.isTerminated { flows.remove(.client(id), on: outcome.flow) }
        var effects: [Effect] = []
        effects.reserveCapacity(outcome.effects.count)
        for effect in outcome.effects {
            switch effect {
            case .transmit(let request): effects.append(.transmit(.request(request), on: outcome.flow))
            case .start(let timer, let delay): effects.append(.start(Timer(.nonInviteClient(id, timer)), after: delay))
            case .cancel(let timer): effects.append(.cancel(Timer(.nonInviteClient(id, timer))))
            case .deliver(let response):
                if id.method != .cancel { effects.append(.response(response, id, on: outcome.flow)) }
            case .failed(let failure):
                if id.method != .cancel { effects.append(.failed(id, failure)) }
            }
        }
        return effects
    }
}
