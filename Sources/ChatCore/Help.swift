/// All keys and commands, for F1.
package enum Help {
    package struct Line: Equatable, Sendable {
        package let keys: String
        package let words: String
    }

    package static let lines = keys + commands

    /// Where the commands begin.
    package static let firstCommand = keys.count

    private static let commands =
        Command.Word.allCases.map { Line(keys: $0.usage, words: $0.words) } + [
            Line(keys: "//TEXT", words: "a text that begins with a slash")
        ]

    private static let keys: [Line] = [
        Line(keys: "Up Down", words: "select a client"),
        Line(keys: "Enter", words: "send the line; when it is empty, call the selected client"),
        Line(keys: "Tab", words: "move between line, Send and clients; Shift-Tab goes back"),
        Line(keys: "^X", words: "hang up, or take the request back"),
        Line(keys: "^O", words: "hold, or go on; a second chat then puts the first aside"),
        Line(keys: "F2", words: "ask the other side to speak with you, or end it"),
        Line(keys: "F3", words: "close your microphone, and open it again, while you speak"),
        Line(keys: "Esc", words: "take the request back; in a dialog, refuse"),
        Line(keys: "PgUp PgDn", words: "scroll the chat box; End returns to the newest line"),
        Line(keys: "Left Right", words: "move in the line; with Ctrl or Alt, by words (Alt-b, Alt-f)"),
        Line(keys: "Home End", words: "start and end of the line (^A, ^E)"),
        Line(keys: "Backspace Del", words: "delete a character (^D)"),
        Line(keys: "^W Alt-d", words: "delete the word before, after the cursor"),
        Line(keys: "^U ^K", words: "delete to the start, to the end; ^Y brings it back"),
        Line(keys: "^T", words: "swap two characters"),
        Line(keys: "^P ^N", words: "earlier and later lines"),
        Line(keys: "^C", words: "clear the line; twice on an empty line leaves"),
        Line(keys: "^L", words: "draw the screen again"),
        Line(keys: "^Z", words: "suspend; fg brings it back"),
        Line(keys: "F1", words: "this help"),
        Line(keys: "^Q", words: "leave"),
        Line(keys: "Mouse", words: "select, double-click to call, press buttons, scroll"),
    ]
}
