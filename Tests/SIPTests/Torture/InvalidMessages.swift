import SIP
import Testing

/// RFC 4475 §3.1.2: each is refused with the answer the RFC asks for, or read where the RFC leaves that to us.
@Suite("RFC 4475 3.1.2: invalid messages are refused")
struct InvalidMessages {
    /// A request that has all it needs, with one line of the test's own.
    private func request(
        _ start: String, _ cseq: String, to: String = "sip:j.user@example.com",
        from: String = "sip:caller@example.net;tag=134161461246", extra: String...
    ) -> [UInt8] {
        Octets.head(
            ([
                start, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw2395", "To: " + to, "From: " + from,
                "Max-Forwards: 7", "Call-ID: torture.0ha0isndaksdjasdf3234nas", "CSeq: " + cseq,
            ] + extra).joined(separator: "\n"))
    }

    @Test("3.1.2.1 badinv01: stray separators in Via and Contact are answered 400") func extraneousSeparators() {
        let error = refusal(
            of: Octets.head(
                """
                INVITE sip:user@example.com SIP/2.0
                To: sip:j.user@example.com
                From: sip:caller@example.net;tag=134161461246
                Max-Forwards: 7
                Call-ID: badinv01.0ha0isndaksdjasdf3234nas
                CSeq: 8 INVITE
                Via: SIP/2.0/UDP 192.0.2.15;;,;,,
                Contact: "Joe" <sip:joe@example.org>;;;;
                Content-Length: 0
                """))
        #expect(error?.reason == .malformed(.via))
        #expect(error?.rejection?.status == 400)
        #expect(error?.rejection?.callID == "badinv01.0ha0isndaksdjasdf3234nas")
    }

    @Test("3.1.2.2 clerr: a Content-Length beyond the datagram is answered 400") func contentLengthTooLarge() {
        let error = refusal(
            of: request(
                "INVITE sip:user@example.com SIP/2.0", "8 INVITE", extra: "Content-Type: application/sdp",
                "Content-Length: 9999") + Array("v=0\r\n".utf8))
        #expect(error?.reason == .truncatedBody)
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.3 ncl: a negative Content-Length is answered 400") func negativeContentLength() {
        let error = refusal(
            of: request("INVITE sip:user@example.com SIP/2.0", "0 INVITE", extra: "Content-Length: -999"))
        #expect(error?.reason == .malformed(.contentLength))
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.4 scalar02: a request with scalars beyond their range is answered 400") func overlargeScalars() {
        let error = refusal(
            of: Octets.head(
                """
                REGISTER sip:example.com SIP/2.0
                Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3
                To: <sip:user@example.com>
                From: <sip:user@example.com>;tag=239232jh3
                CSeq: 36893488147419103232 REGISTER
                Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32
                Max-Forwards: 300
                Expires: 1000000000000000000000000000000000000000
                Contact: <sip:user@host129.example.com>
                  ;expires=280297596632815
                Content-Length: 0
                """))
        #expect(error?.reason == .malformed(.cseq))
        #expect(error?.rejection?.status == 400)
        #expect(error?.rejection?.headers[.cseq] == "36893488147419103232 REGISTER")
    }

    @Test("3.1.2.5 scalarlg: a response with scalars beyond their range is dropped") func overlargeScalarsInResponse() {
        let error = refusal(
            of: Octets.head(
                """
                SIP/2.0 503 Service Unavailable
                Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129
                To: <sip:user@example.com>
                From: <sip:other@example.net>;tag=2easdjfejw
                CSeq: 9292394834772304023312 OPTIONS
                Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r
                Retry-After: 949302838503028349304023988
                Warning: 1812 overture "In Progress"
                Content-Length: 0
                """))
        #expect(error?.reason == .malformed(.cseq))
        #expect(error?.rejection == nil)
    }

