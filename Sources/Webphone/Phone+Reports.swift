import SIP

/// What the user agent tells, sorted to the machine that it concerns.
extension Phone {
    mutating func hear(_ report: UserAgent.Report) {
        switch report {
        case .registered(let identity, _):
            domain = identity.uri.host
            run(connection.handle(.registered(number: number(of: identity))))
        case .registrationFailed(let failure):
            run(connection.handle(.registrationFailed(failure)))
        case .unregistered:
            run(connection.handle(.unregistered))
        case .notify(let id, _, let content):
            guard id == subscription else { return }
            unlisted = nil
            run(connection.handle(.notified))
            run(roster.handle(.notified(content?.body ?? [])))
        case .subscriptionRestarted(let id):
            if id == subscription {
                run(roster.handle(.connected(number: connection.number ?? "", grace: Connection.datagramGrace)))
            }
        case .subscriptionEnded(let id, let end):
            if id == subscription { unsubscribed(end) }
        case .incoming(let session, let from, _):
            run(calls.handle(.incoming(session, from: party(from))))
        case .session(let session, let state):
            run(calls.handle(.session(session, state)))
        case .peer(let session, let address):
            run(calls.handle(.peer(session, party(address))))
        case .message(let session, let from, let content):
            receive(content, in: session, from: from)
        case .messageResult(let token, let result):
            run(messages.handle(.result(token, result)))
        case .ping(let token, let status):
            if token.value == lastPing { run(connection.handle(.pinged(status: status))) }
        case .held, .holdFailed, .capabilities, .referred, .transfer, .replaced, .dtmf:
            break
        case .modified, .renewed:
            break  // a text call stays what it is
        }
    }

    private mutating func unsubscribed(_ end: Subscription.End) {
        subscription = nil
        switch end {
        case .refused(status: 403, _) where !connection.isRenewed:
            return run(connection.handle(.disowned))
        case .refused(let status, _):
            let reason = Reasons.subscription(status)
            if reason != unlisted { reports.append(.report(.fault(reason))) }
            unlisted = reason
        case .unsubscribed, .terminated, .lost, .overloaded:
            break
        }
        run(connection.handle(.subscriptionEnded))
    }

    private mutating func receive(_ content: UserAgent.Content, in session: SessionID?, from: NameAddress) {
        // Other content, say that somebody is typing, is none of a chat's business yet.
        guard content.type.lowercased().hasPrefix("text/") else { return }
        let text = RemoteText.message(content.text)
        if let session, let call = calls.call(of: session) {
            return reports.append(.report(.message(call.id, from: call.party, text)))
        }
        let sender = party(from)
        if let call = calls.call(with: sender.number) {
            reports.append(.report(.message(call.id, from: call.party, text)))
        } else {
            reports.append(.report(.fault(Reasons.outside(sender, text))))
        }
    }

    /// The number and the name, safe to show. The name in the exchange's list counts before that in a request, which
    /// without an assertion is what its sender likes to be called today.
    private func party(_ address: NameAddress) -> Party {
        let number = number(of: address)
        return roster.party(number)
            ?? Party(number: number, name: RemoteText.name(address.displayName ?? "", number: number))
    }

    private func number(of address: NameAddress) -> String {
        RemoteText.number(address.uri.user ?? "") ?? RemoteText.name(address.uri.user ?? "", number: address.uri.host)
    }
}
