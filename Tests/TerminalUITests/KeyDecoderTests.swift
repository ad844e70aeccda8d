import ChatCore
import Testing

@testable import TerminalUI

@Suite("Keys from the terminal") struct KeyDecoderTests {
    @Test(
        "what people type",
        arguments: [
            ("a", [Key.character("a")]), ("\u{1B}", [.escape]), ("\r", [.enter]), ("\t", [.tab]),
            ("\u{7F}", [.backspace]),
            ("\u{11}", [.ctrl("q")]), ("\u{1B}b", [.alt("b")]), ("\u{1B}\u{7F}", [.alt("\u{7F}")]),
            ("\u{1B}\u{1B}", [.escape, .escape]),
            ("\u{1B}[A", [.up]), ("\u{1B}OA", [.up]), ("\u{1B}[1;5D", [.wordLeft]), ("\u{1B}[1;3C", [.wordRight]),
            ("\u{1B}[1;2C", [.right]),
            ("\u{1B}[5~", [.pageUp]), ("\u{1B}[3~", [.delete]), ("\u{1B}[Z", [.backtab]), ("\u{1B}OP", [.f(1)]),
            ("\u{1B}[[A", [.f(1)]),
            ("\u{1B}[15~", [.f(5)]), ("\u{1B}[24~", [.f(12)]), ("\u{1B}[7~", [.home]), ("\u{1B}[120;5u", [.ctrl("x")]),
            ("漢", [.character("漢")]), ("e\u{301}", [.character("e\u{301}")]), ("👨‍👩‍👧", [.character("👨‍👩‍👧")]),
            ("\u{1B}[99;99;99z", []), ("\u{1B}]0;title\u{7}x", [.character("x")]),
            ("\u{1B}P1$r0m\u{1B}\\x", [.character("x")]),
            ("\u{1B}[Mabcx", [.character("x")]), ("\u{1B}[I", []), ("\u{1B}\r", [.escape, .enter]),
            ("\u{1B}[\u{3}", [.ctrl("c")]),
        ] as [(String, [Key])])
    func keys(_ text: String, _ keys: [Key]) {
        var decoder = KeyDecoder()
        #expect(decoder.decode(units(text)) == keys.map { .key($0) })
    }

    @Test("a paste is one piece, its line ends and controls put right") func paste() {
        var decoder = KeyDecoder()
        let found = decoder.decode(units("x\u{1B}[200~one\rtwo\r\nthree\n\u{7}\u{1B}[31m\t!\u{1B}[201~y"))
        #expect(found == [.key(.character("x")), .paste("one\ntwo\nthree\n[31m\t!"), .key(.character("y"))])
    }

    @Test("a paste cut at any byte is still that paste", arguments: 1..<24) func cutPaste(_ place: Int) {
        let whole = units("\u{1B}[200~漢字 ok\u{1B}[201~z")
        var decoder = KeyDecoder()
        // Escape alone at the end of a batch is the key; terminals write a sequence at once.
        guard place > 1, place < whole.count, whole[place - 1] != .byte(0x1B) || place > 6 else { return }
        let found = decoder.decode(Array(whole[..<place])) + decoder.decode(Array(whole[place...]))
        #expect(found == [.paste("漢字 ok"), .key(.character("z"))])
    }

    @Test("a paste whose end mark was lost is given up with ^C") func lostEnd() {
        var decoder = KeyDecoder()
        #expect(decoder.decode(units("\u{1B}[200~text")) == [])
        #expect(decoder.isPasting)
        #expect(decoder.decode(units("\u{3}a")) == [.paste("text"), .key(.character("a"))])
    }

    @Test("a paste longer than the limit is cut, and its end is still seen") func longPaste() {
        var decoder = KeyDecoder()
        let text = String(repeating: "x", count: KeyDecoder.pasteLimit + 500)
        let found = decoder.decode(units("\u{1B}[200~" + text + "\u{1B}[201~a"))
        #expect(found.last == .key(.character("a")))
        guard case .paste(let pasted) = found.first else {
            Issue.record("no paste")
            return
        }
        #expect(pasted.utf8.count == KeyDecoder.pasteLimit)
    }

    @Test("a sequence that stops half way neither leaks nor holds up the keys after it") func incomplete() {
        var decoder = KeyDecoder()
        #expect(decoder.decode(units("\u{1B}[1;5")) == [])
        #expect(decoder.decode(units("D")) == [.key(.wordLeft)])
        #expect(decoder.decode(units("\u{1B}[1;")) == [])
        #expect(decoder.decode(units("5")) == [])
        #expect(decoder.decode(units("a")) == [.key(.character("a"))])
        #expect(decoder.decode(units("\u{1B}]0;never ended")) == [])
        #expect(decoder.decode(units("a")) == [.key(.character("a"))])
    }

    @Test("a character cut in the middle waits for its rest; bytes that are none are dropped") func cutCharacter() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([.byte(0xE6), .byte(0xBC)]) == [])
        #expect(decoder.decode([.byte(0xA2)]) == [.key(.character("漢"))])
        #expect(
            decoder.decode([.byte(0xFF), .byte(0x61), .byte(0xC0), .byte(0x62)]) == [
                .key(.character("a")), .key(.character("b")),
            ])
    }

    @Test(
        "the mouse",
        arguments: [
            ("\u{1B}[<0;5;3M", Mouse(.press, x: 4, y: 2)), ("\u{1B}[<64;1;1M", Mouse(.wheelUp, x: 0, y: 0)),
            ("\u{1B}[<65;300;1M", Mouse(.wheelDown, x: 299, y: 0)), ("\u{1B}[<16;5;3M", Mouse(.press, x: 4, y: 2)),
            ("\u{1B}[<0;5;3m", nil), ("\u{1B}[<32;5;3M", nil), ("\u{1B}[<0;0;0M", nil), ("\u{1B}[<0;5M", nil),
            ("\u{1B}[<0;99999999999999999999;5M", nil), ("\u{1B}[<2;5;3M", nil),
        ] as [(String, Mouse?)])
    func mouse(_ text: String, _ mouse: Mouse?) {
        var decoder = KeyDecoder()
        #expect(decoder.decode(units(text)) == (mouse.map { [.mouse($0)] } ?? []))
        #expect(decoder.decode(units("a")) == [.key(.character("a"))])
    }

    @Test("any bytes in any batches: nothing crashes, and typing goes on after them", arguments: 0..<200)
    func anyBytes(_ seed: UInt64) {
        var random = Seeded(state: seed)
        var decoder = KeyDecoder()
        let likely: [UInt8] = [
            0x1B, 0x5B, 0x3C, 0x4F, 0x3B, 0x32, 0x30, 0x7E, 0x4D, 0x5D, 0x50, 0xE6, 0xBC, 0xF0, 0x9F,
        ]
        for _ in 0..<40 {
            let batch = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                KeyDecoder.Unit.byte(
                    Bool.random(using: &random)
                        ? likely[Int.random(in: 0..<likely.count, using: &random)]
                        : UInt8.random(in: 0...255, using: &random))
            }
            _ = decoder.decode(batch)
        }
        _ = decoder.decode(units("\u{3}"))
        _ = decoder.decode(units("\u{3}"))
        #expect(decoder.decode(units("a")) == [.key(.character("a"))])
    }

    private func units(_ text: String) -> [KeyDecoder.Unit] { text.utf8.map { .byte($0) } }
}
