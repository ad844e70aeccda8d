import NIOCore
import SIP

/// One connection: frames and parses what arrives, gathers what leaves, watches that the peer lives.
///
/// It takes and gives plain bytes, for the handlers of TLS and WebSocket that go before it in the pipeline; over
/// WebSocket those of one message at a time. `StreamEvent` is what they tell besides.
final class StreamConnection: ChannelInboundHandler, Reader {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Role {
        case client
        case server
    }

    private enum State {
        case opening
        case open(any Channel, Flow)
        /// We closed it: nothing is reported any more, what was written still leaves.
        case closing(any Channel, Flow)
        case closed
    }

    private let switchboard: Switchboard
    private let role: Role
    private let transport: TransportProtocol
    private var state = State.opening
    private var framing: Framing
    private var outgoing: ByteBuffer?
    /// What the peer had not read when that was asked last.
    private(set) var unread = 0
    private var isFlushScheduled = false
    private var malformed = 0
    private var hasSpoken = false
    private var failure: TransportFailure?
    private var keepAlive: KeepAlive?
    private var keepAliveTimer: Scheduled<Void>?
    private var patience: Patience
    private var patienceTimer: Scheduled<Void>?
    /// Not read because the program has enough to do, or because the peer sends too much.
    private var isHeld = false
    private var isSlowed = false
    private var wasSlowed = false
    private var bucket: TokenBucket
    /// Over WebSocket: whether the read under way brought messages, which are counted, or only other frames.
    private var isCounted = false
    /// Where a client of ours comes from.
    private var source: NumericAddress?
    var isListed = false
    /// When a client's connection may be used: after the handshakes of those before it in the pipeline. It fails with
    /// a `TransportFailure`.
    let ready: EventLoopFuture<Void>

    init(
        _ switchboard: Switchboard, role: Role, transport: TransportProtocol = .tcp, ready: EventLoopFuture<Void>? = nil
    ) {
        self.switchboard = switchboard
        self.role = role
        self.transport = transport
        framing = Framing(transport)
        self.ready = ready ?? switchboard.loop.makeSucceededVoidFuture()
        bucket = TokenBucket(switchboard.door.turnstile.paceOfFlow, at: NIODeadline.elapsed)
        patience = Patience(
            limit: switchboard.configuration.intervals.message, expecting: role == .server, at: NIODeadline.elapsed)
    }

    // MARK: - Opening

    func channelActive(context: ChannelHandlerContext) {
        if role == .server, !open(context.channel, attempt: nil) { context.close(promise: nil) }
    }

    /// - Parameter attempt: the client's `connect` that this answers.
    /// - Returns: false when the connection may not stay, or is gone already.
    func open(_ channel: any Channel, attempt: UInt64?) -> Bool {
        guard case .opening = state,
            let from = channel.remoteAddress, let remote = SIP.SocketAddress(from),
            let local = channel.localAddress.flatMap({ SIP.SocketAddress($0) })
        else { return false }
        let connection = switchboard.nextConnection()
        var flow = Flow(transport: transport, local: local, remote: remote, connection: connection)
        switch role {
        case .server:
            guard switchboard.admit(self, connection, from: from) else { return false }
            source = from.numeric
            awaitMessage()
        case .client:
            switchboard.opened(self, connection)
            let intervals = switchboard.configuration.intervals
            keepAlive = KeepAlive(
                interval: intervals.ping, pong: intervals.pong, identifiers: switchboard.identifiers,
                openedAt: NIODeadline.elapsed)
            if framing.keepsBoundaries { flow.alias = switchboard.identifiers.token() + ".invalid" }
        }
        state = .open(channel, flow)
        if let attempt { switchboard.emit(.opened(flow, attempt: attempt)) }
        checkKeepAlive()
        return true
    }

