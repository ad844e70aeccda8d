import SIP

/// Who speaks: a number may be used only from the flow on which it is registered.
extension Registrar {
    /// The client that sends a request, by its From and the flow it came on. Phones that know nothing of
    /// P-Associated-URI go on speaking as the line: they are who alone registered on it over that flow.
    ///
    /// - Throws: 403, whether nobody is registered there or somebody else.
    func speaker(_ from: NameAddress, on flow: Flow) throws(Refusal) -> Client {
        let client =
            PhoneNumber(user: from.uri.user).flatMap { clients[$0] }
            ?? line(named: from.uri.user).flatMap { onlyClient(of: $0, on: flow) }
        guard configuration.names(from.uri.host, on: flow) || flow == EchoTest.flow, let client, client.flow == flow
        else { throw Refusal(403, knows(flow) ? "Not Your Number" : "Register First") }
        return client
    }

    private func onlyClient(of line: Int, on flow: Flow) -> Client? {
        let clients = peers(on: flow).filter { $0.line == line }
        return clients.count == 1 ? clients.first : nil
    }

    /// The client that sends a request within a dialog. There the one who was called speaks as the caller had written
    /// it in To, which need not be a number or our domain; then the flow alone tells who it is.
    func speaker(_ from: NameAddress, in parties: Parties, on flow: Flow) throws(Refusal) -> Client {
        let ends = [parties.caller, parties.callee].compactMap { clients[$0] }.filter { $0.flow == flow }
        let client =
            if let number = PhoneNumber(user: from.uri.user) {
                clients[number].flatMap { $0.flow == flow ? $0 : nil }
            } else {
                ends.count == 1 ? ends.first : nil
            }
        guard let client else { throw Refusal(403, knows(flow) ? "Not Your Number" : "Register First") }
        guard parties.peer(of: client.number) != nil else { throw Refusal(481) }
        return client
    }
}

extension Message {
    /// A datagram's payload at the very most: a client over UDP has but this one flow to be reached on, so that large
    /// messages to it go out in IP fragments rather than not at all (RFC 3261 §18.1.1 would have us change to TCP).
    static let largestDatagram = 65_507
}

extension Headers {
    /// Takes out what only the exchange may say, and says it (RFC 3325 §5, RFC 7315 §4.1).
    mutating func assert(_ identity: String) {
        removeClaims()
        append(.pAssertedIdentity, identity)
    }

    mutating func removeClaims() {
        if contains(.pAssertedIdentity) { removeAll(.pAssertedIdentity) }
        if contains(.pAssociatedURI) { removeAll(.pAssociatedURI) }
        if contains(.pPreferredIdentity) { removeAll(.pPreferredIdentity) }
    }
}
