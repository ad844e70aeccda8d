import SIP
import Testing

@Suite("nothing is smuggled in a header field")
struct HeaderSmuggling {
    @Test(
        "a field that looks like another one is refused",
        arguments: [
            "Contact\u{01}: <sip:evil@example.com>", "Contact\0: <sip:evil@example.com>", "Con tact: x", ": x",
            "Contact",
            "\u{C3}\u{A9}: x", "Contact;x: y", "<Contact>: y", "Contact\u{7F}: y", "\"Contact\": y",
        ])
    func strangeNames(line: String) {
        let error = SmallRequest.refusal { $0.extra = [line] }
        #expect(error?.reason == .malformedHeader)
        #expect(error?.rejection?.status == 400)
        #expect(error?.rejection?.callID == "small@192.0.2.7")
    }

    @Test("a line that begins with white space belongs to the one before, whatever it looks like")
    func foldedContact() throws {
        let request = try SmallRequest.parse { $0.extra = ["Subject: hello", "  Contact: <sip:evil@example.com>"] }
        #expect(request?.contact == nil)
        #expect(request?.headers[.subject] == "hello Contact: <sip:evil@example.com>")
    }

    @Test("a fold before the first field is refused") func foldAtTheStart() {
        let error = SmallRequest.refusal { $0.start += "\n Via: SIP/2.0/TCP evil.example.com;branch=z9hG4bK1" }
        #expect(error?.reason == .malformedHeader)
    }

    @Test(
        "a bare CR or LF ends nothing and is refused",
        arguments: [
            "Subject: a\rContact: <sip:evil@example.com>", "Subject: a\r\r", "Subject: \"a\\\r\"",
        ])
    func bareCarriageReturn(line: String) {
        #expect(SmallRequest.refusal { $0.extra = [line] }?.rejection?.status == 400)
    }

    @Test("a bare LF is refused") func bareLineFeed() {
        let bytes = SmallRequest().bytes.filter { $0 != 0x0D }
        #expect(refusal(of: bytes)?.rejection == nil)
        let late = Octets.head("OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/UDP a;branch=z9hG4bK1")
        let oneBare = late.dropLast(2) + Array("Subject: a\nContact: <sip:evil@example.com>\r\n\r\n".utf8)
        #expect(refusal(of: Array(oneBare))?.reason == .malformedHeader)
    }

    @Test(
        "a second field of a kind that comes once is refused",
        arguments: [
            "Call-ID: other", "i: other", "From: <sip:other@example.com>;tag=2", "f: <sip:o@example.com>",
            "T: <sip:x@y>",
            "CSeq: 8 MESSAGE", "content-length: 5", "l: 5", "L: 5",
        ])
    func duplicates(line: String) {
        let error = SmallRequest.refusal { $0.extra = [line] }
        guard case .duplicate = error?.reason else {
            Issue.record("\(String(describing: error)) is not a duplicate")
            return
        }
        #expect(error?.rejection?.status == 400)
    }

    @Test(
        "two equal duplicates are duplicates all the same",
        arguments: [
            ["Max-Forwards: 70", "Max-Forwards: 70"], ["Expires: 60", "expires: 60"],
            ["c: text/plain", "Content-Type: text/plain"],
            ["Event: presence", "o: presence"], ["Subscription-State: active", "Subscription-State: active"],
        ])
    func equalDuplicates(lines: [String]) {
        #expect(SmallRequest.refusal { $0.extra = lines }?.rejection?.status == 400)
    }

    @Test("a control character in a value is refused, but behind a backslash in a quoted string it is a character")
    func controlCharacters() throws {
        for scalar in (0..<0x20).map({ Unicode.Scalar(UInt8($0)) }) + ["\u{7F}"]
        where !"\t\n\r".unicodeScalars.contains(scalar) {
            #expect(
                SmallRequest.refusal { $0.from = "From: \"a\(scalar)b\" <sip:1001@x>;tag=1" }?.reason
                    == .controlCharacter)
            #expect(
                SmallRequest.refusal { $0.from = "From: a\\\(scalar)b <sip:1001@x>;tag=1" }?.reason == .controlCharacter
            )
            let request = try SmallRequest.parse { $0.from = "From: \"a\\\(scalar)b\" <sip:1001@x>;tag=1" }
            #expect(request?.from?.displayName == "a\(scalar)b")
            #expect(try request.map { try Message.parse($0.serialized()) } == request.map { .request($0) })
        }
    }

    @Test("a comma in quotes or brackets parts no values") func commasInside() throws {
        let request = try SmallRequest.parse {
            $0.extra = [#"Contact: "a, <b\", c" <sip:x,y@h;p=1>;q=0.5, <sip:z@h>"#]
        }
        #expect(request?.contacts.map(\.uri.user) == ["x,y", "z"])
        #expect(request?.contacts.first?.displayName == #"a, <b", c"#)
    }
}
