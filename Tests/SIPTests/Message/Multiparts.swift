import SIP
import Testing

@Suite("A body of several parts")
struct MultipartTests {
    static func parse(_ body: String, _ boundary: String? = "b") throws(Multipart.Fault) -> [BodyPart] {
        try Multipart(parsing: Array(body.utf8)[...], boundary: boundary).parts
    }

    static func contents(_ body: String, _ boundary: String? = "b") throws(Multipart.Fault) -> [String] {
        try parse(body, boundary).map { String(decoding: $0.content, as: UTF8.self) }
    }

    /// Line ends as the wire has them.
    static func wire(_ text: String) -> String { text.replacing("\n", with: "\r\n") }

    @Test("is read as RFC 2046 writes it: what stands before and behind is for nobody")
    func example() throws {
        let body = Self.wire(
            """
            This is the preamble. --b is no delimiter here.
            --simple boundary

            This one has no header fields,
            and no line end at its end.
            --simple boundary \t
            Content-type: text/plain; charset=us-ascii
            Content-Disposition: render;
             handling=optional

            This one ends with a line end.

            --simple boundary--
            This is the epilogue.
            --simple boundary
            """)
        let parts = try Self.parse(body, "simple boundary")
        #expect(parts.map(\.type) == [nil, "text/plain; charset=us-ascii"])
        #expect(parts.map(\.disposition) == [nil, ContentDisposition("render", isOptional: true)])
        #expect(
            parts.map { String(decoding: $0.content, as: UTF8.self) } == [
                "This one has no header fields,\r\nand no line end at its end.",
                "This one ends with a line end.\r\n",
            ])
    }

    @Test(
        "has the same parts whoever wrote its lines",
        arguments: [
            ("--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", ["one", "two"]),
            ("--b\n\none\n--b\n\ntwo\n--b--", ["one", "two"]),
            ("--b\r\n\r\none\r\n--b  \r\n\r\ntwo\r\n--b-- \t", ["one", "two"]),
            ("\r\n--b\r\n\r\n\r\n--b--", [""]), ("--b\r\n\r\n--b--", [""]), ("--b\r\n--b--", [""]),
            ("--b\r\nContent-Type: text/plain\r\n--b--", [""]),
            ("--b\r\n\r\n--bb\r\n--b-\r\n --b\r\n-- b\r\n--b--", ["--bb\r\n--b-\r\n --b\r\n-- b"]),
            ("--b\r\n\r\n\u{0}\r--b--\r\n--b--", ["\u{0}\r--b--"]),
        ])
    func lines(_ body: String, _ contents: [String]) throws {
        #expect(try Self.contents(body) == contents)
    }

    @Test(
        "is refused without an end, without a part, and without its boundary",
        arguments: [
            ("", .malformed), ("text", .malformed), ("--b", .malformed), ("--b\r\n", .malformed),
            ("--b--", .malformed), ("--b--\r\n\r\n--b--", .malformed), ("--b\r\n\r\none\r\n--b\r\n", .malformed),
            ("--b\r\n\r\none", .malformed), ("x--b\r\n\r\none\r\nx--b--", .malformed),
        ] as [(String, Multipart.Fault)])
    func cut(_ body: String, _ fault: Multipart.Fault) {
        #expect(throws: fault) { try Self.parse(body) }
    }

    @Test("whose boundary is longer than the body is refused, however long the boundary is")
    func longBoundary() {
        for length in [8, 70] {
            let boundary = String(repeating: "b", count: length)
            #expect(throws: Multipart.Fault.malformed) { try Self.parse("--b\r\n", boundary) }
            #expect(throws: Multipart.Fault.malformed) { try Self.parse("", boundary) }
        }
        #expect(throws: Multipart.Fault.boundary) { try Self.parse("--b\r\n", String(repeating: "b", count: 71)) }
    }

    @Test("with a boundary that is none is refused", arguments: [nil, "", " ", "b ", "a\r\nb", "b\u{0}", "ß"])
    func boundary(_ boundary: String?) {
        #expect(throws: Multipart.Fault.boundary) { try Self.parse("--\(boundary ?? "")\r\n\r\n--b--", boundary) }
    }

    @Test(
        "with header fields that are none, or say something twice, is refused",
        arguments: [
            "no colon", ": nothing", "a b: c", "\u{0}: c", " folded: nothing before it",
            "Content-Type: text/plain\r\ncontent-type: application/sdp",
            "Content-Disposition: session\r\nContent-Disposition: render",
        ])
    func fields(_ field: String) {
        #expect(throws: Multipart.Fault.malformed) { try Self.parse("--b\r\n\(field)\r\n\r\none\r\n--b--") }
    }

    @Test("of too many parts, header lines or octets in one is refused; as many as there may be are read")
    func bounded() throws {
        func parts(_ count: Int) -> String { String(repeating: "--b\r\n\r\nx\r\n", count: count) + "--b--" }
        #expect(try Self.parse(parts(Multipart.Limits.parts)).count == Multipart.Limits.parts)
        #expect(throws: Multipart.Fault.tooLarge) { try Self.parse(parts(Multipart.Limits.parts + 1)) }
        func lines(_ count: Int) -> String {
            "--b\r\n" + (0..<count).map { $0 % 2 == 0 ? "X\($0): y\r\n" : " z\r\n" }.joined() + "\r\none\r\n--b--"
        }
        #expect(try Self.contents(lines(Multipart.Limits.lines)) == ["one"])
        #expect(throws: Multipart.Fault.tooLarge) { try Self.parse(lines(Multipart.Limits.lines + 1)) }
        func line(_ length: Int) -> String {
            "--b\r\nX: " + String(repeating: "y", count: length - 3) + "\r\n\r\none\r\n--b--"
        }
        #expect(try Self.contents(line(Multipart.Limits.line)) == ["one"])
        #expect(throws: Multipart.Fault.tooLarge) { try Self.parse(line(Multipart.Limits.line + 1)) }
    }

    @Test("cut anywhere is refused before its end, and never read as something else")
    func everyCut() throws {
        let body = Array("--b\r\nContent-Type: text/plain\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--".utf8)
        for length in 0..<body.count {
            #expect(throws: Multipart.Fault.self) { try Multipart(parsing: body[..<length], boundary: "b") }
        }
        #expect(try Multipart(parsing: body[...], boundary: "b").parts.count == 2)
    }

    @Test(
        "says of a part whether its octets are what they seem",
        arguments: [
            ("X: y", true), ("Content-Transfer-Encoding: 8BIT", true), ("content-transfer-encoding: binary", true),
            ("Content-Transfer-Encoding: base64", false), ("Content-Transfer-Encoding: quoted-printable", false),
            ("Content-Encoding: gzip", false), ("Content-Encoding: identity", true),
        ])
    func encoding(_ field: String, _ isPlain: Bool) throws {
        #expect(try Self.parse("--b\r\n\(field)\r\n\r\none\r\n--b--").map(\.isPlain) == [isPlain])
    }

    @Test(
        "Content-Disposition is read whatever is around its words",
        arguments: [
            ("session", ContentDisposition("session")),
            ("Render ; Handling=OPTIONAL", .init("render", isOptional: true)),
            ("icon;handling=\"optional\";x", .init("icon", isOptional: true)),
            ("render;x=\"handling=optional\"", .init("render")), ("render;handling=required", .init("render")),
            ("", nil), (";handling=optional", nil), ("render handling=optional", nil),
        ] as [(String, ContentDisposition?)])
    func disposition(_ text: String, _ expected: ContentDisposition?) {
        #expect(ContentDisposition(parsing: text) == expected)
    }
}
