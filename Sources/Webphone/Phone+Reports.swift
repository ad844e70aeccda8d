import SIP

/// What the user agent tells, sorted to the machine that it concerns.
extension Phone {
    mutating func hear(_ report: UserAgent.Report) {
        switch report {
        case .registered(let identity, _):
            if domain != identity.uri.host {
                domain = identity.uri.host
                bar()
            }
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
        case .incoming(let session, let from, let offer):
            run(calls.handle(.incoming(session, from: party(from), wantsAudio: offer?.insistsOnAudio ?? false)))
        case .session(let session, let state):
            if case .ended(let end) = state, case .redirected(let contacts) = end.cause, end.side == .them,
                let contact = contacts.first(where: { isDialable($0.uri) })
            {
                run(calls.handle(.redirected(session, to: named(contact.uri))))
            } else {
                run(calls.handle(.session(session, state)))
            }
        case .peer(let session, let address):
            run(calls.handle(.peer(session, party(address))))
        case .message(let session, let from, let content):
            receive(content, in: session, from: from)
        case .messageResult(let token, let result):
            answered(token, result)
        case .ping(let token, let status):
            if token.value == lastPing { run(connection.handle(.pinged(status: status))) }
        case .held(let session, let byUs, let byThem):
            run(calls.handle(.held(session, byUs: byUs, byThem: byThem)))
        case .holdFailed(let session, let status):
            run(calls.handle(.holdFailed(session, status: status)))
        case .capabilities(let session, let capabilities):
            run(calls.handle(.capabilities(session, capabilities)))
        case .referred(let id, let session, let target, _):
            referred(id, in: session, to: target)
        case .transfer(let session, let progress):
            run(calls.handle(.progress(session, progress)))
        case .replaced(let old, let new, let address):
            run(calls.handle(.replaced(old, by: new, party(address))))
        case .dtmf(let session, let keys):
            run(calls.handle(.pressed(session, keys)))
        case .voice(let session, let news):
            run(calls.handle(.voice(session, news)))
        case .modified(let session, let offer):
            // Hold is told as such.
            if offer?.asksToSpeak == true { run(calls.handle(.audioWanted(session))) }
        case .renewed:
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

    private mutating func referred(_ id: ReferralID, in session: SessionID, to address: NameAddress) {
        guard isDialable(address.uri) else { return command(.refuse(id)) }
        var target = address.uri
        target.query = nil
        run(calls.handle(.referred(Calls.Referral(id: id, party: named(address.uri), target: target), in: session)))
    }
}
