import SIP
import Testing

@Suite("A request with a body of several parts") struct BodyTests {
    static let offer = HoldTests.offer("")
    static let location = "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:a@b\"/>"

    /// A part as it stands between delimiters: its type, what else is said of it, its content.
    struct Part {
        var type: String
        var fields: [String] = []
        var content: String

        init(_ type: String, _ fields: String..., content: String) {
            self.type = type
            self.fields = fields
            self.content = content
        }

        static func several(_ subtype: String, _ boundary: String, _ fields: String..., of parts: [Part]) -> Part {
            var part = Part(
                "multipart/\(subtype);boundary=\"\(boundary)\"", content: BodyTests.join(parts, boundary))
            part.fields = fields
            return part
        }
    }

    static func join(_ parts: [Part], _ boundary: String) -> String {
        parts.map { part in
            let fields = ["Content-Type: \(part.type)"] + part.fields
            return "--\(boundary)\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n" + part.content + "\r\n"
        }.joined() + "--\(boundary)--\r\n"
    }

    static let sdp = Part("application/sdp", content: offer)
    static let place = Part("application/pidf+xml", content: location)
    static let unread = Part("application/pidf+xml", "Content-Disposition: render;handling=optional", content: location)
    static let html = Part("text/html", content: "<b>hi</b>")
    static let text = Part("text/plain;charset=UTF-8", content: "grüß dich")

    static func hears(_ method: SIP.Method, _ part: Part) -> Phone {
        var phone = Phone("1001")
        var request = request(method, body: part.content, type: part.type)
        for field in part.fields {
            let halves = field.split(separator: ": ", maxSplits: 1).map { String($0) }
            request.headers.append(HeaderName(halves[0]), halves[1])
        }
        phone.hears(request)
        return phone
    }

    static func texts(_ phone: Phone) -> [String] {
        phone.reports.compactMap { if case .message(_, _, let content) = $0 { content.text } else { nil } }
    }

    @Test(
        "the offer is taken out of whatever it is wrapped in",
        arguments: [
            .several("mixed", "a", of: [sdp]),
            .several("mixed", "a", of: [unread, sdp]),
            .several(
                "mixed", "a",
                of: [sdp, Part("application/isup", "Content-Disposition: signal;handling=optional", content: "\u{1}")]),
            .several(
                "mixed", "a",
                of: [sdp, Part("application/pidf+xml", "Content-Disposition: by-reference", content: location)]),
            .several("mixed", "a", of: [.several("mixed", "b", of: [unread, sdp]), unread]),
            .several("alternative", "a", of: [html, sdp]),
            .several("alternative", "a", of: [sdp, Part("application/sdpng+xml", content: "<sdpng/>")]),
            .several("related", "a", of: [sdp, unread]),
            .several(
                "mixed", "a",
                of: [Part("application/sdp", "Content-Disposition: Session;handling=required", content: offer)]),
            .several(
                "mixed", "a",
                of: [
                    sdp,
                    Part("application/sdp", "Content-Disposition: early-session;handling=optional", content: offer),
                ]),
        ] as [Part])
    func offers(_ body: Part) throws {
        var phone = Self.hears(.invite, body)
        guard case .incoming(let id, _, let offer?)? = phone.latest else {
            Issue.record("no offer: \(phone.sent)")
            return
        }
        #expect(offer.media.map(\.kind) == ["audio"])
        phone.does(.accept(id))
        let answer = try phone.takeResponse()
        #expect(answer.status == 200)
        #expect(answer.contentType == .sdp)
        #expect(try SessionDescription(parsing: answer.body).media.map(\.port) == [9])
    }

    @Test("where every part may be left unread there is no offer, and ours goes into the answer") func noOffer() throws
    {
        var phone = Self.hears(.invite, .several("mixed", "a", of: [Self.unread, Self.unread]))
        #expect(phone.latest.map { if case .incoming(_, _, nil) = $0 { true } else { false } } == true)
        phone.does(.accept(.received(1)))
        #expect(try phone.takeResponse().contentType == .sdp)
        // What is wrong with what may be left unread does no harm either.
        let broken = Part(
            "multipart/mixed;boundary=z", "Content-Disposition: render;handling=optional", content: "nothing")
        #expect(Self.hears(.invite, .several("mixed", "a", of: [Self.sdp, broken])).reports.count == 1)
    }

    @Test(
        "is refused 415 for one part that we do not understand and that must be, and Accept says what we do",
        arguments: [
            .several("mixed", "a", of: [sdp, place]), .several("mixed", "a", of: [place]),
            .several("alternative", "a", of: [place, html]),
            .several("mixed", "a", of: [sdp, .several("mixed", "b", of: [unread, html])]),
            .several("mixed", "a", of: [Part("application/sdp", "Content-Transfer-Encoding: base64", content: "dj0w")]),
            .several("mixed", "a", of: [Part("application/sdp", "Content-Disposition: render", content: offer)]),
            Part("multipart/mixed;boundary=a", "Content-Encoding: gzip", content: join([sdp], "a")),
        ] as [Part])
    func notUnderstood(_ body: Part) throws {
        var phone = Self.hears(.invite, body)
        let refusal = try phone.takeResponse()
        #expect(refusal.status == 415)
        #expect(refusal.headers.values(.accept) == ["application/sdp", "multipart/mixed", "multipart/alternative"])
        #expect(phone.reports.isEmpty)
    }

