/// What a chat keeps of the person's wishes from one run to the next.
package struct ChatSettings: Equatable, Sendable {
    /// What becomes of voice that the other side does not encrypt.
    package enum VoiceEncryption: String, Sendable, CaseIterable {
        /// There is none.
        case required
        /// The person is asked.
        case asked = "ask"
        /// It is plain.
        case preferred
    }

    /// Numbers whose requests and messages are refused.
    package var blocked: Set<String> = []
    /// Whether others see that the person is typing.
    package var typing = true
    /// Whether others hear that their messages arrived.
    package var receipts = true
    /// Whether requests ring.
    package var ring = true
    /// Whether voice begins with the microphone closed.
    package var pushToTalk = false
    package var voiceEncryption = VoiceEncryption.asked
    /// Names of sound devices; empty for the system's choice.
    package var microphone = ""
    package var speaker = ""
    package var ringDevice = ""

    package init() {}

    /// Reads a configuration file; what it does not know is somebody else's.
    ///
    /// - Throws: the first thing that is wrong with it, from the top.
    package init(_ text: String) throws(Complaint) {
        var root = Section(try Document(text))
        blocked = Set((root.strings(Key.blocked.rawValue) ?? []).map(\.text))
        typing = root.boolean(Key.typing.rawValue) ?? true
        receipts = root.boolean(Key.receipts.rawValue) ?? true
        ring = root.boolean(Key.ring.rawValue) ?? true
        pushToTalk = root.boolean(Key.pushToTalk.rawValue) ?? false
        voiceEncryption = root.choice(Key.voiceEncryption.rawValue) ?? .asked
        microphone = root.string(Key.microphone.rawValue)?.text ?? ""
        speaker = root.string(Key.speaker.rawValue)?.text ?? ""
        ringDevice = root.string(Key.ringDevice.rawValue)?.text ?? ""
        let first = root.complaints.min { ($0.place?.line ?? 0) < ($1.place?.line ?? 0) }
        if let first { throw first }
    }

    enum Key: String, CaseIterable {
        case blocked, typing, receipts, ring
        case pushToTalk = "push-to-talk"
        case voiceEncryption = "voice-encryption"
        case microphone, speaker
        case ringDevice = "ring-device"
    }

    /// The file's settings with what changed from `before` to `after`: what another chat of the same person changed in
    /// the meantime stays.
    package func applying(_ after: ChatSettings, since before: ChatSettings) -> ChatSettings {
        var merged = self
        merged.blocked.formUnion(after.blocked.subtracting(before.blocked))
        merged.blocked.subtract(before.blocked.subtracting(after.blocked))
        merged.take(\.typing, of: after, since: before)
        merged.take(\.receipts, of: after, since: before)
        merged.take(\.ring, of: after, since: before)
        merged.take(\.pushToTalk, of: after, since: before)
        merged.take(\.voiceEncryption, of: after, since: before)
        merged.take(\.microphone, of: after, since: before)
        merged.take(\.speaker, of: after, since: before)
        merged.take(\.ringDevice, of: after, since: before)
        return merged
    }

    private mutating func take<Value: Equatable>(
        _ setting: WritableKeyPath<ChatSettings, Value>, of after: ChatSettings, since before: ChatSettings
    ) {
        if after[keyPath: setting] != before[keyPath: setting] { self[keyPath: setting] = after[keyPath: setting] }
    }
}

extension Section {
    fileprivate mutating func boolean(_ key: String) -> Bool? {
        guard let entry = take(key) else { return nil }
        if case .boolean(let value) = entry.value { return value }
        complain(entry.place, key, "This has to be true or false, without quotes, not \(entry.value.kind).")
        return nil
    }

    /// One of few words.
    fileprivate mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) -> Choice? {
        guard let (text, place) = string(key) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let all = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        complain(place, key, "This has to be one of \(all), not \"\(text)\".")
        return nil
    }
}
