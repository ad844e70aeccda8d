import SIP

/// Challenges and credentials are written to the same; a client answers its own exchange alone, once, and never says its
/// password; a server lets nobody in who does not know it, and nothing in twice.
///
/// `fTEXT` is a field; `cTEXT`, `pTEXT`, `iTEXT` challenges a REGISTER, an INVITE, a request in a dialog; `sTEXT` comes to
/// the server as credentials; `hTEXT` is right, and then again, and with TEXT in its place; `wN` lets time pass.
func fuzzDigest(_ bytes: [UInt8]) {
    var host = DigestHost()
    for record in records(of: bytes).prefix(24) {
        host.perform(record[0], String(decoding: record.dropFirst(), as: UTF8.self))
    }
}

private struct DigestHost {
    static let password = "open-Sesame"
    static let hashes = DigestAlgorithm.Function.allCases.map {
        PasswordHash(user: "601", realm: "pbx.example", password: password, $0)
    }
    var client = DigestClient(DigestAccount(user: "601", password: password), identifiers: .seeded(1))
    var server: DigestServer
    var now = Duration.seconds(1_000)
    var number: UInt32 = 0

    init() {
        var identifiers = Identifiers.seeded(2)
        server = DigestServer(realm: "pbx.example", memory: 4, identifiers: &identifiers)
    }

    mutating func perform(_ kind: UInt8, _ text: String) {
        switch kind {
        case UInt8(ascii: "f"): check(text)
        case UInt8(ascii: "c"): challenge(request(.register), 401, .wwwAuthenticate, text)
        case UInt8(ascii: "p"): challenge(request(.invite), 407, .proxyAuthenticate, text)
        case UInt8(ascii: "i"): challenge(request(.bye, toTag: "t"), 407, .proxyAuthenticate, text)
        case UInt8(ascii: "s"):
            let verdict = judge(request(.register), text)
            require(verdict != .accepted, "let in who does not know the password: \(text)")
        case UInt8(ascii: "h"): comeHome(text)
        case UInt8(ascii: "w"): now += .seconds(text.utf8.first.map { Int($0) } ?? 0)
        default: break
        }
    }

    private func check(_ text: String) {
        guard let field = AuthenticationParameters(text) else { return }
        require(AuthenticationParameters(field.description) == field, "\(field) does not parse to itself")
        if let challenge = DigestChallenge(field) {
            let read = AuthenticationParameters(challenge.field.description).flatMap { DigestChallenge($0) }
            require(read == challenge, "\(challenge) does not parse to itself")
        }
        if let credentials = DigestCredentials(field) {
            let read = AuthenticationParameters(credentials.field.description).flatMap { DigestCredentials($0) }
            require(read == credentials, "\(credentials) do not parse to themselves")
        }
    }

    private mutating func request(_ method: Method, toTag: String? = nil) -> Request {
        number += 1
        var request = Request(method, .sip(nil, "pbx.example"))
        request.headers[.via] = "SIP/2.0/TCP h;branch=z9hG4bK\(number)"
        request.from = NameAddress(.sip("601", "pbx.example"), tag: "f")
        request.to = NameAddress(.sip("601", "pbx.example"), tag: toTag)
        request.callID = "c"
        request.cseq = CSeq(number, method)
        return request
    }

    private mutating func challenge(_ request: Request, _ status: Int, _ name: HeaderName, _ text: String) {
        var request = request
        let realm = client.realm
        client.authorize(&request)
        for attempt in 0... {
            var response = Response(status, to: request, toTag: "s")
            for value in text.split(separator: "\n") { response.headers.append(name, String(value)) }
            guard let answer = client.answer(response, to: request, attempts: attempt) else { return }
            require(attempt < DigestClient.longestInsistence, "answers without end")
            let fields = [HeaderName.authorization, .proxyAuthorization].flatMap { answer.headers.values($0) }
            require(!fields.joined().contains(Self.password), "says its password")
            require(realm == nil || client.realm == realm || request.method == .register, "another realm")
            let told = fields.compactMap { AuthenticationParameters($0) }.compactMap { DigestCredentials($0) }
            require(told.allSatisfy { $0.realm == client.realm }, "answers another realm")
            // What cannot be written is not sent.
            guard (try? Message.request(answer).serialized()) != nil else { return }
            request = answer
        }
    }

    private mutating func judge(_ request: Request, _ field: String) -> DigestServer.Verdict? {
        var request = request
        request.headers[.authorization] = field
        guard let credentials = server.credentials(of: request, in: .authorization) else { return nil }
        return server.judge(credentials, of: request, hashes: Self.hashes, from: "192.0.2.7", at: now)
    }

    /// Somebody who knows the password, a replay of what they said, and it with one parameter otherwise.
    private mutating func comeHome(_ text: String) {
        let request = request(.register)
        let asked = server.challenges([.sha256], to: "192.0.2.7", at: now)
        guard let challenge = asked.first.flatMap({ DigestChallenge($0) }) else { fatalError("asks for nothing") }
        let right = DigestCredentials(
            challenge, user: "601", password: Self.password, method: "REGISTER", uri: request.uri.description,
            quality: .init(count: 1, cnonce: "n"))
        let halves = text.split(separator: "=", maxSplits: 1).map { String($0) }
        if halves.count == 2, ["nonce", "nc", "cnonce", "uri", "response", "algorithm", "qop"].contains(halves[0]) {
            var changed = right.field
            changed.parameters[halves[0]] = halves[1]
            let isSame = DigestCredentials(changed) == right
            require(isSame || judge(request, changed.description) != .accepted, "let in with another \(text)")
        }
        require(judge(request, right.field.description) == .accepted, "not let in with the right password")
        require(judge(request, right.field.description) == .stale, "let in twice")
    }
}