    // MARK: - Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .open(_, let flow) = state else { return }
        let now = NIODeadline.elapsed
        keepAlive?.received(at: now)
        let buffer = unwrapInboundIn(data)
        // A TLS handshake has no line end that we would see the end of; its client would wait for us in vain.
        if transport == .tcp, role == .server, !hasSpoken, buffer.readableBytesView.first == 0x16 {
            return violated("TLS where none is spoken")
        }
        framing.append(buffer.readableBytesView)
        hear(flow, hasRead: true)
    }

    /// Takes the messages of what was read, one after the other as long as the peer may send more.
    private func hear(_ flow: Flow, hasRead: Bool) {
        var completed = false
        var frames = 0
        do {
            while case .open = state, !isSlowed, let frame = try framing.next() {
                frames += 1
                switch frame {
                case .message(let bytes):
                    completed = true
                    receive(bytes, on: flow)
                case .ping where role == .server: send([0x0D, 0x0A])
                // Only clients ping (RFC 5626 §4.4.1). Two pongs in a row look like a ping; answered, they would set
                // off another. That we `received` something is all they are for.
                case .ping, .pong: break
                }
                pace(1)
            }
        } catch {
            if let answer = try? error.rejection?.serialized() { send(answer) }
            return violated("framing: \(error.reason)")
        }
        // A read without a whole message costs as well.
        if hasRead, frames == 0 { pace(1) }
        guard case .open = state else { return }
        patience.read(completed: completed, partial: framing.pendingCount > 0, at: NIODeadline.elapsed)
        awaitMessage()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event as? StreamEvent {
        case .heard(let partial)?:
            guard case .open = state else { return }
            keepAlive?.received(at: NIODeadline.elapsed)
            patience.read(completed: false, partial: partial, at: NIODeadline.elapsed)
            awaitMessage()
            if !isCounted { pace(1) }
            isCounted = false
        case .ended?:
            hearLast()
            close(.closedByPeer)
        case .violated(let words)?: violated(words)
        case .ping?, nil: context.fireUserInboundEventTriggered(event)
        }
    }

    /// The peer has ended. Of what it sent too fast so much is still heard.
    private func hearLast() {
        for _ in 0..<16 {
            guard isSlowed, case .open(_, let flow) = state, case .message(let bytes)? = try? framing.next() else {
                return
            }
            receive(bytes, on: flow)
        }
    }

    private func receive(_ bytes: [UInt8], on flow: Flow) {
        if !hasSpoken {
            hasSpoken = true
            if role == .server { switchboard.spoke(flow.connection) }
        }
        switch switchboard.read(bytes, on: flow) {
        case .message(let message):
            switchboard.received(message, on: flow, by: self)
        case .rejected(let answer):
            if let answer { send(answer) }
            malformed += 1
            if malformed >= switchboard.configuration.limits.malformedMessages {
                violated("\(malformed) malformed messages")
            }
        }
    }

    /// Whether a peer that came to us may stay.
    func isAdmitted(by access: AccessList) -> Bool {
        guard role == .server, case .open(_, let flow) = state, let remote = NumericAddress(flow.remote.host) else {
            return true
        }
        return access.admits(remote)
    }

    func setReading(_ isReading: Bool) {
        isHeld = !isReading
        resume()
    }

    private var isReading: Bool { !isHeld && !isSlowed }

    /// Goes on where it stopped: what was read already comes before what is to be read.
    private func resume() {
        if !isSlowed, framing.pendingCount > 0, case .open(_, let flow) = state { hear(flow, hasRead: false) }
        updateReading()
    }

    private func updateReading() {
        switch state {
        case .open(let channel, _), .closing(let channel, _):
            try? channel.syncOptions?.setOption(.autoRead, value: isReading)
            keepAlive?.received(at: NIODeadline.elapsed)
        case .opening, .closed: break
        }
    }

    /// Counts what was heard; a peer that sends too much is left alone until it has the right to the next message, so
    /// that its messages come one by one and not all that one read brought. What it cannot send meanwhile waits on its
    /// side, so that nothing is lost.
    private func pace(_ frames: Int) {
        guard role == .server, let source, case .open(_, let flow) = state else { return }
        isCounted = true
        let pause = switchboard.pace(frames, from: source, by: &bucket)
        guard pause > .zero, !isSlowed else { return }
        switchboard.counters.slowed += 1
        if !wasSlowed { switchboard.diagnose(.slowed(flow)) }
        wasSlowed = true
        isSlowed = true
        updateReading()
        switchboard.loop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) {
            self.isSlowed = false
            self.patience.restart(at: NIODeadline.elapsed)
            self.resume()
        }
    }

    // MARK: - Sending

    func send(_ bytes: [UInt8]) {
        guard case .open(let channel, _) = state else { return switchboard.counters.unsent += 1 }
        switchboard.counters.sent += 1
        if framing.keepsBoundaries, let earlier = outgoing {
            channel.write(earlier, promise: nil)
            outgoing = nil
        }
        if outgoing == nil { outgoing = channel.allocator.buffer(capacity: bytes.count) }
        outgoing?.writeBytes(bytes)
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        switchboard.flushLater(self)
    }

    /// Writes what was gathered in one piece.
    func flush(promise: EventLoopPromise<Void>? = nil) {
        isFlushScheduled = false
        let channel: any Channel
        switch state {
        case .open(let open, _), .closing(let open, _): channel = open
        case .opening, .closed: return promise?.succeed() ?? ()
        }
        guard let buffer = outgoing else { return promise?.succeed() ?? () }
        outgoing = nil
        switchboard.counters.flushes += 1
        channel.writeAndFlush(buffer, promise: promise)
        guard case .open = state else { return }
        let before = unread
        guard switchboard.hasLeftUnread(countUnread(), before) else { return }
        switchboard.counters.violations += 1
        if let source { switchboard.broke(source) }
        abort(.protocolViolation("does not read what it is sent"))
    }

    /// How much the peer has not read, beyond what the kernel holds.
    func countUnread() -> Int {
        switch state {
        case .open(let channel, _), .closing(let channel, _):
            unread = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        case .opening, .closed: unread = 0
        }
        return unread
    }

    // MARK: - Closing

    /// Ends the connection with what was already sent: the peer gets it, and the FIN after it.
    ///
    /// The socket stays until the peer closes as well or the time is over: closing it with bytes unread would reset
    /// the connection and take back what the peer has not read.
    func close(_ failure: TransportFailure = .closedLocally, within limit: Duration? = nil) {
        guard case .open(let channel, let flow) = state else { return }
        finish(flow, failure)
        state = .closing(channel, flow)
        isSlowed = false
        setReading(true)
        let flushed = channel.eventLoop.makePromise(of: Void.self)
        flush(promise: flushed)
        flushed.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
        let patience = TimeAmount(limit ?? switchboard.configuration.intervals.close)
        channel.eventLoop.scheduleTask(in: patience) { channel.closeAtOnce() }
    }

    /// Ends the connection at once, without waiting for a peer that does not deserve it.
    func abort(_ failure: TransportFailure) {
        guard case .open(let channel, let flow) = state else { return }
        flush()
        guard case .open = state else { return }
        finish(flow, failure)
        state = .closing(channel, flow)
        channel.closeAtOnce()
    }

    /// The peer broke the rules: it still gets the answers to what it sent so far.
    private func violated(_ reason: String) {
        switchboard.counters.violations += 1
        if let source { switchboard.broke(source) }
        close(.protocolViolation(reason))
    }

    /// Whoever heard of the flow hears that it ended.
    private func finish(_ flow: Flow, _ failure: TransportFailure) {
        keepAliveTimer?.cancel()
        patienceTimer?.cancel()
        if role == .client || hasSpoken { switchboard.emit(.closed(flow, failure)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A handshake may fail more than once on its way out.
        if failure == nil {
            failure = TransportFailure(error)
            if case .open(_, let flow) = state, case .handshakeFailed(let words)? = failure {
                switchboard.counters.failedHandshakes += 1
                if let source { switchboard.broke(source) }
                switchboard.diagnose(.handshakeFailed(flow.remote, words))
            }
        }
        context.channel.closeAtOnce()
    }

    func channelInactive(context: ChannelHandlerContext) {
        hearLast()
        switch state {
        case .open(_, let flow):
            // On an open connection the kernel's time-out means what ours means: the peer has gone silent.
            finish(flow, failure == .timedOut ? .keepAliveTimedOut : failure ?? .closedByPeer)
            switchboard.closed(flow.connection)
        case .closing(_, let flow): switchboard.closed(flow.connection)
        case .opening, .closed: break
        }
        state = .closed
    }

    // MARK: - Watching

    private func checkKeepAlive() {
        guard case .open(let channel, _) = state, keepAlive != nil else { return }
        // What we do not read cannot be held against the peer.
        if !isReading { keepAlive?.received(at: NIODeadline.elapsed) }
        let pause: Duration
        switch keepAlive?.fired(at: NIODeadline.elapsed) {
        case nil: return
        case .dead: return abort(.keepAliveTimedOut)
        case .ping(let wait):
            ping(channel)
            pause = wait
        case .wait(let wait): pause = wait
        }
        keepAliveTimer = channel.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) {
            self.checkKeepAlive()
        }
    }

    private func ping(_ channel: any Channel) {
        if framing.keepsBoundaries {
            channel.triggerUserOutboundEvent(StreamEvent.ping, promise: nil)
        } else {
            send([0x0D, 0x0A, 0x0D, 0x0A])
        }
    }

    /// Arms the timer for the message that is awaited, if one is and none is armed.
    private func awaitMessage() {
        guard patienceTimer == nil, let remaining = patience.remaining(at: NIODeadline.elapsed) else { return }
        patienceTimer = switchboard.loop.assumeIsolated().scheduleTask(in: TimeAmount(remaining)) {
            self.patienceTimer = nil
            if !self.isReading { self.patience.restart(at: NIODeadline.elapsed) }
            if self.patience.remaining(at: NIODeadline.elapsed) == .zero {
                self.violated("no whole message in time")
            } else {
                self.awaitMessage()
            }
        }
    }
}
