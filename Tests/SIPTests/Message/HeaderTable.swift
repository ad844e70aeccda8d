import SIP
import Testing

@Suite("the header table")
struct HeaderTable {
    @Test("names are equal in any case and in their compact form") func names() {
        #expect(HeaderName("VIA") == .via)
        #expect(HeaderName("v") == .via)
        #expect(HeaderName("Call-id") == .callID)
        #expect(HeaderName("X-Own") == HeaderName("x-oWN"))
        #expect(HeaderName("X-Own") != HeaderName("X-Owm"))
        #expect(HeaderName("z") != .via)
        #expect(HeaderName("").text == "")
        #expect(Set([HeaderName("x-a"), "X-A", "f", "From", .from]).count == 2)
        #expect(HeaderName("p-asserted-identity").text == "P-Asserted-Identity")
        #expect(HeaderName("X-oWn").text == "X-oWn")
    }

    @Test(
        "compact forms",
        arguments: [
            ("v", HeaderName.via), ("f", .from), ("t", .to), ("i", .callID), ("m", .contact), ("l", .contentLength),
            ("c", .contentType), ("e", .contentEncoding), ("s", .subject), ("k", .supported), ("o", .event),
            ("u", .allowEvents), ("r", .referTo), ("b", .referredBy), ("x", .sessionExpires),
        ])
    func compact(text: String, name: HeaderName) { #expect(HeaderName(text) == name) }

    @Test("setting replaces the first and removes the others") func set() {
        var headers: Headers = [.subject: "1", .via: "a", .subject: "2", "X-Own": "3"]
        headers[.subject] = "new"
        #expect(headers.map(\.value) == ["new", "a", "3"])
        headers[.subject] = nil
        #expect(!headers.contains(.subject))
        headers["x-own"] = "4"
        headers["Y"] = "5"
        #expect(headers.map(\.name.text) == ["Via", "X-Own", "Y"])
        #expect(headers.map(\.value) == ["a", "4", "5"])
    }

    @Test("a prepended value comes before its kind, or before all") func prepend() {
        var headers: Headers = [.via: "1", .recordRoute: "2"]
        headers.prepend(.recordRoute, "3")
        headers.prepend(.via, "4")
        headers.prepend("X", "5")
        #expect(headers.map(\.value) == ["5", "4", "1", "3", "2"])
    }

    @Test("the first value of a list goes, the others stay") func removeFirst() throws {
        var request = try #require(
            try SmallRequest.parse { $0.via = "v: SIP/2.0/UDP a;x=\"1,2\" ,\n SIP/2.0/UDP b\nVia: SIP/2.0/UDP c" })
        request.headers.removeFirstValue(.via)
        #expect(request.vias.map(\.host) == ["b", "c"])
        request.headers.removeFirstValue(.via)
        request.headers.removeFirstValue(.subject)
        #expect(request.vias.map(\.host) == ["c"])
        request.topVia = nil
        #expect(request.topVia == nil)
        #expect(!request.headers.contains(.via))
    }

    @Test("the top Via is changed without touching the others") func topVia() throws {
        var request = try #require(try SmallRequest.parse { $0.via = "Via: SIP/2.0/UDP a;rport, SIP/2.0/UDP b" })
        request.topVia?.received = "192.0.2.1"
        request.topVia?.rport = 5060
        #expect(request.headers.values(.via) == ["SIP/2.0/UDP a;rport=5060;received=192.0.2.1", "SIP/2.0/UDP b"])
    }

    @Test("fields that are changed for ever take no room for ever") func compaction() throws {
        var request = try #require(try SmallRequest.parse())
        for number in 0..<20_000 { request.cseq = CSeq(UInt32(number), .message) }
        #expect(request.cseq == CSeq(19_999, .message))
        #expect(request.from?.tag == "u1")
        #expect(try request.serialized().count < 400)
        for _ in 0..<5_000 {
            request.headers.append("X-More", "value")
            request.headers.removeAll("X-More")
        }
        #expect(request.callID == "small@192.0.2.7")
    }

    @Test("equal whatever the folding and the abbreviations, different in order") func equality() throws {
        let one = try SmallRequest.parse { $0.extra = ["s: a\n  b"] }
        let other = try SmallRequest.parse { $0.extra = ["Subject:a b"] }
        #expect(one?.headers == other?.headers)
        #expect(one?.headers != (try SmallRequest.parse())?.headers)
        #expect([.via: "1", .to: "2"] as Headers != [.to: "2", .via: "1"])
    }

    @Test("unknown methods and fields go on as they came") func unknown() throws {
        let request = try SmallRequest.parse {
            $0.start = "FROBnicate sip:x SIP/2.0"
            $0.cseq = "CSeq: 1 FROBnicate"
            $0.extra = ["x-frob: ;;,\"", "X-Frob: 2"]
        }
        #expect(request?.method == .other("FROBnicate"))
        #expect(request?.headers.values("X-FROB") == [";;,\"", "2"])
        let text = try String(decoding: request?.serialized() ?? [], as: UTF8.self)
        #expect(text.hasPrefix("FROBnicate sip:x SIP/2.0\r\n"))
        #expect(text.contains("\r\nx-frob: ;;,\"\r\nX-Frob: 2\r\n"))
    }

    @Test("a method in other case is another method") func methodCase() {
        #expect(Method("INVITE") == .invite)
        #expect(Method("invite") == .other("invite"))
        #expect(Method("PRACK").rawValue == "PRACK")
    }
}
