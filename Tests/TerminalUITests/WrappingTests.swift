import Testing

@testable import TerminalUI

@Suite("Wrapping") struct WrappingTests {
    @Test(
        "lines break at spaces, and inside a word only where it is wider than a row",
        arguments: [
            ("", 5, [""]), ("abc", 5, ["abc"]), ("abcde", 5, ["abcde"]), ("abcdef", 5, ["abcde", "f"]),
            ("ab cd ef", 5, ["ab cd", "ef"]), ("abcd efg", 5, ["abcd", "efg"]), ("a bcdefgh", 5, ["a", "bcdef", "gh"]),
            ("ab\ncd", 5, ["ab", "cd"]), ("ab\n\ncd", 5, ["ab", "", "cd"]), ("ab\r\ncd", 5, ["ab", "cd"]),
            ("ab\n", 5, ["ab"]),
            ("漢字漢字", 5, ["漢字", "漢字"]), ("a漢字", 4, ["a漢", "字"]), ("漢", 1, ["漢"]), ("🇩🇪🇩🇪", 3, ["🇩🇪", "🇩🇪"]),
            ("e\u{301}e\u{301}e\u{301}", 2, ["e\u{301}e\u{301}", "e\u{301}"]), ("  ab cd", 5, ["  ab", "cd"]),
        ])
    func examples(_ text: String, _ width: Int, _ rows: [String]) {
        #expect(self.rows(text, width) == rows)
    }

    @Test("any text at any width: no row is too wide and nothing but spaces is lost", arguments: 0..<400)
    func anyText(_ seed: UInt64) {
        var random = Seeded(state: seed)
        let text = random.text(upTo: 60)
        let width = Int.random(in: 1...30, using: &random)
        let rows = rows(text, width)
        for row in rows {
            let isLoneWide = width == 1 && cellWidth(row) == 2
            #expect(cellWidth(row) <= width || isLoneWide, "\(text.debugDescription) at \(width)")
        }
        #expect(rows.joined().unicodeScalars.filter(isSolid).elementsEqual(text.unicodeScalars.filter(isSolid)))
    }

    @Test("a message of 60,000 characters without a space fills its rows") func hugeWord() {
        #expect(wrap(String(repeating: "x", count: 60_000), width: 60).count == 1_000)
        #expect(wrap(String(repeating: "漢", count: 20_000), width: 61).count == 667)
        #expect(wrap(String(repeating: " ", count: 60_000), width: 60).count == 1)
    }

    private func rows(_ text: String, _ width: Int) -> [String] {
        let bytes = Array(text.utf8)
        return wrap(text, width: width).map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }

    private func isSolid(_ scalar: Unicode.Scalar) -> Bool { scalar != " " && scalar != "\n" && scalar != "\r" }
}
