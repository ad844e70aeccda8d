import SIP
import Testing

@Suite("A request that cannot be served") struct RefusalTests {
    static func answer(_ request: Request, _ phone: Phone = Phone("1001")) throws -> (Response, Phone) {
        var phone = phone
        phone.hears(request)
        let response = try phone.takeResponse()
        return (response, phone)
    }

    @Test("of an unknown method is answered 405 with Allow") func unknownMethod() throws {
        let (response, _) = try Self.answer(request(.other("DANCE")))
        #expect(response.status == 405)
        #expect(response.allowed.contains(.message) && response.allowed.contains(.invite))
        #expect(response.to?.tag != nil)
    }

    @Test("that requires an unknown extension is answered 420 with Unsupported") func unknownExtension() throws {
        var invite = request(.invite)
        invite.headers[.require] = "100rel, precondition, teleport"
        let (response, phone) = try Self.answer(invite)
        #expect(response.status == 420)
        #expect(response.headers[.unsupported] == "precondition, teleport")
        #expect(phone.reports.isEmpty)
    }

    @Test("with a scheme that is no telephone is answered 416") func scheme() throws {
        var invite = request(.invite)
        invite.uri = try URI(parsing: "http://example.com/")
        #expect(try Self.answer(invite).0.status == 416)
    }

    @Test(
        "with a body of another kind is answered 415, with what would be taken",
        arguments: [
            (SIP.Method.message, "text/html", nil, messageTypes),
            (.message, "message/sipfrag", nil, messageTypes),
            (.message, "text/plain", "gzip", messageTypes),
            (.invite, "text/plain", nil, "application/sdp, multipart/mixed, multipart/alternative"),
        ] as [(SIP.Method, String, String?, String)])
    func mediaType(_ method: SIP.Method, _ type: String, _ encoding: String?, _ accept: String) throws {
        var request = request(method, body: "<b>hi</b>", type: type)
        request.headers[.contentEncoding] = encoding
        let (response, phone) = try Self.answer(request)
        #expect(response.status == 415)
        #expect(response.headers[.accept] == accept)
        #expect(phone.reports.isEmpty)
    }

    static let messageTypes =
        "text/plain, application/im-iscomposing+xml, message/cpim, message/imdn+xml, multipart/mixed, multipart/alternative"

    @Test("with a message over the limit is answered 413") func tooLong() throws {
        let longest = String(repeating: "x", count: UserAgent.Limits.messageBody)
        #expect(try Self.answer(request(.message, body: longest)).0.status == 200)
        #expect(try Self.answer(request(.message, body: longest + "x")).0.status == 413)
    }

    @Test(
        "with a session description that is none is 400, one without audio for us 488",
        arguments: [
            ("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n", 400),
            ("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=audio 4 RTP/AVP 4294967296\r\n", 400),
            ("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\n", 488),
        ])
    func description(_ body: String, _ status: Int) throws {
        let (response, phone) = try Self.answer(request(.invite, body: body, type: "application/sdp"))
        #expect(response.status == status)
        #expect(phone.reports.isEmpty)
    }

    @Test(
        "in a dialog that is not there is answered 481",
        arguments: [SIP.Method.bye, .message, .invite, .notify, .options])
    func noDialog(_ method: SIP.Method) throws {
        #expect(try Self.answer(request(method, toTag: "gone")).0.status == 481)
    }

    @Test("an ACK to nothing is not answered at all") func strayAck() {
        var phone = Phone("1001")
        phone.hears(request(.ack, toTag: "gone"))
        #expect(phone.sent.isEmpty && phone.reports.isEmpty)
    }

    @Test("an INVITE without Contact is answered 400") func noContact() throws {
        var invite = request(.invite)
        invite.contact = nil
        #expect(try Self.answer(invite).0.status == 400)
    }

    @Test(
        "an INVITE whose Contact is no telephone's, or whose Contacts are two, is answered 400",
        arguments: ["<mailto:1002@b.example>", "<tel:1002>", "*", "<sip:1002@b.example>, <sip:1003@b.example>"])
    func contactsOfOtherKinds(_ contact: String) throws {
        var invite = request(.invite)
        invite.headers[.contact] = contact
        let (response, phone) = try Self.answer(invite)
        #expect(response.status == 400)
        #expect(phone.reports.isEmpty)
    }

    @Test("the same INVITE by two ways is answered 482 the second time") func merged() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite, branch: "z9hG4bKleft"))
        phone.hears(request(.invite, branch: "z9hG4bKright"))
        #expect(try phone.takeResponse().status == 482)
        #expect(phone.reports.count == 1)
    }

    @Test("OPTIONS is answered with what we can, in a dialog and outside") func options() throws {
        let (response, _) = try Self.answer(request(.options))
        #expect(response.status == 200)
        #expect(response.allowed.contains(.message))
        #expect(response.headers[.accept] == "application/sdp, \(Self.messageTypes)")
        #expect(response.headers.contains(.supported))
    }

    @Test("our OPTIONS is answered by whatever final response comes", arguments: [200, 404, 483])
    func ping(_ status: Int) throws {
        var phone = Phone("1001")
        phone.does(.options(PingToken(9), to: .sip(nil, "exchange.local"), on: Phone.udp))
        phone.hears(status, to: try phone.takeRequest(.options))
        #expect(phone.latest == .ping(PingToken(9), status: status))
    }

    @Test("an answer with a Via below ours is another's, and dropped") func secondVia() throws {
        var phone = Phone("1001")
        phone.does(.options(PingToken(9), to: .sip(nil, "exchange.local"), on: Phone.udp))
        let options = try phone.takeRequest(.options)
        phone.hears(404, to: options) { $0.headers.append(.via, "SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKother") }
        #expect(phone.reports.isEmpty)
        phone.hears(200, to: options)
        #expect(phone.latest == .ping(PingToken(9), status: 200))
    }

    @Test("our OPTIONS that nobody answers says so") func deadPing() {
        var phone = Phone("1001")
        phone.does(.options(PingToken(9), to: .sip(nil, "exchange.local"), on: Phone.udp))
        phone.wait(.seconds(33))
        #expect(phone.latest == .ping(PingToken(9), status: nil))
    }
}
