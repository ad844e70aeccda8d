import SIP
import Testing

@Suite("what is empty or missing is refused or read as nothing")
struct EmptyAndMissing {
    @Test(
        "a message without one of the five is answered 400 with what there is",
        arguments: [
            (\SmallRequest.from, HeaderName.from), (\.to, .to), (\.callID, .callID), (\.cseq, .cseq),
        ])
    func missing(line: WritableKeyPath<SmallRequest, String> & Sendable, name: HeaderName) {
        let error = SmallRequest.refusal { $0[keyPath: line] = "X-Other: 1" }
        #expect(error?.reason == .missing(name))
        #expect(error?.rejection?.status == 400)
        #expect(error?.rejection?.topVia?.branch == "z9hG4bKsmall")
    }

    @Test("without a Via nobody knows where to send an answer") func missingVia() {
        let error = SmallRequest.refusal { $0.via = "X-Other: 1" }
        #expect(error?.reason == .missing(.via))
        #expect(error?.rejection == nil)
    }

    @Test(
        "an empty value where one must be is answered 400",
        arguments: [
            (\SmallRequest.from, "From:"), (\.to, "To: "), (\.callID, "Call-ID:"), (\.cseq, "CSeq:"),
            (\.cseq, "CSeq: 7"),
            (\.cseq, "CSeq: MESSAGE"), (\.from, "From: <>"), (\.from, "From: \"\""), (\.from, "From: <sip:>"),
            (\.from, "From: <sip:@x>"), (\.from, "From: <sip:1001@>"), (\.from, "From: <sip:1001@x>;tag="),
            (\.from, "From: <sip:1001@x>;"), (\.from, "From: <sip:1001@x>;=1"), (\.to, "To: <:x>"), (\.to, "To: <sip>"),
            (\.callID, "Call-ID: @"), (\.callID, "Call-ID: a@"), (\.callID, "Call-ID: @b"), (\.callID, "Call-ID: a b"),
        ])
    func empty(line: WritableKeyPath<SmallRequest, String> & Sendable, text: String) {
        let error = SmallRequest.refusal { $0[keyPath: line] = text }
        guard case .malformed = error?.reason else {
            Issue.record("\(text): \(String(describing: error))")
            return
        }
        #expect(error?.rejection?.status == 400)
    }

    @Test("an empty display name is a name without characters") func emptyName() throws {
        #expect(try SmallRequest.parse { $0.from = "From: \"\" <sip:1@x>;tag=1" }?.from?.displayName == "")
        #expect(try SmallRequest.parse { $0.from = "From:<sip:1@x>;tag=1" }?.from?.displayName == nil)
        #expect(try SmallRequest.parse { $0.from = "From: \"  \" <sip:1@x>;tag=1" }?.from?.displayName == "  ")
    }

    @Test("From without a tag is read: RFC 2543 had none") func noTag() throws {
        let request = try SmallRequest.parse { $0.from = "From: sip:1@x" }
        #expect(request?.from?.uri.user == "1")
        #expect(request?.from?.tag == nil)
    }

    @Test("nothing, or nothing but line ends, is a keep-alive and not answered", arguments: ["", "\r\n", "\r\n\r\n"])
    func keepAlive(text: String) {
        #expect(refusal(of: Array(text.utf8)) == ParseError(offset: 0, reason: .empty))
    }

    @Test("an ACK is never answered") func acknowledgement() {
        let error = SmallRequest.refusal {
            $0.start = "ACK sip:1002@exchange.local SIP/2.0"
            $0.cseq = "CSeq: 7 INVITE"
        }
        #expect(error?.reason == .mismatchedMethod)
        #expect(error?.rejection == nil)
    }

    @Test("a request that is a head only") func headOnly() throws {
        let request = try SmallRequest.parse {
            $0.contentLength = "Content-Length: 0"
            $0.body = ""
        }
        #expect(request?.body == [])
    }
}
