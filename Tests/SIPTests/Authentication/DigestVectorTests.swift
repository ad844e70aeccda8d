import SIP
import Testing

@Suite("A digest") struct DigestVectorTests {
    private static let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    private static let opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"

    private static func challenge(_ algorithm: String) throws -> DigestChallenge {
        let text = """
            Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=\(algorithm), \
            nonce="\(nonce)", opaque="\(opaque)"
            """
        return try #require(AuthenticationParameters(text).flatMap { DigestChallenge($0) })
    }

    @Test(
        "is that of RFC 7616 §3.9.1",
        arguments: [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ])
    func rfc7616(_ algorithm: String, _ response: String) throws {
        let credentials = DigestCredentials(
            try Self.challenge(algorithm), user: "Mufasa", password: "Circle of Life", method: "GET",
            uri: "/dir/index.html",
            quality: .init(count: 1, cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"))
        #expect(credentials.response == response)
        let text = credentials.field.description
        #expect(text.contains("nc=00000001") && text.contains("qop=auth,") && text.contains("algorithm=\(algorithm)"))
        #expect(text.contains("opaque=\"\(Self.opaque)\""))
        let read = AuthenticationParameters(text).flatMap { DigestCredentials($0) }
        #expect(read == credentials)
    }

    @Test("is that of RFC 2617 §3.5") func rfc2617() throws {
        let text = """
            Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", \
            opaque="5ccc069c403ebaf9f0171e9517f40e41"
            """
        let challenge = try #require(AuthenticationParameters(text).flatMap { DigestChallenge($0) })
        #expect(challenge.algorithm == .md5, "without one it is MD5")
        let credentials = DigestCredentials(
            challenge, user: "Mufasa", password: "Circle Of Life", method: "GET", uri: "/dir/index.html",
            quality: .init(count: 1, cnonce: "0a4f113b"))
        #expect(credentials.response == "6629fae49393a05397450978507c4ef1")
    }

    @Test("without qop is that of RFC 2069, as corrected") func rfc2069() throws {
        let text = "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""
        let challenge = try #require(AuthenticationParameters(text).flatMap { DigestChallenge($0) })
        let credentials = DigestCredentials(
            challenge, user: "Mufasa", password: "CircleOfLife", method: "GET", uri: "/dir/index.html",
            quality: .init(count: 1, cnonce: "0a4f113b"))
        #expect(credentials.response == "1949323746fe6a43ef61f9606e7febea")
        #expect(credentials.quality == nil && !credentials.field.description.contains("nc="))
    }

    @Test("of a session has both nonces in the password's hash", arguments: [DigestAlgorithm.Function.md5, .sha256])
    func session(_ function: DigestAlgorithm.Function) throws {
        let challenge = try Self.challenge(function.rawValue + "-SESS")
        #expect(challenge.algorithm == DigestAlgorithm(function, isSession: true))
        let credentials = DigestCredentials(
            challenge, user: "Mufasa", password: "Circle of Life", method: "GET", uri: "/dir/index.html",
            quality: .init(count: 1, cnonce: "c"))
        // H(A1) and H(A2) by way of the only hash that is public: of three parts between colons.
        func hash(_ first: String, _ second: String, _ third: String) -> String {
            PasswordHash(user: first, realm: second, password: third, function).digits
        }
        let password = hash("Mufasa", "http-auth@example.org", "Circle of Life")
        let session = hash(password, Self.nonce, "c")
        var plain = credentials
        plain.algorithm = DigestAlgorithm(function)
        let stored = try #require(PasswordHash(function, digits: session))
        #expect(plain.expectedResponse(stored, method: "GET") == credentials.response)
    }

    @Test("is no secret's neighbour: nothing that holds a password or its hash prints it") func silence() {
        let account = DigestAccount(user: "601", password: "Open Sesame")
        let hash = PasswordHash(user: "601", realm: "here", password: "Open Sesame", .sha256)
        let client = DigestClient(account, identifiers: .seeded(1))
        for thing in [account, hash, client, [account], [1: hash]] as [Any] {
            var dumped = ""
            dump(thing, to: &dumped)
            for text in ["\(thing)", String(reflecting: thing), dumped] {
                #expect(!text.contains("Sesame") && !text.contains(hash.digits))
            }
        }
    }

    @Test("hash is stored as its digits, and as nothing else") func stored() {
        let hash = PasswordHash(user: "601", realm: "here", password: "Open Sesame", .md5)
        #expect(PasswordHash(.md5, digits: hash.digits.uppercased()) == hash)
        #expect(PasswordHash(.sha256, digits: hash.digits) == nil)
        #expect(PasswordHash(.md5, digits: String(repeating: "g", count: 32)) == nil)
        #expect(PasswordHash(.md5, digits: String(repeating: "١", count: 16)) == nil, "digits of another script")
        #expect(PasswordHash(.md5, digits: "") == nil)
    }
}
