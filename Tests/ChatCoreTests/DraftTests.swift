import Testing
import Webphone

@testable import ChatCore

@Suite("The input line") struct DraftTests {
    private func edited(_ literal: String, _ keys: [Key]) -> String {
        var draft = Draft(withCursor: literal)
        for key in keys { _ = draft.edit(key) }
        return draft.withCursor
    }

    @Test("typing goes in before the cursor") func typing() {
        #expect(edited("s|e", [.character("e")]) == "se|e")
        #expect(edited("|", [.character("日"), .character("本")]) == "日本|")
    }

    @Test(
        "a character is what people see as one",
        arguments: [
            ("e|", [Key.character("\u{301}")], "e\u{301}|"),
            ("e|x", [.character("\u{301}")], "e\u{301}|x"),
            ("👩|", [.character("\u{200D}"), .character("🚀")], "👩‍🚀|"),
            ("👩‍🚀|", [.backspace], "|"),
            ("a👨‍👩‍👧‍👦|b", [.left, .left], "|a👨‍👩‍👧‍👦b"),
            ("|🇪🇺🇩🇪", [.delete], "|🇩🇪"),
            ("|\u{301}", [.character("e")], "e\u{301}|"),
            ("ex|\u{301}", [.backspace], "e\u{301}|"),
        ])
    func graphemes(before: String, keys: [Key], after: String) {
        #expect(edited(before, keys) == after)
        #expect(edited(before, keys).count == after.count)
    }

