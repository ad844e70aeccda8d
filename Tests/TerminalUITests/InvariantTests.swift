import Testing
import Webphone

@testable import ChatCore
@testable import TerminalUI

@Suite("Any state at any size") struct InvariantTests {
    @Test("every frame is whole: as large as asked, no half of a wide character, the cursor inside", arguments: 0..<24)
    func frames(_ seed: UInt64) {
        var random = Seeded(state: seed)
        var room = Room()
        fill(&room, &random)
        for width in stride(from: 0, through: 130, by: Int.random(in: 1...9, using: &random)) {
            for height in [0, 1, 2, 5, 6, 7, 9, 12, 24, 50] { check(room.frame(width, height)) }
        }
    }

    @Test("a storm of sizes into one frame's storage leaves the same picture as a new frame") func storage() {
        let room = Room.sketch
        var frame = Frame()
        var random = Seeded(state: 7)
        for _ in 0..<200 {
            let size = Size(width: .random(in: -3...210, using: &random), height: .random(in: -3...70, using: &random))
            draw(room.state, size: size, capabilities: room.capabilities, into: &frame)
            #expect(frame == room.frame(size.width, size.height))
        }
    }

    @Test("without UTF-8 nothing but ASCII is left", arguments: 0..<20) func ascii(_ seed: UInt64) {
        var random = Seeded(state: seed)
        var room = Room()
        room.capabilities = Capabilities(unicode: false, colours: false)
        fill(&room, &random)
        for (width, height) in [(20, 6), (47, 11), (80, 24)] {
            let frame = room.frame(width, height)
            check(frame)
            #expect(frame.cells.allSatisfy { $0.width == 1 && (0x20...0x7E).contains($0.scalar) && !$0.hasMarks })
            #expect(frame.cells.allSatisfy { $0.style.colour == .plain })
        }
    }

    private func fill(_ room: inout Room, _ random: inout Seeded) {
        let kinds: [Entry.Kind] = [.notice, .online, .offline, .call, .own, .theirs, .trouble]
        let marks: [Entry.Mark] = [.none, .sending, .accepted, .delivered, .failed]
        for _ in 0..<Int.random(in: 0...40, using: &random) {
            room.says(
                kinds.randomElement(using: &random) ?? .own, random.text(upTo: 50), speaker: random.text(upTo: 8),
                mark: marks.randomElement(using: &random) ?? .none)
        }
        for number in 0..<Int.random(in: 0...30, using: &random) { room.arrives(random.text(upTo: 12), "10\(number)") }
        room.state.clients.select(Int.random(in: 0...30, using: &random))
        room.types(random.text(upTo: 80))
        room.state.draft.cursor = Int.random(in: 0...room.state.draft.elements.count, using: &random)
        room.state.name = random.text(upTo: 16)
        room.state.focus = [.input, .send, .clients].randomElement(using: &random) ?? .input
        if Bool.random(using: &random) { room.calls(random.text(upTo: 9), "1002", seconds: 4_000) }
        if Bool.random(using: &random) { room.state.call?.state = .ringing }
        if Bool.random(using: &random) { room.state.call?.isTyping = true }
        if Bool.random(using: &random) { room.state.call?.heldBy = .us }
        if Bool.random(using: &random) { room.putsAside(random.text(upTo: 9), "1003") }
        if Bool.random(using: &random) { room.state.preferences.doNotDisturb = true }
        if Bool.random(using: &random) { room.state.preferences.blocked = ["101", "104"] }
        if Bool.random(using: &random) { room.state.route = Room.openRoute }
        if Bool.random(using: &random) { room.asks(random.text(upTo: 20), "1003") }
        if Int.random(in: 0...3, using: &random) == 0 { room.state.help = Int.random(in: -2...40, using: &random) }
        if Int.random(in: 0...3, using: &random) == 0 { room.state.hint = random.text(upTo: 30) }
        if Int.random(in: 0...4, using: &random) == 0 { room.state.prompt = NamePrompt() }
        if Bool.random(using: &random) {
            room.state.anchor = Anchor(
                entry: .random(in: -5...45, using: &random), row: .random(in: -1...9, using: &random))
            room.state.unread = room.state.log.end
        }
    }

    private func check(_ frame: Frame, _ location: SourceLocation = #_sourceLocation) {
        let size = frame.size
        #expect(frame.cells.count == size.width * size.height, sourceLocation: location)
        guard size.width > 0, size.height > 0 else { return }
        #expect(
            (0..<size.width).contains(frame.cursor.x) && (0..<size.height).contains(frame.cursor.y),
            sourceLocation: location)
        var faults = 0
        for y in 0..<size.height {
            var isCovered = false
            for cell in frame.cells[y * size.width..<(y + 1) * size.width] {
                if (cell.width == 0) != isCovered { faults += 1 }
                if cell.width > 0, cell.scalar < 0x20 || (0x7F..<0xA0).contains(cell.scalar) { faults += 1 }
                isCovered = cell.width == 2
            }
            if isCovered { faults += 1 }
        }
        #expect(faults == 0, sourceLocation: location)
    }
}
