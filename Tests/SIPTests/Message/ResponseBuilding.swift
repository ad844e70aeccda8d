import SIP
import Testing

@Suite("answers repeat what RFC 3261 8.2.6 says")
struct ResponseBuilding {
    private func invite() throws -> Request {
        try #require(
            try SmallRequest.parse {
                $0.start = "INVITE sip:1002@exchange.local SIP/2.0"
                $0.cseq = "CSeq: 7 INVITE"
                $0.via = "Via: SIP/2.0/TCP p;branch=z9hG4bK2, SIP/2.0/TCP c;branch=z9hG4bK1"
                $0.extra = ["Record-Route: <sip:p;lr>", "Timestamp: 54", "Subject: secret", "Contact: <sip:c@c>"]
            })
    }

    @Test("Via, From, To, Call-ID and CSeq, and nothing else") func refusal() throws {
        let response = Response(486, to: try invite(), toTag: "t")
        #expect(response.reason == "Busy Here")
        #expect(response.headers.map(\.name) == [.via, .from, .to, .callID, .cseq])
        #expect(response.vias.map(\.host) == ["p", "c"])
        #expect(response.to?.tag == "t")
        #expect(response.body.isEmpty)
    }

    @Test("a 100 repeats Timestamp and gets no tag") func trying() throws {
        let response = Response(100, to: try invite())
        #expect(response.headers[.timestamp] == "54")
        #expect(response.to?.tag == nil)
        #expect(!response.headers.contains(.recordRoute))
    }

    @Test(
        "what makes a dialog repeats Record-Route", arguments: [(180, true), (200, true), (302, false), (486, false)])
    func recordRoute(status: Int, isRepeated: Bool) throws {
        #expect(Response(status, to: try invite(), toTag: "t").headers.contains(.recordRoute) == isRepeated)
    }

    @Test("a tag that is there stays") func existingTag() throws {
        let request = try #require(try SmallRequest.parse { $0.to = "To: <sip:1002@x>;tag=theirs" })
        #expect(Response(200, to: request, toTag: "ours").to?.tag == "theirs")
    }

    @Test(
        "phrases",
        arguments: [
            (180, "Ringing"), (200, "OK"), (481, "Call/Transaction Does Not Exist"), (491, "Request Pending"),
            (603, "Decline"), (499, "Bad Request"), (299, "OK"), (999, "Unknown"),
        ])
    func phrases(status: Int, phrase: String) { #expect(Response(status).reason == phrase) }

    @Test("the same fault is answered with the same tag, so that copies are answered alike") func statelessTag() {
        let answers = (0..<2).map { _ in SmallRequest.refusal { $0.cseq = "CSeq: 7 BYE" }?.rejection }
        #expect(answers[0] == answers[1])
        #expect(answers[0]?.to?.tag != nil)
    }

    @Test("classes of status") func classes() {
        #expect(Response(180).isProvisional && !Response(180).isFinal)
        #expect(Response(202).isSuccess && Response(202).isFinal)
        #expect(!Response(302).isSuccess && Response(302).isFinal)
    }
}
