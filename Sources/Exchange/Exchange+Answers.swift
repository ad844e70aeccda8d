import SIP

/// The proxy, back towards the caller (RFC 3261 §16.7 to §16.10).
extension Exchange {
    mutating func receive(_ response: Response, to branch: TransactionLayer.ClientID, on flow: Flow) {
        if subscriptions.isNotify(branch) {
            if response.status >= 200 { concludeNotify(branch, accepted: response.status < 300) }
            return
        }
        guard let id = relays.server(of: branch) else { return passLate(response) }
        if response.status < 200 { proceed(id) }
        guard response.status > 100 else { return }
        let forwarded = passable(response, of: id)
        calls.answer(id, response.status, at: clock)
        if response.status >= 200 { concludeRelay(id) }
        perform(layer.respond(forwarded, to: id))
    }

    /// The Vias are those of the request, whatever the called client made of them, and who answers is what the
    /// exchange says.
    private func passable(_ response: Response, of id: TransactionLayer.ServerID) -> Response {
        guard let relay = relays[id] else { return response }
        var response = response
        response.headers.removeAll(.via)
        for via in relay.request.headers.values(.via).reversed() { response.headers.prepend(.via, via) }
        response.headers.removeClaims()
        digest.removeClaims(from: &response)
        if id.method == .invite, response.status < 300, let callee = registrar.clients[relay.callee] {
            response.headers.append(.pAssertedIdentity, callee.identity)
        }
        return response
    }

    /// A 2xx to an INVITE that was answered before: a copy, because the ACK has not arrived, or one that crossed a
    /// CANCEL. It has no context here any more, and is passed to the caller (RFC 3261 §16.7 step 5).
    private mutating func passLate(_ response: Response) {
        guard (200..<300).contains(response.status), response.cseq?.method == .invite,
            let caller = PhoneNumber(user: response.from?.uri.user).flatMap({ registrar.clients[$0] })
        else { return }
        var response = response
        response.headers.removeFirstValue(.via)
        response.headers.removeClaims()
        digest.removeClaims(from: &response)
        guard response.headers.contains(.via), caller.flow != EchoTest.flow else { return }
        effects.append(.transmit(.response(response), on: caller.flow))
    }

    /// The called client lives: it has now the time of timer C, or of timer F.
    private mutating func proceed(_ id: TransactionLayer.ServerID) {
        guard let relay = relays[id], relay.phase != .cancelled else { return }
        guard id.method == .invite || relay.phase == .waiting else { return }
        relays.enter(.proceeding, id)
        effects.append(.start(.relay(id), after: id.method == .invite ? Timing.timerC : Timing.lastAnswer))
    }

    mutating func cancelRelay(_ id: TransactionLayer.ServerID) {
        guard let relay = relays[id], relay.phase != .cancelled else { return }
        relays.enter(.cancelled, id)
        effects.append(.start(.relay(id), after: Timing.cancelled))
        perform(layer.cancel(relay.branch))
    }

    /// The called client has not answered in time.
    mutating func expireRelay(_ id: TransactionLayer.ServerID) {
        guard let relay = relays[id] else { return }
        concludeRelay(id)
        switch relay.phase {
        case .cancelled: answer(relay, 487, to: id)
        case .waiting: answer(relay, id.method == .invite ? 480 : 408, to: id)
        case .proceeding: answer(relay, 408, to: id)
        }
        if id.method == .invite, relay.phase != .cancelled { perform(layer.cancel(relay.branch)) }
    }

    mutating func fail(_ branch: TransactionLayer.ClientID, _ failure: TransactionFailure) {
        if subscriptions.isNotify(branch) { return concludeNotify(branch, accepted: false) }
        guard let id = relays.server(of: branch), let relay = relays[id] else { return }
        concludeRelay(id)
        let status =
            switch failure {
            case .timedOut: relay.phase == .cancelled ? 487 : 408
            case .transport: relay.phase == .cancelled ? 487 : 480
            case .tooLarge: 513
            case .overloaded: 503
            case .unwritable: 400
            }
        answer(relay, status, to: id)
    }

    /// The caller is gone.
    mutating func abandonRelay(_ id: TransactionLayer.ServerID) {
        guard let relay = relays[id] else { return }
        concludeRelay(id)
        calls.abandon(id)
        perform(layer.cancel(relay.branch))
    }

    private mutating func concludeRelay(_ id: TransactionLayer.ServerID) {
        guard relays.remove(id) != nil else { return }
        effects.append(.cancel(.relay(id)))
    }

    private mutating func answer(_ relay: Relays.Relay, _ status: Int, to id: TransactionLayer.ServerID) {
        refuse(relay.request, Refusal(status), as: id)
    }
}
