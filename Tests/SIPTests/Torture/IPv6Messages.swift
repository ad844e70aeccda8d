import SIP
import Testing

/// RFC 5118 §4: IPv6 addresses in messages.
@Suite("RFC 5118: IPv6 references")
struct IPv6Messages {
    private func register(_ uri: String, via: String, contact: String = "<sip:caller@[2001:db8::1]>") -> [UInt8] {
        Octets.head(
            """
            REGISTER \(uri) SIP/2.0
            To: sip:user@example.com
            From: sip:user@example.com;tag=81x2
            Via: \(via)
            Call-ID: SSG9559905523997077@hlau_4100
            Max-Forwards: 70
            Contact: \(contact)
            CSeq: 98176 REGISTER
            Content-Length: 0
            """)
    }

    @Test("4.1: a reference in Request-URI, Via and Contact") func validReference() throws {
        let bytes = register("sip:[2001:db8::10]", via: "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111")
        let request = try #require(try Message.parse(bytes).asRequest)
        #expect(request.uri.host == "2001:db8::10")
        #expect(request.uri.description == "sip:[2001:db8::10]")
        #expect(request.topVia?.host == "2001:db8::9:1")
        #expect(request.contact?.uri.host == "2001:db8::1")
        #expect(try Message.parse(request.serialized()) == .request(request))
    }

    @Test("4.2: a Request-URI without brackets is answered 400") func missingBrackets() {
        let error = refusal(
            of: register("sip:2001:db8::10", via: "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111"))
        #expect(error?.reason == .malformedURI)
        #expect(error?.rejection?.status == 400)
    }

    @Test("4.3: what looks like a port inside the brackets is the address") func ambiguousPort() throws {
        let bytes = register("sip:[2001:db8::10:5070]", via: "SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111")
        let request = try #require(try Message.parse(bytes).asRequest)
        #expect(request.uri.host == "2001:db8::10:5070")
        #expect(request.uri.port == nil)
    }

    @Test("4.4: behind the brackets it is the port") func unambiguousPort() throws {
        let bytes = register("sip:[2001:db8::10]:5070", via: "SIP/2.0/UDP [2001:db8::9:1]:5061;branch=z9hG4bKas3-111")
        let request = try #require(try Message.parse(bytes).asRequest)
        #expect(request.uri.host == "2001:db8::10")
        #expect(request.uri.port == 5070)
        #expect(request.topVia?.port == 5061)
    }

    @Test("4.5: received with brackets or without", arguments: ["[2001:db8::9:255]", "2001:db8::9:255"])
    func receivedDelimiters(received: String) throws {
        let bytes = register(
            "sip:[2001:db8::10]", via: "SIP/2.0/UDP [2001:db8::9:1];received=\(received);branch=z9hG4bKas3-111")
        let request = try #require(try Message.parse(bytes).asRequest)
        #expect(request.topVia?.received == "2001:db8::9:255")
        #expect(request.topVia?.branch == "z9hG4bKas3-111")
    }

    @Test("4.7: IPv4 and IPv6 in one message") func mixedFamilies() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    BYE sip:user@host.example.net SIP/2.0
                    Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111
                    Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144
                    Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200
                    Call-ID: 997077@lau_4100
                    Max-Forwards: 70
                    CSeq: 89187 BYE
                    To: sip:user@example.net;tag=9817--94
                    From: sip:user@example.com;tag=81x2
                    Content-Length: 0
                    """)
            ).asRequest)
        #expect(request.vias.map(\.host) == ["2001:db8::9:1", "192.0.2.1", "2001:db8::9:255"])
        #expect(request.vias.last?.received == "192.0.2.200")
    }

    @Test("4.6, 4.8 and 4.9: what a body says of addresses is left alone") func addressesInBody() throws {
        let body =
            "v=0\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\nc=IN IP6 ::ffff:192.0.2.1\nc=IN IP4 192.0.2.1"
        let bytes = Octets.message(
            """
            INVITE sip:user@[2001:db8::10] SIP/2.0
            To: sip:user@[2001:db8::10]
            From: sip:user@example.com;tag=81x2
            Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111
            Call-ID: SSG9559905523997077@hlau_4100
            Contact: "Caller" <sip:caller@[::ffff:192.0.2.2]>
            CSeq: 8612 INVITE
            Max-Forwards: 70
            Content-Type: application/sdp
            Content-Length: \(Octets.message("", body: body).count - 4)
            """, body: body)
        let request = try #require(try Message.parse(bytes).asRequest)
        #expect(request.contact?.uri.host == "::ffff:192.0.2.2")
        #expect(request.body == Array(Octets.message("", body: body).dropFirst(4)))
    }

    @Test("4.10: the third colon of RFC 3261's grammar is read, and never written") func thirdColon() throws {
        let bytes = Octets.head(
            """
            OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0
            To: sip:user@[2001:db8:::192.0.2.1]
            From: sip:user@example.com;tag=810x2
            Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111
            Call-ID: G9559905523997077@hlau_4100
            CSeq: 689 OPTIONS
            Max-Forwards: 70
            Content-Length: 0
            """)
        let request = try #require(try Message.parse(bytes).asRequest)
        #expect(request.uri.description == "sip:user@[2001:db8::192.0.2.1]")
    }

    @Test(
        "text that is an IPv6 address",
        arguments: [
            "::", "::1", "1::", "2001:db8::10", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1",
            "fe80::0202:B3FF:FE1E:8329", "1:2:3:4:5:6:7::",
        ])
    func addresses(text: String) { #expect(IPAddress.isIPv6(text)) }

    @Test(
        "text that is none",
        arguments: [
            "", ":", ":::", "1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0",
            "::192.0.2", "::192.0.2.256", "1:2:3:4:5:6:7:192.0.2.1", "1:", ":1", "[::1]", "1:2:3:4:5:6:7:8::", "::1 ",
            "2001:db8:::1", "00000000000000000000000000000000000000000000::1",
        ])
    func notAddresses(text: String) { #expect(!IPAddress.isIPv6(text)) }

    @Test(
        "IPv4 has four parts up to 255",
        arguments: [
            ("0.0.0.0", true), ("255.255.255.255", true), ("192.0.2.1", true), ("256.0.0.1", false), ("1.2.3", false),
            ("1.2.3.4.5", false), ("1.2.3.", false), (".1.2.3", false), ("1..2.3", false), ("0001.2.3.4", false),
            ("", false), ("a.b.c.d", false), ("1.2.3.4 ", false), ("-1.2.3.4", false),
        ])
    func dotted(text: String, isAddress: Bool) { #expect(IPAddress.isIPv4(text) == isAddress) }
}
