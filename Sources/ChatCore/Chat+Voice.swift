import Webphone

/// Voice in a chat: one asks, the other agrees, and no microphone is open without a sign on the screen.
extension Chat {
    /// The key: asks for voice, takes the question back, or ends it.
    mutating func toggleVoice() -> [Effect] {
        do {
            return try setVoice(nil)
        } catch {
            return hint(error.words)
        }
    }

    /// nil turns it the other way.
    mutating func setVoice(_ wish: Bool?) throws(Objection) -> [Effect] {
        let call = try callThatIsOn("There is nobody to speak with")
        if let reason = state.settings.voiceless { throw Objection(reason) }
        guard wish ?? (call.sound == nil) else { return try endVoice(in: call) }
        switch call.sound?.stage {
        case .on: throw Objection("You are speaking with \(call.label) already.")
        case .asking: throw Objection("\(call.label) is being asked already; F2 takes it back.")
        case nil: break
        }
        guard call.heldBy == nil else { throw Objection("The chat is on hold; go on with it first, with ^O.") }
        switch question(aboutVoiceIn: call.id) {
        case nil: break
        case .wished(let isEncrypted) where isEncrypted || !asksBeforePlain:
            // Both want it: that is the answer to their question.
            return closeQuestion(aboutVoiceIn: call.id) + agree(toVoiceIn: call.id, isPlain: !isEncrypted)
        case .wished, .plain: throw Objection("Voice would not be encrypted: the dialog asks whether you want that.")
        }
        update(call.id) { $0.sound = Call.Sound(stage: .asking) }
        note(.call, "You ask \(call.label) to speak with you. Your microphone stays closed until they agree.")
        return [.voice(.offer(call.id))]
    }

    private mutating func endVoice(in call: Call) throws(Objection) -> [Effect] {
        switch call.sound?.stage {
        case nil: throw Objection("You are not speaking with \(call.label): the chat is one of texts.")
        case .asking: note(.call, "You took your wish to speak with \(call.label) back.")
        case .on: note(.call, "You ended voice: your microphone is closed. The chat goes on as text.")
        }
        update(call.id) { $0.sound = nil }
        return closeQuestion(aboutVoiceIn: call.id) + [.phone(.endVoice(call.id))]
    }

    private func question(aboutVoiceIn id: CallID) -> ConfirmDialog.Speech? {
        for dialog in state.dialogs {
            if case .voice(id, let speech) = dialog.question { return speech }
        }
        return nil
    }

    /// Takes the question whether to speak in a call away; others about it stay.
    private mutating func closeQuestion(aboutVoiceIn id: CallID) -> [Effect] {
        let place = state.dialogs.firstIndex { if case .voice(id, _) = $0.question { true } else { false } }
        return place.map { close($0) } ?? []
    }

    /// The same where it is not for now: theirs is refused.
    mutating func refuseQuestion(aboutVoiceIn id: CallID) -> [Effect] {
        switch question(aboutVoiceIn: id) {
        case nil: []
        case .plain: closeQuestion(aboutVoiceIn: id)
        case .wished: closeQuestion(aboutVoiceIn: id) + [.phone(.refuseVoice(id))]
        }
    }

    func agree(toVoiceIn id: CallID, isPlain: Bool) -> [Effect] { [.voice(.accept(id, isPlain: isPlain))] }

    mutating func decline(voiceIn id: CallID) -> [Effect] {
        if let call = call(id) {
            note(.call, "You did not want to speak with \(call.label). The chat goes on as text.")
            update(id) { $0.sound = nil }
        }
        return [.phone(.refuseVoice(id))]
    }

    // MARK: - The microphone

    /// The key: closes the microphone, or opens it again.
    mutating func toggleMicrophone() -> [Effect] {
        do {
            return try setMuted(nil)
        } catch {
            return hint(error.words)
        }
    }

    /// nil turns it the other way.
    mutating func setMuted(_ wish: Bool?) throws(Objection) -> [Effect] {
        guard let call = state.call, call.sound?.isOn == true else {
            throw Objection("Your microphone is closed: there is no voice. F2 asks for it.")
        }
        return mute(wish ?? !state.isMuted)
    }

    private mutating func mute(_ isMuted: Bool) -> [Effect] {
        state.isMuted = isMuted
        return [.voice(.mute(isMuted))]
    }

    mutating func setPushToTalk(_ isOn: Bool) -> [Effect] {
        note(
            .notice,
            isOn
                ? "Push to talk is on: your microphone is closed until F3 opens it, and F3 closes it again."
                : "Push to talk is off: your microphone is open as soon as voice is on.")
        let effects = state.call?.sound?.isOn == true ? mute(isOn) : []
        return effects + prefer { $0.pushToTalk = isOn }
    }

