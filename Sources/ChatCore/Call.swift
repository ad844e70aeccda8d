import Webphone

extension Chat {
    /// The one call in progress: asked for, or on.
    package struct Call: Equatable, Sendable {
        package let id: CallID
        package internal(set) var party: Party
        /// How the party is told apart from others with the same name.
        package internal(set) var label: String
        package internal(set) var state: CallState
        /// Whole seconds since the call was answered.
        package internal(set) var seconds = 0
        var counted: WallClock?

        /// `IN_CALL 00:31`, `RINGING`.
        package var words: String {
            switch state {
            case .calling:
                switch id {
                case .placed: "CALLING"
                case .received: "ANSWERING"
                }
            case .ringing: "RINGING"
            case .inCall: "IN_CALL " + duration
            case .hold: "HOLD " + duration
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
