#if Voice
import Glibc
import RTP

/// The thread on which streams live: it sleeps until a datagram, a device or a command comes, or something is due.
///
/// Unchecked: all that changes is touched on the thread only, but for `handle`, which begins and joins it.
final class StreamsThread: @unchecked Sendable {
    /// A stream, from its ports on.
    private final class Line {
        var socket: MediaSocket
        var core: StreamCore?
        /// To where the other side is by now. Made once: one for every frame would be an allocation.
        private(set) lazy var send: StreamCore.Send = { [unowned self] packet, port in
            guard let core, let address = core.destination(of: port) else { return }
            socket.send(packet, control: port == .control && !core.parameters.isMuxed, to: address)
        }

        init(_ socket: MediaSocket) { self.socket = socket }
    }

    private let devices: Devices
    private let ports: DevicePorts
    private let tell: @Sendable (VoiceEvent) -> Void
    private var commands = VoiceEngine.Commands()
    private var handle = pthread_t()

    private var lines: [StreamID: Line] = [:]
    private var isMuted = false
    private var isOver = false
    /// Whether anything is to be played.
    private var isHeard = false
    private var tone: ToneGenerator?
    private var microphone: MicrophoneProcessor
    private var loudspeaker = Loudspeaker()
    private var nextStatistics: Duration = .zero
    private var datagram = [UInt8](repeating: 0, count: 2_048)
    private var frame = [Int16](repeating: 0, count: Sound.deviceFrame)
    private var played = [Int16](repeating: 0, count: Sound.deviceFrame)
    private var mixed = [Int16](repeating: 0, count: Sound.deviceFrame)
    private var descriptors: [pollfd] = []
    /// Whose they are, but for the first, which is the bell's.
    private var readers: [(StreamID, Line, StreamCore.Port)] = []

    private static let reporting: Duration = .milliseconds(200)
    /// Datagrams taken from a port before the devices are looked after again.
    private static let batch = 64

    init(_ devices: Devices, processes: Bool, tell: @escaping @Sendable (VoiceEvent) -> Void) {
        self.devices = devices
        ports = devices.ports
        self.tell = tell
        microphone = MicrophoneProcessor(processes ? .init() : .none)
    }

    func begin(_ commands: VoiceEngine.Commands) {
        self.commands = commands
        let status = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<StreamsThread>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(status == 0, "no thread is left for the voice")
    }

    func join() { pthread_join(handle, nil) }

    /// Since the machine's start.
    private var now: Duration { .nanoseconds(DevicePorts.now) }

    private func run() {
        RealTime.ask()
        rebuildDescriptors()
        while !isOver {
            sleep()
            drain()
            for command in commands.take() { perform(command, at: now) }
            hear(at: now)
            speak(at: now)
            let now = now
            for line in lines.values {
                guard let core = line.core, now >= core.nextTick else { continue }
                core.tick(at: now, send: line.send)
            }
            if now >= nextStatistics { report(at: now) }
        }
    }

    /// Until a datagram, a device or a command comes, or something is due.
    private func sleep() {
        let now = now
        var due: Duration?
        for line in lines.values {
            guard let core = line.core else { continue }
            due = min(due ?? nextStatistics, min(core.nextTick, nextStatistics))
        }
        if isHeard, let frame = frameDue(at: now) { due = min(due ?? now + frame, now + frame) }
        let milliseconds = due.map { (($0 - now) / .milliseconds(1)).rounded(.up) }
        poll(&descriptors, nfds_t(descriptors.count), milliseconds.map { Int32(max(0, min(1_000, $0))) } ?? -1)
        if descriptors.first?.revents != 0 { ports.bell.answer() }
    }

    private func perform(_ command: VoiceEngine.Command, at now: Duration) {
        switch command {
        case .reserved(let id, let socket): lines[id] = Line(socket)
        case .moved(let id, let socket): lines[id]?.socket = socket
        case .start(let id, let parameters, let identity): start(id, parameters, identity, at: now)
        case .stop(let id):
            guard let line = lines.removeValue(forKey: id) else { return }
            line.core?.end(at: now, send: line.send)
        case .mute(let isMuted):
            self.isMuted = isMuted
            for line in lines.values { line.core?.isMuted = isMuted }
        case .press(let id, let keys): _ = lines[id]?.core?.press(keys)
        case .tone(let tone):
            if tone != self.tone?.tone { self.tone = tone.map { ToneGenerator($0) } }
        case .process(let processes):
            microphone = MicrophoneProcessor(processes ? .init() : .none)
        case .shut:
            for line in lines.values { line.core?.end(at: now, send: line.send) }
            lines = [:]
            isOver = true
        }
        rebuildDescriptors()
        let needsMicrophone = lines.values.contains { $0.core?.parameters.sends ?? false }
        let needsLoudspeaker = tone != nil || lines.values.contains { $0.core?.parameters.receives ?? false }
        // What is played first is there before the device asks for it.
        speak(at: now)
        isHeard = needsLoudspeaker
        devices.use(input: needsMicrophone, output: needsLoudspeaker)
    }