    @Test("3.1.2.6 quotbal: a display name whose quote never closes is answered 400") func unterminatedQuote() {
        let error = refusal(
            of: request(
                "INVITE sip:user@example.com SIP/2.0", "8 INVITE", to: "\"Mr. J. User <sip:j.user@example.com>"))
        #expect(error?.reason == .malformed(.to))
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.7 ltgtruri: a Request-URI between brackets is answered 400") func bracketedRequestURI() {
        let error = refusal(of: request("INVITE <sip:user@example.com> SIP/2.0", "1 INVITE"))
        #expect(error?.reason == .malformedURI)
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.8 lwsruri: a blank inside the Request-URI is answered 400") func blankInRequestURI() {
        let error = refusal(of: request("INVITE sip:user@example.com; lr SIP/2.0", "1 INVITE"))
        #expect(error?.reason == .malformedStartLine)
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.9 lwsstart: several blanks in the start line are answered 400") func blanksInStartLine() {
        let error = refusal(of: request("INVITE  sip:user@example.com  SIP/2.0", "1 INVITE"))
        #expect(error?.reason == .malformedStartLine)
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.10 trws: blanks behind the version are answered 400") func trailingBlanks() {
        let error = refusal(of: request("OPTIONS sip:remote-target@example.com SIP/2.0  ", "8 OPTIONS"))
        #expect(error?.reason == .malformedStartLine)
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.11 escruri: header fields in a Request-URI are answered 400") func headersInRequestURI() {
        let error = refusal(
            of: request("INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0", "1 INVITE"))
        #expect(error?.reason == .malformedURI)
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.12 baddate: a date in another time zone is ignored, not refused") func foreignTimeZone() throws {
        let message = try Message.parse(
            request("INVITE sip:user@example.com SIP/2.0", "1 INVITE", extra: "Date: Fri, 01 Jan 2010 16:00:00 EST"))
        #expect(message.headers[.date] == "Fri, 01 Jan 2010 16:00:00 EST")
    }

    @Test("3.1.2.13 regbadct: a Contact with header fields but no brackets is answered 400") func unbracketedContact() {
        let error = refusal(
            of: request(
                "REGISTER sip:example.com SIP/2.0", "8 REGISTER",
                extra: "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E"))
        #expect(error?.reason == .malformed(.contact))
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.14 badaspec: blanks around a URI inside its brackets are answered 400") func blanksInBrackets() {
        let error = refusal(
            of: request(
                "OPTIONS sip:user@example.org SIP/2.0", "3923239 OPTIONS",
                to: "\"Watson, Thomas\" < sip:t.watson@example.org >"))
        #expect(error?.reason == .malformed(.to))
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.15 baddn: an unquoted display name with a comma is answered 400") func commaInDisplayName() {
        let error = refusal(
            of: request(
                "OPTIONS sip:t.watson@example.org SIP/2.0", "31417 OPTIONS",
                from: "Bell, Alexander <sip:a.g.bell@example.com>;tag=43"))
        #expect(error?.reason == .malformed(.from))
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.16 badvers: another version is answered 505") func unknownVersion() {
        let error = refusal(
            of: Octets.head(
                """
                OPTIONS sip:t.watson@example.org SIP/7.0
                Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw
                Max-Forwards:     70
                From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe
                To:      T. Watson <sip:t.watson@example.org>
                Call-ID: badvers.31417@c.example.com
                CSeq:    1 OPTIONS
                l: 0
                """))
        #expect(error?.reason == .unsupportedVersion)
        #expect(error?.rejection?.status == 505)
        #expect(error?.rejection?.reason == "Version Not Supported")
    }

    @Test("3.1.2.17 mismatch01: CSeq with another method is answered 400") func mismatchedMethod() {
        let error = refusal(of: request("OPTIONS sip:user@example.com SIP/2.0", "8 INVITE"))
        #expect(error?.reason == .mismatchedMethod)
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.18 mismatch02: also when the method is unknown") func mismatchedUnknownMethod() {
        let error = refusal(of: request("NEWMETHOD sip:user@example.com SIP/2.0", "8 INVITE"))
        #expect(error?.reason == .mismatchedMethod)
        #expect(error?.rejection?.status == 400)
    }

    @Test("3.1.2.19 bigcode: a response whose status does not fit is dropped") func overlargeStatus() {
        let error = refusal(
            of: Octets.head(
                """
                SIP/2.0 4294967301 better not break the receiver
                Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
                Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i
                CSeq: 353494 INVITE
                From: <sip:user@example.com>;tag=39ansfi3
                To: <sip:user@example.edu>;tag=902jndnke3
                Content-Length: 0
                Contact: <sip:user@host105.example.com>
                """))
        #expect(error?.reason == .malformedStatus)
        #expect(error?.rejection == nil)
    }
}
