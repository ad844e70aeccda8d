import SIP

/// The one who is always there: accepts every chat request at once and sends back what it is told, in texts and aloud.
///
/// A user agent of its own, which the exchange treats as a client that is online on every line; the flow between
/// them is a name and not a connection.
struct EchoTest: Sendable {
    enum Effect: Equatable {
        case transmit(Message)
        case start(UserAgent.Timer, after: Duration)
        case cancel(UserAgent.Timer)
        case sound(SoundOrder)
    }

    /// The flow as the exchange sees it.
    static let flow = Flow(transport: .tcp, local: exchangeSide, remote: echoSide)
    private static let ownFlow = Flow(transport: .tcp, local: echoSide, remote: exchangeSide)
    private static let exchangeSide = SocketAddress(host: "exchange.invalid", port: 5_060)
    private static let echoSide = SocketAddress(host: "echo.invalid", port: 5_060)

    struct Chat {
        let peer: PhoneNumber
        var isAccepted = false
        var sound: Sound?
        var lastSaid: [UInt8] = []
        /// How often in a row it was told what ends in what it had said itself.
        var repeats = 0
    }

    /// How the registrar knows it.
    let client: Registrar.Client
    var limits: Exchange.Limits
    /// What it can be spoken with in; empty where the exchange has no voice.
    let codecs: [AudioCodec]
    var identifiers: Identifiers
    private var agent: UserAgent
    var chats: [SessionID: Chat] = [:]
    private var sessionsByPeer: [PhoneNumber: [SessionID]] = [:]
    var sessionsBySound: [Exchange.SoundID: SessionID] = [:]
    private var tokens: UInt64 = 0

    /// Nil when the name is not one, which is our own mistake.
    init?(_ number: PhoneNumber, configuration: Exchange.Configuration, identifiers: Identifiers) {
        guard let name = DisplayName(configuration.echoTestName) else { return nil }
        let contact = URI.sip(number.description, Self.echoSide.host)
        var address = NameAddress(.sip(number.description, configuration.domain))
        address.displayName = name.text
        limits = configuration.limits
        codecs = configuration.codecs
        var identifiers = identifiers
        client = Registrar.Client(
            number: number, line: nil, name: name, key: .init(callID: "", instance: nil), flow: Self.flow,
            contact: contact, cseq: 0,
            identity: Registrar.identity(number, name, domain: configuration.domain))
        agent = UserAgent(
            .init(
                identity: address, contact: contact, trust: .everyFlow,
                sessionLimit: configuration.limits.echoSessions, messageTypes: ["text/plain"],
                codecs: configuration.codecs),
            identifiers: identifiers.split())
        self.identifiers = identifiers
    }

    mutating func receive(_ message: Message) -> [Effect] { perform(.received(message, on: Self.ownFlow)) }

    mutating func fire(_ timer: UserAgent.Timer) -> [Effect] { perform(.fired(timer)) }

    /// Ends the chats with somebody who is gone.
    mutating func hangUp(on peer: PhoneNumber) -> [Effect] {
        (sessionsByPeer[peer] ?? []).flatMap { perform(.command(.hangUp($0))) }
    }

    mutating func hangUpAll() -> [Effect] {
        sessionsByPeer.keys.sorted { $0.value < $1.value }.flatMap { hangUp(on: $0) }
    }

    mutating func perform(_ event: UserAgent.Event) -> [Effect] {
        var caused: [Effect] = []
        for effect in agent.handle(event) {
            switch effect {
            case .transmit(let message, _): caused.append(.transmit(message))
            case .start(let timer, let delay): caused.append(.start(timer, after: delay))
            case .cancel(let timer): caused.append(.cancel(timer))
            case .report(let report): caused += hear(report)
            }
        }
        return caused
    }

    private mutating func hear(_ report: UserAgent.Report) -> [Effect] {
        switch report {
        case .incoming(let session, let from, let offer): return answer(session, from: from, offer)
        case .voice(let session, let news): return hear(news, in: session)
        case .message(let session, let from, let content):
            guard let session = session ?? self.session(with: from) else { return [] }
            return echo(content, in: session)
        case .session(let session, .ended): return forget(session)
        case .referred(let referral, _, _, _): return perform(.command(.refuse(referral)))
        case .session, .messageResult, .peer, .modified, .renewed, .held, .holdFailed, .capabilities,
            .transfer, .replaced, .dtmf, .notify, .subscriptionRestarted, .subscriptionEnded, .registered,
            .registrationFailed, .unregistered, .ping:
            return []
        }
    }

    private mutating func answer(
        _ session: SessionID, from: NameAddress, _ offer: SessionDescription?
    ) -> [Effect] {
        guard let peer = PhoneNumber(user: from.uri.user),
            sessionsByPeer[peer, default: []].count < limits.echoSessionsPerClient
        else { return perform(.command(.reject(session, status: 486))) }
        chats[session] = Chat(peer: peer)
        sessionsByPeer[peer, default: []].append(session)
        return accept(session, offer)
    }

    /// The newest chat with whoever sent a text outside of any: some telephones send all of theirs beside the call.
    private func session(with from: NameAddress) -> SessionID? {
        PhoneNumber(user: from.uri.user).flatMap { sessionsByPeer[$0]?.last }
    }

    /// Two echoes that talk to each other would never end: one that is told again and again what it said itself,
    /// whatever was put before it, falls silent until it hears something else.
    private mutating func echo(_ content: UserAgent.Content, in session: SessionID) -> [Effect] {
        guard let chat = chats[session], content.body.count <= limits.bodySize else { return [] }
        let isOwn = !chat.lastSaid.isEmpty && content.body.suffix(chat.lastSaid.count).elementsEqual(chat.lastSaid)
        let repeats = isOwn ? chat.repeats + 1 : 0
        chats[session]?.repeats = repeats
        guard repeats <= limits.echoRepeats else { return [] }
        chats[session]?.lastSaid = content.body
        tokens &+= 1
        return perform(.command(.message(MessageToken(tokens), content, in: session)))
    }

    private mutating func forget(_ session: SessionID) -> [Effect] {
        let released = release(session)
        guard let chat = chats.removeValue(forKey: session) else { return [] }
        sessionsByPeer[chat.peer]?.removeAll { $0 == session }
        if sessionsByPeer[chat.peer]?.isEmpty == true { sessionsByPeer[chat.peer] = nil }
        return released
    }
}