    private func start(_ id: StreamID, _ parameters: StreamParameters, _ identity: StreamIdentity, at now: Duration) {
        guard let line = lines[id] else { return }
        do throws(StreamFault) {
            if let core = line.core {
                try core.update(parameters)
            } else {
                // What came before anything was agreed on belongs to nobody.
                while line.socket.receive(control: false, into: &datagram) != nil {}
                while line.socket.receive(control: true, into: &datagram) != nil {}
                let core = try StreamCore(identity, parameters, at: now)
                core.isMuted = isMuted
                line.core = core
                ports.captured.skip(keeping: 0)
            }
        } catch {
            tell(.failed(id, error))
        }
    }

    private func rebuildDescriptors() {
        descriptors = [pollfd(fd: ports.bell.descriptor, events: Int16(POLLIN), revents: 0)]
        readers = []
        for (id, line) in lines where line.core != nil {
            for port in [StreamCore.Port.voice, .control] {
                let descriptor = port == .voice ? line.socket.voice : line.socket.control
                descriptors.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
                readers.append((id, line, port))
            }
        }
    }

    private func drain() {
        for (index, (id, line, port)) in readers.enumerated() where descriptors[index + 1].revents != 0 {
            guard let core = line.core else { continue }
            for _ in 0..<Self.batch {
                guard let (count, from) = line.socket.receive(control: port == .control, into: &datagram) else { break }
                let keys = core.receive(&datagram, count: count, from: from, port: port, at: now)
                for key in keys { tell(.key(id, key)) }
            }
        }
    }

    /// What the microphone heard goes out, as much as a packet holds at once.
    private func hear(at now: Duration) {
        while ports.captured.count >= Sound.wireFrame {
            // One that is played faster than the other is captured runs ahead of it; an echo is found near its end.
            if ports.played.count > 6 * Sound.deviceFrame { ports.played.skip(keeping: Sound.wireFrame) }
            for _ in 0..<(Sound.wireFrame / Sound.deviceFrame) {
                ports.captured.read(into: &frame)
                let count = ports.played.read(into: &played)
                played.silence(count..<Sound.deviceFrame)
                microphone.process(&frame, played: played)
                for line in lines.values { line.core?.say(frame, at: now, send: line.send) }
            }
        }
    }

    /// How long until the loudspeaker has to be given a frame.
    private func frameDue(at now: Duration) -> Duration? {
        loudspeaker.due(ready: ports.playing.count, asked: sinceAsked(at: now))
    }

    private func sinceAsked(at now: Duration) -> Duration { now - .nanoseconds(ports.asked.load(ordering: .acquiring)) }

    /// The rings towards the loudspeaker are kept as full as they have to be.
    private func speak(at now: Duration) {
        let hasRing = ports.hasRingDevice.load(ordering: .relaxed)
        let rings = tone?.tone == .ringing
        let hasLearned = loudspeaker.learn(
            underruns: ports.underruns.load(ordering: .relaxed), left: ports.leastLeft.load(ordering: .relaxed),
            asked: sinceAsked(at: now), at: now)
        if hasLearned { ports.leastLeft.store(.max, ordering: .relaxed) }
        while let due = frameDue(at: now), due <= .zero {
            mixed.silence(mixed.indices)
            for line in lines.values {
                guard let core = line.core else { continue }
                core.play(&frame, at: now)
                add(frame)
            }
            if tone != nil, !(rings && hasRing) {
                tone?.fill(&frame)
                add(frame)
            }
            ports.playing.write(mixed)
        }
        guard rings, hasRing else { return }
        while ports.ringing.count < 2 * Sound.deviceFrame {
            tone?.fill(&frame)
            ports.ringing.write(frame)
        }
    }

    private func add(_ sound: [Int16]) {
        for index in mixed.indices { mixed[index] = Int16(clamping: Int(mixed[index]) + Int(sound[index])) }
    }

    private func report(at now: Duration) {
        nextStatistics = now + Self.reporting
        for (id, line) in lines {
            guard let core = line.core else { continue }
            tell(.statistics(id, core.measure(at: now)))
        }
    }
}
#endif
