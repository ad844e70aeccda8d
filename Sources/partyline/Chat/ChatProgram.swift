import ChatCore
import CursesTerminal
import Dispatch
import Glibc
import Logging
import SIP
import SIPTransport
import TerminalUI
import Webphone

#if Voice
import Voice
#endif

/// The chat as a process: one queue owns the chat, the phone and the terminal; everything reaches it through one inbox.
actor ChatProgram {
    enum Input: Sendable {
        case terminal
        case signal(Int32)
        case transport([TransportEvent])
        case phoneTimers([Phone.Timer])
        case chatTimers([Chat.Timer])
        case ownTimers([Timer])
        case exchange(LocalExchange.Outcome)
        #if Voice
        case voice(VoiceEvent)
        #endif
    }

    enum Timer: Hashable, Sendable {
        /// How long the goodbyes may take.
        case leaving
        /// Once, when all that belongs to the start is over.
        case started
        /// How long a local exchange may say nothing before its owner is looked up.
        case silence
    }

    static let silence = Duration.seconds(2)
    static let start = Duration.seconds(2)
    static let goodbyes = Duration.milliseconds(500)

    nonisolated let executor: QueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    nonisolated let inbox: Inbox<Input>

    let servers: [Target]
    let knownServers: KnownServers
    let login: DigestAccount?
    let logger: Logger
    var chronicle: Chronicle
    let terminal: CursesTerminal
    var chat: Chat
    var configuration: ConfigurationFile?
    var phone = Phone(
        identifiers: .unpredictable, software: "Partyline/\(Partyline.version)", codecs: AudioOptions.codecs)
    #if Voice
    var devices: [ChatCore.Voice.Role: String] = [:]
    private let audio: AudioChoice
    lazy var streams = CallStreams(audio) { [inbox] in inbox.post(.voice($0)) }
    #endif
    /// nil when a server was named.
    var localJoin: LocalJoin?
    /// Where the exchange of this machine is, or would be.
    let localAddress: HostPort
    /// The connect commands under way, to repeat one when the local exchange has been started.
    var attempts: [UInt64: Endpoint] = [:]
    var outgoing: [TransportCommand] = []
    /// What confirms texts that the terminal has not taken; of more than so many the oldest are lost, as messages are.
    var unseen: [TransportCommand] = []
    static let mostUnseen = 1_000
    // Made when first used, which is after the first frame.
    private(set) lazy var transport = makeTransport()
    private let tls: TLSSettings
    private lazy var phoneTimers = timers { .phoneTimers($0) }
    private lazy var chatTimers = timers { .chatTimers($0) }
    private(set) lazy var ownTimers = timers { .ownTimers($0) }
    private var signals: SignalSource?
    private var keys: KeySource?
    /// While the terminal is behind.
    private var drain: (any DispatchSourceWrite)?
    var isLeaving = false
    var mustPaint = true
    private var frame = Frame()

    init(
        _ settings: Chat.Settings, _ network: Network, audio: AudioOptions, configuration: ConfigurationFile?,
        terminal: sending CursesTerminal, _ chronicle: Chronicle
    ) {
        executor = QueueExecutor(label: "partyline")
        inbox = Inbox(queue: executor.queue)
        chat = Chat(settings)
        localJoin = network.isLocal ? LocalJoin() : nil
        localAddress = network.localAddress
        servers = network.servers
        knownServers = network.knownServers
        login = network.login
        tls = network.tls
        #if Voice
        self.audio = audio.choice
        #endif
        self.configuration = configuration
        self.terminal = terminal
        self.chronicle = chronicle
        logger = chronicle.logger
    }

    /// Shows the first frame, then connects; ends with the process.
    nonisolated func runToEnd() -> Never {
        executor.queue.async { @Sendable in self.assumeIsolated { $0.begin() } }
        dispatchMain()
    }

    private func begin() {
        // The first frame comes before everything that costs time.
        perform(chat.handle(.clock(.now)) + chat.handle(.start))
        paint()
        readConfiguration()
        signals = SignalSource([SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGCONT], queue: executor.queue) { [inbox] in
            inbox.post(.signal($0))
        }
        signal(SIGPIPE, SIG_IGN)
        keys = keySource()
        inbox.deliver { @Sendable [unowned self] batch in self.assumeIsolated { $0.handle(batch) } }
        flush()
        ownTimers.start(.started, after: Self.start)
    }

    private func handle(_ batch: [Input]) {
        perform(chat.handle(.clock(.now)))
        perform(phone.handle(.time(Int64(time(nil)))))
        for input in batch { handle(input) }
        // First the screen: what we confirm to others has been shown, should we be killed in between.
        if mustPaint && !isLeaving { paint() }
        flush()
    }

    private func handle(_ input: Input) {
        switch input {
        case .terminal: for input in terminal.read() { handle(input) }
        case .signal(let number): receive(signal: number)
        case .transport(let events):
            for event in events { receive(event) }
            transport.handled(events.count)
        case .phoneTimers(let timers): for timer in timers { perform(phone.handle(.fired(timer))) }
        case .chatTimers(let timers): for timer in timers { perform(chat.handle(.fired(timer))) }
        case .ownTimers(let timers): for timer in timers { fire(timer) }
        case .exchange(let outcome): join(.started(outcome))
        #if Voice
        case .voice(let event): receive(event)
        #endif
        }
    }

    private func handle(_ input: TerminalInput) {
        mustPaint = true
        switch input {
        case .key(let key): perform(chat.handle(.key(key)))
        case .paste(let text): perform(chat.handle(.paste(text)))
        case .mouse(let mouse):
            if let action = hit(mouse, chat.state, size: terminal.size) { perform(chat.handle(.action(action))) }
        case .hangup:
            keys?.cancel()
            perform(chat.handle(.action(.quit)))
        }
    }

    private func receive(signal number: Int32) {
        mustPaint = true
        switch number {
        case SIGWINCH: terminal.resize()
        case SIGCONT: terminal.repaint()
        default: perform(chat.handle(.action(.quit)))
        }
    }

    private func fire(_ timer: Timer) {
        switch timer {
        case .leaving: end()
        case .silence: join(.strange)
        case .started: StartPages.release()
        }
    }

    private func timers<Timer>(_ input: @escaping @Sendable ([Timer]) -> Input) -> MachineTimers<Timer> {
        MachineTimers(queue: executor.queue) { [inbox] in inbox.post(input($0)) }
    }

    private func makeTransport() -> Transport {
        var settings = SIPTransport.Configuration.bounded
        settings.tls = tls
        return Transport(configuration: settings) { [inbox] in inbox.post(.transport($0)) }
    }

    private func paint() {
        if !terminal.isBehind {
            mustPaint = false
            draw(chat.state, size: terminal.size, capabilities: terminal.capabilities, into: &frame)
            terminal.paint(&frame)
        }
        if terminal.isBehind, drain == nil { awaitTerminal() }
    }

    /// Calls and texts go on meanwhile; what the screen is then comes in one frame.
    private func awaitTerminal() {
        let source = DispatchSource.makeWriteSource(
            fileDescriptor: terminal.outputDescriptor, queue: executor.queue)
        source.setEventHandler { @Sendable [unowned self] in self.assumeIsolated { $0.catchUp() } }
        source.activate()
        drain = source
    }

    private func catchUp() {
        terminal.catchUp()
        guard !terminal.isBehind else { return }
        drain?.cancel()
        drain = nil
        if mustPaint && !isLeaving { paint() }
        flush()
    }

    private func keySource() -> KeySource {
        KeySource(descriptor: terminal.inputDescriptor, queue: executor.queue) { @Sendable [unowned self] in
            self.assumeIsolated { $0.handle([.terminal]) }
        }
    }

    // MARK: Effects

    func perform(_ effects: [Chat.Effect]) {
        for effect in effects {
            mustPaint = true
            switch effect {
            case .connect(let displayName): connect(as: displayName)
            case .trust(let server, let isForEver): trust(server, forEver: isForEver)
            case .phone(.dtmf(let call, let keys)) where pressed(keys, in: call): break
            case .phone(let command): perform(phone.handle(.command(command)))
            case .voice(let command): perform(command)
            case .preferences(let preferences): adopt(preferences)
            case .start(let timer, let delay): chatTimers.start(timer, after: delay)
            case .cancel(let timer): chatTimers.cancel(timer)
            case .scroll(let scroll):
                let anchor = scrolled(scroll, chat.state, size: terminal.size)
                perform(chat.handle(.action(.scrolled(to: anchor))))
            case .bell: terminal.beep()
            case .redraw: terminal.repaint()
            case .suspend: suspend()
            case .quit: leave()
            }
        }
    }

    func perform(_ effects: [Phone.Effect]) {
        for effect in effects {
            switch effect {
            case .transport(let command): send(command)
            case .start(let timer, let delay): phoneTimers.start(timer, after: delay)
            case .cancel(let timer): phoneTimers.cancel(timer)
            case .report(let report): receive(report)
            }
        }
    }

    private func receive(_ report: PhoneReport) {
        logger.info(report)
        mustPaint = true
        follow(report)
        perform(chat.handle(.phone(report)))
        if isLeaving, case .connection(let state) = report, !state.isOnTheWay { end() }
    }

    // MARK: Leaving

    private func suspend() {
        terminal.suspend()
        Suspension.stopProcessGroup()
        terminal.resume()
    }

    /// Gives the terminal back at once, and waits for the answer to our goodbyes.
    private func leave() {
        guard !isLeaving else { return }
        isLeaving = true
        terminal.close()
        guard chat.state.connection.isOnTheWay else { return end() }
        ownTimers.start(.leaving, after: Self.goodbyes)
    }

    private func end() {
        terminal.close()
        flush()
        #if Voice
        streams.shut()
        #endif
        transport.shutdown(within: .milliseconds(200))
        exit(0)
    }
}

extension ConnectionState {
    /// Whether something is still going on between us and the exchange.
    fileprivate var isOnTheWay: Bool {
        switch self {
        case .connecting, .accessGranted: true
        case .disconnected, .accessDenied, .connectionFailed, .connectionClosed: false
        }
    }
}

extension WallClock {
    static var now: WallClock {
        let time = LocalTime.now
        return WallClock(hour: UInt8(time.hour), minute: UInt8(time.minute), second: UInt8(time.second))
    }
}
