import SIP

/// The embedded telephone exchange: registrar, online lists, proxy and the Echo test (RFC 3261, 3263's flows aside:
/// every client is reached over the flow it registered on).
///
/// A value without socket and clock. To host one:
///
///     var exchange = Exchange(.init(lines: ["Webphone1"]), identifiers: .unpredictable)
///     // one serial queue; for each thing that happens:
///     for effect in exchange.handle(.received(message, on: flow)) {
///         switch effect {
///         case .transmit(let message, let flow): ...   // the transport's `send`
///         case .start(let timer, let delay): ...       // (re)start it; when it fires: handle(.fired(timer))
///         case .cancel(let timer): ...
///         case .close(let flow): ...                   // the transport's `close`
///         case .busy: ...                              // the first client came: stop counting towards idle exit
///         case .idle: ...                              // the last one left: start counting
///         case .report(let fact): ...                  // the log
///         case .sound(let order): ...                  // the Echo test's, where the configuration has codecs; is
///                                                      // answered by an event of its own, behind these effects
///         }
///     }
///
/// A connection that ended is told by `.closed(flow)`; no effect but the log answers to keep-alives, which are the
/// transport's own. An exchange starts idle.
package struct Exchange: Sendable {
    package enum Event: Equatable, Sendable {
        case received(Message, on: Flow)
        case closed(Flow)
        case fired(Timer)
        /// From now on with this configuration.
        case configured(Configuration)
        case sound(SoundNews)
    }

    package enum Timer: Hashable, Sendable {
        case transaction(TransactionLayer.Timer)
        case echoTest(UserAgent.Timer)
        /// Runs while anybody is registered or was asked for a password, and looks for whom it was the last beat.
        case beat
        /// Runs from the first change of any line until its watchers are told.
        case roster
        /// What is left for the called client to answer a request; for a ringing one, timer C.
        case relay(TransactionLayer.ServerID)
        /// Runs at once, while connections that are gone have left more than was ended with them.
        case departure
    }

    package enum Effect: Equatable, Sendable {
        case transmit(Message, on: Flow)
        case start(Timer, after: Duration)
        case cancel(Timer)
        /// The connection is of no more use to the client at its other end.
        case close(Flow)
        /// The first client registered.
        case busy
        /// The last client left.
        case idle
        case report(Fact)
        case sound(SoundOrder)
    }

    package internal(set) var configuration: Configuration
    /// What it called itself before, in lower case.
    var formerDomains: Set<String> = []
    var identifiers: Identifiers
    var layer: TransactionLayer
    var registrar: Registrar
    var relays = Relays()
    var departures = Departures()
    var referrals = Referrals()
    var subscriptions = Subscriptions()
    var echoTest: EchoTest?
    /// What the event under way has caused so far.
    var effects: [Effect] = []
    var isBeating = false
    /// How often `Timer.beat` fired: the exchange's clock.
    var beats: UInt64 = 0
    var digest: DigestServer
    /// The beat at which a password was last asked for.
    var lastChallenge: UInt64?
    var throttle: Throttle
    var newcomers = Newcomers()
    /// Makes the tags of what is answered without a transaction.
    let strangerSecret: UInt64
    package internal(set) var counters = Counters()
    /// The host's clock, for what is told about the exchange; to be set before each batch of events. Nothing is decided
    /// by it.
    package var clock = Duration.zero
    /// When each client joined, on that clock.
    var arrivals: [PhoneNumber: Duration] = [:]
    var calls: Calls

    package init(_ configuration: Configuration, identifiers: Identifiers) {
        var identifiers = identifiers
        self.configuration = configuration
        calls = Calls(limit: configuration.limits.notedCalls)
        layer = TransactionLayer(identifiers: identifiers.split(), limits: configuration.transactionLimits)
        echoTest = configuration.echoTest.flatMap {
            EchoTest($0, configuration: configuration, identifiers: identifiers.split())
        }
        registrar = Registrar(configuration, resident: echoTest?.client, identifiers: &identifiers)
        digest = Self.digest(for: configuration, identifiers: &identifiers)
        throttle = Throttle(limits: configuration.limits)
        strangerSecret = identifiers.next()
        self.identifiers = identifiers
    }

    /// The clients of all lines, and the extensions that are registered.
    package var clientCount: Int { registrar.count }

    /// On which somebody is registered.
    package var flows: [Flow] { registrar.numbersByFlow.keys.filter { $0 != EchoTest.flow } }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .received(let message, let flow):
            if !answersAtOnce(message, on: flow) { perform(layer.handle(.received(message, on: flow))) }
        case .closed(let flow): close(flow)
        case .fired(let timer): fire(timer)
        case .configured(let configuration): configure(configuration)
        case .sound(let news): receive(news)
        }
        defer { effects = [] }
        return effects
    }

    private mutating func fire(_ timer: Timer) {
        switch timer {
        case .transaction(let timer): perform(layer.handle(.fired(timer)))
        case .echoTest(let timer): performEcho { $0.fire(timer) }
        case .beat: beat()
        case .roster: tellChanges()
        case .relay(let id): expireRelay(id)
        case .departure: depart()
        }
    }

    mutating func perform(_ caused: [TransactionLayer.Effect]) {
        for effect in caused {
            switch effect {
            case .transmit(let message, let flow): transmit(message, on: flow)
            case .start(let timer, let delay): effects.append(.start(.transaction(timer), after: delay))
            case .cancel(let timer): effects.append(.cancel(.transaction(timer)))
            case .request(let request, let id, let flow): receive(request, as: id, on: flow)
            case .cancelled(let id): cancelRelay(id)
            case .ack(let request, let flow): passAck(request, from: flow)
            case .response(let response, let id, let flow): receive(response, to: id, on: flow)
            case .failed(let id, let failure): fail(id, failure)
            }
        }
    }

    private mutating func transmit(_ message: Message, on flow: Flow) {
        if flow == EchoTest.flow {
            performEcho { $0.receive(message) }
        } else {
            effects.append(.transmit(message, on: flow))
        }
    }

    /// The Echo test is a client like others, whose network is this function.
    mutating func performEcho(_ action: (inout EchoTest) -> [EchoTest.Effect]) {
        guard var test = echoTest.take() else { return }
        let caused = action(&test)
        echoTest = test
        for effect in caused {
            switch effect {
            case .transmit(let message): perform(layer.handle(.received(message, on: EchoTest.flow)))
            case .start(let timer, let delay): effects.append(.start(.echoTest(timer), after: delay))
            case .cancel(let timer): effects.append(.cancel(.echoTest(timer)))
            case .sound(let order): self.order(order)
            }
        }
    }

    // MARK: Requests

    private mutating func receive(_ request: Request, as id: TransactionLayer.ServerID, on flow: Flow) {
        counters.count(request.method)
        do {
            try serve(request, as: id, on: flow)
        } catch {
            refuse(request, error, as: id)
        }
    }

    private mutating func serve(
        _ request: Request, as id: TransactionLayer.ServerID, on flow: Flow
    ) throws(Refusal) {
        guard let from = request.from, let to = request.to, request.callID != nil, request.cseq != nil else {
            throw Refusal(400)
        }
        if request.method == .register { return try register(request, as: id, on: flow) }
        if to.tag != nil {
            if request.method == .subscribe, let tag = to.tag, subscriptions.has(tag) {
                return try refresh(tag, by: request, as: id, on: flow)
            }
            return try routeInDialog(request, from: from, as: id, on: flow)
        }
        if request.method == .options, request.uri.user == nil { return answerPing(request, as: id) }
        let sender = try registrar.speaker(from, on: flow)
        // Before a password is asked for, which the other copy has brought already (RFC 3261 §8.2.2.2).
        if relays.isMerged(request) { throw Refusal(482) }
        if let owner = registrar.extensions[sender.number] { try authenticate(request, as: owner, on: flow) }
        switch request.method {
        case .subscribe: try subscribe(request, by: sender, as: id, on: flow)
        case .invite, .message, .options, .info, .refer: try route(request, from: sender, as: id)
        case .ack, .bye, .cancel, .register, .notify, .update, .prack, .publish, .other:
            throw Refusal(405, nil, .allow, Self.allow)
        }
    }

    static let allow = "INVITE, ACK, CANCEL, BYE, MESSAGE, OPTIONS, INFO, REFER, SUBSCRIBE, NOTIFY, UPDATE, PRACK"

    mutating func refuse(_ request: Request, _ refusal: Refusal, as id: TransactionLayer.ServerID) {
        let response = refusal.response(to: request, tag: identifiers.token())
        counters.count(refusal)
        if request.method == .invite { calls.answer(id, response.status, at: clock) }
        effects.append(
            .report(.refused(request.method, status: response.status, reason: response.reason, on: id.flow)))
        perform(layer.respond(response, to: id))
    }

    private mutating func answerPing(_ request: Request, as id: TransactionLayer.ServerID) {
        perform(layer.respond(pong(to: request, tag: identifiers.token()), to: id))
    }

    /// What a client over UDP asks for to see whether the exchange is still there; good before it registered too.
    func pong(to request: Request, tag: String) -> Response {
        var response = Response(200, to: request, toTag: tag)
        response.headers.append(.allow, "REGISTER, " + Self.allow)
        response.headers.append(.accept, "application/sdp, text/plain")
        response.headers.append(.supported, "path")
        response.headers.append(.allowEvents, "presence")
        return response
    }
}
