import SIP
import Testing

/// RFC 4475 §3.2 to §3.4: messages that are for the layers above to judge. Here: they are read, and those layers find
/// what they need to know; or they are refused where the RFC asks for a 400.
@Suite("RFC 4475 3.2 to 3.4: transaction, application and backward compatibility")
struct HigherLayerMessages {
    private func request(_ start: String, _ cseq: String, _ lines: String...) throws -> Request {
        try #require(
            try Message.parse(
                Octets.head(
                    ([
                        start, "Via: SIP/2.0/TCP t1.example.com;branch=z9hG4bKkdjuw", "Max-Forwards: 70",
                        "Call-ID: above.0ha0isndaksdj", "CSeq: " + cseq,
                    ] + lines).joined(separator: "\n"))
            ).asRequest)
    }

    @Test("3.2.1 badbranch: nothing behind the magic cookie") func emptyBranch() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    OPTIONS sip:user@example.com SIP/2.0
                    To: sip:user@example.com
                    From: sip:caller@example.org;tag=33242
                    Max-Forwards: 3
                    Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK
                    Accept: application/sdp
                    Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n
                    CSeq: 8 OPTIONS
                    l: 0
                    """)
            ).asRequest)
        #expect(request.topVia?.branch == "z9hG4bK")
    }

    @Test("3.3.1 insuf: without Call-ID, From and To the answer is 400 all the same") func missingFields() {
        let error = refusal(
            of: Octets.head(
                """
                INVITE sip:user@example.com SIP/2.0
                CSeq: 193942 INVITE
                Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf
                Content-Type: application/sdp
                l: 0
                """))
        #expect(error?.reason == .missing(.from))
        #expect(error?.rejection?.status == 400)
        #expect(error?.rejection?.topVia?.branch == "z9hG4bKkdj.insuf")
        #expect(error?.rejection?.cseq == CSeq(193_942, .invite))
    }

    @Test("3.3.2 unkscm: a Request-URI of an unknown scheme is kept, for a 416") func unknownScheme() throws {
        let request = try request(
            "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", "3923423 OPTIONS",
            "To: sip:user@example.com", "From: sip:caller@example.net;tag=384")
        #expect(request.uri.scheme == .other("nobodyKnowsThisScheme"))
        #expect(request.uri.opaque == "totallyopaquecontent")
        #expect(request.uri.description == "nobodyKnowsThisScheme:totallyopaquecontent")
    }

    @Test("3.3.3 novelsc: a scheme with authority and port is kept too") func knownButForeignScheme() throws {
        let request = try request(
            "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", "2163 OPTIONS", "To: sip:user@example.com",
            "From: sip:caller@example.net;tag=384")
        #expect(request.uri.scheme == .other("soap.beep"))
        #expect(request.uri.opaque == "//192.0.2.103:3002")
    }

    @Test("3.3.4 unksm2: unknown schemes in To, From and Contact") func unknownSchemesInFields() throws {
        let request = try request(
            "REGISTER sip:example.com SIP/2.0", "234902 REGISTER", "To: isbn:2983792873",
            "From: <http://www.example.com>;tag=3234233",
            "Contact: <name:John_Smith>")
        #expect(request.to?.uri.scheme == .other("isbn"))
        #expect(request.from?.uri.description == "http://www.example.com")
        #expect(request.from?.tag == "3234233")
        #expect(request.contact?.uri.opaque == "John_Smith")
    }

    @Test("3.3.5 bext01: unknown option tags are there for a 420") func unknownExtensions() throws {
        let request = try request(
            "OPTIONS sip:user@example.com SIP/2.0", "8 OPTIONS", "To: sip:j_user@example.com",
            "From: sip:caller@example.net;tag=242etr", "Require: nothingSupportsThis, nothingSupportsThisEither",
            "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis")
        #expect(request.required == ["nothingSupportsThis", "nothingSupportsThisEither"])
        #expect(request.headers.values(.proxyRequire).count == 2)
    }

    @Test("3.3.6 invut: a body of an unknown type, for a 415") func unknownType() throws {
        let request = try request(
            "INVITE sip:user@example.com SIP/2.0", "235448 INVITE", "To: sip:j_user@example.com",
            "From: sip:caller@example.net;tag=8392034", "Contact: <sip:caller@host5.example.net>",
            "Content-Type: application/unknownformat")
        #expect(request.contentType == MediaType("application", "unknownformat"))
    }

    @Test("3.3.7 regaut01: credentials of an unknown scheme, for a 401") func unknownAuthorization() throws {
        let request = try request(
            "REGISTER sip:example.com SIP/2.0", "9338 REGISTER", "To: <sip:j.user@example.com>",
            "From: <sip:j.user@example.com>;tag=87321hj23128",
            "Authorization: NoOneKnowsThisScheme opaque-data=here")
        #expect(request.credentials.first?.scheme == "NoOneKnowsThisScheme")
        #expect(request.credentials.first?.parameters["opaque-data"] == "here")
    }

    @Test("3.3.8 multi01: two values where one belongs are answered 400") func multipleValues() {
        let error = refusal(
            of: Octets.head(
                """
                INVITE sip:user@company.com SIP/2.0
                Contact: <sip:caller@host25.example.net>
                Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdj.insuf.1
                Max-Forwards: 70
                CSeq: 5 INVITE
                Call-ID: multi01.98asdh@192.0.2.1
                CSeq: 59 INVITE
                Call-ID: multi01.98asdh@192.0.2.2
                From: sip:caller@example.com;tag=3413415
                To: sip:user@example.com
                To: sip:other@example.net
                From: sip:caller@example.net;tag=2923420123
                Contact: <sip:caller@host36.example.net>
                l: 0
                """))
        #expect(error?.reason == .duplicate(.cseq))
        #expect(error?.rejection?.status == 400)
        #expect(error?.rejection?.headers.values(.to).count == 1)
    }

    @Test("3.3.9 mcl01: two Content-Lengths are answered 400") func multipleContentLengths() {
        let error = refusal(
            of: Octets.message(
                """
                OPTIONS sip:user@example.com SIP/2.0
                Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423
                To: sip:user@example.com
                From: sip:other@example.net;tag=3923942
                Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf
                CSeq: 15932 OPTIONS
                Content-Length: 13
                Max-Forwards: 60
                Content-Length: 5
                Content-Type: text/plain
                """, body: "There's no way to know how many octets are supposed to be here."))
        #expect(error?.reason == .duplicate(.contentLength))
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.3.10 bcast: a 200 with a broadcast address in its Via is read, for the transaction to drop")
    func broadcastVia() throws {
        let response = try #require(
            try Message.parse(
                Octets.head(
                    """
                    SIP/2.0 200 OK
                    Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
                    Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23
                    Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf
                    CSeq: 35 INVITE
                    From: sip:user@example.com;tag=11141343
                    To: sip:user@example.edu;tag=2229
                    Content-Length: 0
                    Contact: <sip:user@host28.example.com>
                    """)
            ).asResponse)
        #expect(response.vias.map(\.host) == ["192.0.2.198", "255.255.255.255"])
    }

    @Test("3.3.11 zeromf: no hop is left") func zeroMaxForwards() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    OPTIONS sip:user@example.com SIP/2.0
                    To: sip:user@example.com
                    From: sip:caller@example.net;tag=3ghsd41
                    Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas
                    CSeq: 39234321 OPTIONS
                    Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw2349i
                    Max-Forwards: 0
                    Content-Length: 0
                    """)
            ).asRequest)
        #expect(request.maxForwards == 0)
    }

    @Test("3.3.12 cparam01: without brackets a parameter is the Contact's") func contactParameter() throws {
        let request = try request(
            "REGISTER sip:example.com SIP/2.0", "8 REGISTER", "To: sip:watson@example.com",
            "From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe",
            "Contact: sip:+19725552222@gw1.example.net;unknownparam")
        #expect(request.contact?.uri.parameters.isEmpty == true)
        #expect(request.contact?.parameters.contains("unknownparam") == true)
    }

    @Test("3.3.13 cparam02: inside the brackets it is the URI's") func uriParameter() throws {
        let request = try request(
            "REGISTER sip:example.com SIP/2.0", "8 REGISTER", "To: sip:watson@example.com",
            "From: sip:watson@example.com;tag=838293", "Contact: <sip:+19725552222@gw1.example.net;unknownparam>")
        #expect(request.contact?.uri.parameters.contains("unknownparam") == true)
        #expect(request.contact?.parameters.isEmpty == true)
    }

    @Test("3.3.14 regescrt: header fields in a bracketed Contact are kept with it") func contactWithHeaders() throws {
        let request = try request(
            "REGISTER sip:example.com SIP/2.0", "14398234 REGISTER", "To: sip:user@example.com",
            "From: sip:user@example.com;tag=8", "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>")
        #expect(request.contact?.uri.headers.map(\.name) == ["Route"])
        #expect(request.contact?.uri.headers.map(\.value) == ["<sip:sip.example.com>"])
        #expect(request.contact?.description == "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>")
    }

    @Test("3.3.15 sdp01: Accept without a type we could send, for a 406") func unacceptableAccept() throws {
        let request = try request(
            "INVITE sip:user@example.com SIP/2.0", "9 INVITE", "To: sip:j_user@example.com",
            "From: sip:caller@example.net;tag=234", "Accept: text/nobodyKnowsThis")
        #expect(request.headers.values(.accept) == ["text/nobodyKnowsThis"])
    }

    @Test("3.4.1 inv2543: an RFC 2543 INVITE without tag, branch and Max-Forwards") func oldInvite() throws {
        let request = try #require(
            try Message.parse(
                Octets.head(
                    """
                    INVITE sip:UserB@example.com SIP/2.0
                    Via: SIP/2.0/UDP iftgw.example.com
                    From: <sip:+13035551111@ift.client.example.net;user=phone>
                    Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
                    To: sip:+16505552222@ss1.example.net;user=phone
                    Call-ID: inv2543.1717@ift.client.example.com
                    CSeq: 56 INVITE
                    Content-Type: application/sdp
                    """)
            ).asRequest)
        #expect(request.topVia?.branch == nil)
        #expect(request.from?.tag == nil)
        #expect(request.maxForwards == nil)
        #expect(request.to?.parameters["user"] == "phone")
        #expect(request.recordRoutes.first?.uri.parameters["maddr"] == "ss1.example.com")
    }
}
