import SIP
import Testing

/// A server and somebody who knows a password, by hand.
private final class Door {
    var server: DigestServer
    var now = Duration.seconds(1_000)
    let hashes: [PasswordHash]

    init(memory: Int = 4_096, seed: UInt64 = 1) {
        var identifiers = Identifiers.seeded(seed)
        server = DigestServer(realm: "here", lifetime: .seconds(60), memory: memory, identifiers: &identifiers)
        hashes = DigestAlgorithm.Function.allCases.map {
            PasswordHash(user: "601", realm: "here", password: "secret", $0)
        }
    }

    func challenge(_ function: DigestAlgorithm.Function = .sha256) throws -> DigestChallenge {
        let challenges = server.challenges([.md5, .sha256], at: now).compactMap { DigestChallenge($0) }
        return try #require(challenges.first { $0.algorithm.function == function })
    }

    static func credentials(
        _ challenge: DigestChallenge, count: UInt32 = 1, password: String = "secret", method: String = "REGISTER",
        uri: String = "sip:exchange.local"
    ) -> DigestCredentials {
        DigestCredentials(
            challenge, user: "601", password: password, method: method, uri: uri,
            quality: .init(count: count, cnonce: "c\(count)"))
    }

    /// What becomes of credentials that came with a REGISTER, as text.
    func judge(_ field: AuthenticationParameters) -> DigestServer.Verdict? {
        var request = Request(.register, .sip(nil, "exchange.local"))
        request.headers.append(.authorization, field.description)
        guard let credentials = server.credentials(of: request, in: .authorization) else { return nil }
        return server.judge(credentials, of: request, hashes: hashes, at: now)
    }

    func judge(_ credentials: DigestCredentials) -> DigestServer.Verdict? { judge(credentials.field) }
}

@Suite("A server that asks for a password") struct DigestServerTests {
    @Test("offers the strongest function first, with one nonce for all") func offers() throws {
        let door = Door()
        let challenges = door.server.challenges([.md5, .sha256, .md5], at: door.now).compactMap { DigestChallenge($0) }
        #expect(challenges.map(\.algorithm) == [.sha256, .md5])
        #expect(Set(challenges.map(\.nonce)).count == 1)
        #expect(challenges.allSatisfy { $0.offersAuth && !$0.isStale && $0.realm == "here" })
        #expect(try door.challenge().nonce != challenges[0].nonce)
    }

    @Test("lets in who knows the password, by either function", arguments: DigestAlgorithm.Function.allCases)
    func right(_ function: DigestAlgorithm.Function) throws {
        let door = Door()
        let challenge = try door.challenge(function)
        #expect(door.judge(Door.credentials(challenge)) == .accepted)
        #expect(door.judge(Door.credentials(challenge, count: 2)) == .accepted)
    }

    @Test("says nothing of a function for which it has no hash") func unusable() throws {
        let door = Door()
        var request = Request(.register, .sip(nil, "exchange.local"))
        request.headers.append(.authorization, Door.credentials(try door.challenge()).field.description)
        let credentials = try #require(door.server.credentials(of: request, in: .authorization))
        let verdict = door.server.judge(credentials, of: request, hashes: [door.hashes[0]], at: door.now)
        #expect(verdict == .unusable)
    }

    @Test("lets in a session's digest") func session() throws {
        let door = Door()
        var challenge = try door.challenge()
        challenge.algorithm.isSession = true
        #expect(door.judge(Door.credentials(challenge)) == .accepted)
    }

    @Test(
        "refuses a wrong password and another method",
        arguments: [
            ("Secret", "REGISTER", "sip:exchange.local"), ("", "REGISTER", "sip:exchange.local"),
            ("secret", "INVITE", "sip:exchange.local"), ("Secret", "REGISTER", "sip:other.local"),
        ])
    func wrong(_ password: String, _ method: String, _ uri: String) throws {
        let door = Door()
        let challenge = try door.challenge()
        let credentials = Door.credentials(challenge, password: password, method: method, uri: uri)
        #expect(door.judge(credentials) == .refused)
        #expect(door.judge(Door.credentials(challenge)) == .accepted, "the nonce is not spent by it")
    }

