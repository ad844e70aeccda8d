@testable import ChatCore
import Testing
import Webphone

@testable import TerminalUI

@Suite("Over the room") struct DialogTests {
    private func asked(_ focus: ConfirmDialog.Focus = .ok) -> Room {
        var room = Room.sketch
        room.asks("ada", "1005")
        room.asks("bob", "1006")
        room.state.dialogs[0].focus = focus
        return room
    }

    @Test("a request says who asks, and shows the focus in the buttons") func request() {
        #expect(
            asked(.cancel).shows(60, 14) == """
                ╭ Welcome user to the chatroom! ──────┬── 1001 · connected ╮
                │ 10:41 Select someone to start a     │ Online clients   2 │
                │   ╭ Chat request (1 of 2) ───────────────────────────╮ 2 │
                │   │ ada, number 1005, asks you for a chat.           │ 0 │
                │ 1 │ Accepting ends your chat with guest.             │   │
                │ 1 │ Or send them on: /forward NUMBER                 │   │
                │   │                                                  │   │
                │ 1 │                [ OK ]  [▸Cancel◂]                │   │
                │   ╰──────────────────────────────────────────────────╯   │
                │ 10:42 You said: lunch?            ✓ │                    │
                │ 10:42 guest said: where?            │                    │
                ├ guest 1002 · IN_CALL 00:31 ─────────┴────────────────────┤
                │ › see you at                                    [ Send ] │
                ╰ Enter Cancel  ←→ choose  Esc refuse ─────────────────────╯
                """)
    }

    @Test("a transfer says what either answer does, and Escape stays") func transfer() {
        var room = Room.sketch
        room.state.dialogs = [ConfirmDialog(.transfer(.placed(1), to: Party(number: "600", name: "x")))]
        let shown = room.shows(60, 14)
        #expect(shown.contains("│ guest, 1002, asks you to talk to Echo test, 600,"))
        #expect(shown.contains("│ OK asks Echo test for a chat; Cancel stays with"))
        #expect(room.row(13, 60, 14).hasPrefix("╰ Enter OK  ←→ choose  Esc stay ─"))
    }

    @Test("20x6: a request takes the whole screen") func smallest() {
        #expect(
            asked().shows(20, 6) == """
                ╭ Chat request (1… ╮
                │ada, number 1005, │
                │asks you for a    │
                │chat.…            │
                │ [▸OK◂] [Cancel]  │
                ╰──────────────────╯
                """)
    }

    @Test("the focus shows without colour: as brackets and in reverse") func monochrome() {
        var room = asked()
        room.capabilities = Capabilities(unicode: false, colours: false)
        let frame = room.frame(60, 14)
        #expect(frame.text.contains("[>OK<]  [ Cancel ]"))
        let start = frame.cursor.y * 60 + frame.cursor.x
        #expect(frame.cells[start..<start + 6].allSatisfy { $0.style.isReverse && $0.style.isBold })
        #expect(!frame.cells[start + 10].style.isReverse)
    }

    @Test("with the line in focus the cursor is there, and neither button is marked") func typing() {
        let frame = asked(.input).frame(60, 14)
        #expect(frame.showsCursor)
        #expect(frame.cursor == Point(x: 15, y: 12))
        #expect(frame.text.contains("[ OK ]  [ Cancel ]"))
    }

    @Test("help lists all keys, and the commands behind them") func help() {
        var room = Room.sketch
        room.state.help = 0
        let shown = room.shows(80, 24)
        for line in Help.lines.prefix(20) { #expect(shown.contains(line.keys) && shown.contains(line.words)) }
        #expect(!room.frame(80, 24).showsCursor)
        room.state.help = Help.lines.count
        let end = room.shows(80, 24)
        for line in Help.lines.suffix(13) { #expect(end.contains(line.keys) && end.contains(line.words)) }
    }

    @Test("help scrolls where it does not fit, and stops at its end") func helpScrolls() {
        var room = Room.sketch
        room.state.help = 99
        // The last key, and what it does, wrapped.
        let rows = room.shows(40, 10).split(separator: "\n")
        #expect(rows[1].hasSuffix("▲"))
        #expect(rows[7].hasSuffix("│"))
        #expect(Help.lines.last?.words.split(separator: " ").last.map { rows[7].contains($0) } == true)
        room.state.help = 1
        let scrolled = room.shows(40, 10).split(separator: "\n")
        #expect(scrolled[1].hasPrefix("│ " + Help.lines[1].keys + ": "))
        #expect(scrolled[1].hasSuffix("▲") && scrolled[7].hasSuffix("▼"))
    }

    @Test("the name prompt says why a name was refused") func namePrompt() {
        var room = Room()
        room.state.prompt = NamePrompt()
        room.state.prompt?.refusal = "A name has at most 16 characters; this one has 17."
        "a long user name!".forEach { room.state.prompt?.draft.elements.append(.character($0)) }
        room.state.prompt?.draft.cursor = 17
        #expect(
            room.shows(60, 12) == """

                    ╭ Partyline ───────────────────────────────────────╮
                    │                                                  │
                    │ Under which name do you join?                    │
                    │ A name has at most 16 characters; this one has   │
                    │ 17.                                              │
                    │ › a long user name!                              │
                    │                                                  │
                    ╰──────────────────────────────────────────────────╯
                     Enter join  Esc leave


                """)
        #expect(room.frame(60, 12).cursor == Point(x: 25, y: 6))
        room.state.prompt?.refusal = nil
        #expect(
            room.shows(20, 6) == """
                ╭ Partyline ───────╮
                │ Your name?       │
                │                  │
                │ ›‹user name!     │
                ╰──────────────────╯
                 Enter join
                """)
    }

    @Test("a word in passing stands in place of the keys") func hint() {
        var room = Room.sketch
        room.state.hint = "Press ^C again to leave."
        #expect(room.row(13, 60, 14) == "╰ Press ^C again to leave. ────────────────────────────────╯")
    }
}

