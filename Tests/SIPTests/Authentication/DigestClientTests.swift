import SIP
import Testing

/// Somebody with a password, and the requests it sends.
private final class Visitor {
    var client: DigestClient
    private var cseq: UInt32 = 0

    init(realm: String? = nil) {
        let account = DigestAccount(user: "601", password: "secret", realm: realm)
        client = DigestClient(account, identifiers: .seeded(1))
    }

    func request(_ method: SIP.Method, toTag: String? = nil) -> Request {
        cseq += 1
        var request = Request(method, .sip("1002", "exchange.local"))
        request.from = NameAddress(.sip("601", "exchange.local"), tag: "ours")
        request.to = NameAddress(.sip("1002", "exchange.local"), tag: toTag)
        request.cseq = CSeq(cseq, method)
        client.authorize(&request)
        return request
    }

    /// The answer to a request that is challenged; nil when none is given.
    func answer(
        _ status: Int, _ challenges: [String], to request: Request, attempts: Int = 0
    ) -> Request? {
        var response = Response(status, to: request)
        for challenge in challenges {
            response.headers.append(status == 401 ? .wwwAuthenticate : .proxyAuthenticate, challenge)
        }
        return client.answer(response, to: request, attempts: attempts)
    }

    /// Answers the first REGISTER, so that realm and function are known.
    func registers(_ challenges: [String] = [challenge("SHA-256")]) {
        let register = request(.register)
        #expect(answer(401, challenges, to: register) != nil)
    }

    static func challenge(
        _ algorithm: String = "SHA-256", realm: String = "here", nonce: String = "n1", stale: Bool = false
    ) -> String {
        "Digest realm=\"\(realm)\", nonce=\"\(nonce)\", algorithm=\(algorithm), qop=\"auth\""
            + (stale ? ", stale=TRUE" : "")
    }
}

extension Request {
    fileprivate var authorizations: [DigestCredentials] { credentials.compactMap { DigestCredentials($0) } }

    fileprivate var proxyAuthorizations: [DigestCredentials] {
        headers.values(.proxyAuthorization).compactMap { AuthenticationParameters($0) }
            .compactMap { DigestCredentials($0) }
    }
}

