import Testing

@testable import Webphone

@Suite("Text from elsewhere is safe to show")
struct RemoteTextTests {
    @Test(
        "a name keeps what can be read and loses what a terminal would obey",
        arguments: [
            ("guest", "guest"),
            ("  Gu\test\r\n ", "Gu est"),
            ("\u{1B}[31mred\u{7}", "[31mred"),
            ("\u{9B}31mred", "31mred"),
            ("\u{1B}]0;title\u{7}x", "]0;titlex"),
            ("admin\u{202E}nimda\u{2066}", "adminnimda"),
            ("\u{FEFF}so\u{AD}ft", "soft"),
            ("\u{E0041}tag", "tag"),
            ("李雷 👩‍👩‍👧 é", "李雷 👩‍👩‍👧 é"),
            ("line\u{2028}break", "line break"),
        ])
    func name(raw: String, shown: String) {
        #expect(RemoteText.name(raw, number: "1001") == shown)
    }

    @Test(
        "a name of which nothing is seen is the number",
        arguments: ["", " \t", "\u{200D}", "\u{202E}", "\u{3164}", "\u{2800}", "\u{FE0F}", "\u{1B}\u{7}"])
    func nothing(raw: String) {
        #expect(RemoteText.name(raw, number: "1001") == "1001")
    }

    @Test("a name without end is cut, whatever one character is made of")
    func long() {
        #expect(RemoteText.name(String(repeating: "a", count: 5_000), number: "1").count == 64)
        let stacked = "e" + String(repeating: "\u{301}", count: 100_000)
        #expect(RemoteText.name(stacked, number: "1").unicodeScalars.count <= 512)
    }

    @Test(
        "line breaks of every kind become one kind, tabs become spaces",
        arguments: [
            ("a\r\nb\rc\nd\u{85}e\u{2028}f\u{2029}g\u{B}h\u{C}i", "a\nb\nc\nd\ne\nf\ng\nh\ni"),
            ("a\r\n\r\nb", "a\n\nb"), ("\tx", "    x"),
        ])
    func lines(raw: String, shown: String) {
        #expect(RemoteText.message(raw) == shown)
    }

    @Test("a control character in a message is shown by its picture")
    func pictures() {
        #expect(RemoteText.message("\u{1B}[2Jgone\u{0}\u{7F}\u{9B}1m\u{202E}") == "␛[2Jgone␀␡\u{FFFD}1m")
    }

    @Test("no character of a control or bidi class survives, in any place")
    func sweep() {
        for value in UInt32(0)...0x2FFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a" + String(scalar) + "b"
            for shown in [RemoteText.name(text, number: "1"), RemoteText.message(text)] {
                for left in shown.unicodeScalars where left != "\n" && left.value != 0x200C && left.value != 0x200D {
                    #expect(left.properties.generalCategory != .control && left.properties.generalCategory != .format)
                }
            }
        }
    }

    @Test("a number that would have to be cleaned is none", arguments: ["", "10\u{202E}02", "1 2", "\u{200D}", "1\n2"])
    func number(raw: String) {
        #expect(RemoteText.number(raw) == nil)
        #expect(RemoteText.number("1002") == "1002")
    }

    @Test("whoever bears no name but the number is called by it once")
    func nameless() {
        let desk = Party(number: "601", name: RemoteText.name("", number: "601"))
        #expect(Reasons.outside(desk, "hello") == "Number 601 writes outside of a chat: hello")
        #expect(Reasons.unreadable(Party(number: "601", name: "ada")).hasPrefix("ada (601) sent"))
    }
}
