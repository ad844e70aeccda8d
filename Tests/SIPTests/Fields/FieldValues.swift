import SIP
import Testing

@Suite("field values")
struct FieldValues {
    @Test(
        "name-addr and addr-spec",
        arguments: [
            ("sip:a@b", nil, "a"), ("<sip:a@b>", nil, "a"), ("\"x y\" <sip:a@b>", "x y", "a"),
            ("x y<sip:a@b>;tag=1", "x y", "a"),
            ("\"\" <sip:a@b>", "", "a"), ("Jürgen <sip:a@b>", "Jürgen", "a"), (" sip:a@b ;tag=1 ", nil, "a"),
            ("\"a\\\\\" <sip:a@b>", "a\\", "a"),
        ] as [(String, String?, String)])
    func addresses(text: String, name: String?, user: String) throws {
        let address = try NameAddress(parsing: text)
        #expect(address.displayName == name)
        #expect(address.uri.user == user)
        #expect(try NameAddress(parsing: address.description) == address)
    }

    @Test(
        "neither",
        arguments: [
            "", " ", "\"", "\"x", "\"x\"", "\"x\" sip:a@b", "<sip:a@b", "sip:a@b>", "x sip:a@b", "<>", "<sip:a@b>x",
            "<sip:a@b> ;",
            "<sip:a@b>;;tag=1", "<sip:a@b>;tag=\"1", "sip:a@b?c=d", "x,y <sip:a@b>", "(x) <sip:a@b>", "<<sip:a@b>>",
            "*",
        ])
    func notAddresses(text: String) {
        #expect(throws: ParseError.self) { try NameAddress(parsing: text) }
    }

