import Webphone

/// What the person sees and does: the log, the input line, the client list, dialogs, the call in progress.
///
/// One pure machine. The host feeds it a batch of inputs (`.clock` first), performs the effects and then paints
/// `state` once.
package struct Chat: Equatable, Sendable {
    package struct Settings: Equatable, Sendable {
        /// From `--name`; nil asks for one.
        package var name: String?
        /// The outside line, as the title names it.
        package var line: String
        /// The exchange, as people write it.
        package var server: String
        /// The file of servers that are trusted for ever, as people write it.
        package var knownServers: String
        /// Why there is no voice, a sentence for people; nil where there is.
        package var voiceless: String?

        package init(
            name: String?, line: String, server: String, knownServers: String = "known-servers",
            voiceless: String? = nil
        ) {
            self.name = name
            self.line = line
            self.server = server
            self.knownServers = knownServers
            self.voiceless = voiceless
        }
    }

    package enum Input: Equatable, Sendable {
        /// Once, before everything else.
        case start
        case key(Key)
        /// Bracketed paste, as one piece.
        case paste(String)
        case action(Action)
        case phone(PhoneReport)
        /// The local time; first in every batch.
        case clock(WallClock)
        case fired(Timer)
        /// What was kept of an earlier run; before the first report of a call.
        case preferences(Preferences)
        case voice(Voice.Report)
    }

    /// What the mouse, the screen or a signal asks for.
    package enum Action: Equatable, Sendable {
        /// A click on a slot of the list; two at once call.
        case select(Int)
        /// A double click that the terminal counted itself.
        case call(Int)
        case press(Button)
        case focus(Focus)
        /// The wheel over the chat box; rows, negative is up.
        case scroll(Int)
        /// The wheel over the client list; slots, negative is up.
        case scrollClients(Int)
        /// The screen's answer to an effect `.scroll`; nil follows the newest line.
        case scrolled(to: Anchor?)
        /// A click in the input line, before the character with this offset in `draft.shown`.
        case moveCursor(Int)
        case closeHelp
        /// The terminal is gone, or SIGTERM came: say goodbye and leave.
        case quit
    }

    package enum Button: Hashable, Sendable {
        case send
        /// One of the dialog that is open.
        case choice(ConfirmDialog.Choice)

        package static let ok = Button.choice(.ok)
        package static let cancel = Button.choice(.cancel)
    }

    /// Where Enter and typing go while no dialog is open.
    package enum Focus: Hashable, Sendable { case input, send, clients }

    package enum Timer: Hashable, Sendable {
        /// Until it fires, a key is not taken for the answer to a dialog.
        case keyGuard
        /// One second of a call's duration, or of the wait before the next attempt to connect.
        case tick
        case doubleClick
        /// Looks whether the person still types.
        case typing
    }

    package enum Effect: Equatable, Sendable {
        case connect(displayName: String)
        /// The person trusts what this server showed; before a `connect`. For ever means to keep it in a file.
        case trust(DoubtfulServer, forEver: Bool)
        case phone(PhoneCommand)
        /// The phone goes by these from now on, and the next run of the program too.
        case preferences(Preferences)
        case voice(Voice.Command)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case scroll(Scroll)
        case bell
        case redraw
        case suspend
        /// After the phone's goodbyes; the host leaves the terminal clean.
        case quit
    }

    package internal(set) var state: State
    var nextCall = 1
    var nextMessage = 1
    /// Whether a dialog just opened, changed or closed.
    var isGuarded = false
    var isTicking = false
    /// The client clicked a moment ago.
    var clicked: String?
    /// Why there is no connection, as the log already says; attempts that fail for the same reason add no line.
    var troubleNoted: String?

    /// Who was refused unasked, as the log already says.
    var turnedAway: Set<String> = []
    var typing = Typing()
    /// What rings at present.
    var sounding: Voice.Tone?
    var pressed: Pressed?

    package init(_ settings: Settings) {
        state = State(settings)
    }
}
