@testable import ChatCore
import Testing

@testable import TerminalUI

@Suite("The mouse") struct MouseTests {
    private let size = Size(width: 80, height: 24)

    private func action(_ room: Room, _ kind: Mouse.Kind = .press, on text: String) -> Chat.Action? {
        let rows = room.shows(size.width, size.height).split(separator: "\n", omittingEmptySubsequences: false)
        for (y, row) in rows.enumerated() {
            guard let range = row.firstRange(of: text) else { continue }
            let x = cellWidth(String(row[..<range.lowerBound]))
            return hit(Mouse(kind, x: x, y: y), room.state, size: size)
        }
        Issue.record("\(text) is not on the screen")
        return nil
    }

    @Test("selects a client in its slot") func selects() {
        #expect(action(.sketch, on: "Echo test") == .select(1))
        #expect(action(.sketch, on: "Online clients") == .focus(.clients))
    }

    @Test("presses Send, and the buttons of a dialog") func presses() {
        var room = Room.sketch
        #expect(action(room, on: "[ Send ]") == .press(.send))
        room.asks("ada", "1005")
        #expect(action(room, on: "OK") == .press(.ok))
        #expect(action(room, on: "[ Cancel ]") == .press(.cancel))
        #expect(action(room, on: "Echo test") == nil)
    }

    @Test("places the cursor in the line") func cursor() {
        #expect(action(.sketch, on: "you at") == .moveCursor(4))
        #expect(hit(Mouse(.press, x: 50, y: 22), Room.sketch.state, size: size) == .moveCursor(11))
    }

    @Test("the wheel scrolls what is under it") func wheel() {
        #expect(action(.sketch, .wheelUp, on: "lunch?") == .scroll(-3))
        #expect(action(.sketch, .wheelDown, on: "lunch?") == .scroll(3))
        #expect(action(.sketch, .wheelDown, on: "Echo test") == .scrollClients(1))
    }

    @Test("a click on the mark for new lines follows them again") func newest() {
        var room = Room.sketch
        room.state.anchor = Anchor(entry: 0, row: 0)
        #expect(action(room, on: "▼ End") == .scrolled(to: nil))
    }

    @Test("a click closes help; one in the name prompt places the cursor") func others() {
        var room = Room.sketch
        room.state.help = 0
        #expect(hit(Mouse(.press, x: 5, y: 5), room.state, size: size) == .closeHelp)
        room.state.prompt = NamePrompt()
        #expect(hit(Mouse(.press, x: 0, y: 0), room.state, size: size) == nil)
    }

    @Test("anywhere on any screen, no click crashes") func anywhere() {
        var room = Room.sketch
        for dialog in [false, true] {
            if dialog { room.asks("ada", "1005") }
            for (width, height) in [(0, 0), (1, 1), (20, 6), (59, 9), (80, 24)] {
                for y in stride(from: -1, through: height + 1, by: 1) {
                    for x in stride(from: -1, through: width + 1, by: 1) {
                        for kind in [Mouse.Kind.press, .wheelUp, .wheelDown] {
                            _ = hit(Mouse(kind, x: x, y: y), room.state, size: Size(width: width, height: height))
                        }
                    }
                }
            }
        }
    }
}
