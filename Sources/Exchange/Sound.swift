import SIP

/// The sound of the Echo test, which lives outside of the machine: what it asks for, and what it is told.
extension Exchange {
    /// One conversation in which somebody speaks with the Echo test; never the same again.
    package struct SoundID: Hashable, Sendable {
        package let value: UInt64

        package init(_ value: UInt64) { self.value = value }
    }

    /// What the host does for it.
    package enum SoundOrder: Equatable, Sendable {
        /// Takes ports on this address of the machine, the one that the client speaks to, and answers with `reserved`.
        /// `isSecured`: nobody between the client and the exchange reads the keys.
        case reserve(SoundID, at: String, isSecured: Bool)
        /// Sends back what comes from now on, as was agreed on; begun or changed. `from` is the host that the client's
        /// signalling comes from, where it is nobody else's: its NAT may have given it another port.
        case echo(SoundID, AudioStream, from: String?)
        /// Gives the ports back.
        case release(SoundID)
    }

    /// What the host tells of it.
    package enum SoundNews: Equatable, Sendable {
        /// What there is for the conversation; nil where there are no ports, or there is no voice at all.
        case reserved(SoundID, AudioCapabilities?)
        /// Nothing has come for long, or what was agreed on cannot be done.
        case ended(SoundID)
    }

    mutating func receive(_ news: SoundNews) { performEcho { $0.hear(news) } }

    /// What the Echo test orders goes by the client's flow, which it does not know.
    mutating func order(_ order: EchoTest.SoundOrder) {
        switch order {
        case .reserve(let id, let peer):
            guard let flow = registrar.clients[peer]?.flow else { return receive(.reserved(id, nil)) }
            effects.append(
                .sound(.reserve(id, at: flow.local.host, isSecured: flow.transport.isSecure)))
        case .echo(let id, let stream, let peer):
            let flow = registrar.clients[peer]?.flow
            let host = flow.flatMap { configuration.trusts($0) ? nil : $0.remote.host }
            effects.append(.sound(.echo(id, stream, from: host)))
        case .release(let id): effects.append(.sound(.release(id)))
        case .refused: counters.count(.echoVoices)
        }
    }
}
