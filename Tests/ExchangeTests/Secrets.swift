import SIP
import Testing

@testable import Exchange

/// The passwords of extensions, and how phones prove them.
enum Secret {
    static func password(_ number: PhoneNumber) -> String { "secret of \(number)" }

    static func hashes(_ number: PhoneNumber) -> [PasswordHash] {
        DigestAlgorithm.Function.allCases.map {
            PasswordHash(user: "\(number)", realm: "exchange.local", password: password(number), $0)
        }
    }

    static func entry(
        _ number: PhoneNumber, _ name: String, _ hashes: [PasswordHash], line: String? = nil
    ) throws -> Exchange.Extension {
        Exchange.Extension(number: number, name: try #require(DisplayName(name)), passwords: hashes, line: line)
    }
}

extension Response {
    var digests: [DigestChallenge] {
        (challenges + proxyChallenges).compactMap { DigestChallenge($0) }
    }
}

extension Phone {
    /// What answers the challenge, as a header field.
    func answer(
        to response: Response?, user: PhoneNumber, method: String, uri: String, password: String? = nil,
        count: UInt32 = 1, weak: Bool = false
    ) throws -> String {
        let response = try #require(response)
        let challenge = try #require(weak ? response.digests.last : response.digests.first)
        let credentials = DigestCredentials(
            challenge, user: "\(user)", password: password ?? Secret.password(user), method: method, uri: uri,
            quality: .init(count: count, cnonce: "c"))
        return (response.status == 401 ? "Authorization: " : "Proxy-Authorization: ") + credentials.field.description
    }

    /// Registers as an extension, by way of a 401.
    @discardableResult
    func logIn(_ number: PhoneNumber, password: String? = nil, expires: Int = 60) throws -> Response? {
        let asked = register(line: "\(number)", expires: expires)
        let answer = try answer(
            to: asked, user: number, method: "REGISTER", uri: "sip:127.0.0.1", password: password)
        return register(line: "\(number)", expires: expires, [answer])
    }

    /// Asks, and answers the 407.
    @discardableResult
    func prove(
        _ method: String, _ uri: String, as number: PhoneNumber, password: String? = nil, _ fields: [String] = [],
        body: String = ""
    ) throws -> Response? {
        let asked = ask(method, uri, fields, body: body)
        let answer = try answer(to: asked, user: number, method: method, uri: uri, password: password)
        return ask(method, uri, fields + [answer], body: body)
    }
}
