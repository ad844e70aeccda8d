import SIP
import Testing

@Suite("names and users of strangers are read as they are")
struct StrangeNames {
    @Test(
        "whatever stands between the quotes comes out",
        arguments: [
            "%n%n%n%s", "$(id)", "`id`", "; rm -rf /", "../../etc/passwd", "\u{202E}nimda\u{202C}", "\u{2066}x\u{2069}",
            "%00", "%", "%5e", "👩‍👩‍👧‍👦🇩🇪", "e\u{301}", "\u{FEFF}", "\u{85}\u{9B}31m", "<sip:evil@x>", "a,b;c=d", "\\\\",
        ])
    func quoted(name: String) throws {
        let request = try SmallRequest.parse { $0.from = "From: \"\(name)\" <sip:1001@x>;tag=1" }
        let read = name == "\\\\" ? "\\" : name
        #expect(request?.from?.displayName.map { Array($0.unicodeScalars) } == Array(read.unicodeScalars))
        #expect(try request.map { try Message.parse($0.serialized()) } == request.map { .request($0) })
    }

    @Test("an ESC must be a quoted pair") func escape() throws {
        #expect(SmallRequest.refusal { $0.from = "From: \"\u{1B}[2J\" <sip:1@x>;tag=1" }?.rejection?.status == 400)
        let request = try SmallRequest.parse { $0.from = "From: \"\\\u{1B}[2J\" <sip:1@x>;tag=1" }
        #expect(request?.from?.displayName == "\u{1B}[2J")
    }

    @Test("octets that are no UTF-8 become U+FFFD for us and go on as they came") func brokenUTF8() throws {
        let text = SmallRequest().bytes
        let quote = try #require(text.firstIndex(of: UInt8(ascii: "\"")))
        let bytes = text[...quote] + [0xC3, 0x28, 0xFF, 0xED, 0xA0, 0x80] + text[(quote + 1)...]
        let request = try #require(try Message.parse(Array(bytes)).asRequest)
        #expect(request.from?.displayName?.hasSuffix("user") == true)
        #expect(request.from?.displayName?.unicodeScalars.contains("\u{FFFD}") == true)
        let written = try request.serialized()
        #expect(written.count == bytes.count)
        #expect(written.contains(0xFF))
    }

    @Test(
        "a user part with escapes keeps its meaning",
        arguments: [
            ("%5e", "^"), ("a%40b", "a@b"), ("%00", "\0"), ("%0d%0aEvil%3A%201", "\r\nEvil: 1"), ("%C3%A9", "é"),
            ("%1B[2J".replacingBracket, "\u{1B}[2J"), ("1%2B1", "1+1"),
        ])
    func escapedUser(text: String, user: String) throws {
        let request = try SmallRequest.parse { $0.from = "From: <sip:\(text)@x>;tag=1" }
        #expect(request?.from?.uri.user == user)
        let again = try request.map { try Message.parse($0.serialized()).asRequest?.from?.uri }
        #expect(again == request?.from?.uri)
    }

    @Test(
        "what is refused is answered with a message that can be written, whatever the names in it",
        arguments: [
            "\"A \\é\"", "\"\\\u{07}\"", "\"a\\\n  b\"", "\"\\\u{FFFD}\\\\\"",
        ])
    func writableRejection(name: String) throws {
        let error = SmallRequest.refusal {
            $0.from = "From: \(name) <sip:1001@x>;tag=1"
            $0.cseq = "CSeq: 7 BYE"
        }
        let rejection = try #require(error?.rejection)
        #expect(try Message.parse(rejection.serialized()) == .response(rejection))
    }

    @Test(
        "an answer's To is the request's and a tag, whatever stands in it",
        arguments: [
            "\"\\\u{1B}[2J\\\u{7F}\" <sip:1002@x>", "\"\\\"a\\\\\" <sip:1002@x;lr>;p=\"\\\u{07}\"", "sip:1002@x",
            "sip:1002@x;p=q",
        ])
    func answeredTo(to: String) throws {
        let request = try #require(try SmallRequest.parse { $0.to = "To: \(to)" })
        let answer = Response(486, to: request, toTag: "t")
        #expect(answer.headers[.to] == to + ";tag=t")
        #expect(answer.to?.tag == "t")
        #expect(try Message.parse(answer.serialized()) == .response(answer))
        let refusal = SmallRequest.refusal {
            $0.to = "To: \(to)"
            $0.cseq = "CSeq: 7 BYE"
        }
        let rejection = try #require(refusal?.rejection)
        #expect(try Message.parse(rejection.serialized()) == .response(rejection))
    }

    @Test("half an escape is refused", arguments: ["%", "%4", "%4x", "%%41", "a%", "%u0041"])
    func halfEscape(user: String) {
        #expect(SmallRequest.refusal { $0.from = "From: <sip:\(user)@x>;tag=1" }?.reason == .malformed(.from))
    }

    @Test("a name that was decoded once is not decoded twice") func decodedOnce() throws {
        let uri = try URI(parsing: "sip:%2541@x")
        #expect(uri.user == "%41")
        #expect(uri.description == "sip:%2541@x")
        #expect(uri.isEquivalent(to: .sip("A", "x")) == false)
    }
}

extension String {
    /// A bracket cannot stand in a user part as it is.
    fileprivate var replacingBracket: String { split(separator: "[").joined(separator: "%5B") }
}
