import Webphone

/// What the phone says of the connection and of who is online.
extension Chat {
    mutating func receive(_ report: PhoneReport) -> [Effect] {
        switch report {
        case .connection(let connection): return receive(connection)
        case .online(let party): arrive(party)
        case .offline(let party): return leave(party)
        case .roster(let parties):
            state.clients.replace(with: parties.filter { $0.number != state.number })
            relabel()
        case .incoming(let id, let party): return receiveRequest(id, from: party)
        case .call(let id, let new, let side): return receive(new, of: id, by: side)
        case .party(let id, let party): receive(party, of: id)
        case .message(let id, let party, let text): receive(text, from: party, in: id)
        case .delivery(let id, let delivery): settle(id, delivery)
        case .note(let id, let note): receive(note, of: id)
        case .transferAsked(let id, let party): return receiveTransfer(id, to: party)
        case .voiceAsked(let id, let isEncrypted): return receiveVoiceQuestion(id, isEncrypted: isEncrypted)
        case .voice(let id, let voice): return receive(voice, in: id)
        case .typing(let id, let isTyping): update(id) { $0.isTyping = isTyping }
        case .turnedAway(let party, let why): receive(party, turnedAway: why)
        case .untrusted(let server): return receive(server)
        case .connected(let endpoint):
            let isEncrypted = endpoint.transport == .tls || endpoint.transport == .wss
            receive(
                Route(
                    host: endpoint.host, port: endpoint.port, transport: endpoint.transport.rawValue,
                    isEncrypted: isEncrypted))
        case .fault(let words): note(.trouble, PlainText.line(words))
        }
        return []
    }

    private mutating func receive(_ connection: ConnectionState) -> [Effect] {
        state.connection = connection
        state.retrySeconds = nil
        switch connection {
        case .disconnected, .connecting: return []
        case .accessGranted(let number): granted(number)
        case .accessDenied(let reason):
            trouble("ACCESS_DENIED: \(state.settings.server) refused you. \(PlainText.sentence(reason))", nil)
        case .connectionFailed(let reason, let retry):
            if !isAskingForTrust { trouble("CONNECTION_FAILED: \(PlainText.sentence(reason))", retry) }
        case .connectionClosed(let reason, let retry):
            let effects = loseConnection()
            if !isAskingForTrust { trouble("CONNECTION_CLOSED: \(PlainText.sentence(reason))", retry) }
            return effects
        }
        return []
    }

    private mutating func granted(_ number: String) {
        let again = troubleNoted == nil ? "" : "again "
        let before = state.number
        troubleNoted = nil
        state.number = number
        _ = state.clients.leave(number)
        let change = before == nil || before == number ? "" : " Your number has changed."
        note(.notice, "ACCESS_GRANTED: you are \(again)connected to \(state.settings.line) as \(number).\(change)")
    }

    /// Which server it is matters when it is another one than before, or the first of several that would do.
    private mutating func receive(_ route: Route) {
        let isNews = state.route.map { $0.server != route.server } ?? state.settings.server.contains(",")
        if isNews {
            note(.notice, "You are connected through \(PlainText.line(route.server)) now, over \(route.transport).")
        }
        state.route = route
    }

    /// Says once what is wrong; the title counts down to the next attempt.
    private mutating func trouble(_ words: String, _ retry: Duration?) {
        state.retrySeconds = retry.map(\.wholeSeconds)
        guard troubleNoted != words else { return }
        troubleNoted = words
        let next =
            switch state.retrySeconds {
            case nil: ""
            case 0: " The next attempt follows at once."
            case 1: " The next attempt follows in 1 second."
            case .some(let seconds): " The next attempt follows in \(seconds) seconds."
            }
        note(.trouble, words + next)
    }

    private static let lost = "The connection to the exchange was lost."

    /// The exchange is gone, and with it the call and whoever waited; the line, the log and the list stay.
    private mutating func loseConnection() -> [Effect] {
        var effects: [Effect] = []
        failUnsettled(Self.lost)
        for call in state.aside.reversed() {
            effects += end(call)
        }
        if let call = state.call {
            note(.call, Self.words(for: .failed(Self.lost), after: call, by: .them) ?? "")
            effects += clearCall() + [.phone(.hangUp(call.id))]
        }
        while let index = request(where: { _, _ in true }) { effects += giveUp(index) }
        return effects
    }

    private mutating func giveUp(_ index: Int) -> [Effect] {
        switch state.dialogs[index].question {
        case .request(let id, let party):
            note(.call, "The chat request of \(state.clients.label(for: party)) is lost with the connection.")
            return close(index) + [.phone(.reject(id))]
        case .transfer, .forwarded, .voice, .paste, .trust: return []
        }
    }

    private mutating func arrive(_ party: Party) {
        guard party.number != state.number else { return }
        switch state.clients.arrive(party) {
        case .new: note(.online, "\(state.clients.label(for: party)) is ONLINE")
        case .renamed(let old):
            let name = PlainText.name(old.name)
            note(.notice, "\(name.isEmpty ? old.number : name) is now called \(state.clients.label(for: party)).")
        case .known, .refused: break
        }
        for call in calls where call.party.number == party.number {
            update(call.id) { $0.party = party }
        }
        relabel()
    }

    /// Who goes OFFLINE leaves the chat, and takes back the request that waits.
    private mutating func leave(_ party: Party) -> [Effect] {
        let label = state.clients.label(for: party)
        let waiting = state.aside.filter { $0.party.number == party.number }
        let isKnown = state.clients.leave(party.number) != nil
        guard isKnown || state.call?.party.number == party.number || !waiting.isEmpty else { return [] }
        note(.offline, "\(label) is OFFLINE")
        var effects: [Effect] = []
        for call in waiting { effects += end(call) }
        if let call = state.call, call.party.number == party.number {
            note(.call, call.isOn ? "Your chat with \(label) has ended." : "Your chat request to \(label) has ended.")
            effects += clearCall() + [.phone(.hangUp(call.id))]
            comeBack()
        }
        if let index = request(where: { $1.number == party.number }) {
            note(.call, "\(label) took the chat request back.")
            effects += drop(index)
        }
        relabel()
        return effects
    }
}

extension Duration {
    /// In whole seconds, rounded up.
    var wholeSeconds: Int {
        let (seconds, rest) = components
        return Int(clamping: seconds) + (rest > 0 ? 1 : 0)
    }
}
