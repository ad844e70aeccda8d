/// One line of the chat box, before it is wrapped.
///
/// Kept small: 40 bytes and the text, which must leave room for 100,000 of them.
package struct Entry: Equatable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// The program speaks: connection states and what the keys did.
        case notice
        /// Green: somebody came.
        case online
        /// Red: somebody went.
        case offline
        /// Blue: what became of a call.
        case call
        /// What the person said.
        case own
        /// What the other side said.
        case theirs
        /// Something was refused or went wrong.
        case trouble
    }

    /// What became of a line the person said.
    package enum Mark: UInt8, Sendable {
        /// Not a line that is sent.
        case none
        /// `accepted`: somebody between keeps it for the other side.
        case sending, accepted, delivered, failed
    }

    /// The sentence, or the message without `You said: `; may hold `\n`, but no other control character.
    package let text: String
    /// Who said it, as others are told apart (`guest`, or `guest (1002)`); empty unless `kind` is `.theirs`.
    package let speaker: String
    package let time: WallClock
    package let kind: Kind
    package internal(set) var mark: Mark

    init(_ kind: Kind, _ text: String, speaker: String = "", mark: Mark = .none, at time: WallClock) {
        self.kind = kind
        self.text = text
        self.speaker = speaker
        self.mark = mark
        self.time = time
    }

    /// The line as it reads, without the time: `guest said: lunch?`.
    package var line: String { lead + text }

    /// What stands before the message itself: `You said: `, `guest said: `, or nothing.
    package var lead: String {
        switch kind {
        case .own: "You said: "
        case .theirs: speaker + " said: "
        case .notice, .online, .offline, .call, .trouble: ""
        }
    }
}
