import Webphone

extension Chat {
    /// All that the screen shows.
    package struct State: Equatable, Sendable {
        package let settings: Settings
        /// The question for a name; nil once the room is open.
        package internal(set) var prompt: NamePrompt?
        /// The user name; empty before the room opens.
        package internal(set) var name = ""
        package internal(set) var clock = WallClock(hour: 0, minute: 0, second: 0)
        package internal(set) var log = Log()
        /// Where the chat box stands; nil follows the newest line.
        package internal(set) var anchor: Anchor?
        /// The first entry that came in while the person had scrolled up and did not see it.
        package internal(set) var unread: Int?
        package internal(set) var draft = Draft()
        package internal(set) var clients = ClientList()
        package internal(set) var focus = Focus.input
        /// The first one is open, the others wait.
        package internal(set) var dialogs: [ConfirmDialog] = []
        package internal(set) var call: Call?
        /// Calls that wait while another is in progress; the last one comes back first.
        package internal(set) var aside: [Call] = []
        package internal(set) var preferences = Preferences()
        package internal(set) var voice = Voice.Preferences()
        /// Whether the person closed the microphone; it is open only where voice is on too.
        package internal(set) var isMuted = false
        package internal(set) var levels = Voice.Levels()
        /// As `/devices` listed them last, which numbers refer to.
        var devices: [Voice.Device] = []
        package internal(set) var connection = ConnectionState.disconnected
        /// Through which server we are connected, or were last.
        package internal(set) var route: Route?
        /// Whole seconds until the next attempt to connect, while one is due.
        package internal(set) var retrySeconds: Int?
        /// The number others reach us under, the last one while disconnected.
        package internal(set) var number: String?
        /// The first line of `Help.lines` that is shown; nil while help is closed.
        package internal(set) var help: Int?
        /// A word in passing for the foot of the screen; gone with the next key.
        package internal(set) var hint: String?

        init(_ settings: Settings) { self.settings = settings }

        package var title: String { "Welcome \(name) to the chatroom!" }

        /// The dialog that is open.
        package var dialog: ConfirmDialog? { dialogs.first }

        /// How many lines came in below what the box shows.
        package var newLinesBelow: Int { unread.map { log.end - $0 } ?? 0 }

        package var isConnected: Bool {
            switch connection {
            case .accessGranted: true
            case .disconnected, .connecting, .accessDenied, .connectionFailed, .connectionClosed: false
            }
        }

        /// The connection in a few words for the title: `connected`, `lost, again in 4 s`.
        package var connectionWords: String {
            switch connection {
            case .disconnected: "not connected"
            case .connecting(let attempt): attempt > 1 ? "connecting, attempt \(attempt)" : "connecting"
            case .accessGranted: "connected"
            case .accessDenied: "refused"
            case .connectionFailed: "no connection" + again
            case .connectionClosed: "connection lost" + again
            }
        }

        private var again: String { retrySeconds.map { $0 > 0 ? ", again in \($0) s" : ", trying again" } ?? "" }
    }
}
