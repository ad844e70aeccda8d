import Testing
import Webphone

@testable import ChatCore

@Suite("The log") struct LogTests {
    static let noon = WallClock(hour: 12, minute: 0, second: 0)

    @Test("keeps the newest 100,000 lines, whatever comes") func limit() {
        var log = Log()
        for number in 0..<250_000 {
            log.append(Entry(.notice, "\(number)", at: Self.noon))
            guard number % 1_000 == 999 else { continue }
            #expect(log.count >= min(number + 1, Log.limit))
            #expect(log.count <= Log.limit + 2 * Log.chunkSize)
            #expect(log[log.first].text == "\(log.first)")
            #expect(log[number].text == "\(number)")
        }
        #expect(log.end == 250_000)
    }

    @Test("an entry is small") func size() {
        #expect(MemoryLayout<Entry>.stride <= 48)
    }

    @Test("a message settled after its line was dropped marks no other line") func dropped() {
        var log = Log()
        log.append(Entry(.own, "first", mark: .sending, at: Self.noon), awaiting: MessageID(1))
        for _ in 0..<150_000 { log.append(Entry(.notice, "", at: Self.noon)) }
        #expect(log.settle(MessageID(1), as: .failed) == nil)
        #expect(log.indices.allSatisfy { log[$0].mark == .none })
        #expect(log.unsettled.isEmpty)
    }

    @Test("each message gets its own mark, once") func marks() {
        var desk = Desk.inChat()
        desk.type("one⏎two⏎three⏎")
        desk.hears(.delivery(MessageID(2), .delivered))
        desk.hears(.delivery(MessageID(1), .failed("nobody answered")))
        desk.hears(.delivery(MessageID(2), .failed("late")))
        desk.hears(.delivery(MessageID(9), .failed("of nobody")))
        desk.hears(.delivery(MessageID(3), .sending))
        #expect(
            desk.box(4) == """
                ! You said: one
                ✓ You said: two
                … You said: three
                ! “one” was not delivered. Nobody answered.
                """)
    }
}

@Suite("Scrolling") struct ScrollTests {
    @Test("the box follows the newest line until the person scrolls up") func unread() {
        var desk = Desk.inChat()
        desk.press(.pageDown)
        #expect(desk.effects().isEmpty)
        desk.press(.pageUp)
        #expect(desk.effects() == [.scroll(.pageUp)])
        desk.clicks(.scrolled(to: Anchor(entry: 1, row: 0)))
        let end = desk.state.log.end
        #expect(desk.state.newLinesBelow == 0)
        for number in 0..<5 { desk.hears(.message(.placed(1), from: Desk.guest, "\(number)")) }
        #expect(desk.state.anchor == Anchor(entry: 1, row: 0))
        #expect(desk.state.unread == end)
        #expect(desk.state.newLinesBelow == 5)
    }

    @Test("new lines that the person scrolled down to are no longer new") func seen() {
        var desk = Desk.inChat()
        desk.clicks(.scrolled(to: Anchor(entry: 0, row: 0)))
        let end = desk.state.log.end
        for number in 0..<5 { desk.hears(.message(.placed(1), from: Desk.guest, "\(number)")) }
        desk.clicks(.scrolled(to: Anchor(entry: end + 1, row: 0)))
        #expect(desk.state.newLinesBelow == 3)
        desk.clicks(.scrolled(to: Anchor(entry: end + 4, row: 0)))
        #expect(desk.state.newLinesBelow == 0)
        desk.clicks(.scrolled(to: nil))
        #expect(desk.state.anchor == nil)
    }

    @Test("End at the end of the line, or a line of one's own, returns to the newest", arguments: ["⇲", "⇱⇲⇲", "hi⏎"])
    func returns(keys: String) {
        var desk = Desk.inChat()
        desk.clicks(.scrolled(to: Anchor(entry: 0, row: 0)))
        desk.hears(.message(.placed(1), from: Desk.guest, "new"))
        desk.type("hi" + (keys == "⇱⇲⇲" ? "⇱⇲" : ""))
        #expect(desk.state.anchor != nil)
        desk.type(keys)
        #expect(desk.state.anchor == nil)
        #expect(desk.state.unread == nil)
    }

    @Test("an anchor outside the log is brought inside", arguments: [(-5, 0), (1_000_000, 3)])
    func outside(entry: Int, row: Int) {
        var desk = Desk.inChat()
        desk.clicks(.scrolled(to: Anchor(entry: entry, row: row)))
        #expect(desk.state.anchor.map { desk.state.log.indices.contains($0.entry) } == true)
        #expect(desk.state.anchor?.row == 0)
    }

    @Test("when the line one reads is dropped the oldest takes its place") func dropped() {
        var desk = Desk.inChat()
        desk.clicks(.scrolled(to: Anchor(entry: 0, row: 0)))
        for _ in 0..<150_000 { desk.hears(.message(.placed(1), from: Desk.guest, "x")) }
        #expect(desk.state.anchor?.entry == desk.state.log.first)
        #expect(desk.state.newLinesBelow == desk.state.log.count)
    }

    @Test("the wheel asks the screen for rows") func wheel() {
        var desk = Desk.inChat()
        desk.clicks(.scroll(-3))
        #expect(desk.effects() == [.scroll(.rows(-3))])
    }
}
