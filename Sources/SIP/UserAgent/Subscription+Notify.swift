/// What the notifier tells (RFC 6665 §4.1.3).
extension Subscription {
    mutating func receive(_ request: Request, _ transaction: TransactionLayer.ServerID) -> [Effect] {
        func answer(_ status: Int) -> [Effect] { [.respond(Response(status, to: request), transaction)] }
        guard let event = request.event, event.package == parameters.event, event.id == nil else { return answer(489) }
        guard let news = request.subscriptionState else { return answer(400) }
        switch state {
        case .idle, .waiting, .over:
            return answer(481)
        case .asking:
            dialog = initial.flatMap { Dialog(subscriber: $0, notify: request) }
            guard dialog != nil else { return answer(481) }
            state = .established
        case .established, .leaving:
            guard dialog?.id == DialogID(receivedRequest: request) else { return answer(481) }
            if dialog?.remoteCSeq == request.cseq?.number { return answer(200) }  // it was told already
            guard dialog?.receive(request) == .inOrder else { return answer(500) }
        }
        let content =
            request.body.isEmpty
            ? nil : UserAgent.Content(type: request.headers[.contentType] ?? "", body: request.body)
        var effects = answer(200) + [.cancel(.timerN)]
        if state != .leaving { effects.append(.notify(Activity(news.state), content)) }
        return effects + follow(news)
    }

    private mutating func follow(_ news: SubscriptionState) -> [Effect] {
        switch news.state {
        case .active, .pending, .other:
            failures = 0
            guard state == .established, let seconds = news.expires else { return [] }
            return schedule(seconds)
        case .terminated:
            guard state == .established else { return end(.unsubscribed) }
            switch news.reason {
            case let reason? where ["rejected", "noresource", "invariant"].contains(reason):
                return end(.terminated(reason: reason))
            default:  // deactivated, timeout, probation, giveup, and words yet to be invented: try again
                return anew(after: news.retryAfter.map { Duration(retryAfter: $0) } ?? backOff())
            }
        }
    }
}
