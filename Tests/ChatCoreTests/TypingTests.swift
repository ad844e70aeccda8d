import Testing
import Webphone

@testable import ChatCore

@Suite("Telling that one types") struct TypingTests {
    @Test("once when it begins and once when it ends, however many keys") func once() {
        var desk = Desk.inChat()
        desk.type("h")
        #expect(desk.typing == [true])
        desk.type("ello, and more")
        #expect(desk.typing == [true])
        desk.type("⏎")
        #expect(desk.typing == [true, false])
        #expect(desk.timers[.typing] == nil)
    }

    @Test("a key beyond the first asks nothing of the host") func cheap() {
        var desk = Desk.inChat()
        desk.type("h")
        #expect(desk.chat.handle(.key(.character("e"))) == [])
    }

    @Test("ends when the line is emptied, and when nothing was typed for a while") func ends() {
        var desk = Desk.inChat()
        desk.type("hi⌫⌫")
        #expect(desk.typing == [true, false])
        desk.type("hi")
        desk.pauses()
        #expect(desk.typing == [true, false, true])
        desk.pauses()
        #expect(desk.typing == [true, false, true, false])
        #expect(desk.timers[.typing] == nil)
        desk.type("!")
        #expect(desk.typing.last == true)
        desk.pauses()
        desk.type("?")
        desk.pauses()
        #expect(desk.typing.last == true)
    }

    @Test("commands do not count, texts with a slash do") func commands() {
        var desk = Desk.inChat()
        desk.type("/dtmf 1⏎")
        #expect(desk.typing.isEmpty)
        desk.type("//x")
        #expect(desk.typing == [true])
    }

    @Test("not without a chat, and not when it is switched off") func switchedOff() {
        var desk = Desk("user")
        desk.type("hello")
        #expect(desk.typing.isEmpty)
        desk = Desk.inChat()
        desk.type("/typing off⏎hello")
        #expect(desk.typing.isEmpty)
        #expect(desk.effects() == [.preferences(Preferences(tellsTyping: false))])
    }

    @Test("a line begun before the chat counts from the first key in it") func before() {
        var desk = Desk("user")
        desk.type("⏎hello")
        desk.hears(.call(.placed(1), .inCall, by: .them))
        #expect(desk.typing == [true])
        desk.type("^X")
        #expect(desk.typing == [true])
        #expect(desk.timers[.typing] == nil)
    }

    @Test("that the other side types is shown until its message comes") func shown() {
        var desk = Desk.inChat()
        desk.hears(.typing(.placed(1), true))
        #expect(desk.state.call?.isTyping == true)
        desk.hears(.message(.placed(1), from: Desk.guest, "hi"))
        #expect(desk.state.call?.isTyping == false)
        desk.hears(.typing(.placed(9), true))
        #expect(desk.state.call?.isTyping == false)
    }
}
