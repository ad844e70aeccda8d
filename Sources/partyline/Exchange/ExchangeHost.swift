import Dispatch
import Exchange
import Glibc
import Logging
import SIP
import SIPTransport

/// The exchange as a process: one queue owns the machine; sockets and timers reach it through one inbox.
actor ExchangeHost {
    enum Input: Sendable {
        case transport([TransportEvent])
        case timers([Exchange.Timer])
        case idleTimers([IdleTimer])
        case signal(Int32)
    }

    enum IdleTimer: Hashable, Sendable { case idleExit }

    /// How the first line on standard output begins once it listens.
    static let greeting = "Listening on "

    nonisolated let executor = QueueExecutor(label: "exchange")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    nonisolated let inbox: Inbox<Input>
    nonisolated let transport: Transport

    private let listening: [Listening]
    private let idleExit: Duration?
    private let logger: Logger
    private var exchange: Exchange
    private var outgoing: [TransportCommand] = []
    private let timers: MachineTimers<Exchange.Timer>
    private let idleTimers: MachineTimers<IdleTimer>
    private var signals: SignalSource?

    init(listen: [Listening], lines: [String], idleExit: Int?, logger: Logger) {
        let inbox = Inbox<Input>(queue: executor.queue)
        self.inbox = inbox
        transport = Transport(
            configuration: .bounded,
            diagnose: { logger.notice("\($0)") },
            sink: { inbox.post(.transport($0)) })
        timers = MachineTimers(queue: executor.queue) { inbox.post(.timers($0)) }
        idleTimers = MachineTimers(queue: executor.queue) { inbox.post(.idleTimers($0)) }
        exchange = Exchange(
            Exchange.Configuration(
                lines: lines, aliases: Set(listen.map(\.address.host) + ["localhost", ExchangeHost.machineName])),
            identifiers: .unpredictable)
        listening = listen
        self.idleExit = idleExit.map { .seconds($0) }
        self.logger = logger
    }

    /// Listens, says so on standard output, and serves until a signal or the idle exit ends the process.
    nonisolated func runToEnd() -> Never {
        signal(SIGPIPE, SIG_IGN)
        Task { await self.begin() }
        dispatchMain()
    }

    private func begin() async {
        for place in listening {
            do {
                let bound = try await transport.listen(
                    on: SocketAddress(host: place.address.host, port: place.address.port), transports: place.transports)
                StandardStreams.say("\(Self.greeting)\(bound) (\(place.names)), \(lineNames).")
                logger.info("listening", metadata: ["on": "\(bound)", "over": "\(place.names)"])
            } catch {
                StandardStreams.complain("partyline: \(error).")
                exit(1)
            }
        }
        signals = SignalSource([SIGTERM, SIGINT, SIGHUP], queue: executor.queue) { [inbox] in inbox.post(.signal($0)) }
        inbox.deliver { @Sendable [unowned self] batch in self.assumeIsolated { $0.handle(batch) } }
        armIdleExit()
    }

    private var lineNames: String {
        let names = exchange.configuration.lines
        return (names.count == 1 ? "line " : "lines ") + names.joined(separator: ", ")
    }

    private func handle(_ batch: [Input]) {
        for input in batch {
            switch input {
            case .transport(let events):
                for event in events { receive(event) }
                transport.handled(events.count)
            case .timers(let fired): for timer in fired { perform(exchange.handle(.fired(timer))) }
            case .idleTimers: end("idle")
            case .signal(let number): end("signal \(number)")
            }
        }
        guard !outgoing.isEmpty else { return }
        transport.perform(outgoing)
        outgoing.removeAll(keepingCapacity: true)
    }

    private func receive(_ event: TransportEvent) {
        switch event {
        case .received(let message, let flow): perform(exchange.handle(.received(message, on: flow)))
        case .closed(let flow, _): perform(exchange.handle(.closed(flow)))
        // The exchange connects to nobody: every client is reached over the flow it registered on.
        case .located, .opened, .failed: break
        }
    }

    private func perform(_ effects: [Exchange.Effect]) {
        for effect in effects {
            switch effect {
            case .transmit(let message, let flow): outgoing.append(.send(message, on: flow))
            case .start(let timer, let delay): timers.start(timer, after: delay)
            case .cancel(let timer): timers.cancel(timer)
            case .close(let flow): outgoing.append(.close(flow))
            case .busy: idleTimers.cancel(.idleExit)
            case .idle: armIdleExit()
            case .report(let fact): logger.info("\(fact)")
            }
        }
    }

    private func armIdleExit() {
        if let idleExit { idleTimers.start(.idleExit, after: idleExit) }
    }

    private func end(_ why: String) {
        logger.info("ending", metadata: ["why": "\(why)"])
        transport.shutdown(within: .milliseconds(500))
        exit(0)
    }

    private static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
    }
}
