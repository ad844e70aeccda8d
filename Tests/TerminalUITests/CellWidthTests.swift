import Testing

@testable import TerminalUI

@Suite("Cell widths") struct CellWidthTests {
    @Test(
        "a cluster takes as many cells as its painting",
        arguments: [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("Ａ", 2), ("漢", 2), ("ｶ", 1), ("한", 2), ("각", 2), ("½", 1), ("±", 1),
            ("👨‍👩‍👧‍👦", 2), ("👍🏽", 2), ("🏳️‍🌈", 1), ("🇩🇪", 2), ("🇩", 1), ("❤️", 1), ("❤", 1), ("☕", 2), ("1️⃣", 1), ("✓", 1),
            ("Z̴̨͉͒̄", 1), ("क्षि", 3), ("ไ", 1), ("\u{200D}", 0), ("\u{FE0F}", 0), ("\u{AD}", 0), ("\u{FEFF}", 0),
            ("\u{202E}", 1), ("\u{7}", 1), ("\u{9B}", 1), ("\t", 1), ("\r\n", 1), ("🏴\u{E0067}\u{E0062}\u{E007F}", 2),
            ("𠀀", 2),
            ("\u{301}", 1), ("", 0), ("㉈", 2), ("⊞", 1), ("🫨", 2),
        ])
    func widths(_ text: String, _ width: Int) {
        #expect(cellWidth(text) == width)
    }

    @Test("text made of clusters is as wide as the clusters") func adds() {
        #expect(cellWidth("a漢e\u{301}👨‍👩‍👧‍👦🇩🇪b") == 1 + 2 + 1 + 2 + 2 + 1)
    }

    @Test("a joined family is painted as its first emoji, without the joiner") func family() {
        #expect(painted("👨‍👩‍👧|") == [0x1F468, 0, 0x7C])
    }

    @Test("joiners and variation selectors never reach a cell") func invisibleSigns() {
        for text in ["❤\u{FE0F}|", "a\u{200D}|", "\u{FEFF}|", "a\u{200B}\u{2060}b|"] {
            #expect(!painted(text).contains { [0x200D, 0xFE0F, 0xFEFF, 0x200B, 0x2060].contains($0) })
            #expect(painted(text).last == 0x7C)
        }
    }

    @Test("controls and bidi overrides are painted as U+FFFD, line ends and tabs as blanks") func unpaintable() {
        #expect(painted("\u{1B}[2J") == [0xFFFD, 0x5B, 0x32, 0x4A])
        #expect(painted("a\u{202E}b\u{2066}c\u{9B}") == [0x61, 0xFFFD, 0x62, 0xFFFD, 0x63, 0xFFFD])
        #expect(painted("a\r\nb\tc") == [0x61, 0x20, 0x62, 0x20, 0x63])
    }

    @Test("a cell keeps four marks and drops the fifth") func marks() {
        var index = 0
        let text = "a\u{301}\u{302}\u{303}\u{304}\u{305}"
        let glyph = nextGlyph(text.utf8Span.span, &index)
        #expect(glyph.cell.scalar == 0x61)
        #expect(glyph.cell.marks == [0x301, 0x302, 0x303, 0x304])
        #expect(index == text.utf8.count)
    }

    @Test("a cell gives back its style and takes 16 bytes") func cells() {
        let style = Style(.accent).bold.reverse
        let cell = Cell(0x6F22, style, width: 2).adding(mark: 0x301)
        #expect((cell.scalar, cell.width) == (0x6F22, 2))
        #expect(cell.style == style)
        #expect(cell.styled(Style(.red)).marks == [0x301])
        #expect(MemoryLayout<Cell>.size == 16)
    }

    /// The base scalars of the cells that `text` is painted with.
    private func painted(_ text: String) -> [UInt32] {
        var canvas = Canvas(frame: Frame(size: Size(width: 20, height: 1)), capabilities: Capabilities())
        let end = canvas.put(text, x: 0, y: 0)
        return canvas.frame.cells[..<end].map(\.scalar)
    }
}
