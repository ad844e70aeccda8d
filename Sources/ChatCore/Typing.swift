import Webphone

/// Telling the other side that the person is writing: once when it begins and once when it ends, not for each key.
struct Typing: Equatable, Sendable {
    /// The call whose other side was told that the person writes.
    var told: CallID?
    /// Whether the person writes, as opposed to having left the line as it is.
    var isWriting = false
    /// Whether a key came since the last look.
    var hasTyped = false

    mutating func typed() {
        isWriting = true
        hasTyped = true
    }
}

extension Chat {
    /// Compares what the other side was told with what the person does, after each input that may have changed it.
    mutating func keepTyping() -> [Effect] {
        let call = callBeingWrittenTo
        guard call != typing.told else { return [] }
        var effects: [Effect] = []
        if let told = typing.told, self.call(told) != nil { effects.append(.phone(.typing(told, false))) }
        if let call { effects.append(.phone(.typing(call, true))) }
        switch (typing.told, call) {
        case (nil, _?): effects.append(.start(.typing, after: Limits.typingPause))
        case (_?, nil): effects.append(.cancel(.typing))
        case (_?, _?), (nil, nil): break
        }
        typing.told = call
        return effects
    }

    private var callBeingWrittenTo: CallID? {
        guard typing.isWriting, !state.draft.isEmpty, let call = state.call, call.isOn, state.preferences.tellsTyping,
            !state.draft.isCommand
        else { return nil }
        return call.id
    }

    /// Time has passed: whoever has not typed in it has stopped.
    mutating func lookAtTyping() -> [Effect] {
        guard typing.told != nil else { return [] }
        if typing.hasTyped {
            typing.hasTyped = false
            return [.start(.typing, after: Limits.typingPause)]
        }
        typing.isWriting = false
        return []
    }
}
