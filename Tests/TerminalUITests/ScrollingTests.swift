@testable import ChatCore
import Testing

@testable import TerminalUI

@Suite("Scrolling") struct ScrollingTests {
    /// 80x9 has five rows for the chat.
    private let size = Size(width: 80, height: 9)

    private func room(lines: Int) -> Room {
        var room = Room()
        for line in 0..<lines { room.says(.notice, "line \(line)") }
        return room
    }

    /// The first and the last line shown.
    private func shown(_ room: Room) -> [String] {
        let rows = room.shows(size.width, size.height).split(separator: "\n")[1...5]
        return [rows.first, rows.last].compactMap { row in row.map { String($0.dropFirst(8).prefix { $0 != "│" }) } }
            .map { $0.split(separator: " ").joined(separator: " ") }
    }

    private func scroll(_ room: inout Room, _ scroll: Scroll) {
        room.state.anchor = scrolled(scroll, room.state, size: size)
    }

    @Test("a page keeps one row of the page before") func pages() {
        var room = room(lines: 20)
        #expect(shown(room) == ["line 15", "line 19"])
        scroll(&room, .pageUp)
        #expect(shown(room) == ["line 11", "line 15"])
        scroll(&room, .pageUp)
        #expect(shown(room) == ["line 7", "line 11"])
        scroll(&room, .pageDown)
        #expect(shown(room) == ["line 11", "line 15"])
        scroll(&room, .pageDown)
        #expect(room.state.anchor == nil)
    }

    @Test("scrolling stops at the beginning, and the box stays full") func beginning() {
        var room = room(lines: 12)
        for _ in 0..<5 { scroll(&room, .pageUp) }
        #expect(shown(room) == ["line 0", "line 4"])
        scroll(&room, .rows(1))
        #expect(shown(room) == ["line 1", "line 5"])
        scroll(&room, .top)
        #expect(shown(room) == ["line 0", "line 4"])
        scroll(&room, .rows(.min))
        #expect(shown(room) == ["line 0", "line 4"])
        scroll(&room, .rows(.max))
        #expect(room.state.anchor == nil)
    }

    @Test("a log that fits does not scroll") func fits() {
        var room = room(lines: 5)
        for way in [Scroll.pageUp, .rows(-1), .top, .pageDown, .rows(3)] {
            scroll(&room, way)
            #expect(room.state.anchor == nil)
        }
    }

    @Test("what is shown stays while lines arrive below") func stays() {
        var room = room(lines: 20)
        scroll(&room, .pageUp)
        let before = shown(room)
        for line in 20..<2_000 { room.says(.notice, "line \(line)") }
        #expect(shown(room) == before)
    }

    @Test("rows of a long entry are passed over one by one") func longEntry() {
        var room = room(lines: 3)
        room.says(.notice, (0..<60).map { "word\($0)" }.joined(separator: " "))
        let rows = wrap(
            (0..<60).map { "word\($0)" }.joined(separator: " "), width: Layout(room.state, size: size).textWidth
        ).count
        #expect(rows > 5)
        scroll(&room, .rows(-1))
        #expect(room.state.anchor == Anchor(entry: 3, row: rows - 2))
        scroll(&room, .rows(1))
        #expect(room.state.anchor == nil)
    }

    @Test("an anchor whose entry was dropped shows the oldest lines") func dropped() {
        var room = room(lines: Log.limit + 3 * Log.chunkSize)
        room.state.anchor = Anchor(entry: 3, row: 0)
        let first = room.state.log.first
        #expect(first > 3)
        #expect(shown(room) == ["line \(first)", "line \(first + 4)"])
        scroll(&room, .rows(1))
        #expect(shown(room) == ["line \(first + 1)", "line \(first + 5)"])
    }

    @Test("scrolling on a screen too small to show anything is no scrolling") func tooSmall() {
        var room = room(lines: 50)
        room.state.anchor = nil
        #expect(scrolled(.pageUp, room.state, size: Size(width: 0, height: 0)) == nil)
        #expect(scrolled(.pageUp, room.state, size: Size(width: 19, height: 40)) == nil)
    }
}
