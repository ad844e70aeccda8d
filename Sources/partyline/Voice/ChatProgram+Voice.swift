#if Voice
import ChatCore
import RTP
import SIP
import Voice
import Webphone

/// What the chat wants of the sound, and what the sound tells the chat.
extension ChatProgram {
    func perform(_ command: ChatCore.Voice.Command) {
        switch command {
        case .offer(let call, let isPlain): bring(to: call, isPlain) { .offerVoice(call, $0) }
        case .accept(let call, let isPlain): bring(to: call, isPlain) { .acceptVoice(call, $0) }
        case .mute(let isMuted): streams.mute(isMuted)
        case .listDevices: streams.listDevices()
        case .choose(let role, let name):
            devices[role] = name
            streams.choose(.devices(DeviceChoice(devices)))
        case .sound(let tone): streams.play(tone.map { $0 == .ring ? .ringing : .ringback })
        case .keep(let preferences): keep { $0.take(preferences) }
        }
    }

    /// What the person chose once, unless another choice was made at the start.
    func use(_ preferences: ChatCore.Voice.Preferences) {
        guard streams.isDefault else { return }
        devices = preferences.devices
        if !devices.isEmpty { streams.choose(.devices(DeviceChoice(devices))) }
    }

    private func bring(to call: CallID, _ isPlain: Bool, _ command: (AudioCapabilities) -> PhoneCommand) {
        do throws(StreamFault) {
            let capabilities = try streams.capabilities(
                for: call, at: phone.localHost ?? "127.0.0.1", security: security(isPlain))
            perform(phone.handle(.command(command(capabilities))))
        } catch {
            complain("There is no voice: \(error).")
            perform(phone.handle(.command(.refuseVoice(call))))
            perform(chat.handle(.phone(.voice(call, .failed("\(error)")))))
        }
    }

    /// Where others read what we say to the exchange, they would read the keys too.
    private func security(_ isPlain: Bool) -> SRTPPolicy {
        switch chat.state.voice.encryption {
        case .required: .required
        case .preferred: phone.isConnectionSecure ? .preferred : .answered
        case .asked: phone.isConnectionSecure && !isPlain ? .required : .answered
        }
    }

    /// Before the chat hears of it: what it then says of the sound is so.
    func follow(_ report: PhoneReport) {
        switch report {
        case .voice(let call, .on(let stream)):
            guard !streams.start(call, stream) else { return }
            complain("There is no voice: the other side's sound is of a kind that is not known here.")
            perform(phone.handle(.command(.endVoice(call))))
        case .voice(let call, .off), .voice(let call, .failed), .voice(let call, .unencrypted),
            .voice(let call, .withdrawn):
            streams.stop(call)
        case .call(let call, let state, _): if !state.isAlive { streams.stop(call) }
        case .connected:
            // The calls came along, and perhaps we are somewhere else.
            for (call, capabilities) in phone.localHost.map({ streams.move(to: $0) }) ?? [] {
                perform(phone.handle(.command(.offerVoice(call, capabilities))))
            }
        case .voice, .connection, .online, .offline, .roster, .incoming, .note, .transferAsked, .voiceAsked, .typing,
            .turnedAway, .untrusted, .party, .message, .delivery, .fault:
            break
        }
    }

    /// - Returns: whether the keys went with the sound, as telephones like them.
    func pressed(_ keys: String, in call: CallID) -> Bool { streams.press(keys, in: call) }

    func receive(_ event: VoiceEvent) {
        switch event {
        case .statistics(let stream, let statistics):
            guard let call = streams.call(of: stream), call == chat.state.call?.id else { return }
            let levels = ChatCore.Voice.Levels(microphone: statistics.said.mean, speaker: statistics.heard.mean)
            tell(.levels(levels))
            let quality = statistics.quality.flatMap { ChatCore.Voice.Quality(rawValue: $0.rawValue) }
            if let quality, quality != chat.state.call?.sound?.quality { tell(.quality(quality)) }
        case .key(let stream, let key):
            if let call = streams.call(of: stream) {
                perform(chat.handle(.phone(.note(call, .dtmf(String(key.character))))))
            }
        case .failed(let stream, let fault):
            complain("The sound is not as it was agreed on: \(fault).")
            if let call = streams.call(of: stream) { perform(phone.handle(.command(.endVoice(call)))) }
        case .device(let event): receive(event)
        }
    }

    private func receive(_ event: DeviceEvent) {
        switch event {
        case .list(let all): tell(.devices(all.map { ChatCore.Voice.Device($0, chosen: devices) }))
        case .unlisted(let reason): tell(.trouble("The devices cannot be listed: \(reason)."))
        case .opened(let role, let name): logger.info("device", metadata: ["for": "\(role)", "name": "\(name)"])
        case .failed(let role, let name, let reason): trouble("\(role.words) \(name) cannot be used: \(reason)")
        case .lost(let role, let name): trouble("\(role.words) \(name) is gone.")
        case .silent(let role, let reason): trouble("\(role.silence): \(reason). /devices lists what there is.")
        }
    }

    /// Of a device that nobody needs just now, a ring tone aside, only the log tells.
    private func trouble(_ words: String) {
        logger.warning("\(words)")
        if streams.isOn { tell(.trouble(words)) }
    }

    private func tell(_ report: ChatCore.Voice.Report) {
        mustPaint = true
        perform(chat.handle(.voice(report)))
    }
}

extension DeviceRole {
    fileprivate var words: String {
        switch self {
        case .input: "Microphone"
        case .output: "Loudspeaker"
        case .ring: "Ring device"
        }
    }

    /// What it means that there is none.
    fileprivate var silence: String {
        switch self {
        case .input: "You are not heard"
        case .output: "You hear nothing"
        case .ring: "Nothing rings"
        }
    }
}

extension DeviceChoice {
    init(_ devices: [ChatCore.Voice.Role: String]) {
        self.init(input: devices[.input], output: devices[.output], ring: devices[.ring])
    }
}

extension ChatCore.Voice.Device {
    fileprivate init(_ device: AudioDevice, chosen: [ChatCore.Voice.Role: String]) {
        var roles: Set<ChatCore.Voice.Role> = device.isOutput ? [.output, .ring] : []
        if device.isInput { roles.insert(.input) }
        let inUse = roles.filter { role in
            if let name = chosen[role] { return name == device.name }
            return role == .input ? device.isDefaultInput : device.isDefaultOutput
        }
        self.init(name: device.name, roles: roles, isChosen: inUse)
    }
}
#endif
