import Testing

@testable import Settings

@Suite("A TOML document") struct DocumentTests {
    private typealias Entry = Document.Entry

    @Test("knows where everything in it stands") func places() throws {
        let document = try Document(
            """
            b = 1
            a = ["x",
              2]

            [table]
            inner.key = true
            [[item]]
            [[item]]
            when = 2025-01-01
            """)
        #expect(document.entries.map(\.key) == ["b", "a", "table", "item"], "in the order of the text")
        #expect(document.entries.map(\.place.line) == [1, 2, 5, 7])
        guard case .array(let items) = document.entries[1].value else { Issue.record("a is a list"); return }
        #expect(
            items == [
                Entry(key: "", value: .string("x"), place: .init(line: 2, column: 6)),
                Entry(key: "", value: .integer(2), place: .init(line: 3, column: 3)),
            ])
        guard case .array(let tables) = document.entries[3].value else { Issue.record("item is a list"); return }
        #expect(tables.map(\.place.line) == [7, 8])
        #expect(tables[1].value == .table([Entry(key: "when", value: .other, place: .init(line: 9, column: 1))]))
    }

    @Test(
        "that is none is refused with its line",
        arguments: [
            ("a = ", 1), ("a = 1\na = 2", 2), ("a = 1\n[a]", 2), ("ok = 1\n[open", 2), ("a = \"x\n\"", 1),
            ("a = 99999999999999999999", 1), ("a = 1 b = 2", 1), ("\n\na = \u{1}", 3),
            ("[.]", 1), ("[[.", 1), ("a = {.}", 1), ("a = {=}", 1), ("a.[", 1), ("a = [.", 1), ("[a.]]", 1),
            ("ok = 1\na = é", 2), ("é = 1", 1), ("ok = 1\n\nЖ", 3), ("a = 1 \u{32A}", 1), ("a = 1\u{FEFE}", 1),
        ])
    func refused(_ text: String, _ line: Int) {
        do throws(Complaint) {
            _ = try Document(text)
            Issue.record("it was taken")
        } catch {
            #expect(error.place?.line == line && error.key == nil)
            #expect(error.words.hasPrefix("This is no TOML: "))
        }
    }

    @Test("may be empty, and nested too deeply is refused") func extremes() throws {
        #expect(try Document("").entries.isEmpty)
        #expect(try Document("# nothing\r\n").entries.isEmpty)
        #expect(throws: Complaint.self) { try Document("a = " + String(repeating: "[", count: 100_000)) }
        #expect(throws: Complaint.self) { try Document("a = '\u{0}'") }
    }
}
