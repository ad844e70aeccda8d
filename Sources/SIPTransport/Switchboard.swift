import NIOCore
import NIOSSL
import SIP

/// Every flow of a `Transport`, by what the machines call it; confined to the event loop's thread.
final class Switchboard {
    let loop: any EventLoop
    /// For those who are away from the loop and will come back to it.
    private(set) weak var thread: LoopThread?
    var configuration: Configuration
    var counters = Counters()
    var identifiers = Identifiers.unpredictable
    private(set) var isShutDown = false
    var clientTrust: ClientTrust
    /// What listeners over TLS show to clients that connect from now on.
    var serverContext: NIOSSLContext?
    let diagnose: (Diagnostic) -> Void

    private let sink: ([TransportEvent]) -> Void
    private let backlog: Backlog
    private var events: [TransportEvent] = []
    private var unflushed: [StreamConnection] = []
    private var isTurnScheduled = false
    /// What peers have not read, as far as is known.
    private var unread = 0
    /// Where it is counted anew.
    private var unreadToCount = 0
    private var readers: [any Reader] = []
    private var held: [any Reader] = []

    private var streams: [UInt64: StreamConnection] = [:]
    private var datagramSockets: [SIP.SocketAddress: DatagramSocket] = [:]
    var listeners: [Listener: any Channel] = [:]
    var door: Door
    private var lastConnection: UInt64 = 0
    /// Searches for servers, by attempt.
    var searches: [UInt64: ServerLocator] = [:]
    private var whenIdle: (() -> Void)?

    init(
        thread: LoopThread, configuration: Configuration, backlog: Backlog,
        diagnose: @escaping @Sendable (Diagnostic) -> Void, sink: @escaping @Sendable ([TransportEvent]) -> Void
    ) {
        loop = thread.loop
        self.thread = thread
        self.configuration = configuration
        self.backlog = backlog
        self.diagnose = diagnose
        self.sink = sink
        door = Door(configuration)
        clientTrust = ClientTrust(configuration.tls, closing: configuration.intervals.close)
    }

    func perform(_ commands: [TransportCommand]) {
        for command in commands {
            switch command {
            case .locate(let attempt, let target): locate(target, attempt: attempt)
            case .connect(let attempt, let endpoint): connect(to: endpoint, attempt: attempt)
            case .send(let message, let flow): send(message, on: flow)
            case .close(let flow): close(flow)
            }
        }
    }

    private func send(_ message: Message, on flow: Flow) {
        let bytes: [UInt8]
        do {
            bytes = try message.serialized()
        } catch {
            // A bug of ours, or text of a peer that slipped into a field: the process and the flow outlive it.
            counters.unserialisable += 1
            diagnose(.unserialisable(flow, String(describing: error)))
            return
        }
        if flow.transport == .udp {
            guard let socket = datagramSocket(for: flow) else { return counters.unsent += 1 }
            socket.send(bytes, to: flow)
        } else {
            guard let stream = streams[flow.connection] else { return counters.unsent += 1 }
            stream.send(bytes)
        }
    }

    private func close(_ flow: Flow) {
        if flow.transport != .udp {
            streams[flow.connection]?.close()
        } else if let socket = datagramSockets[flow.local], socket.isClient {
            socket.close(.closedLocally)
        }
    }

    // MARK: - Turns of the loop

    /// Collects what one turn of the loop brings, so that the program is woken once for all of it.
    func emit(_ event: TransportEvent) {
        events.append(event)
        scheduleTurn()
    }

    func received(_ message: Message, on flow: Flow, by reader: some Reader) {
        if !reader.isListed {
            reader.isListed = true
            readers.append(reader)
        }
        emit(.received(message, on: flow))
    }

    func flushLater(_ stream: StreamConnection) {
        unflushed.append(stream)
        scheduleTurn()
    }

    private func scheduleTurn() {
        guard !isTurnScheduled else { return }
        isTurnScheduled = true
        // Runs when the sockets that were ready have all been read and the commands that waited are done.
        loop.assumeIsolated().execute { self.turn() }
    }

