import ChatCore
import Settings
import Webphone

/// What the person wishes for longer than a run of the program.
extension ChatProgram {
    /// Before anything that the phone wants to send has left, so that nobody who is blocked gets through first.
    func readConfiguration() {
        guard let settings = configured() else { return }
        perform(chat.handle(.preferences(Preferences(settings))))
        perform(chat.handle(.voice(.kept(Voice.Preferences(settings)))))
        use(Voice.Preferences(settings))
    }

    private func configured() -> ChatSettings? {
        do throws(ConfigurationFile.Trouble) {
            return try configuration?.read()
        } catch {
            complain(error.words)
            return nil
        }
    }

    /// The phone goes by them at once, whether or not they can be kept.
    func adopt(_ preferences: Preferences) {
        perform(phone.handle(.command(.preferences(preferences))))
        keep { $0.take(preferences) }
    }

    func keep(_ change: (inout ChatSettings) -> Void) {
        do throws(ConfigurationFile.Trouble) {
            try configuration?.keep(change)
        } catch {
            complain(error.words)
        }
    }
}

extension Preferences {
    /// What is kept; whether the person is to be disturbed is not.
    init(_ settings: ChatSettings) {
        self.init(blocked: settings.blocked, tellsTyping: settings.typing, tellsDelivery: settings.receipts)
    }
}

extension Voice.Preferences {
    init(_ settings: ChatSettings) {
        let names = [Voice.Role.input: settings.microphone, .output: settings.speaker, .ring: settings.ringDevice]
        self.init(
            rings: settings.ring, pushToTalk: settings.pushToTalk, encryption: .init(settings.voiceEncryption),
            devices: names.filter { !$0.value.isEmpty })
    }
}

extension Voice.Encryption {
    init(_ setting: ChatSettings.VoiceEncryption) {
        self =
            switch setting {
            case .required: .required
            case .asked: .asked
            case .preferred: .preferred
            }
    }
}

extension ChatSettings.VoiceEncryption {
    init(_ encryption: Voice.Encryption) {
        self =
            switch encryption {
            case .required: .required
            case .asked: .asked
            case .preferred: .preferred
            }
    }
}

extension ChatSettings {
    mutating func take(_ preferences: Preferences) {
        blocked = preferences.blocked
        typing = preferences.tellsTyping
        receipts = preferences.tellsDelivery
    }

    mutating func take(_ preferences: Voice.Preferences) {
        ring = preferences.rings
        pushToTalk = preferences.pushToTalk
        voiceEncryption = VoiceEncryption(preferences.encryption)
        microphone = preferences.devices[.input] ?? ""
        speaker = preferences.devices[.output] ?? ""
        ringDevice = preferences.devices[.ring] ?? ""
    }
}