    @Test("tells the right password for another Request-URI from a wrong one, and spends nothing by it")
    func misdirected() throws {
        let door = Door()
        let challenge = try door.challenge()
        #expect(door.judge(Door.credentials(challenge, uri: "sip:other.local")) == .misdirected)
        #expect(
            door.judge(Door.credentials(challenge, uri: "sip:EXCHANGE.local")) == .accepted, "the same in other letters"
        )
        #expect(door.judge(Door.credentials(challenge, count: 2, uri: "no URI")) == .misdirected)
    }

    @Test("refuses credentials of which one digit was changed, whichever", arguments: [0, 1, 31, 62, 63])
    func tampered(_ position: Int) throws {
        let door = Door()
        let credentials = Door.credentials(try door.challenge())
        var digits = Array(credentials.response.utf8)
        digits[position] = digits[position] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        var field = credentials.field
        field.parameters["response"] = String(decoding: digits, as: UTF8.self)
        #expect(door.judge(field) == .refused)
        field.parameters["response"] = String(credentials.response.dropLast())
        #expect(door.judge(field) == .refused)
        field.parameters["response"] = ""
        #expect(door.judge(field) != .accepted)
    }

    @Test(
        "refuses credentials of which a field was changed",
        arguments: ["nonce", "cnonce", "nc", "uri", "algorithm", "qop"])
    func changed(_ name: String) throws {
        let door = Door()
        var field = Door.credentials(try door.challenge()).field
        let others = [
            "nc": "00000002", "algorithm": "MD5", "qop": "auth-int", "uri": "sip:exchange.local;x", "cnonce": "d",
            "nonce": try door.challenge().nonce,
        ]
        field.parameters[name] = others[name]
        #expect(door.judge(field) != .accepted)
    }

    @Test("takes nothing twice, though requests overtake each other") func replay() throws {
        let door = Door()
        let challenge = try door.challenge()
        for count in [5, 3, 4, 80, 79, 17] as [UInt32] {
            #expect(door.judge(Door.credentials(challenge, count: count)) == .accepted)
            #expect(door.judge(Door.credentials(challenge, count: count)) == .stale)
        }
        #expect(door.judge(Door.credentials(challenge, count: 16)) == .stale, "too long ago to tell")
        #expect(door.judge(Door.credentials(challenge, count: .max)) == .accepted)
        #expect(door.judge(Door.credentials(challenge, count: .max)) == .stale)
        #expect(door.judge(Door.credentials(challenge, count: 1)) == .stale)
    }

    @Test("takes a nonce once from who does not count") func uncounted() throws {
        let door = Door()
        var challenge = try door.challenge(.md5)
        challenge.offersAuth = false
        let old = Door.credentials(challenge)
        #expect(old.quality == nil)
        #expect(door.judge(old) == .accepted)
        #expect(door.judge(old) == .stale)
        challenge.offersAuth = true
        #expect(door.judge(Door.credentials(challenge, count: 9)) == .stale, "nor with a count afterwards")
    }

    @Test("calls an old nonce stale, to the second") func expiry() throws {
        let door = Door()
        let challenge = try door.challenge()
        door.now += .seconds(59)
        #expect(door.judge(Door.credentials(challenge)) == .accepted)
        door.now += .seconds(1)
        #expect(door.judge(Door.credentials(challenge, count: 2)) == .stale)
        let guess = Door.credentials(challenge, count: 3, password: "guess")
        #expect(door.judge(guess) == .stale, "an old nonce tells nobody whether a guess is right")
    }

    @Test("makes nobody else's nonce its own") func forged() throws {
        let door = Door()
        let other = Door(seed: 2)
        #expect(door.judge(Door.credentials(try other.challenge())) == .stale)
        var challenge = try door.challenge()
        let genuine = challenge.nonce
        for nonce in [
            String(genuine.dropLast()), genuine + "00", genuine.uppercased(), "x", String(repeating: "0", count: 64),
            "7" + genuine.dropFirst(), String(genuine.dropLast()) + (genuine.last == "0" ? "1" : "0"),
        ] where nonce != genuine {
            challenge.nonce = nonce
            #expect(door.judge(Door.credentials(challenge)) == .stale, "\(nonce)")
        }
    }

    @Test("remembers a bounded number of nonces, and takes none that it forgot") func bounded() throws {
        let door = Door(memory: 3)
        let challenges = try (0..<5).map { _ in try door.challenge() }
        for challenge in challenges { #expect(door.judge(Door.credentials(challenge)) == .accepted) }
        for challenge in challenges.prefix(2) {
            #expect(door.judge(Door.credentials(challenge)) == .stale, "a replay after it was forgotten")
            #expect(door.judge(Door.credentials(challenge, count: 2)) == .stale)
        }
        for challenge in challenges.suffix(3) {
            #expect(door.judge(Door.credentials(challenge, count: 2)) == .accepted)
        }
    }

    @Test("a flood of questions leaves those alone who answered") func flood() throws {
        let door = Door(memory: 3)
        let challenge = try door.challenge()
        #expect(door.judge(Door.credentials(challenge)) == .accepted)
        for _ in 0..<1_000 { _ = try door.challenge() }
        #expect(door.judge(Door.credentials(challenge, count: 2)) == .accepted)
    }

    @Test("reads its own realm among others, and lets only the others through") func realms() throws {
        let door = Door()
        let ours = Door.credentials(try door.challenge()).field.description
        let theirs = #"Digest username="u", realm="there", nonce="n", uri="sip:x", response="00""#
        var request = Request(.register, .sip(nil, "exchange.local"))
        for value in [theirs, ours] {
            request.headers.append(.authorization, value)
            request.headers.append(.proxyAuthorization, value)
        }
        #expect(door.server.credentials(of: request, in: .authorization)?.user == "601")
        door.server.consumeCredentials(of: &request)
        #expect(request.headers.values(.authorization) == [theirs])
        #expect(request.headers.values(.proxyAuthorization) == [theirs])

        var response = Response(407, to: request)
        for challenge in door.server.challenges([.md5], at: door.now) {
            response.headers.append(.proxyAuthenticate, challenge.description)
        }
        response.headers.append(.proxyAuthenticate, #"Digest realm="there", realm="here", nonce="n""#)
        response.headers.append(.proxyAuthenticate, #"Digest realm="there", nonce="n""#)
        door.server.removeClaims(from: &response)
        #expect(response.headers.values(.proxyAuthenticate) == [#"Digest realm="there", nonce="n""#])
    }
}
