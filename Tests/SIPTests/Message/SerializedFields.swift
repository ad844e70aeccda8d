import SIP
import Testing

@Suite("writing refuses what would become another line")
struct SerializedFields {
    private func request() -> Request {
        Request(
            .message, .sip("1002", "exchange.local"),
            headers: [
                .via: "SIP/2.0/TCP 192.0.2.7;branch=z9hG4bKw", .from: "<sip:1001@exchange.local>;tag=1",
                .to: "<sip:1002@exchange.local>", .callID: "w", .cseq: "1 MESSAGE",
            ], body: Array("hi".utf8))
    }

    private func error(_ change: (inout Request) -> Void) -> SerializationError? {
        var changed = request()
        change(&changed)
        do {
            _ = try changed.serialized()
            return nil
        } catch {
            return error
        }
    }

    @Test("the message as it is written, Content-Length last") func layout() throws {
        #expect(
            try String(decoding: request().serialized(), as: UTF8.self) == """
                MESSAGE sip:1002@exchange.local SIP/2.0\r
                Via: SIP/2.0/TCP 192.0.2.7;branch=z9hG4bKw\r
                From: <sip:1001@exchange.local>;tag=1\r
                To: <sip:1002@exchange.local>\r
                Call-ID: w\r
                CSeq: 1 MESSAGE\r
                Content-Length: 2\r
                \r
                hi
                """)
    }

    @Test(
        "CR, LF, NUL, ESC and DEL in a value",
        arguments: ["a\r\nEvil: 1", "a\nb", "a\rb", "a\0b", "\u{1B}[2J", "a\u{7F}"])
    func controlInValue(value: String) {
        #expect(error { $0.headers[.subject] = value } == .controlCharacter(in: .subject))
        #expect(error { $0.headers.append(.subject, value) } == .controlCharacter(in: .subject))
        #expect(error { $0.headers.prepend("X-Unknown", value) } == .controlCharacter(in: "X-Unknown"))
        #expect(error { $0.from?.displayName = value } != nil)
        #expect(error { $0.from?.tag = value } != nil)
        #expect(error { $0.topVia?.branch = value } != nil)
        #expect(error { $0.callID = value } == .controlCharacter(in: .callID))
    }

    @Test("in a user part they are escaped") func controlInUser() throws {
        var changed = request()
        changed.from = NameAddress(.sip("a\r\nEvil: 1", "x"), tag: "1")
        let again = try Message.parse(changed.serialized())
        #expect(again.headers["Evil"] == nil)
        #expect(again.asRequest?.from?.uri.user == "a\r\nEvil: 1")
    }

    @Test("in a host, a reason, a method or a header name") func controlElsewhere() {
        #expect(error { $0.uri.host = "x\r\nEvil: 1" } == .malformedStartLine)
        #expect(error { $0.uri.host = "x SIP/2.0" } == .malformedStartLine)
        #expect(error { $0.method = .other("A B") } == .malformedStartLine)
        #expect(error { $0.method = .other("") } == .malformedStartLine)
        #expect(error { $0.headers.append("Evil: 1\r\nX", "y") } == .malformedHeaderName("Evil: 1\r\nX"))
        #expect(error { $0.headers.append("", "y") } == .malformedHeaderName(""))
        #expect(throws: SerializationError.malformedStartLine) { try Response(200, "a\r\nb").serialized() }
        #expect(throws: SerializationError.malformedStatus(99)) { try Response(99, "x").serialized() }
        #expect(throws: SerializationError.malformedStatus(700)) { try Response(700).serialized() }
    }

    @Test("a message beyond the limit is not written") func tooLarge() {
        #expect(error { $0.body = Array(repeating: 0x61, count: Limits.messageSize) } != nil)
    }

    @Test("a Content-Length that somebody set is not written: the body decides") func ownContentLength() throws {
        var changed = request()
        changed.headers[.contentLength] = "9999"
        let text = try String(decoding: changed.serialized(), as: UTF8.self)
        #expect(!text.contains("9999"))
        #expect(text.contains("Content-Length: 2\r\n"))
    }

    @Test("quotes and backslashes in a name are escaped") func quotedName() throws {
        var changed = request()
        changed.from?.displayName = #"a "b" \c, <sip:evil@x>;tag=9"#
        let again = try Message.parse(changed.serialized()).asRequest
        #expect(again?.from?.displayName == #"a "b" \c, <sip:evil@x>;tag=9"#)
        #expect(again?.from?.uri.user == "1001")
        #expect(again?.from?.tag == "1")
    }
}
