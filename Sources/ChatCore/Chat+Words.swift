import Webphone

/// The sentences for the states of calls.
extension Chat {
    /// What to say when `call` comes into the state `new`; nil where it is said already.
    static func words(for new: CallState, after call: Call, by side: Side) -> String? {
        let label = call.label
        switch new {
        case .calling: return nil
        case .ringing: return "\(label) is being asked: RINGING."
        case .inCall: return answered(call, by: side)
        case .hold: return held(call, by: side)
        case .completed where call.handsOver && side == .them:
            return "\(label) has handed you over. Your chat with \(label) has ended."
        case .completed:
            return side == .us || call.isJoined
                ? "Your chat with \(label) has ended." : "\(label) hung up. Your chat with \(label) has ended."
        case .rejected: return "\(label) refused your chat request."
        case .busy: return "\(label) is busy."
        case .notFound: return "\(label) cannot be reached: nobody answers under \(call.party.number)."
        case .noAnswer: return "\(label) did not answer."
        case .cancelled:
            return side == .us
                ? "Your chat request to \(label) is taken back." : "\(label) took the chat request back."
        case .forwarded: return nil  // said with the question whether to follow
        case .failed(let reason):
            let what = call.isOn ? "Your chat with \(label) has ended" : "The chat with \(label) did not begin"
            return "\(what). \(PlainText.sentence(reason))"
        }
    }

    /// What to say when a request ended that waited for an answer.
    static func words(for new: CallState, ofRequestFrom label: String, by side: Side) -> String {
        switch (new, side) {
        case (.failed(let reason), _): "The chat request of \(label) has ended. \(PlainText.sentence(reason))"
        case (.noAnswer, _): "You did not answer the chat request of \(label)."
        case (_, .them): "\(label) took the chat request back."
        case (_, .us): "The chat request of \(label) has ended."
        }
    }

    private static func held(_ call: Call, by side: Side) -> String {
        switch (side, call.heldBy) {
        case (.us, _): "You put your chat with \(call.label) on hold; ^O goes on with it."
        case (.them, .us): "You would go on, but \(call.label) has put the chat on hold too."
        case (.them, _): "\(call.label) put the chat on hold."
        }
    }

    private static func answered(_ call: Call, by side: Side) -> String {
        switch (call.state, call.id) {
        case (.hold, _): "The chat with \(call.label) goes on."
        case (_, .placed): "\(call.label) accepted your chat request."
        case (_, .received): "You accepted the chat request of \(call.label)."
        }
    }
}

extension CallState {
    var kind: Entry.Kind {
        switch self {
        case .calling, .ringing, .inCall, .hold, .completed, .rejected, .busy, .notFound, .noAnswer, .cancelled,
            .forwarded:
            .call
        case .failed: .trouble
        }
    }
}

extension String {
    var trimmed: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