    @Test("the offset of a fault is where it is") func faultOffset() {
        #expect(throws: ParseError(offset: 13, reason: .malformedParameter)) {
            try NameAddress(parsing: "<sip:a@bc>; t=")
        }
        #expect(throws: ParseError(offset: 6, reason: .malformedURI)) { try NameAddress(parsing: "<sip:a b@c>") }
    }

    @Test("a Contact's expires", arguments: [("60", 60), ("99999999999", 4_294_967_295), ("x", 3_600), ("\"60\"", 60)])
    func contactExpires(text: String, seconds: UInt32) throws {
        #expect(try NameAddress(parsing: "<sip:a@b>;expires=\(text)").expires == seconds)
        #expect(try NameAddress(parsing: "<sip:a@b>").expires == nil)
    }

    @Test("+sip.instance keeps its quotes and brackets") func instance() throws {
        let text = #"<sip:a@b>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>";reg-id=1"#
        let address = try NameAddress(parsing: text)
        #expect(address.parameters["+SIP.instance"] == "<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>")
        #expect(address.description == text)
        var built = NameAddress(.sip("a", "b"))
        built.parameters["+sip.instance"] = "<urn:uuid:1>"
        #expect(built.description == #"<sip:a@b>;+sip.instance="<urn:uuid:1>""#)
    }

    @Test("Via with rport as a flag and as a value") func rport() throws {
        var via = try Via(parsing: "SIP/2.0/UDP h:5061;rport;branch=z9hG4bK1")
        #expect(via.hasRport && via.rport == nil)
        #expect(via.port == 5061)
        via.rport = 4711
        via.received = "2001:db8::1"
        #expect(via.description == "SIP/2.0/UDP h:5061;rport=4711;branch=z9hG4bK1;received=2001:db8::1")
        #expect(try Via(parsing: via.description) == via)
        #expect(try Via(parsing: "SIP/2.0/UDP h;rport=99999").rport == nil)
        let ours = Via(.tcp, host: "::1", port: 1, branch: "z9hG4bK2")
        #expect(ours.description == "SIP/2.0/TCP [::1]:1;rport;branch=z9hG4bK2")
    }

    @Test(
        "no Via",
        arguments: [
            "", "SIP", "SIP/2.0", "SIP/2.0/", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0/UDP;branch=1", "SIP/2.0/UDP h h",
            "SIP/2.0/UDP h:x",
            "SIP/2.0/UDP [::1", "SIP/2.0/UDP h;branch=", "SIP/2.0/UDP h;", "/2.0/UDP h", "SIP/2.0/UDP ::1",
        ])
    func notVias(text: String) {
        #expect(throws: ParseError.self) { try Via(parsing: text) }
    }

    @Test(
        "media types",
        arguments: [
            ("text/plain", "text/plain", nil), ("Text/Plain ; Charset=\"UTF-8\"", "text/plain", "utf-8"),
            ("text / plain;charset=utf-8", "text/plain", "utf-8"),
            ("application/pidf+xml", "application/pidf+xml", nil),
        ] as [(String, String, String?)])
    func mediaTypes(text: String, essence: String, charset: String?) {
        let type = MediaType(text)
        #expect(type?.essence == essence)
        #expect(type?.charset == charset)
    }

    @Test("no media type", arguments: ["", "text", "text/", "/plain", "text/plain;", "text/plain x", "text//plain"])
    func notMediaTypes(text: String) { #expect(MediaType(text) == nil) }

    @Test("what people type is text/plain in UTF-8") func plainText() {
        #expect(MediaType.plainText.description == "text/plain;charset=UTF-8")
        #expect(MediaType.pidf.description == "application/pidf+xml")
    }

    @Test("event packages") func events() {
        #expect(EventPackage("presence") == .presence)
        #expect(EventPackage("refer;id=93809824") == EventPackage(package: "refer", id: "93809824"))
        #expect(EventPackage("presence ; ID=1")?.description == "presence;id=1")
        #expect(EventPackage("") == nil)
        #expect(EventPackage("a b") == nil)
    }

    @Test("subscription states") func subscriptionStates() {
        #expect(SubscriptionState("active;expires=60") == SubscriptionState(.active, expires: 60))
        let ended = SubscriptionState("Terminated;reason=Timeout;retry-after=5")
        #expect(ended?.state == .terminated)
        #expect(ended?.reason == "timeout")
        #expect(ended?.retryAfter == 5)
        #expect(SubscriptionState("dozing")?.state == .other("dozing"))
        #expect(SubscriptionState("") == nil)
        #expect(SubscriptionState(.terminated, reason: "noresource").description == "terminated;reason=noresource")
    }

    @Test("challenges and credentials") func authentication() {
        let text = #"Digest realm="a, \"b\"", nonce="84a4", algorithm=SHA-256, qop="auth,auth-int", opaque="""#
        let challenge = AuthenticationParameters(text)
        #expect(challenge?.scheme == "Digest")
        #expect(challenge?.parameters["realm"] == #"a, "b""#)
        #expect(challenge?.parameters["Algorithm"] == "SHA-256")
        #expect(challenge?.parameters["qop"] == "auth,auth-int")
        #expect(challenge?.parameters["opaque"] == "")
        #expect(challenge?.description == text)
        for malformed in [
            "", "Digest", "Digest realm", "Digest realm=", "Digest realm=\"x", "Digest a=b,,c=d", "Digest a=b c=d",
        ] {
            #expect(AuthenticationParameters(malformed) == nil, "\(malformed)")
        }
    }

    @Test("asserted and associated identities") func identities() throws {
        let request = try SmallRequest.parse {
            $0.extra = ["P-Asserted-Identity: \"A, B\" <sip:1001@x>, <tel:+1>", "P-Preferred-Identity: <sip:1007@x>"]
        }
        #expect(request?.assertedIdentities.map(\.uri.user) == ["1001", "+1"])
        #expect(request?.assertedIdentities.first?.displayName == "A, B")
        #expect(request?.preferredIdentity?.uri.user == "1007")
        #expect(request?.associatedURIs.isEmpty == true)
    }

    @Test(
        "Call-IDs of the wild are read, two words are not",
        arguments: [
            ("YWJj==@192.0.2.1", true), ("a#b|c", true), ("{a}[b]", true), ("a@b@c", false), ("a b", false),
            ("é", false),
        ])
    func callIDs(text: String, isRead: Bool) throws {
        #expect((SmallRequest.refusal { $0.callID = "Call-ID: " + text } == nil) == isRead)
    }

    @Test("Contact: *") func wildcard() throws {
        let request = try SmallRequest.parse { $0.extra = ["Contact: *"] }
        #expect(request?.hasWildcardContact == true)
        #expect(request?.contacts.isEmpty == true)
        #expect(SmallRequest.refusal { $0.extra = ["Contact: **"] } != nil)
    }

    @Test(
        "a reason phrase, a status and a version that do not belong",
        arguments: [
            "SIP/2.0 99 x", "SIP/2.0 700 x", "SIP/2.0 2000 x", "SIP/2.0 20 x", "SIP/2.0 abc x", "SIP/2.0  200 x",
            "SIP/2.0 200\tx", "SIP/2.0",
            "SIP/2.1 200 OK", "SIP/2.0 200 a\u{01}b",
        ])
    func statusLines(line: String) {
        let error = SmallRequest.refusal { $0.start = line }
        #expect(error != nil)
        #expect(error?.rejection == nil)
    }

    @Test(
        "request lines that are none",
        arguments: [
            "MESSAGE", "MESSAGE sip:x", "MESSAGE  SIP/2.0", " MESSAGE sip:x SIP/2.0", "MESSAGE\tsip:x SIP/2.0",
            "MESSAGE sip:x SIP/2.0 ",
            "MESSAGE sip:x SIP/2", "MESSAGE sip:x HTTP/1.1", "MESS@GE sip:x SIP/2.0", "MESSAGE sip:x SIP/2.x",
            "GET / HTTP/1.1",
        ])
    func requestLines(line: String) {
        #expect(SmallRequest.refusal { $0.start = line }?.rejection?.status == 400)
    }

    @Test("the version is equal in any case") func versionCase() throws {
        #expect(try SmallRequest.parse { $0.start = "MESSAGE sip:x sip/2.0" }?.method == .message)
    }
}
