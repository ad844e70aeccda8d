#if Voice
import RTP
import SIP
import Voice
import Webphone

/// The sound of calls: which stream is whose, and what we bring to it. The engine begins with the first one.
struct CallStreams {
    private var choice: AudioChoice
    private let tell: @Sendable (VoiceEvent) -> Void
    private var engine: VoiceEngine?
    private var calls: [CallID: Offered] = [:]
    private var next: StreamID = 1

    private struct Offered {
        let id: StreamID
        var capabilities: AudioCapabilities
        var keys: UInt8?
        var isOn = false
    }

    /// - Parameter tell: called on threads of the engine.
    init(_ choice: AudioChoice, tell: @escaping @Sendable (VoiceEvent) -> Void) {
        self.choice = choice
        self.tell = tell
    }

    /// Whether the system chooses all devices.
    var isDefault: Bool { choice == .devices() }

    /// Whether sound flows in any call.
    var isOn: Bool { calls.values.contains { $0.isOn } }

    /// The call that a stream belongs to.
    func call(of stream: StreamID) -> CallID? { calls.first { $0.value.id == stream }?.key }

    /// What we bring to a call: ports and keys of its own.
    mutating func capabilities(
        for call: CallID, at host: String, security: SRTPPolicy
    ) throws(StreamFault) -> AudioCapabilities {
        if var offered = calls[call] {
            offered.capabilities.security = security
            calls[call] = offered
            return offered.capabilities
        }
        // What a call that is not secured would answer with, it does without.
        let fault = VoiceEngine.securityFault
        if security != .answered, let fault { throw fault }
        let ports = try begun().reserve(next, host: host)
        let capabilities = AudioCapabilities(ports, at: host, security: security)
        calls[call] = Offered(id: next, capabilities: capabilities)
        next += 1
        return capabilities
    }

    /// Moves what is spoken to another address of this machine.
    ///
    /// - Returns: what the other sides have to be told.
    mutating func move(to host: String) -> [(CallID, AudioCapabilities)] {
        let moving = calls.filter { $0.value.isOn && $0.value.capabilities.address.host != host }
        return moving.compactMap { call, offered in
            guard let ports = try? engine?.move(offered.id, host: host) else { return nil }
            var capabilities = offered.capabilities
            capabilities.address = SocketAddress(host: host, port: ports.voice)
            capabilities.control = SocketAddress(host: host, port: ports.control)
            calls[call]?.capabilities = capabilities
            return (call, capabilities)
        }
    }

    /// Sound flows in a call from now on as this says.
    ///
    /// - Returns: false where the engine knows nothing of what was agreed on.
    mutating func start(_ call: CallID, _ stream: AudioStream) -> Bool {
        guard let offered = calls[call], let parameters = StreamParameters(stream) else { return false }
        // The microphone stays closed until the chat opens it.
        if !offered.isOn { engine?.mute(true) }
        calls[call]?.isOn = true
        calls[call]?.keys = parameters.keysPayloadType
        engine?.start(offered.id, parameters)
        return true
    }

    mutating func stop(_ call: CallID) {
        guard let offered = calls.removeValue(forKey: call) else { return }
        engine?.stop(offered.id)
    }

    /// Sends keys in the sound.
    ///
    /// - Returns: false where the other side knows no keys in it: they go another way.
    func press(_ keys: String, in call: CallID) -> Bool {
        guard let offered = calls[call], offered.isOn, offered.keys != nil else { return false }
        engine?.press(offered.id, keys)
        return true
    }

    mutating func mute(_ isMuted: Bool) { begun().mute(isMuted) }
    mutating func play(_ tone: Tone?) { if tone != nil || engine != nil { begun().play(tone) } }
    mutating func listDevices() { begun().listDevices() }

    mutating func choose(_ choice: AudioChoice) {
        self.choice = choice
        engine?.choose(choice)
    }

    mutating func shut() {
        engine?.shut()
        engine = nil
    }

    private mutating func begun() -> VoiceEngine {
        if let engine { return engine }
        let engine = VoiceEngine(choice, tell: tell)
        self.engine = engine
        return engine
    }
}
#endif