    private func turn() {
        isTurnScheduled = false
        let streams = unflushed
        unflushed.removeAll(keepingCapacity: streams.count <= 64)
        for stream in streams { stream.flush() }
        guard !events.isEmpty else { return }
        let batch = events
        events = []
        counters.batches += 1
        let mustHold = backlog.delivered(batch.count)
        sink(batch)
        for reader in readers {
            reader.isListed = false
            if mustHold { reader.setReading(false) }
        }
        if mustHold { held += readers }
        readers.removeAll(keepingCapacity: readers.count <= 64)
    }

    func resumeReading() {
        let resumed = held
        held = []
        for reader in resumed { reader.setReading(true) }
    }

    // MARK: - Streams

    func nextConnection() -> UInt64 {
        lastConnection &+= 1
        return lastConnection
    }

    /// Whether a connection that was just accepted may stay.
    func admit(_ stream: StreamConnection, _ connection: UInt64, from remote: KernelAddress) -> Bool {
        switch isShutDown ? .refused : door.admit(connection, from: remote) {
        case .admitted: break
        case .admittedInsteadOf(let victim): abandon(victim)
        case .refused:
            counters.refusedConnections += 1
            if let address = SIP.SocketAddress(remote) { diagnose(.refused(address)) }
            return false
        }
        streams[connection] = stream
        return true
    }

    /// Ends a connection that has said nothing so far.
    func abandon(_ connection: UInt64) {
        counters.refusedConnections += 1
        streams[connection]?.abort(.protocolViolation("made room for another connection"))
    }

    func opened(_ stream: StreamConnection, _ connection: UInt64) { streams[connection] = stream }

    func spoke(_ connection: UInt64) { door.admission.spoke(connection) }

    /// What one peer has not read is `now` so much, and was `before`.
    ///
    /// - Returns: whether it is too much, of its own or because of what others have not read.
    func hasLeftUnread(_ now: Int, _ before: Int) -> Bool {
        unread += now - before
        let limits = configuration.limits
        if now > limits.unreadBytes { return true }
        guard unread > max(limits.unreadBytesInAll, unreadToCount) else { return false }
        // Some have read since they were looked at.
        unread = streams.values.reduce(0) { $0 + $1.countUnread() }
        unreadToCount = unread > limits.unreadBytesInAll ? unread + (1 << 20) : 0
        return unread > limits.unreadBytesInAll && now > limits.fairUnreadBytes
    }

    func endStreams(_ isOver: (StreamConnection) -> Bool, _ failure: TransportFailure) {
        for stream in Array(streams.values) where isOver(stream) { stream.abort(failure) }
    }

    func closed(_ connection: UInt64) {
        unread -= streams.removeValue(forKey: connection)?.unread ?? 0
        door.admission.leave(connection)
        if isShutDown { finishIfIdle() }
    }

    // MARK: - Datagrams

    func register(_ socket: DatagramSocket, at local: SIP.SocketAddress) { datagramSockets[local] = socket }

    func unregister(_ socket: DatagramSocket, at local: SIP.SocketAddress) {
        if datagramSockets[local] === socket { datagramSockets[local] = nil }
        if isShutDown { finishIfIdle() }
    }

    func closeDatagrams(at local: SIP.SocketAddress) { datagramSockets[local]?.close(.closedLocally) }

    /// A flow that came in through a wildcard socket names the address it was sent to, not the socket's.
    private func datagramSocket(for flow: Flow) -> DatagramSocket? {
        if let socket = datagramSockets[flow.local] { return socket }
        let wildcard = flow.local.host.utf8.contains(UInt8(ascii: ":")) ? "::" : "0.0.0.0"
        return datagramSockets[SIP.SocketAddress(host: wildcard, port: flow.local.port)]
    }

    // MARK: - Shutdown

    func shutdown(within limit: Duration, _ done: @escaping @Sendable () -> Void) {
        guard !isShutDown else { return done() }
        isShutDown = true
        whenIdle = done
        for stream in Array(streams.values) { stream.close(within: limit) }
        for socket in Array(datagramSockets.values) { socket.close(.closedLocally) }
        for listener in listeners.values { listener.close(promise: nil) }
        listeners = [:]
        finishIfIdle()
    }

    private func finishIfIdle() {
        guard streams.isEmpty, datagramSockets.isEmpty, let done = whenIdle else { return }
        whenIdle = nil
        done()
    }
}
