import Dispatch
import Exchange
import Glibc
import Journal
import Logging
import SIP
import SIPTransport
import Settings

/// The exchange as a process: one queue owns the machine; sockets and timers reach it through one inbox.
actor ExchangeHost {
    enum Input: Sendable {
        case transport([TransportEvent])
        case timers([Exchange.Timer])
        case idleTimers([IdleTimer])
        case sound(Exchange.SoundNews)
        case signal(Int32)
    }

    enum IdleTimer: Hashable, Sendable { case idleExit }

    /// How the first line on standard output begins once it listens.
    static let greeting = "Listening on "

    nonisolated let executor = QueueExecutor(label: "exchange")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    nonisolated let inbox: Inbox<Input>
    nonisolated let transport: Transport

    let options: ExchangeOptions
    let log: LogFile.Target
    let logger: Logger
    /// For what strangers can bring about as often as they like.
    private let calmly: CalmLogger
    var settings: ExchangeSettings
    /// What is shown to those who come over TLS.
    var identity: ServerIdentity?
    /// What was asked for, and where it is.
    var listening: [ExchangeSettings.Listen: SocketAddress] = [:]
    var isReloading = false
    var mustReloadAgain = false
    var exchange: Exchange
    var chronicle: Chronicle
    let started = MachineTimers<Exchange.Timer>.now
    private var statusServer: StatusServer?
    private var isIdle = true
    private var outgoing: [TransportCommand] = []
    /// Commands after which the transport is given them, though the batch under way is not done.
    private static let flushed = 8
    private let echoes: EchoStreams
    private let timers: MachineTimers<Exchange.Timer>
    private let idleTimers: MachineTimers<IdleTimer>
    private var signals: SignalSource?

    /// - Parameter settings: those of `options`.
    init(_ options: ExchangeOptions, _ settings: ExchangeSettings, identity: ServerIdentity?, log: LogFile.Target) {
        let inbox = Inbox<Input>(queue: executor.queue)
        self.inbox = inbox
        let logger = log.logger(label: "exchange")
        var configuration = Configuration.fair
        configuration.tls.identity = identity
        configuration.allowedOrigins = settings.origins
        configuration.trusted = settings.exchange.trusted
        configuration.limits = settings.transportLimits
        let calmly = CalmLogger(logger)
        self.calmly = calmly
        transport = Transport(
            configuration: configuration,
            diagnose: { diagnostic in
                // Amid a flood the brake leaves out most of what it admits.
                if diagnostic.isRare { logger.notice("\(diagnostic)") } else { calmly.notice("\(diagnostic)") }
            },
            sink: { inbox.post(.transport($0)) })
        timers = MachineTimers(queue: executor.queue) { inbox.post(.timers($0)) }
        idleTimers = MachineTimers(queue: executor.queue) { inbox.post(.idleTimers($0)) }
        echoes = EchoStreams { inbox.post(.sound($0)) }
        exchange = Exchange(settings.exchange, identifiers: .unpredictable)
        self.options = options
        self.settings = settings
        self.identity = identity
        self.log = log
        self.logger = logger
        chronicle = Chronicle(logger, trace: options.trace, isOn: settings.log != nil)
    }

    /// Listens, says so on standard output, and serves until a signal or the idle exit ends the process.
    nonisolated func runToEnd() -> Never {
        signal(SIGPIPE, SIG_IGN)
        Task { await self.begin() }
        dispatchMain()
    }

    private func begin() async {
        transport.restrict(to: settings.access)
        do {
            for (address, transports) in (settings.listen ?? []).byAddress {
                let bound = try await listen(on: address, transports)
                let names = transports.map(\.rawValue).joined(separator: ", ")
                StandardStreams.say("\(Self.greeting)\(bound) (\(names)), \(lineNames).")
                if statusServer == nil { openStatus(at: bound) }
            }
        } catch {
            StandardStreams.complain("partyline: \(error).")
            exit(1)
        }
        if let identity {
            // What whoever runs it tells those who are asked whether they trust it.
            StandardStreams.say("Certificate SHA-256 \(identity.fingerprint).")
        }
        signals = SignalSource([SIGTERM, SIGINT, SIGHUP], queue: executor.queue) { [inbox] in inbox.post(.signal($0)) }
        inbox.deliver { @Sendable [unowned self] batch in self.assumeIsolated { $0.handle(batch) } }
        armIdleExit()
    }

    func listen(
        on address: SocketAddress, _ transports: [TransportProtocol]
    ) async throws(ListenError) -> SocketAddress {
        let bound = try await transport.listen(on: address, transports: transports)
        for transport in transports {
            listening[ExchangeSettings.Listen(transport: transport, address: address)] = bound
        }
        logger.info("listening", metadata: ["on": "\(bound)", "over": "\(transports.map(\.rawValue))"])
        return bound
    }

    /// Without a status an exchange is worth having, unless one was asked for.
    private func openStatus(at address: SocketAddress) {
        do {
            statusServer = try tellStatus(at: options.socket, of: address)
        } catch {
            logger.warning("no status: \(error)")
            StandardStreams.complain("partyline: \(error)")
            if options.socket != nil { exit(1) }
        }
    }

    var lineNames: String {
        let names = exchange.configuration.lines
        return (names.count == 1 ? "line " : "lines ") + names.joined(separator: ", ")
    }

    private func handle(_ batch: [Input]) {
        exchange.clock = MachineTimers<Exchange.Timer>.now
        for input in batch {
            switch input {
            case .transport(let events):
                for event in events {
                    receive(event)
                    // Messages that come without end must not make timers late: what was lost would be sent anew only
                    // when it is given up.
                    if let timer = timers.expire() { fire(timer) }
                }
                transport.handled(events.count)
            case .timers(let fired): for timer in fired { fire(timer) }
            case .idleTimers: end("idle")
            case .sound(let news): perform(exchange.handle(.sound(news)))
            case .signal(SIGHUP) where options.file != nil: reload()
            case .signal(let number): end("signal \(number)")
            }
        }
        flush()
    }

    private func fire(_ timer: Exchange.Timer) { perform(exchange.handle(.fired(timer))) }

    func flush() {
        guard !outgoing.isEmpty else { return }
        transport.perform(outgoing)
        outgoing.removeAll(keepingCapacity: true)
    }

    private func receive(_ event: TransportEvent) {
        // An answer does not wait for all that came with its request.
        if outgoing.count >= Self.flushed { flush() }
        switch event {
        case .received(let message, let flow):
            chronicle.passes(message, .received, on: flow)
            perform(exchange.handle(.received(message, on: flow)))
        case .closed(let flow, _): perform(exchange.handle(.closed(flow)))
        // The exchange connects to nobody: every client is reached over the flow it registered on.
        case .located, .opened, .failed: break
        }
    }

    func perform(_ effects: [Exchange.Effect]) {
        // What they are answered is another event, for which this one has to be over.
        var orders: [Exchange.SoundOrder] = []
        for effect in effects {
            switch effect {
            case .transmit(let message, let flow):
                chronicle.passes(message, .sent, on: flow)
                outgoing.append(.send(message, on: flow))
            case .start(let timer, let delay): timers.start(timer, after: delay)
            case .cancel(let timer): timers.cancel(timer)
            case .close(let flow): outgoing.append(.close(flow))
            case .busy:
                isIdle = false
                idleTimers.cancel(.idleExit)
            case .idle:
                isIdle = true
                armIdleExit()
            case .report(let fact): report(fact)
            case .sound(let order): orders.append(order)
            }
        }
        for order in orders { perform(order) }
    }

    private func perform(_ order: Exchange.SoundOrder) {
        do throws(EchoFault) {
            if let news = try echoes.perform(order) { perform(exchange.handle(.sound(news))) }
        } catch {
            calmly.notice("the Echo test does not speak: \(error.words)")
            perform(exchange.handle(.sound(error.news)))
        }
    }

    private func report(_ fact: Exchange.Fact) {
        switch fact {
        case .joined, .moved, .left, .configured: logger.info("\(fact.words)")
        case .refused, .wrongPassword: calmly.info(fact.words)
        }
    }

    /// Starts the time anew, if nobody is there.
    func armIdleExit() {
        guard isIdle, let seconds = settings.idleExit else { return idleTimers.cancel(.idleExit) }
        idleTimers.start(.idleExit, after: .seconds(seconds))
    }

    private func end(_ why: String) {
        logger.info("ending", metadata: ["why": "\(why)"])
        statusServer?.end()
        transport.shutdown(within: .milliseconds(500))
        exit(0)
    }
}

extension [ExchangeSettings.Listen] {
    /// Each address once, in their order, with what is listened to there.
    fileprivate var byAddress: [(SocketAddress, [TransportProtocol])] {
        var addresses: [SocketAddress] = []
        for listen in self where !addresses.contains(listen.address) { addresses.append(listen.address) }
        return addresses.map { address in (address, filter { $0.address == address }.map(\.transport)) }
    }
}
