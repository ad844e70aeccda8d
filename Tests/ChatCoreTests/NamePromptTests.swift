import Testing
import Webphone

@testable import ChatCore

@Suite("The name prompt") struct NamePromptTests {
    @Test("a name opens the room") func named() {
        var desk = Desk()
        #expect(desk.state.prompt != nil)
        desk.type("guest⏎")
        #expect(desk.effects() == [.connect(displayName: "guest")])
        #expect(desk.state.prompt == nil)
        #expect(desk.state.title == "Welcome guest to the chatroom!")
        #expect(
            desk.box(9) == "  Select someone to start a private chat. You can chat with one person at a time.")
    }

    @Test("an empty name becomes user", arguments: ["⏎", "  ⏎", "ab⌫⌫⏎"]) func empty(keys: String) {
        var desk = Desk()
        desk.type(keys)
        #expect(desk.effects() == [.connect(displayName: "user")])
    }

    @Test(
        "sixteen characters are counted as people count them",
        arguments: ["sixteen letters!", String(repeating: "👩", count: 16), String(repeating: "e\u{301}", count: 16)])
    func sixteen(name: String) {
        var desk = Desk()
        desk.feed(.paste(name))
        desk.type("⏎")
        #expect(desk.effects() == [.connect(displayName: name)])
    }

    @Test("a longer name is refused with the reason and asked again") func seventeen() {
        var desk = Desk()
        desk.type("abcdefghijklmnopq⏎")
        #expect(desk.effects().isEmpty)
        #expect(desk.state.prompt?.refusal == "A name has at most 16 characters; this one has 17.")
        desk.type("user⏎")
        #expect(desk.effects() == [.connect(displayName: "user")])
    }

    @Test("a name with more bytes than exchanges take is refused at once, with the reason") func bytes() {
        var desk = Desk()
        desk.feed(.paste(String(repeating: "👩‍👩‍👧‍👦", count: 3)))
        desk.type("⏎")
        #expect(desk.effects().isEmpty)
        #expect(
            desk.state.prompt?.refusal == "A name has at most 64 bytes, and emoji take up to 40 each; this one has 75.")
    }

    @Test("a refused name can be shortened too") func shortened() {
        var desk = Desk()
        desk.type("abcdefghijklmnopq⏎⌫⏎")
        #expect(desk.effects() == [.connect(displayName: "abcdefghijklmnop")])
    }

    @Test("a name from the command line skips the prompt, unless it is too long") func option() {
        var chat = Chat(Chat.Settings(name: "guest", line: "Webphone1", server: "host"))
        #expect(chat.handle(.start) == [.connect(displayName: "guest")])
        chat = Chat(Chat.Settings(name: "abcdefghijklmnopq", line: "Webphone1", server: "host"))
        #expect(chat.handle(.start).isEmpty)
        #expect(chat.state.prompt?.refusal == "A name has at most 16 characters; this one has 17.")
    }

    @Test("control characters never get into a name") func filtered() {
        var desk = Desk()
        desk.feed(.paste("gu\u{1B}est\u{202E}\nsecond line"))
        desk.type("⏎")
        #expect(desk.effects() == [.connect(displayName: "guest")])
    }
}
