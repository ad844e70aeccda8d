#if Voice
import RTP
import Synchronization

/// The voice: devices and streams, with the thread that joins them. Its owner says what is to be, on any thread, and is told
/// what happens, on threads of the voice.
package final class VoiceEngine: Sendable {
    /// What the thread is asked to do.
    enum Command: Sendable {
        case reserved(StreamID, MediaSocket)
        case moved(StreamID, MediaSocket)
        case start(StreamID, StreamParameters, StreamIdentity)
        case stop(StreamID)
        case mute(Bool)
        case press(StreamID, [TelephoneKey])
        case tone(Tone?)
        case process(Bool)
        case shut
    }

    let devices: Devices
    private let commands = Commands()
    private let thread: StreamsThread

    /// - Parameters:
    ///   - choice: which devices; none is opened before a stream needs it.
    ///   - processing: whether echo, noise and gain are taken care of. Files are sent as they are unless it is asked for.
    ///   - tell: called on threads of the voice; it must not wait.
    package init(_ choice: AudioChoice, processing: Bool? = nil, tell: @escaping @Sendable (VoiceEvent) -> Void) {
        devices = Devices(choice) { tell(.device($0)) }
        thread = StreamsThread(devices, processes: processing ?? choice.isProcessed, tell: tell)
        thread.begin(commands)
    }

    /// What waits for the thread.
    final class Commands: Sendable {
        private let waiting = Mutex<[Command]>([])

        func append(_ command: Command) { waiting.withLock { $0.append(command) } }

        func take() -> [Command] {
            waiting.withLock { waiting in
                let all = waiting
                waiting = []
                return all
            }
        }
    }

    /// Where its devices and its streams meet.
    var ports: DevicePorts { devices.ports }

    private func ask(_ command: Command) {
        commands.append(command)
        devices.ports.bell.ring()
    }

    /// Why streams cannot be secured; nil where they can. libsrtp is loaded when this is asked first.
    package static var securityFault: StreamFault? { SecureStream.fault.map { .security($0) } }

    /// Takes ports for a stream, which can be offered then.
    ///
    /// - Parameter host: the machine's own address in digits, where the other side will see it.
    package func reserve(_ id: StreamID, host: String) throws(StreamFault) -> StreamPorts {
        let socket = try MediaSocket(host: host)
        ask(.reserved(id, socket))
        return socket.ports
    }

    /// Takes other ports for a stream, as the machine has another address; what is agreed on, and what was learned of the
    /// network, stay. The other side has to be told.
    package func move(_ id: StreamID, host: String) throws(StreamFault) -> StreamPorts {
        let socket = try MediaSocket(host: host)
        ask(.moved(id, socket))
        return socket.ports
    }

    /// Begins the stream as it was agreed on, or changes it in the middle. It must have ports.
    package func start(_ id: StreamID, _ parameters: StreamParameters) { ask(.start(id, parameters, .random())) }

    /// Ends the stream and gives its ports back.
    package func stop(_ id: StreamID) { ask(.stop(id)) }

    /// While muted nothing of the microphone goes out of any stream.
    package func mute(_ isMuted: Bool) { ask(.mute(isMuted)) }

    /// Sends telephone keys; characters that are none are passed over.
    package func press(_ id: StreamID, _ keys: String) { ask(.press(id, keys.compactMap { TelephoneKey($0) })) }

    /// Plays this until it is told something else: ringing goes to the ring device.
    package func play(_ tone: Tone?) { ask(.tone(tone)) }

    /// From now on these devices, in a call too.
    package func choose(_ choice: AudioChoice) {
        devices.choose(choice)
        ask(.process(choice.isProcessed))
    }

    /// Tells the devices that are there, as an event.
    package func listDevices() { devices.list() }

    /// Ends all streams, and returns when no device is open and nothing more will be told.
    package func shut() {
        ask(.shut)
        thread.join()
        devices.close()
    }
}

extension AudioChoice {
    /// Devices stand in rooms; files do not.
    fileprivate var isProcessed: Bool {
        switch self {
        case .devices: true
        case .none, .files: false
        }
    }
}
#endif
