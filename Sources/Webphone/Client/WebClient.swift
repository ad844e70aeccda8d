import SIP

/// A `Phone` for programs that wait and loop: it runs the machine's timers, hands its commands to a transport, and
/// offers what it reports as sequences.
///
/// A bot that says everything back:
///
/// ```swift
/// import Webphone
///
/// func parrot(over transport: any ClientTransport) async throws {
///     let client = WebClient(transport: transport)
///     let account = Account(
///         host: "127.0.0.1", port: 7777, transport: .tcp, line: "Webphone1", displayName: "Parrot")
///     _ = try await client.connect(account)
///     for await call in client.incomingCalls {
///         Task {
///             await call.accept()
///             for await text in call.messages {
///                 try await call.send("You said: " + text)
///             }
///         }
///     }
/// }
/// ```
public actor WebClient {
    /// Why something did not come about, in words for people.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// A sentence.
        public var reason: String
        /// The sentence.
        public var description: String { reason }

        /// A failure with its sentence.
        public init(reason: String) { self.reason = reason }
    }

    /// A client of the line that came, changed its name, or left.
    public enum ClientState: Hashable, Sendable {
        /// Came ONLINE, or has a new name.
        case online(Party)
        /// Went OFFLINE.
        case offline(Party)
    }

    /// How much of each sequence is kept for a reader that is late or never comes; the oldest goes first.
    public static let buffer = 10_000

    /// Calls that come in, each to be accepted or rejected.
    public nonisolated let incomingCalls: AsyncStream<Call>
    /// Where the connection stands, each time it changes.
    public nonisolated let connectionStates: AsyncStream<ConnectionState>
    /// Who comes and goes; those who were there before us first.
    public nonisolated let clientStates: AsyncStream<ClientState>
    /// What goes wrong and belongs to no call and no message, in words.
    public nonisolated let errors: AsyncStream<String>

    /// Where the connection stands now.
    public private(set) var state = ConnectionState.disconnected
    /// Who is online now, by number.
    public private(set) var clients: [String: Party] = [:]

    struct Streams {
        var states: AsyncStream<CallState>.Continuation
        var messages: AsyncStream<String>.Continuation
    }

    private let transport: any ClientTransport
    private let clock: any Clock<Duration>
    private var phone: Phone
    private var timers: [Phone.Timer: (count: Int, task: Task<Void, Never>)] = [:]
    private var timerCount = 0
    private var streams: [CallID: Streams] = [:]
    private var deliveries: [MessageID: CheckedContinuation<Failure?, Never>] = [:]
    private var connecting: CheckedContinuation<Result<String, Failure>, Never>?
    private var leaving: [CheckedContinuation<Void, Never>] = []
    private var lastCall = 0
    private var lastMessage = 0
    private let incoming: AsyncStream<Call>.Continuation
    private let connections: AsyncStream<ConnectionState>.Continuation
    private let changes: AsyncStream<ClientState>.Continuation
    private let faults: AsyncStream<String>.Continuation

    /// A client that is not connected.
    ///
    /// - Parameters:
    ///   - transport: what carries its messages.
    ///   - identifiers: where tags, branches and Call-IDs come from; a test gives a seed.
    ///   - clock: by which its timers run; a test gives one that it turns by hand.
    public init(
        transport: any ClientTransport, identifiers: Identifiers = .unpredictable,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.transport = transport
        self.clock = clock
        phone = Phone(identifiers: identifiers)
        (incomingCalls, incoming) = Self.stream()
        (connectionStates, connections) = Self.stream()
        (clientStates, changes) = Self.stream()
        (errors, faults) = Self.stream()
        let events = transport.events
        Task { [weak self] in
            for await event in events { await self?.handle(.transport(event)) }
        }
    }

    deinit {
        for timer in timers.values { timer.task.cancel() }
    }

    /// Connects, and waits until the exchange has decided. A connection that is lost later comes back by itself.
    ///
    /// - Returns: the number under which others reach us; it is in `state` too, and may change after an outage.
    /// - Throws: the reason, when the exchange cannot be reached or refuses; nothing more is tried then.
    @discardableResult
    public func connect(_ account: Account) async throws(Failure) -> String {
        decide(.failure(Failure(reason: Reasons.disconnected)))
        let result = await withCheckedContinuation { continuation in
            connecting = continuation
            handle(.command(.connect(account)))
        }
        return try result.get()
    }

    /// Ends every call, tells the exchange that we leave, and waits until that is done: half a second at most.
    public func disconnect() async {
        switch state {
        case .disconnected, .accessDenied, .connectionFailed(_, nil), .connectionClosed(_, nil): return
        case .connecting, .accessGranted, .connectionFailed, .connectionClosed: break
        }
        await withCheckedContinuation { continuation in
            leaving.append(continuation)
            handle(.command(.disconnect))
        }
    }

    /// A call to a number, not yet sent: listen to its sequences first, then `start` it.
    public func createCall(_ number: String) -> Call {
        lastCall += 1
        return makeCall(.placed(lastCall), clients[number] ?? Party(number: number, name: number))
    }

    /// Whom to let through, from now on.
    public func prefer(_ preferences: Preferences) {
        handle(.command(.preferences(preferences)))
    }

    func perform(_ command: PhoneCommand) {
        handle(.command(command))
    }

    func send(_ text: String, in call: CallID) async throws(Failure) {
        lastMessage += 1
        let id = MessageID(lastMessage)
        let failure = await withCheckedContinuation { continuation in
            deliveries[id] = continuation
            handle(.command(.send(id, text, in: call)))
        }
        if let failure { throw failure }
    }

    private static func stream<Element: Sendable>() -> (AsyncStream<Element>, AsyncStream<Element>.Continuation) {
        AsyncStream.makeStream(of: Element.self, bufferingPolicy: .bufferingNewest(buffer))
    }

    private func makeCall(_ id: CallID, _ party: Party) -> Call {
        let (states, state) = Self.stream() as (AsyncStream<CallState>, AsyncStream<CallState>.Continuation)
        let (messages, message) = Self.stream() as (AsyncStream<String>, AsyncStream<String>.Continuation)
        streams[id] = Streams(states: state, messages: message)
        return Call(id: id, otherParty: party, states: states, messages: messages, client: self)
    }

    // MARK: The machine

    private func handle(_ event: Phone.Event) {
        for effect in phone.handle(event) {
            switch effect {
            case .transport(let command): transport.perform(command)
            case .start(let timer, let delay): start(timer, delay)
            case .cancel(let timer): timers.removeValue(forKey: timer)?.task.cancel()
            case .report(let report): hear(report)
            }
        }
    }

    private func start(_ timer: Phone.Timer, _ delay: Duration) {
        timers.removeValue(forKey: timer)?.task.cancel()
        timerCount += 1
        let count = timerCount
        let clock = clock
        let task = Task { [weak self] in
            do { try await clock.sleep(for: delay) } catch { return }
            await self?.fire(timer, count)
        }
        timers[timer] = (count, task)
    }

    /// A timer that was started anew, or cancelled, as it fired is not the one that counts.
    private func fire(_ timer: Phone.Timer, _ count: Int) {
        guard timers[timer]?.count == count else { return }
        timers[timer] = nil
        handle(.fired(timer))
    }

    private func hear(_ report: PhoneReport) {
        switch report {
        case .connection(let state): changed(state)
        case .roster(let parties):
            clients = Dictionary(parties.map { ($0.number, $0) }) { first, _ in first }
            for party in parties { changes.yield(.online(party)) }
        case .online(let party):
            clients[party.number] = party
            changes.yield(.online(party))
        case .offline(let party):
            clients[party.number] = nil
            changes.yield(.offline(party))
        case .incoming(let id, let party): incoming.yield(makeCall(id, party))
        case .call(let id, let state, _):
            streams[id]?.states.yield(state)
            if !state.isAlive { end(id) }
        case .message(let id, _, let text): streams[id]?.messages.yield(text)
        case .delivery(_, .sending): break
        case .delivery(let id, .delivered), .delivery(let id, .accepted):
            deliveries.removeValue(forKey: id)?.resume(returning: nil)
        case .delivery(let id, .failed(let reason)):
            deliveries.removeValue(forKey: id)?.resume(returning: Failure(reason: reason))
        case .fault(let words): faults.yield(words)
        // Whoever sends a program on is told that it does not follow, rather than left waiting.
        case .transferAsked(let id, _): handle(.command(.refuseTransfer(id)))
        case .voiceAsked(let id, _): handle(.command(.refuseVoice(id)))
        case .voice, .party, .note, .typing, .turnedAway, .connected, .untrusted: break
        }
    }

    private func end(_ id: CallID) {
        let ended = streams.removeValue(forKey: id)
        ended?.states.finish()
        ended?.messages.finish()
    }

    private func changed(_ state: ConnectionState) {
        self.state = state
        connections.yield(state)
        switch state {
        case .disconnected, .connecting: break
        case .accessGranted(let number): decide(.success(number))
        case .accessDenied(let reason):
            decide(.failure(Failure(reason: reason)))
            left()
        case .connectionFailed(let reason, _):
            guard connecting != nil else { break }
            decide(.failure(Failure(reason: reason)))
            handle(.command(.disconnect))
        case .connectionClosed(let reason, let retryIn):
            guard retryIn == nil else { break }
            decide(.failure(Failure(reason: reason)))
            left()
        }
    }

    private func decide(_ result: Result<String, Failure>) {
        connecting.take()?.resume(returning: result)
    }

    private func left() {
        clients = [:]
        let waiting = leaving
        leaving = []
        for continuation in waiting { continuation.resume() }
    }
}
