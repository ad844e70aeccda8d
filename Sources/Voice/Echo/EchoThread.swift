#if Voice
import Glibc
import RTP
import Synchronization

/// The thread on which echoes live: it sleeps until a datagram or a command comes, or something is due.
///
/// Unchecked: all that changes is touched on the thread only, but for `handle`, which begins and joins it.
final class EchoThread: @unchecked Sendable {
    /// A stream, from its ports on. What it sends goes out of them.
    private final class Line {
        let id: StreamID
        let socket: MediaSocket
        var core: EchoCore?
        var isForgotten = false
        private(set) lazy var send: EchoCore.Send = { [unowned self] packet, port, address in
            let isShared = core?.parameters.isMuxed ?? true
            socket.send(packet, control: port == .control && !isShared, to: address)
        }

        init(_ id: StreamID, _ socket: MediaSocket) {
            self.id = id
            self.socket = socket
        }
    }

    private let bell = Bell()
    private let waiting = Mutex<[EchoEngine.Command]>([])
    private let patience: Duration
    private let tell: @Sendable (EchoEvent) -> Void
    private var handle = pthread_t()

    private var lines: [StreamID: Line] = [:]
    /// Those that flow, and where they are: an echo that hears another one never ends.
    private var flowing: [Line] = []
    private var own: Set<RemoteAddress> = []
    /// The bell's, then two for each that flows.
    private var descriptors: [pollfd] = []
    private var datagram = [UInt8](repeating: 0, count: 2_048)
    private var isOver = false

    /// Datagrams taken from a port before it is the others' turn.
    private static let batch = 64

    init(patience: Duration, tell: @escaping @Sendable (EchoEvent) -> Void) {
        self.patience = patience
        self.tell = tell
    }

    func begin() {
        let status = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<EchoThread>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(status == 0, "no thread is left for the echo")
    }

    func join() { pthread_join(handle, nil) }

    func ask(_ command: EchoEngine.Command) {
        waiting.withLock { $0.append(command) }
        bell.ring()
    }

    /// Since the machine's start.
    private var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func run() {
        arrange()
        while !isOver {
            poll(&descriptors, nfds_t(descriptors.count), timeout(at: now))
            for place in flowing.indices {
                if descriptors[1 + 2 * place].revents != 0 { drain(flowing[place], .voice) }
                if descriptors[2 + 2 * place].revents != 0 { drain(flowing[place], .control) }
            }
            tick(at: now)
            bell.answer()
            for command in take() { perform(command, at: now) }
        }
    }

    private func take() -> [EchoEngine.Command] {
        waiting.withLock { waiting in
            let all = waiting
            waiting = []
            return all
        }
    }

    /// Milliseconds that nothing is due in; -1 while nobody speaks.
    private func timeout(at now: Duration) -> Int32 {
        let due = flowing.lazy.compactMap { $0.isForgotten ? nil : $0.core?.nextTick }.min()
        guard let due else { return -1 }
        return Int32(max(0, min(1_000, ((due - now) / .milliseconds(1)).rounded(.up))))
    }

    private func tick(at now: Duration) {
        for line in flowing {
            guard let core = line.core, !line.isForgotten, now >= core.nextTick else { continue }
            core.tick(at: now, send: line.send)
            guard core.isForgotten(at: now) else { continue }
            line.isForgotten = true
            tell(.forgotten(line.id))
        }
    }

    private func drain(_ line: Line, _ port: StreamCore.Port) {
        for _ in 0..<Self.batch {
            guard let (count, from) = line.socket.receive(control: port == .control, into: &datagram) else { return }
            guard !own.contains(from) else { continue }
            line.core?.receive(&datagram, count: count, from: from, port: port, at: now, send: line.send)
        }
    }

    // MARK: - Commands

    private func perform(_ command: EchoEngine.Command, at now: Duration) {
        switch command {
        case .reserved(let id, let socket): lines[id] = Line(id, socket)
        case .start(let id, let parameters, let identity): start(id, parameters, identity, at: now)
        case .stop(let id):
            guard let line = lines.removeValue(forKey: id) else { return }
            line.core?.end(at: now, send: line.send)
        case .shut:
            for line in lines.values { line.core?.end(at: now, send: line.send) }
            lines = [:]
            isOver = true
        }
        arrange()
    }

    private func start(_ id: StreamID, _ parameters: StreamParameters, _ identity: StreamIdentity, at now: Duration) {
        guard let line = lines[id] else { return }
        line.isForgotten = false
        do throws(StreamFault) {
            if let core = line.core {
                try core.update(parameters, at: now)
            } else {
                // What came before anything was agreed on belongs to nobody.
                while line.socket.receive(control: false, into: &datagram) != nil {}
                while line.socket.receive(control: true, into: &datagram) != nil {}
                line.core = try EchoCore(identity, parameters, patience: patience, at: now)
            }
        } catch {
            tell(.failed(id, error))
        }
    }

    private func arrange() {
        flowing = lines.values.filter { $0.core != nil }
        own = Set(lines.values.flatMap(\.socket.addresses))
        descriptors = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
        for line in flowing {
            descriptors.append(pollfd(fd: line.socket.voice, events: Int16(POLLIN), revents: 0))
            descriptors.append(pollfd(fd: line.socket.control, events: Int16(POLLIN), revents: 0))
        }
    }
}
#endif
