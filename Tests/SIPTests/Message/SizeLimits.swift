import SIP
import Testing

@Suite("beyond a limit the answer is a 4xx or 5xx")
struct SizeLimits {
    private func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test("a message larger than the limit is answered 513") func message() {
        let error = SmallRequest.refusal {
            $0.body = long(Limits.messageSize)
            $0.contentLength = "Content-Length: \(Limits.messageSize)"
        }
        #expect(error?.reason == .messageTooLarge)
        #expect(error?.rejection?.status == 513)
        #expect(error?.rejection?.callID == "small@192.0.2.7")
    }

    @Test("a body larger than the limit is answered 413, one that just fits is read") func body() throws {
        let error = SmallRequest.refusal {
            $0.body = long(Limits.bodySize + 1)
            $0.contentLength = "Content-Length: \(Limits.bodySize + 1)"
        }
        #expect(error?.reason == .bodyTooLarge)
        #expect(error?.rejection?.status == 413)
        let request = try SmallRequest.parse {
            $0.body = long(Limits.bodySize)
            $0.contentLength = "Content-Length: \(Limits.bodySize)"
        }
        #expect(request?.body.count == Limits.bodySize)
    }

    @Test("too many fields are answered 513, as many as fit are read") func headerCount() throws {
        let room = Limits.headerCount - 5
        let error = SmallRequest.refusal { $0.extra = (0...room).map { "X-\($0): y" } }
        #expect(error?.reason == .tooManyHeaders)
        #expect(error?.rejection?.status == 513)
        #expect(
            try SmallRequest.parse { $0.extra = (0..<room).map { "X-\($0): y" } }?.headers.count == Limits.headerCount)
    }

    @Test("a field longer than the limit is answered 513, folded or not") func headerLength() throws {
        #expect(SmallRequest.refusal { $0.extra = ["Subject: " + long(Limits.headerLength)] }?.reason == .headerTooLong)
        let folds = String(repeating: "\n x", count: Limits.headerLength / 3)
        #expect(SmallRequest.refusal { $0.extra = ["Subject: " + folds] }?.rejection?.status == 513)
        #expect(
            SmallRequest.refusal { $0.extra = [long(Limits.headerNameLength + 1) + ": x"] }?.rejection?.status == 513)
        let fits = try SmallRequest.parse { $0.extra = ["Subject: " + long(Limits.headerLength - 11)] }
        #expect(fits?.headers[.subject]?.utf8.count == Limits.headerLength - 11)
    }

    /// Found by fuzzing.
    @Test("octets that are no UTF-8 count as what an answer has in their place")
    func headerLengthAsText() throws {
        func named(_ count: Int) -> [UInt8] {
            var request = SmallRequest()
            request.from = "From: \"" + String(repeating: "~", count: count) + "\" <sip:1001@exchange.local>;tag=u1"
            return request.bytes.map { $0 == UInt8(ascii: "~") ? 0xD2 : $0 }
        }
        #expect(refusal(of: named(Limits.headerLength / 3))?.reason == .headerTooLong)
        let fits = try #require(try Message.parse(named(Limits.headerLength / 3 - 40)).asRequest)
        let answer = try Response(486, to: fits, toTag: "busy").serialized()
        #expect(throws: Never.self) { try Message.parse(answer) }
    }

    @Test("a head larger than the limit is answered 513") func head() {
        let error = SmallRequest.refusal { $0.extra = (0..<8).map { "X-\($0): " + long(8_000) } }
        #expect(error?.reason == .messageTooLarge)
        #expect(error?.rejection?.status == 513)
    }

    @Test("a Request-URI longer than the limit is answered 414") func requestURI() {
        let error = SmallRequest.refusal { $0.start = "MESSAGE sip:" + long(Limits.startLineLength) + "@x SIP/2.0" }
        #expect(error?.reason == .uriTooLong)
        #expect(error?.rejection?.status == 414)
    }

    @Test("too many parameters are answered 400") func parameters() throws {
        func list(_ count: Int) -> String { (0..<count).map { ";p\($0)" }.joined() }
        #expect(
            SmallRequest.refusal { $0.to = "To: <sip:a@b>" + list(Limits.parameterCount + 1) }?.rejection?.status == 400
        )
        #expect(
            SmallRequest.refusal { $0.to = "To: <sip:a@b" + list(Limits.parameterCount + 1) + ">" }?.rejection?.status
                == 400)
        #expect(
            try SmallRequest.parse { $0.to = "To: <sip:a@b>" + list(Limits.parameterCount) }?.to?.parameters.count
                == Limits.parameterCount)
    }

    @Test("what answers a request with as many parameters as allowed can be read too") func answer() throws {
        let many = (0..<Limits.parameterCount).map { ";p\($0)" }.joined()
        let request = try #require(
            try SmallRequest.parse {
                $0.to = "To: <sip:a@b>" + many
                $0.via = "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1" + many.replacing(";p0;", with: ";")
            })
        var response = Response(486, to: request, toTag: "t")
        response.headers[.via] = try #require(response.headers[.via]) + ";received=192.0.2.8;rport=5060"
        let bytes = try Message.response(response).serialized()
        #expect((try? Message.parse(bytes)) != nil)
        #expect(SmallRequest.refusal { $0.to = "To: <sip:a@b>;tag=t;tag=u" + many } != nil)
    }

    @Test("a list gives no more values than the limit") func list() throws {
        let request = try SmallRequest.parse { $0.extra = ["Supported: " + String(repeating: "a,", count: 3_000)] }
        #expect(request?.supported.count == Limits.listLength)
    }

    @Test(
        "numbers at the edge",
        arguments: [
            ("CSeq: 2147483647 MESSAGE", true), ("CSeq: 2147483648 MESSAGE", false),
            ("CSeq: 4294967296 MESSAGE", false),
            ("CSeq: 0 MESSAGE", true), ("CSeq: -1 MESSAGE", false), ("CSeq: 18446744073709551616 MESSAGE", false),
            ("CSeq: 00000000000000000000000007 MESSAGE", true), ("CSeq: 7  MESSAGE", true), ("CSeq: 7MESSAGE", false),
            ("CSeq: 7 MESSAGE x", false),
        ])
    func sequenceNumbers(line: String, isRead: Bool) {
        #expect((SmallRequest.refusal { $0.cseq = line } == nil) == isRead)
    }

    @Test(
        "Max-Forwards is 0 to 255",
        arguments: [("0", 0), ("0068", 68), ("255", 255), ("256", nil), ("-1", nil), ("x", nil)])
    func maxForwards(text: String, value: Int?) throws {
        let error = SmallRequest.refusal { $0.extra = ["Max-Forwards: " + text] }
        #expect((error == nil) == (value != nil))
        if value != nil {
            #expect(try SmallRequest.parse { $0.extra = ["Max-Forwards: " + text] }?.maxForwards == value)
        }
    }

    @Test(
        "Expires beyond 32 bits counts as the largest",
        arguments: [
            ("60", 60), ("4294967295", 4_294_967_295), ("4294967296", 4_294_967_295),
            ("1000000000000000000000000000", 4_294_967_295), ("-1", nil), ("soon", nil), ("", nil),
        ] as [(String, UInt32?)])
    func expires(text: String, value: UInt32?) throws {
        #expect(try SmallRequest.parse { $0.extra = ["Expires: " + text] }?.expires == value)
    }

    @Test(
        "ports are 0 to 65535",
        arguments: [("5060", true), ("65535", true), ("65536", false), ("", false), ("-1", false), ("5060x", false)])
    func ports(text: String, isRead: Bool) {
        #expect((SmallRequest.refusal { $0.to = "To: <sip:a@b:\(text)>" } == nil) == isRead)
        #expect((SmallRequest.refusal { $0.via = "Via: SIP/2.0/UDP h:\(text);branch=z9hG4bK1" } == nil) == isRead)
    }
}

@Suite("no message costs more than its size")
struct Cost {
    /// Shapes that make a careless parser look at each octet many times. Linear work is milliseconds, also in a debug
    /// build under sanitizers; quadratic work is minutes.
    @Test(
        "a full-sized message of the worst shape is read or refused at once", .timeLimit(.minutes(1)),
        arguments: [
            "\r\n\r", "x\r\n", "a:\r\n", " \r\n", "X: <\r\n", "X: \"\r\n", "X: \"\\\u{01}\r\n", "\r\n ", ",<", "\"",
            "\\\"", ";a", "%41", ":",
            "Contact: <a:b>,\r\n", "v: ,\r\n", "[", "(", "\u{01}",
        ])
    func worstShapes(piece: String) {
        let filling = String(repeating: piece, count: Limits.headSize / piece.utf8.count)
        for line in ["", "Contact: ", "Via: ", "From: ", "Subject: ", "X"] {
            let bytes = Array("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z\r\n\(line)\(filling)\r\n\r\n".utf8)
            let message = try? Message.parse(bytes)
            #expect(message == nil)
            var framer = StreamFramer()
            framer.append(bytes)
            #expect(throws: FramingError.self) { while try framer.next() != nil {} }
        }
    }
}
