import SIP

/// The online list of each line: SUBSCRIBE and NOTIFY for presence (RFC 6665, RFC 3856).
extension Exchange {
    mutating func subscribe(
        _ request: Request, by watcher: Registrar.Client, as id: TransactionLayer.ServerID, on flow: Flow
    ) throws(Refusal) {
        try requireNothing(of: request)
        guard let line = registrar.line(named: request.uri.user) else { throw Refusal(404) }
        let isExtension = registrar.extensions[watcher.number] != nil
        guard watcher.line == line || isExtension else { throw Refusal(403) }
        let event = request.headers[.event] ?? ""
        guard event.split(separator: ";").first == "presence" else {
            throw Refusal(489, nil, .allowEvents, "presence")
        }
        let accepted = request.headers.values(.accept)
        guard accepted.isEmpty || accepted.contains(where: Self.acceptsPresence) else { throw Refusal(406) }
        let seconds = try subscriptionTime(of: request)

        // RFC 3261 §8.2.2.2: the same request, come another way.
        if subscriptions.has(request, of: watcher.number) { throw Refusal(482) }
        let tag = identifiers.token()
        let response = accepted200(request, tag: tag, line: line, seconds: seconds, flow: flow)
        guard let dialog = Dialog(uas: request, response: response) else { throw Refusal(400) }
        makeRoom(for: watcher.number)
        subscriptions.add(
            Subscriptions.Subscription(watcher: watcher.number, line: line, event: event, dialog: dialog), as: tag)
        perform(layer.respond(response, to: id))
        renew(tag, seconds: seconds)
    }

    /// A SUBSCRIBE within its dialog: longer, or no longer.
    mutating func refresh(
        _ tag: String, by request: Request, as id: TransactionLayer.ServerID, on flow: Flow
    ) throws(Refusal) {
        guard let from = request.from, let subscription = subscriptions[tag],
            subscription.dialog.id == DialogID(receivedRequest: request), subscription.ending == nil
        else { throw Refusal(481) }
        let speaker = try registrar.speaker(from, on: flow)
        guard speaker.number == subscription.watcher else { throw Refusal(403) }
        let seconds = try subscriptionTime(of: request)
        guard subscriptions.receive(request, in: tag) else { throw Refusal(500) }
        let response = accepted200(request, tag: tag, line: subscription.line, seconds: seconds, flow: flow)
        perform(layer.respond(response, to: id))
        renew(tag, seconds: seconds)
    }

    private func accepted200(
        _ request: Request, tag: String, line: Int, seconds: UInt32, flow: Flow
    ) -> Response {
        var response = Response(200, to: request, toTag: tag)
        response.headers.append(.expires, String(seconds))
        response.headers.append(.contact, contact(ofLine: line, on: flow))
        return response
    }

    /// How long the subscription is to be, in seconds; 0 ends it.
    private func subscriptionTime(of request: Request) throws(Refusal) -> UInt32 {
        let seconds = request.expires ?? configuration.subscription
        let bounds = configuration.subscriptionBounds
        guard seconds == 0 || seconds >= bounds.lowerBound else {
            throw Refusal(423, nil, .minExpires, String(bounds.lowerBound))
        }
        return min(seconds, bounds.upperBound)
    }

    private static func acceptsPresence(_ range: String) -> Bool {
        let type = range.prefix { $0 != ";" && $0 != " " }.lowercased()
        return type == "application/pidf+xml" || type == "application/*" || type == "*/*"
    }

    private func contact(ofLine line: Int, on flow: Flow) -> String {
        let transport = flow.transport.uriName.map { ";transport=\($0)" } ?? ""
        return "<sip:\(registrar.lines[line].name)@\(flow.local)\(transport)>"
    }

    private mutating func makeRoom(for watcher: PhoneNumber) {
        let tags = subscriptions.tags(of: watcher)
        guard tags.count >= configuration.limits.subscriptionsPerClient, let oldest = tags.first else { return }
        end(oldest, because: "rejected")
    }

    private mutating func renew(_ tag: String, seconds: UInt32) {
        if seconds == 0 { return end(tag, because: "timeout") }
        subscriptions.extend(tag, seconds: seconds)
        tell(tag)
    }

    /// Sends the present state now; while a NOTIFY is unanswered the latest state follows when it is.
    private mutating func tell(_ tag: String) {
        guard let subscription = subscriptions[tag], let watcher = registrar.clients[subscription.watcher] else {
            return subscriptions.remove(tag)
        }
        tell(tag, on: subscription.line, over: watcher.flow)
    }

    private mutating func tell(_ tag: String, on line: Int, over flow: Flow) {
        guard subscriptions[tag]?.isNotifying == false else { return subscriptions.owe(tag) }
        let body = registrar.presence(of: line)
        let contact = contact(ofLine: line, on: flow)
        let version = registrar.lines[line].version
        guard let request = subscriptions.notify(tag, version: version, contact: contact, body: body) else { return }
        let (branch, caused) = layer.send(request, on: flow)
        subscriptions.sent(branch, for: tag)
        if subscriptions[tag]?.ending != nil { subscriptions.remove(tag) }
        perform(caused)
    }

    private mutating func end(_ tag: String, because reason: String) {
        subscriptions.end(tag, because: reason)
        tell(tag)
    }

    /// The line is no more.
    mutating func endSubscriptions(on line: Int) {
        for tag in subscriptions.tags(on: line) { end(tag, because: "noresource") }
    }

    /// The client is leaving: so does its list.
    mutating func endSubscriptions(of client: Registrar.Client, because reason: String) {
        for tag in subscriptions.tags(of: client.number) {
            guard let line = subscriptions[tag]?.line else { continue }
            subscriptions.end(tag, because: reason)
            tell(tag, on: line, over: client.flow)
            subscriptions.remove(tag)
        }
    }

    mutating func expireSubscriptions() {
        for tag in subscriptions.advance() { end(tag, because: "timeout") }
    }

    mutating func concludeNotify(_ branch: TransactionLayer.ClientID, accepted: Bool) {
        guard let tag = subscriptions.conclude(branch), let subscription = subscriptions[tag] else { return }
        guard accepted else { return subscriptions.remove(tag) }
        // What changed a moment ago is told to all at once, when the timer fires.
        let isOwed = subscription.told == 0 || subscription.ending != nil
        let isBehind = subscription.told < registrar.lines[subscription.line].version
        if isOwed || (isBehind && !subscriptions.changedLines.contains(subscription.line)) { tell(tag) }
    }

    // MARK: Changes

    mutating func lineChanged(_ line: Int) {
        guard subscriptions.lineChanged(line) else { return }
        effects.append(.start(.roster, after: Timing.rosterDelay))
    }

    /// Each line that changed has one document, and whoever has not seen it yet gets it.
    mutating func tellChanges() {
        for line in subscriptions.takeChangedLines() {
            let version = registrar.lines[line].version
            for tag in subscriptions.tags(on: line) {
                guard let subscription = subscriptions[tag], subscription.told < version else { continue }
                tell(tag)
            }
        }
    }
}