@Suite("The input line") struct InputTests {
    @Test(
        "long text scrolls sideways, the cursor always in view",
        arguments: [
            ("|", "|", 10), ("abc|", "abc|", 10), ("ab|c", "ab|c", 10), ("abcdefghi|", "abcdefghi|", 10),
            ("abcdefghij|", "fghij|", 10), ("abcdefghijklmn|o", "fghijklmn|o", 10),
            ("abcdefghijklmno|p", "klmno|p", 10),
            ("|abcdefghijklmnop", "|abcdefghij", 10), ("漢字漢|字漢字", "漢字漢|字漢", 10), ("漢字漢字漢|字", "_字漢|字", 10),
            ("👨‍👩‍👧e\u{301}🇩🇪|x", "👨‍👩‍👧e\u{301}🇩🇪|x", 10), ("abc|", "c|", 2), ("漢|", "|", 1),
        ])
    func window(_ draft: String, _ shown: String, _ width: Int) {
        let window = InputWindow(self.draft(draft), width: width)
        var line = String(repeating: "_", count: window.indent)
        var column = window.indent
        if column == window.cursor { line += "|" }
        for character in window.text {
            line.append(character)
            column += cellWidth(String(character))
            if column == window.cursor { line += "|" }
        }
        #expect(line == shown)
        #expect(window.cursor < width)
    }

    @Test("a cell names the character over it, in a scrolled line too") func characters() {
        let window = InputWindow(draft("ab漢字cdefghijklmnop|"), width: 10)
        #expect(window.character(at: window.cursor) == 18)
        #expect(window.character(at: 0) == window.first)
        #expect(InputWindow(draft("a漢b|"), width: 10).character(at: 2) == 1)
        #expect(InputWindow(draft("a漢b|"), width: 10).character(at: 3) == 2)
        #expect(InputWindow(draft("a漢b|"), width: 10).character(at: 99) == 3)
        #expect(InputWindow(draft("a漢b|"), width: 10).character(at: -5) == 0)
    }

    @Test("Send shows its focus, and hides the cursor") func send() {
        var room = Room.sketch
        room.state.focus = .send
        #expect(room.row(7, 60, 9) == "│ › see you at                                    [▸Send◂] │")
        #expect(!room.frame(60, 9).showsCursor)
    }

    private func draft(_ text: String) -> Draft {
        var draft = Draft()
        for character in text {
            if character == "|" {
                draft.cursor = draft.elements.count
            } else {
                draft.elements.append(.character(character))
            }
        }
        return draft
    }
}
