import SIP
import Testing

@Suite("Challenges and credentials as written") struct DigestFieldTests {
    @Test("a challenge is written as RFC 7616 §3.3 wants its quotes, and read again") func challenge() {
        let challenge = DigestChallenge(realm: "a \"b\"", nonce: "n", algorithm: .sha256, opaque: "", isStale: true)
        let text = challenge.field.description
        #expect(
            text
                == #"Digest realm="a \"b\"", nonce="n", opaque="", stale=true, algorithm=SHA-256, qop="auth""#)
        #expect(AuthenticationParameters(text).flatMap { DigestChallenge($0) } == challenge)
    }

    @Test(
        "a challenge that we could not answer rightly is none",
        arguments: [
            #"Basic realm="r""#,
            #"Digest nonce="n""#,
            #"Digest realm="r""#,
            #"Digest realm="r", nonce="""#,
            #"Digest realm="r", nonce="n", algorithm=SHA-512-256"#,
            #"Digest realm="r", nonce="n", algorithm=MD4"#,
            #"Digest realm="r", nonce="n", qop="auth-int""#,
            #"Digest realm="r", nonce="n", qop="""#,
            #"Digest realm="r", nonce="n", algorithm=MD5-sess"#,
            #"Digest realm="r", nonce="n", NONCE="m", qop="auth""#,
            #"Digest realm="ours", realm="theirs", nonce="n""#,
        ])
    func unusable(_ text: String) {
        #expect(AuthenticationParameters(text).flatMap { DigestChallenge($0) } == nil)
    }

    private static let good = """
        Digest username="u", realm="r", nonce="n", uri="sip:x", response="0a", algorithm=MD5, cnonce="c", qop=auth, \
        nc=00000001
        """

    @Test("credentials that are whole are read") func whole() {
        #expect(Self.read(Self.good)?.quality == .init(count: 1, cnonce: "c"))
    }

    @Test(
        "credentials with anything amiss are none",
        arguments: [
            ("nc=00000001", "nc=0000001"), ("nc=00000001", "nc=00000000"), ("nc=00000001", "nc=+0000001"),
            ("nc=00000001", "nc=-0000001"), ("nc=00000001", "nc=0000000g"), ("nc=00000001", "nc=100000000"),
            ("nc=00000001", "nc=00000001, nc=00000002"), ("qop=auth", "qop=auth-int"), ("qop=auth, ", ""),
            ("cnonce=\"c\"", "cnonce=\"\""), ("cnonce=\"c\", ", ""), ("username=\"u\", ", ""),
            ("realm=\"r\", ", ""), ("uri=\"sip:x\", ", ""), ("response=\"0a\", ", ""), ("MD5", "SHA-512"),
            ("Digest", "Basic"),
        ])
    func amiss(_ part: String, _ other: String) throws {
        let range = try #require(Self.good.firstRange(of: part))
        #expect(Self.read(Self.good.replacingCharacters(in: range, with: other)) == nil)
    }

    @Test("control characters in what a server says never make a line of their own") func injection() {
        let challenge = DigestChallenge(realm: "r", nonce: "n\r\nVia: evil", algorithm: .sha256)
        var request = Request(.register, .sip(nil, "exchange.local"))
        let credentials = DigestCredentials(
            challenge, user: "u", password: "p", method: "REGISTER", uri: "sip:exchange.local",
            quality: .init(count: 1, cnonce: "c"))
        request.headers.append(.authorization, credentials.field.description)
        #expect(throws: (any Error).self) { try Message.request(request).serialized() }
    }

    private static func read(_ text: String) -> DigestCredentials? {
        AuthenticationParameters(text).flatMap { DigestCredentials($0) }
    }
}

extension String {
    fileprivate func firstRange(of part: String) -> Range<Index>? { ranges(of: part).first }

    fileprivate func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: other)
        return copy
    }
}
