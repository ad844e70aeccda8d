import ChatCore
import SIP
import SIPTransport
import Webphone

extension ChatProgram {
    /// Where the chat goes, and whom it believes.
    struct Network {
        /// In their order; not empty.
        var servers: [Target]
        /// Whether that is the exchange of this machine, which is started where there is none.
        var isLocal: Bool
        var localAddress: HostPort
        var login: DigestAccount?
        var tls = TLSSettings()
        var knownServers: KnownServers
    }

    func connect(as displayName: String) {
        let account = Account(
            servers: servers, line: chat.state.settings.line, displayName: displayName, login: login)
        perform(phone.handle(.command(.connect(account))))
    }

    /// The person decided; whoever connects from now on believes it.
    func trust(_ server: DoubtfulServer, forEver isForEver: Bool) {
        let decision = TrustedCertificate(server.certificate)
        logger.notice(
            "trusted",
            metadata: ["server": "\(server.name)", "for ever": "\(isForEver)", "sha256": "\(server.fingerprint)"])
        transport.trust(decision)
        guard isForEver else { return }
        do {
            try knownServers.add(decision)
        } catch {
            complain("\(error) You will be asked again the next time.")
        }
    }

    func send(_ command: TransportCommand) {
        switch command {
        case .locate(_, let target): logger.info("locating", metadata: ["what": "\(target.host)"])
        case .connect(let attempt, let endpoint):
            attempts[attempt] = endpoint
            logger.info(
                "connecting", metadata: ["to": "\(endpoint.host):\(endpoint.port)", "over": "\(endpoint.transport)"])
        case .send(let message, let flow): chronicle.passes(message, .sent, on: flow)
        case .close: break
        }
        outgoing.append(command)
    }

    /// Hands the transport, in one piece, what this batch wants sent. While the terminal is behind, nobody is told that a
    /// text has arrived: who would read it?
    func flush() {
        var commands = outgoing
        outgoing.removeAll(keepingCapacity: true)
        if terminal.isBehind {
            unseen += commands.filter(\.confirmsText)
            unseen.removeFirst(max(0, unseen.count - Self.mostUnseen))
            commands.removeAll(where: \.confirmsText)
        } else if !unseen.isEmpty {
            commands = unseen + commands
            unseen = []
        }
        if !commands.isEmpty { transport.perform(commands) }
    }

    func receive(_ event: TransportEvent) {
        switch event {
        case .located(let endpoints, _):
            logger.info("located", metadata: ["at": "\(endpoints.map(\.description).joined(separator: ", "))"])
        case .opened(let flow, let attempt):
            attempts[attempt] = nil
            logger.info("flow opened", metadata: ["to": "\(flow.remote)"])
            if localJoin != nil { ownTimers.start(.silence, after: Self.silence) }
        case .received(let message, let flow):
            chronicle.passes(message, .received, on: flow)
            if localJoin != nil {
                ownTimers.cancel(.silence)
                join(.received)
            }
        case .failed(let failure, let attempt):
            logger.info("no flow", metadata: ["why": "\(failure)"])
            if failure == .refused, localJoin != nil, attempts[attempt] != nil {
                return join(.refused(attempt: attempt))
            }
            attempts[attempt] = nil
        case .closed(_, let failure):
            logger.info("flow closed", metadata: ["why": "\(failure)"])
            ownTimers.cancel(.silence)
            if case .protocolViolation = failure { join(.strange) }
        }
        perform(phone.handle(.transport(event)))
    }

    func join(_ event: LocalJoin.Event) {
        guard !isLeaving, let effects = localJoin?.handle(event) else { return }
        for effect in effects {
            switch effect {
            case .startExchange:
                logger.info("no exchange on this machine, starting one", metadata: ["at": "\(localAddress)"])
                LocalExchange.start(at: localAddress) { [inbox] in inbox.post(.exchange($0)) }
            case .retry(let attempt):
                if let endpoint = attempts[attempt] { send(.connect(attempt: attempt, endpoint)) }
            case .pass(let attempt):
                attempts[attempt] = nil
                perform(phone.handle(.transport(.failed(.refused, attempt: attempt))))
            case .complain(let words):
                complain("The exchange of this machine could not be started: \(words)")
            case .nameOwner:
                let owner = PortOwner.name(of: localAddress) ?? "another program"
                complain(
                    "\(localAddress) is taken by \(owner), which is no Partyline exchange. End that program, or set "
                        + "PARTYLINE_LOCAL=HOST:PORT to use another port.")
            }
        }
    }

    func complain(_ words: String) {
        logger.warning("\(words)")
        perform(chat.handle(.phone(.fault(words))))
    }
}

extension Configuration {
    /// How many events may wait for the queue before the transport stops reading: the sender feels it, not our memory.
    static var bounded: Configuration {
        var configuration = Configuration()
        configuration.limits.unhandledEvents = 2_000
        return configuration
    }
}

extension TransportCommand {
    /// Whether it says of a text of somebody's that it is here.
    fileprivate var confirmsText: Bool {
        switch self {
        case .send(.response(let response), _): response.cseq?.method == .message
        case .send(.request(let request), _): request.method == .message && DeliveryNotification.isIn(request.body)
        case .connect, .locate, .close: false
        }
    }
}