    mutating func setRinging(_ isOn: Bool) -> [Effect] {
        note(.notice, isOn ? "Chat requests ring." : "Nothing rings; the terminal's bell still tells of requests.")
        return prefer { $0.rings = isOn }
    }

    private mutating func prefer(_ change: (inout Voice.Preferences) -> Void) -> [Effect] {
        var preferences = state.voice
        change(&preferences)
        guard preferences != state.voice else { return [] }
        state.voice = preferences
        return [.voice(.keep(preferences))]
    }

    // MARK: - Devices

    func listDevices() throws(Objection) -> [Effect] {
        if let reason = state.settings.voiceless { throw Objection(reason) }
        return [.voice(.listDevices)]
    }

    mutating func choose(_ role: Voice.Role, _ words: String?) throws(Objection) -> [Effect] {
        if let reason = state.settings.voiceless { throw Objection(reason) }
        let name = try words.map { words throws(Objection) in try device(role, words).name }
        return [.voice(.choose(role, name))] + prefer { $0.devices[role] = name }
    }

    /// By its number in the list, or by a part of its name that no other has.
    private func device(_ role: Voice.Role, _ words: String) throws(Objection) -> Voice.Device {
        guard !state.devices.isEmpty else { throw Objection("List the devices first, with /devices.") }
        if let number = Int(words), (1...state.devices.count).contains(number) {
            let device = state.devices[number - 1]
            guard device.roles.contains(role) else { throw Objection("\(device.name) is not for that.") }
            return device
        }
        let key = PlainText.key(words)
        let fitting = state.devices.filter { $0.roles.contains(role) && PlainText.key($0.name).contains(key) }
        if let whole = fitting.first(where: { PlainText.key($0.name) == key }) { return whole }
        guard let first = fitting.first else {
            throw Objection("No device for that is called \(PlainText.name(words)). /devices lists them.")
        }
        guard fitting.count == 1 else {
            throw Objection("Several devices are called like that: \(fitting.map(\.name).joined(separator: ", ")).")
        }
        return first
    }
}

/// What the host and the phone say of voice.
extension Chat {
    mutating func receive(_ report: Voice.Report) -> [Effect] {
        switch report {
        case .levels(let levels): state.levels = levels
        case .quality(let quality):
            if let call = state.call { update(call.id) { $0.sound?.quality = quality } }
        case .devices(let devices): list(devices)
        case .trouble(let words): note(.trouble, PlainText.line(words))
        case .kept(let preferences): state.voice = preferences
        }
        return []
    }

    private mutating func list(_ devices: [Voice.Device]) {
        state.devices = devices
        guard !devices.isEmpty else { return note(.trouble, "There are no sound devices on this machine.") }
        for (index, device) in devices.enumerated() {
            let roles = Voice.Role.allCases.filter(device.roles.contains).map { role in
                role.rawValue + (device.isChosen.contains(role) ? "*" : "")
            }
            note(.notice, "\(index + 1): \(PlainText.line(device.name)) (\(roles.joined(separator: ", ")))")
        }
        note(.notice, "A star marks what is in use. /devices in 2 chooses number 2 to speak into, out to hear with.")
    }

    /// The other side of a call wants to speak, or whoever asks for a chat does.
    mutating func receiveVoiceQuestion(_ id: CallID, isEncrypted: Bool) -> [Effect] {
        let isAllowed = isEncrypted || state.voice.encryption != .required
        if let index = request(where: { waiting, _ in waiting == id }) {
            state.dialogs[index].offersVoice = state.settings.voiceless == nil && isAllowed
            state.dialogs[index].isPlain = !isEncrypted
            return []
        }
        // In a call that waits aside a microphone would be open unseen.
        guard let call = state.call, call.id == id, call.isOn, state.settings.voiceless == nil,
            state.dialogs.count < Limits.requests
        else { return [.phone(.refuseVoice(id))] }
        guard isAllowed else {
            note(.call, "\(call.label) asked to speak with you unencrypted, which your configuration does not allow.")
            update(id) { $0.sound = nil }
            return [.phone(.refuseVoice(id))]
        }
        // We asked too: both want it.
        if call.sound?.stage == .asking, isEncrypted || !asksBeforePlain {
            return agree(toVoiceIn: id, isPlain: !isEncrypted)
        }
        let former = closeQuestion(aboutVoiceIn: id)
        note(.call, "\(call.label) asks to speak with you.")
        return former + ask(.voice(id, .wished(isEncrypted: isEncrypted))) + [.bell]
    }