    @Test(
        "is refused 400 where nobody could say what it means, 413 where it is too much",
        arguments: [
            (Part("multipart/mixed", content: join([sdp], "a")), 400),
            (Part("multipart/mixed;boundary=other", content: join([sdp], "a")), 400),
            (Part("multipart/mixed;boundary=a", content: String(join([sdp], "a").dropLast(6))), 400),
            (Part("multipart/mixed;boundary=" + String(repeating: "a", count: 70), content: "--a"), 400),
            (.several("mixed", "a", of: [sdp, sdp]), 400),
            (.several("mixed", "a", of: [Part("application/sdp", content: "v=0\r\nno session")]), 400),
            (.several("mixed", "a", of: Array(repeating: unread, count: 17)), 413),
            (
                .several("mixed", "a", of: Array(repeating: .several("mixed", "b", of: [unread, unread]), count: 6)),
                413
            ),
            (nested(4), nil), (nested(5), 413),
            (.several("mixed", "c", "Content-Disposition: render;handling=optional", of: [nested(5)]), 413),
        ] as [(Part, Int?)])
    func refused(_ body: Part, _ status: Int?) throws {
        var phone = Self.hears(.invite, body)
        #expect(phone.reports.count == (status == nil ? 1 : 0))
        if let status { #expect(try phone.takeResponse().status == status) }
    }

    static func nested(_ depth: Int) -> Part {
        (0..<depth).reduce(sdp) { .several("mixed", "level\($1)", of: [$0]) }
    }

    @Test("in a session: a re-INVITE, an UPDATE, and the ACK with a late answer are read the same way")
    func inSession() throws {
        let mixed = Part.several("mixed", "a", of: [Self.unread, Self.sdp])
        var (phone, ok) = try OfferAnswerTests.late()
        var ack = request(.ack, toTag: ok.to?.tag)
        ack.headers[.contentType] = mixed.type
        ack.body = Array(mixed.content.utf8)
        phone.hears(ack)
        #expect(phone.count(.bye) == 0, "the answer was found")
        for (number, method) in [(2, .update), (3, .invite)] as [(UInt32, SIP.Method)] {
            phone.sent = []
            phone.hears(
                request(method, cseq: number, toTag: ok.to?.tag, body: mixed.content, type: mixed.type))
            let answer = try phone.takeResponse()
            #expect(answer.status == 200)
            #expect(answer.contentType == .sdp)
        }
    }

    @Test(
        "a MESSAGE says what we can read of it",
        arguments: [
            (.several("alternative", "a", of: [text, html]), ["grüß dich"]),
            (.several("alternative", "a", of: [html, text]), ["grüß dich"]),
            (.several("alternative", "a", of: [Part("text/plain", content: "poor"), text]), ["grüß dich"]),
            (.several("alternative", "a", of: [text, .several("related", "b", of: [html])]), ["grüß dich"]),
            (
                .several("alternative", "a", of: [text, Part("multipart/related;boundary=z", content: "cut")]),
                ["grüß dich"]
            ),
            (.several("mixed", "a", of: [text, unread]), ["grüß dich"]),
            (.several("mixed", "a", of: [text, Part("text/plain", content: "two")]), ["grüß dich", "two"]),
            (.several("mixed", "a", of: [.several("alternative", "b", of: [html, text]), unread]), ["grüß dich"]),
            (Part("multipart/mixed;boundary=a", content: "--a\r\n\r\nno type\r\n--a--"), ["no type"]),
        ] as [(Part, [String])])
    func messages(_ body: Part, _ texts: [String]) throws {
        var phone = Self.hears(.message, body)
        #expect(try phone.takeResponse().status == 200)
        #expect(Self.texts(phone) == texts)
    }

    @Test(
        "a MESSAGE that nobody would read is refused, though it says that it may be left unread",
        arguments: [
            (.several("alternative", "a", of: [html]), 415), (.several("mixed", "a", of: [text, html]), 415),
            (.several("mixed", "a", of: [unread]), 415),
            (Part("text/html", "Content-Disposition: render;handling=optional", content: "<b>hi</b>"), 415),
            (Part("text/plain", "Content-Disposition: icon", content: "a text?"), 415),
            (Part("multipart/alternative", content: join([text], "a")), 400),
            (.several("mixed", "a", of: Array(repeating: text, count: 17)), 413),
        ] as [(Part, Int)])
    func unreadable(_ body: Part, _ status: Int) throws {
        var phone = Self.hears(.message, body)
        let refusal = try phone.takeResponse()
        #expect(refusal.status == status)
        if status == 415 { #expect(refusal.headers[.accept] == RefusalTests.messageTypes) }
        #expect(phone.reports.isEmpty)
    }

    @Test("in a session, a MESSAGE of several parts is told of part by part, and answered once") func messageInSession()
        throws
    {
        var (phone, invite) = try MessageTests.calling()
        let body = Part.several("mixed", "a", of: [Self.text, Part("text/plain", content: "two")])
        phone.hears(
            request(
                .message, callID: invite.callID ?? "", fromTag: "peer", toTag: invite.from?.tag, body: body.content,
                type: body.type))
        #expect(phone.sent.count == 1)
        #expect(try phone.takeResponse().status == 200)
        #expect(Self.texts(phone) == ["grüß dich", "two"])
    }
}
