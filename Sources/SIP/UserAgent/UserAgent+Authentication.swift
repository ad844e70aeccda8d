/// What our own exchange is answered when it asks for the password (RFC 3261 §22).
extension UserAgent {
    /// A request that may yet be asked about.
    struct Unanswered: Equatable, Sendable {
        let request: Request
        let purpose: Purpose?
        let flow: Flow
        /// How often it was sent before.
        let attempts: Int
    }

    /// Puts credentials on a new request, where the exchange is known to want them.
    mutating func authorize(_ request: inout Request, _ purpose: Purpose?, on flow: Flow) {
        guard flow == registrationFlow, digest != nil else { return }
        digest?.authorize(&request)
        switch purpose {
        case .call(let id): calls[id]?.client.sent(request)
        case .session(let id, let asked):
            guard let index = sessions.index(forKey: id) else { return }
            sessions.values[index].session.sent(request, asked)
        case .registration: registration.sent(request)
        case .subscription, .prack, .outside, .ping, nil: break
        }
    }

    /// Keeps a request until its first answer, if the exchange may ask about it.
    mutating func keep(_ client: TransactionLayer.ClientID, _ request: Unanswered) {
        guard digest != nil, request.flow == registrationFlow else { return }
        unanswered[client] = request
    }

    /// Sends a request that was challenged once more, with credentials.
    ///
    /// - Returns: false when the response is to be taken as it is. Who has said anything but 100 before it says 407
    ///   is behind our exchange, which asks first and passes on afterwards.
    mutating func answer(
        _ response: Response, _ client: TransactionLayer.ClientID, _ effects: inout [Effect]
    ) -> Bool {
        guard response.status > 100, let asked = unanswered.removeValue(forKey: client) else { return false }
        guard response.isFinal, asked.flow == registrationFlow,
            let answer = digest?.answer(response, to: asked.request, attempts: asked.attempts),
            let (request, purpose) = again(answer, asked.purpose)
        else { return false }
        _ = purposes.remove(client)
        send(request, purpose, on: asked.flow, attempts: asked.attempts + 1, &effects)
        return true
    }

    /// The request under its next number; nil when whoever sent it has changed its mind.
    private mutating func again(_ request: Request, _ purpose: Purpose?) -> (Request, Purpose?)? {
        switch purpose {
        case .registration:
            guard let again = registration.again(request), let number = again.cseq?.number else { return nil }
            return (again, .registration(cseq: number))
        case .subscription(let id, _):
            guard let again = subscriptions[id]?.machine.again(request), let number = again.cseq?.number else {
                return nil
            }
            return (again, .subscription(id, cseq: number))
        case .call(let id):
            return calls[id]?.client.again(request).map { ($0, purpose) }
        case .prack(let id):
            return calls[id]?.client.renumber(request).map { ($0, purpose) }
        case .session(let id, let asked):
            guard let index = sessions.index(forKey: id) else { return nil }
            return sessions.values[index].session.again(request, asked).map { ($0, purpose) }
        case .outside, .ping, nil:
            return (request.renumbered, purpose)
        }
    }
}

extension Request {
    /// The same request under the next number.
    var renumbered: Request {
        var request = self
        request.cseq = CSeq(CSeq.number(after: cseq?.number ?? 0), method)
        return request
    }
}