    @Test(
        "the arrows, Home and End stop at the ends",
        arguments: [
            ("|", Key.left, "|"), ("|", .right, "|"), ("ab|", .right, "ab|"), ("|ab", .left, "|ab"),
            ("a|b", .home, "|ab"), ("a|b", .end, "ab|"), ("a|b", .ctrl("a"), "|ab"), ("a|b", .ctrl("e"), "ab|"),
            ("a|b", .ctrl("b"), "|ab"), ("a|b", .ctrl("f"), "ab|"),
        ])
    func moves(before: String, key: Key, after: String) { #expect(edited(before, [key]) == after) }

    @Test(
        "Backspace and Delete take one character",
        arguments: [
            ("ab|c", Key.backspace, "a|c"), ("|c", .backspace, "|c"), ("ab|c", .delete, "ab|"), ("ab|", .delete, "ab|"),
            ("ab|c", .ctrl("d"), "ab|"), ("ab|c", .ctrl("h"), "a|c"),
        ])
    func deletes(before: String, key: Key, after: String) { #expect(edited(before, [key]) == after) }

    @Test(
        "deleting a word eats the space before the cursor too",
        arguments: [
            ("see you |soon", "see |soon"), ("see|", "|"), ("|soon", "|soon"), ("see   |", "|"), ("a b-c|", "a |"),
        ])
    func deletesWord(before: String, after: String) { #expect(edited(before, [.ctrl("w")]) == after) }

    @Test(
        "words are letters and digits",
        arguments: [
            ("see you|", Key.alt("b"), "see |you"), ("see |you", .wordLeft, "|see you"),
            ("|see you", .alt("f"), "see| you"),
            ("see| you!", .wordRight, "see you|!"), ("you|!", .wordRight, "you!|"), ("|", .wordLeft, "|"),
            ("see |you soon", .alt("d"), "see | soon"), ("a-b|", .alt("\u{7F}"), "a-|"), (" |", .alt("b"), "| "),
        ])
    func words(before: String, key: Key, after: String) { #expect(edited(before, [key]) == after) }

    @Test(
        "what a deletion took comes back where the cursor is",
        arguments: [
            ("see |you", [Key.ctrl("k"), .ctrl("a"), .ctrl("y")], "you|see "),
            ("see |you", [.ctrl("u"), .ctrl("e"), .ctrl("y")], "yousee |"),
            ("see you|", [.ctrl("w"), .backspace, .ctrl("y")], "seeyou|"),
            ("see|", [.ctrl("y")], "see|"),
            ("|see", [.ctrl("u"), .ctrl("y")], "|see"),
        ])
    func yank(before: String, keys: [Key], after: String) { #expect(edited(before, keys) == after) }

    @Test(
        "^T swaps two characters",
        arguments: [("ab|", "ba|"), ("a|b", "ba|"), ("|ab", "|ab"), ("a|", "a|"), ("|", "|"), ("abc|d", "abdc|")])
    func transpose(before: String, after: String) { #expect(edited(before, [.ctrl("t")]) == after) }

    @Test("the keys that edit are the only ones it takes") func others() {
        var draft = Draft(withCursor: "a|b")
        for key in [Key.up, .down, .pageUp, .pageDown, .tab, .backtab, .enter, .escape, .f(5), .ctrl("g"), .alt("x")] {
            #expect(draft.edit(key) == .notMine)
        }
        #expect(draft.edit(.character("\u{1B}")) == .notMine)
        #expect(draft.edit(.character("\u{202E}")) == .notMine)
        #expect(draft.withCursor == "a|b")
    }

    @Test("no order of keys breaks the line") func storm() {
        var random = Identifier(state: 7)
        let letters: [Character] = ["a", " ", "日", "\u{301}", "👩", "\u{200D}", "🇪", "🇺", "-"]
        let moves: [Key] = [
            .left, .right, .home, .end, .wordLeft, .wordRight, .backspace, .delete, .ctrl("k"), .ctrl("u"), .ctrl("w"),
            .ctrl("y"), .ctrl("t"), .ctrl("p"), .ctrl("n"), .alt("d"), .alt("\u{7F}"),
        ]
        var draft = Draft()
        for step in 0..<5_000 {
            let choice = Int(random.next() % 40)
            switch choice {
            case moves.indices: _ = draft.edit(moves[choice])
            case 37: _ = draft.paste("x\ny\(step)")
            case 38: draft.moveCursor(shown: Int(random.next() % 50))
            case 39 where step % 7 == 0: _ = draft.take()
            default: _ = draft.edit(.character(letters[Int(random.next() % UInt64(letters.count))]))
            }
            #expect(draft.elements.indices.contains(draft.cursor) || draft.cursor == draft.elements.count)
            #expect(draft.shownCursor <= draft.shown.count)
            if draft.elements.count > 200 { draft.clear() }
        }
    }

    /// The same numbers each time.
    private struct Identifier {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }
}

@Suite("Earlier lines") struct EarlierLinesTests {
    @Test("^P and ^N walk through them and the unfinished line waits at the end") func walk() {
        var desk = Desk.inChat()
        desk.type("one⏎two⏎unfin←")
        let seen = ["^P", "^P", "^P", "^N", "^N", "^N"].map { keys in
            desk.type(keys)
            return desk.line
        }
        #expect(seen == ["two|", "one|", "one|", "two|", "unfin|", "unfin|"])
    }

    @Test("the same line twice is kept once") func twice() {
        var desk = Desk.inChat()
        desk.type("one⏎two⏎two⏎^P^P")
        #expect(desk.line == "one|")
    }

    @Test("what was refused is not an earlier line") func refused() {
        var desk = Desk("user")
        desk.type("lunch?⏎^C^P")
        #expect(desk.line == "|")
    }

    @Test("the number of them is bounded") func bounded() {
        var earlier = EarlierLines()
        for number in 0..<2_000 { earlier.add("\(number)".map { .character($0) }) }
        var found = 0
        while earlier.previous(keeping: []) != nil { found += 1 }
        #expect(found == Chat.Limits.earlierLines)
    }
}

@Suite("A paste") struct PasteTests {
    @Test("of one line is as if it were typed", arguments: ["see you", "see you\n", "see\u{1B} you\r\n"])
    func oneLine(text: String) {
        var desk = Desk.inChat()
        desk.type("-←")
        desk.feed(.paste(text))
        #expect(desk.line == "see you|-")
    }

    @Test("of several lines is shown as such and asked about before it is sent") func severalLines() {
        var desk = Desk.inChat()
        desk.type("look: ")
        desk.feed(.paste("one\r\ntwo\rthree\n"))
        #expect(desk.line == "look: [paste: 3 lines, 13 characters]|")
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.state.dialogText == ["Send your line with 3 pasted lines, 13 characters, to guest?"])
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.send(MessageID(1), "look: one\ntwo\nthree", in: .placed(1))])
        #expect(desk.line == "|")
    }

    @Test("that is not wanted stays in the line", arguments: ["⎋", "⇥⏎", "→⏎"]) func notWanted(keys: String) {
        var desk = Desk.inChat()
        desk.feed(.paste("one\ntwo"))
        desk.type("⏎")
        desk.waits()
        desk.type(keys)
        #expect(desk.commands().isEmpty)
        #expect(desk.state.dialog == nil)
        #expect(desk.line == "[paste: 2 lines, 7 characters]|")
        desk.type("⌫")
        #expect(desk.line == "|")
    }

    @Test("whose chat ends while it is asked about is not sent") func chatEnds() {
        var desk = Desk.inChat()
        desk.feed(.paste("one\ntwo"))
        desk.type("⏎")
        desk.waits()
        desk.hears(.call(.placed(1), .completed, by: .them))
        #expect(desk.state.dialog == nil)
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.line == "[paste: 2 lines, 7 characters]|")
    }

    @Test("goes on in the line when somebody types into the question") func typedInto() {
        var desk = Desk.inChat()
        desk.feed(.paste("one\ntwo"))
        desk.type("⏎")
        desk.waits()
        desk.type("!")
        #expect(desk.state.dialog == nil)
        #expect(desk.line == "[paste: 2 lines, 7 characters]!|")
    }

    @Test("longer than the line can hold is refused whole") func tooLong() {
        var desk = Desk.inChat()
        desk.type("kept")
        desk.feed(.paste(String(repeating: "x", count: Chat.Limits.draft)))
        #expect(desk.line == "kept|")
        #expect(desk.state.hint == "The paste is too long: the line holds 65536 bytes.")
    }

    @Test("is one step for the cursor") func cursor() {
        var desk = Desk.inChat()
        desk.type("a")
        desk.feed(.paste("one\ntwo"))
        desk.type("b←←x")
        #expect(desk.line == "ax|[paste: 2 lines, 7 characters]b")
        desk.clicks(.moveCursor(20))
        #expect(desk.line == "ax|[paste: 2 lines, 7 characters]b")
        desk.clicks(.moveCursor(1))
        #expect(desk.line == "a|x[paste: 2 lines, 7 characters]b")
        desk.clicks(.moveCursor(500))
        #expect(desk.line == "ax[paste: 2 lines, 7 characters]b|")
    }
}