@Suite("A client that has a password") struct DigestClientTests {
    @Test("chooses the strongest function that it knows (RFC 8760 §2.4)") func strongest() throws {
        let visitor = Visitor()
        let register = visitor.request(.register)
        let offers = [
            Visitor.challenge("SHA-512-256", nonce: "n0"), Visitor.challenge("MD5", nonce: "n1"),
            Visitor.challenge(nonce: "n2"), "Basic realm=\"here\"",
        ]
        let answered = try #require(visitor.answer(401, offers, to: register))
        let credentials = try #require(answered.authorizations.first)
        #expect(credentials.algorithm == .sha256 && credentials.nonce == "n2" && credentials.user == "601")
        #expect(credentials.uri == "sip:1002@exchange.local" && credentials.quality?.count == 1)
        #expect(
            credentials.isRight(
                PasswordHash(user: "601", realm: "here", password: "secret", .sha256), method: "REGISTER"))
    }

    @Test("answers once, and a wrong password is not tried again") func once() throws {
        let visitor = Visitor()
        let register = visitor.request(.register)
        let first = try #require(visitor.answer(401, [Visitor.challenge()], to: register))
        #expect(visitor.answer(401, [Visitor.challenge()], to: first, attempts: 1) == nil)
        #expect(visitor.answer(401, [Visitor.challenge(nonce: "n2")], to: first, attempts: 1) == nil)
    }

    @Test("answers again when the nonce was stale, and not for ever") func stale() throws {
        let visitor = Visitor()
        var request = visitor.request(.register)
        for attempt in 0..<DigestClient.longestInsistence {
            let challenge = Visitor.challenge(nonce: "n\(attempt)", stale: attempt > 0)
            request = try #require(visitor.answer(401, [challenge], to: request, attempts: attempt))
            #expect(request.authorizations.map(\.nonce) == ["n\(attempt)"], "the old ones are gone")
        }
        let another = Visitor.challenge(nonce: "n9", stale: true)
        #expect(visitor.answer(401, [another], to: request, attempts: DigestClient.longestInsistence) == nil)
        #expect(
            visitor.answer(401, [Visitor.challenge(nonce: "n2", stale: true)], to: request, attempts: 1) == nil,
            "a nonce that is stale and the same again")
    }

    @Test("counts its nonce up for the requests that follow") func counts() {
        let visitor = Visitor()
        visitor.registers()
        #expect(visitor.request(.register).authorizations.map(\.quality?.count) == [2])
        #expect(visitor.request(.register).authorizations.map(\.quality?.count) == [3])
        #expect(visitor.request(.message).headers.contains(.authorization) == false, "nobody asked there")
    }

    @Test("a nonce that the exchange forgot is replaced by its new one, once") func forgotten() throws {
        let visitor = Visitor()
        visitor.registers()
        let refresh = visitor.request(.register)
        let again = try #require(visitor.answer(401, [Visitor.challenge(nonce: "new")], to: refresh))
        #expect(again.authorizations.map(\.nonce) == ["new"])
        #expect(again.authorizations.first?.quality?.count == 1)
        #expect(visitor.answer(401, [Visitor.challenge(nonce: "newer")], to: again, attempts: 1) == nil)
    }

    @Test("answers 407 too, outside and inside of dialogs, each with its own nonce") func proxies() throws {
        let visitor = Visitor()
        visitor.registers()
        let invite = visitor.request(.invite)
        let answered = try #require(visitor.answer(407, [Visitor.challenge(nonce: "out")], to: invite))
        #expect(answered.proxyAuthorizations.map(\.nonce) == ["out"] && answered.authorizations.isEmpty)
        #expect(visitor.request(.message).proxyAuthorizations.map(\.quality?.count) == [2])
        let bye = visitor.request(.bye, toTag: "theirs")
        #expect(bye.proxyAuthorizations.isEmpty, "it has not asked inside of a dialog")
        let parting = try #require(visitor.answer(407, [Visitor.challenge(nonce: "in")], to: bye))
        #expect(parting.proxyAuthorizations.map(\.nonce) == ["in"])
    }

    @Test("knows no realm before its exchange named one in answer to a REGISTER") func unlearnt() {
        let visitor = Visitor()
        let invite = visitor.request(.invite)
        #expect(visitor.answer(407, [Visitor.challenge()], to: invite) == nil)
        #expect(visitor.answer(401, [Visitor.challenge()], to: invite) == nil)
        visitor.registers()
        #expect(visitor.client.realm == "here")
        #expect(visitor.answer(407, [Visitor.challenge()], to: visitor.request(.invite)) != nil)
    }

    @Test("gives nothing to a foreign realm, not even to one that comes with a REGISTER later", arguments: [401, 407])
    func foreign(_ status: Int) {
        let visitor = Visitor()
        visitor.registers()
        for realm in ["there", "Here", "here ", ""] {
            for (method, tag) in [(SIP.Method.register, nil), (.message, nil), (.bye, "t")] as [(SIP.Method, String?)] {
                let request = visitor.request(method, toTag: tag)
                let challenge = Visitor.challenge(realm: realm, nonce: "evil")
                #expect(visitor.answer(status, [challenge], to: request) == nil)
            }
        }
        #expect(visitor.client.realm == "here")
    }

    @Test("keeps to the realm that was configured") func configured() {
        let visitor = Visitor(realm: "home")
        #expect(visitor.answer(401, [Visitor.challenge(realm: "here")], to: visitor.request(.register)) == nil)
        #expect(visitor.answer(401, [Visitor.challenge(realm: "home")], to: visitor.request(.register)) != nil)
    }

    @Test("is not talked down to a weaker function than its exchange uses") func downgrade() {
        let visitor = Visitor()
        visitor.registers([Visitor.challenge("MD5"), Visitor.challenge("SHA-256")])
        #expect(
            visitor.answer(407, [Visitor.challenge("MD5", nonce: "x")], to: visitor.request(.bye, toTag: "t")) == nil)
        #expect(visitor.answer(407, [Visitor.challenge(nonce: "x")], to: visitor.request(.bye, toTag: "t")) != nil)
    }

    @Test("takes MD5 from an exchange that has nothing else, qop or not") func old() throws {
        let visitor = Visitor()
        let register = visitor.request(.register)
        let answered = try #require(visitor.answer(401, ["Digest realm=\"here\", nonce=\"n\""], to: register))
        #expect(answered.authorizations.first?.quality == nil)
        let refresh = visitor.request(.register)
        #expect(refresh.authorizations.count == 1, "an old server takes the nonce again, or challenges")
    }

    @Test("answers no other status, and no challenge in the wrong field") func others() {
        let visitor = Visitor()
        let register = visitor.request(.register)
        var response = Response(403, to: register)
        response.headers.append(.wwwAuthenticate, Visitor.challenge())
        #expect(visitor.client.answer(response, to: register, attempts: 0) == nil)
        response.status = 407
        #expect(visitor.client.answer(response, to: register, attempts: 0) == nil)
    }

    @Test("and its exchange agree") func together() throws {
        var identifiers = Identifiers.seeded(5)
        var server = DigestServer(realm: "here", identifiers: &identifiers)
        let hashes = [PasswordHash(user: "601", realm: "here", password: "secret", .sha256)]
        let visitor = Visitor()
        var register = visitor.request(.register)
        let fields = server.challenges(hashes.map(\.function), at: .zero).map(\.description)
        register = try #require(visitor.answer(401, fields, to: register))
        for _ in 0..<3 {
            let credentials = try #require(server.credentials(of: register, in: .authorization))
            #expect(server.judge(credentials, of: register, hashes: hashes, at: .seconds(9)) == .accepted)
            #expect(server.judge(credentials, of: register, hashes: hashes, at: .seconds(9)) == .stale)
            register = visitor.request(.register)
        }
    }
}