    mutating func receive(_ voice: VoiceState, in id: CallID) -> [Effect] {
        switch voice {
        case .asking:
            update(id) { call in
                if call.sound == nil { call.sound = Call.Sound(stage: .asking) }
            }
            return []
        case .on(let stream):
            return voiceIsOn(id, codec: stream.sends.codec.name, isSecured: stream.security != nil)
        case .unencrypted: return plainIsLeft(in: id)
        case .withdrawn: return voiceIsOff(id) { "\($0.label) does not ask to speak with you any more." }
        case .off(by: .us): return voiceIsOff(id) { _ in nil }
        case .off(by: .them):
            return voiceIsOff(id) {
                "\($0.label) ended voice: your microphone is closed. The chat goes on as text."
            }
        case .failed(let words):
            return voiceIsOff(id) { "There is no voice with \($0.label). \(PlainText.sentence(words))" }
        }
    }

    /// Both want it, or something about it is another than before.
    private mutating func voiceIsOn(_ id: CallID, codec: String, isSecured: Bool) -> [Effect] {
        guard let call = call(id) else { return [] }
        let wasOn = call.sound?.isOn == true
        update(id) { call in
            var sound = call.sound ?? Call.Sound(stage: .on)
            sound.stage = .on
            sound.codec = codec
            sound.isSecured = isSecured
            call.sound = sound
        }
        guard !wasOn else { return [] }
        let agreed = call.sound?.stage == .asking ? "\(call.label) agreed. " : ""
        let microphone =
            state.voice.pushToTalk ? "F3 opens your microphone" : "Your microphone is OPEN; F3 closes it"
        let readable = isSecured || state.route?.isLocal == true ? "" : " It is not encrypted."
        note(.call, "\(agreed)You are speaking with \(call.label). \(microphone), F2 ends voice.\(readable)")
        state.levels = Voice.Levels()
        return closeQuestion(aboutVoiceIn: id) + mute(state.voice.pushToTalk)
    }

    /// There is no voice, or no more; nil where it is said already. The chat goes on.
    private mutating func voiceIsOff(_ id: CallID, _ words: (Call) -> String?) -> [Effect] {
        guard let call = call(id) else { return [] }
        let effects = closeQuestion(aboutVoiceIn: id)
        if call.sound != nil || !effects.isEmpty, let words = words(call) { note(.call, words) }
        update(id) { $0.sound = nil }
        return effects
    }

    // MARK: - What rings

    /// Compares what rings with what is going on.
    mutating func keepSounding() -> [Effect] {
        guard state.settings.voiceless == nil, tone != sounding else { return [] }
        sounding = tone
        return [.voice(.sound(sounding))]
    }

    /// Nothing rings into a conversation.
    private var tone: Voice.Tone? {
        guard state.voice.rings, state.call?.isHeard != true else { return nil }
        if request(where: { _, _ in true }) != nil { return .ring }
        switch (state.call?.state, state.call?.id) {
        case (.ringing, .placed): return .ringBack
        case (_, _): return nil
        }
    }
}

/// Voice that cannot be encrypted.
extension Chat {
    /// Whether plain voice needs the person's word each time: nobody but the exchange reads what is written either.
    private var asksBeforePlain: Bool { state.voice.encryption == .asked && state.route?.isEncrypted == true }

    /// The other side does not take it encrypted.
    private mutating func plainIsLeft(in id: CallID) -> [Effect] {
        guard let call = call(id), call.sound?.stage == .asking else { return [] }
        let refused = "\(call.label) does not take encrypted voice"
        guard state.voice.encryption != .required, state.dialogs.count < Limits.requests else {
            return voiceIsOff(id) { _ in "\(refused), and your configuration allows nothing else. There is no voice." }
        }
        note(.call, "\(refused).")
        update(id) { $0.sound = nil }
        return ask(.voice(id, .plain))
    }

    /// The person allows it, in this chat and this time.
    mutating func offerPlain(in id: CallID) -> [Effect] {
        guard let call = call(id) else { return [] }
        guard call.heldBy == nil else { return hint("The chat is on hold; go on with it first, with ^O.") }
        update(id) { $0.sound = Call.Sound(stage: .asking) }
        note(
            .call,
            "You ask \(call.label) to speak with you, unencrypted. Your microphone stays closed until they agree.")
        return [.voice(.offer(id, isPlain: true))]
    }

    mutating func leavePlain(in id: CallID) -> [Effect] {
        if let call = call(id) {
            note(.call, "You did not want to speak with \(call.label) unencrypted. The chat goes on as text.")
        }
        return []
    }
}
