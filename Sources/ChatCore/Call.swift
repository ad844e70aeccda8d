import Webphone

extension Chat {
    /// A call: the one in progress, asked for or on, or one that is put aside.
    package struct Call: Equatable, Sendable {
        package let id: CallID
        package internal(set) var party: Party
        /// How the party is told apart from others with the same name.
        package internal(set) var label: String
        package internal(set) var state: CallState
        /// Whole seconds since the call was answered.
        package internal(set) var seconds = 0
        var counted: WallClock?
        /// Who put it on hold, while it is; both may have, and then it is us.
        package internal(set) var heldBy: Side?
        /// Whether the other side is writing.
        package internal(set) var isTyping = false
        /// Voice; nil while the call is one of texts.
        package internal(set) var sound: Sound?
        /// Whom we asked the other side to talk to instead.
        var transferTarget: String?
        /// Whether the other side is about to talk to somebody else in our place.
        var isJoined = false
        /// Whether the other side asked us to talk to somebody else, and we are about to.
        var handsOver = false

        /// `IN_CALL 00:31`, `RINGING`, `HOLD by you 00:31`.
        package var words: String {
            switch state {
            case .calling:
                switch id {
                case .placed: "CALLING"
                case .received: "ANSWERING"
                }
            case .ringing: "RINGING"
            case .inCall: "IN_CALL " + duration
            case .hold: (heldBy == .us ? "HOLD by you " : "HOLD by them ") + duration
            case .completed: "COMPLETED"
            case .rejected: "REJECTED"
            case .busy: "BUSY"
            case .notFound: "NOT_FOUND"
            case .noAnswer: "NO_ANSWER"
            case .cancelled: "CANCELLED"
            case .forwarded: "FORWARDED"
            case .failed: "FAILED"
            }
        }

        /// The same where there is little room.
        package var shortWords: String { isOn ? heldBy == nil ? duration : "HOLD" : words }

        /// `00:31`, `1:02:03`.
        package var duration: String {
            let hours = seconds / 3_600
            let rest = Self.padded(seconds / 60 % 60) + ":" + Self.padded(seconds % 60)
            return hours > 0 ? "\(hours):\(rest)" : rest
        }

        /// Whether both sides can speak.
        package var isOn: Bool {
            switch state {
            case .inCall, .hold: true
            case .calling, .ringing, .completed, .rejected, .busy, .notFound, .noAnswer, .cancelled, .forwarded,
                .failed:
                false
            }
        }

        private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    }
}
