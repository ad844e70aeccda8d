import Testing
import Webphone

@testable import ChatCore
@testable import TerminalUI

@Suite("Voice on the screen") struct VoiceTests {
    private func room(_ change: (inout Room, inout Chat.Call.Sound) -> Void = { _, _ in }) -> Room {
        var room = Room.sketch
        var sound = Chat.Call.Sound(stage: .on, codec: "Opus", isSecured: true, quality: .good)
        room.state.levels = Voice.Levels(microphone: -20, speaker: -40)
        change(&room, &sound)
        room.state.call?.sound = sound
        return room
    }

    private func bar(_ room: Room, _ width: Int, _ height: Int) -> String { room.row(height - 3, width, height) }

    @Test("an open microphone is said, with levels, quality, codec and secrecy") func open() {
        #expect(
            bar(room(), 100, 30)
                == "├ guest 1002 · IN_CALL 00:31  ● MIC OPEN  you ■■■■·· they ■■···· · good, Opus, encrypted ──────────┤"
        )
        #expect(
            bar(room(), 80, 24)
                == "├ guest 1002 · IN_CALL 00:31  ● MIC OPEN  you ■■■■·· they ■■···· · good ───────┤")
    }

    @Test("on the smallest screens the microphone's sign is left", arguments: [(40, 10), (20, 6), (24, 8)])
    func small(_ width: Int, _ height: Int) {
        #expect(bar(room(), width, height).contains("MIC O"))
    }

    @Test("the sign is red and reverse, and reverse without colours too") func style() {
        var room = room()
        #expect(style(of: "MIC OPEN", in: room) == Style(.red).bold.reverse)
        room.capabilities.colours = false
        #expect(style(of: "MIC OPEN", in: room)?.isReverse == true)
    }

    private func style(of words: String, in room: Room) -> Style? {
        let before = room.row(21, 80, 24).split(separator: words, omittingEmptySubsequences: false)
        return before.count > 1 ? room.frame(80, 24).cells[21 * 80 + before[0].count].style : nil
    }

    @Test("muted, on hold and asking look like what they are") func stages() {
        #expect(
            bar(room { room, _ in room.state.isMuted = true }, 80, 24).contains(" MIC OFF  you ······ they ■■···· "))
        let held = room { room, _ in
            room.state.call?.state = .hold
            room.state.call?.heldBy = .us
        }
        #expect(bar(held, 80, 24).contains("HOLD by you 00:31  MIC OFF, on hold "))
        #expect(!bar(held, 80, 24).contains("they"))
        let asking = room { _, sound in sound = Chat.Call.Sound(stage: .asking) }
        #expect(bar(asking, 80, 24).hasPrefix("├ guest 1002 · IN_CALL 00:31  asks for voice … ─"))
    }

    @Test("sound that others can listen to, and a bad one, are told") func trouble() {
        let bad = room { _, sound in
            sound.isSecured = false
            sound.quality = .bad
        }
        #expect(
            bar(bad, 100, 30)
                == "├ guest 1002 · IN_CALL 00:31  ● MIC OPEN  you ■■■■·· they ■■···· · not encrypted · bad, Opus ──────┤"
        )
        #expect(
            bar(bad, 80, 24)
                == "├ guest · IN_CALL 00:31  ● MIC OPEN  you ■■■■·· they ■■···· · not encrypted ───┤")
        #expect(bar(bad, 40, 10) == "├ guest · 00:31  ● MIC OPEN · plain ───┤")
        #expect(style(of: "not encrypted", in: bad) == Style(.red).bold)
        var local = bad
        local.state.route = Route(host: "127.0.0.1", port: 7_777, transport: "tcp", isEncrypted: false)
        #expect(bar(local, 100, 30).contains("· bad, Opus, not encrypted "))
        #expect(style(of: "not encrypted", in: local) != Style(.red).bold)
    }

    @Test("meters go from silence to full scale") func meter() {
        #expect(VoiceView.meter(-96) == "······")
        #expect(VoiceView.meter(-.infinity) == "······")
        #expect(VoiceView.meter(-50) == "■·····")
        #expect(VoiceView.meter(0) == "■■■■■■")
        #expect(VoiceView.meter(12) == "■■■■■■")
        #expect(VoiceView.meter(.nan) == "······")
    }

    @Test("the keys for it stand in the key bar") func keys() {
        #expect(Room.sketch.row(23, 80, 24).contains("F2 voice"))
        #expect(room().row(23, 80, 24).contains("F3 close mic  F2 end voice"))
        #expect(room { room, _ in room.state.isMuted = true }.row(23, 80, 24).contains("F3 open mic  F2 end voice"))
    }
}
