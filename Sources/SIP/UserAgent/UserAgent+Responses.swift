/// Responses, and the lack of them.
extension UserAgent {
    mutating func receive(_ response: Response, _ client: TransactionLayer.ClientID, _ effects: inout [Effect]) {
        if answer(response, client, &effects) { return }
        let isLast = response.isFinal && client.method != .invite
        guard let purpose = isLast ? purposes.remove(client) : purposes[client] else { return }
        switch purpose {
        case .registration:
            drive(.response(response), &effects)
        case .subscription(let id, _):
            drive(id, .response(response), &effects)
        case .call(let id):
            drive(id, call: .response(response), &effects)
        case .prack:
            break  // what matters is that it comes
        case .session(let id, let asked):
            guard !hasSession(id) else { return drive(id, .response(response, asked), &effects) }
            guard response.isFinal else { return }
            outlived(asked, MessageResult(response), &effects)
        case .outside(let token, let address):
            guard response.isFinal else { return }
            settle(token, address, MessageResult(response), &effects)
        case .ping(let token):
            guard response.isFinal else { return }
            effects.append(.report(.ping(token, status: response.status)))
        }
    }

    mutating func fail(
        _ client: TransactionLayer.ClientID, _ failure: TransactionFailure, _ effects: inout [Effect]
    ) {
        unanswered[client] = nil
        guard let purpose = purposes.remove(client) else { return }
        switch purpose {
        case .registration(let cseq):
            drive(.failed(failure, cseq: cseq), &effects)
        case .subscription(let id, let cseq):
            drive(id, .failed(failure, cseq: cseq), &effects)
        case .call(let id):
            drive(id, call: .failed(failure), &effects)
        case .prack:
            break
        case .session(let id, let asked):
            guard !hasSession(id) else { return drive(id, .failed(failure, asked), &effects) }
            outlived(asked, .failed(MessageFailure(failure)), &effects)
        case .outside(let token, let address):
            settle(token, address, .failed(MessageFailure(failure)), &effects)
        case .ping(let token):
            effects.append(.report(.ping(token, status: nil)))
        }
    }

    /// The answer to a message whose session ended meanwhile.
    private func outlived(_ asked: Session.Asked, _ result: MessageResult, _ effects: inout [Effect]) {
        switch asked {
        case .message(let token): effects.append(.report(.messageResult(token, result)))
        case .renewal, .prack, .key, .refer, .notice: break
        }
    }

    private mutating func settle(
        _ token: MessageToken, _ address: Address, _ result: MessageResult, _ effects: inout [Effect]
    ) {
        _ = outboxes[address]?.settle(token)
        effects.append(.report(.messageResult(token, result)))
        sendNext(to: address, &effects)
    }

    /// The flow is gone. What lived on it ends before its transactions fail, so that nothing more is sent there.
    mutating func lose(_ flow: Flow, _ effects: inout [Effect]) {
        trusted.remove(flow)
        if registrationFlow == flow { drive(.lost, &effects) }
        for (id, subscribed) in subscriptions where subscribed.flow == flow { drive(id, .lost, &effects) }
        for (id, seat) in sessions where seat.flow == flow { drive(id, .lost, &effects) }
        for (id, call) in calls where call.flow == flow { drive(id, call: .lost, &effects) }
        for address in outboxes.keys where address.flow == flow {
            for token in outboxes[address]?.abandon() ?? [] {
                effects.append(.report(.messageResult(token, .failed(.lost))))
            }
        }
        absorb(transactions.handle(.closed(flow)), &effects)
    }
}

extension UserAgent.MessageResult {
    /// What a final response means.
    package init(_ response: Response) {
        self =
            switch response.status {
            case 202: .accepted
            case ..<300: .delivered
            default: .failed(UserAgent.MessageFailure(response))
            }
    }
}

extension UserAgent.MessageFailure {
    init(_ response: Response) {
        self = .refused(status: response.status, reason: response.reason)
    }
}
