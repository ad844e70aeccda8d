/// The side that has the password: answers the challenges of its own exchange and of nobody else (RFC 3261 §22).
///
/// A 401 or 407 may come from the exchange, or through it from the one who was called. No signature tells them apart,
/// so these rules do:
/// - The realm has to be that of our exchange: configured, or learnt from the challenge to a REGISTER, which travels
///   no further than to the exchange.
/// - What is not a REGISTER is not answered with a weaker function than the exchange offered for it.
/// - Credentials are sent unasked only where this exchange asked before: to a REGISTER, to other requests, or to
///   those in a dialog; each has a nonce of its own, which is counted up.
/// - One request is answered once; again only for a nonce that became stale, and not for ever.
///
/// The user agent adds that only requests on the registered flow are answered, and none to which anybody further on
/// has already responded.
public struct DigestClient: Equatable, Sendable {
    /// How often one request is sent again at most, counting stale nonces.
    public static let longestInsistence = 3

    /// What is asked about, apart from the others.
    private enum Scope: Hashable, Sendable {
        case registration, outside, inside

        init(_ request: Request) {
            self = request.method == .register ? .registration : request.to?.tag == nil ? .outside : .inside
        }
    }

    /// A nonce in use.
    private struct Session: Equatable, Sendable {
        let challenge: DigestChallenge
        let field: HeaderName
        let cnonce: String
        var count: UInt32 = 0
    }

    /// The name and the password.
    public let account: DigestAccount
    /// The realm of our exchange; nil until it is known.
    public private(set) var realm: String?
    /// The function of the challenge to the last REGISTER.
    private var strength: DigestAlgorithm.Function?
    private var sessions: [Scope: Session] = [:]
    private var identifiers: Identifiers

    /// Knows the account, and has been asked for nothing yet.
    public init(_ account: DigestAccount, identifiers: Identifiers) {
        self.account = account
        self.identifiers = identifiers
        realm = account.realm
    }

    /// Puts credentials on a new request where the exchange is known to ask for them.
    public mutating func authorize(_ request: inout Request) {
        let scope = Scope(request)
        guard let field = sessions[scope]?.field, !request.headers.contains(field) else { return }
        sign(&request, scope)
    }

    /// Answers a 401 or 407.
    ///
    /// - Parameters:
    ///   - request: what was sent and is refused.
    ///   - attempts: how often it was answered already.
    /// - Returns: the same request with credentials, whose CSeq is still to be raised; nil when it is not to be
    ///   answered: not our exchange, nothing that we could do, or the password was wrong.
    public mutating func answer(_ response: Response, to request: Request, attempts: Int) -> Request? {
        guard let (challenges, field) = Self.challenges(of: response) else { return nil }
        let scope = Scope(request)
        guard let challenge = choose(challenges, scope) else { return nil }
        let former = request.credentials(in: field, realm: challenge.realm)
        if let former, former.nonce == challenge.nonce { return nil }
        let isNew = attempts == 0
        let isAgain = former != nil && challenge.isStale && attempts < Self.longestInsistence
        guard isNew || isAgain else { return nil }
        if scope == .registration {
            realm = challenge.realm
            strength = challenge.algorithm.function
        }
        let cnonce = identifiers.token() + identifiers.token()
        sessions[scope] = Session(challenge: challenge, field: field, cnonce: cnonce)
        var request = request
        request.headers.removeAll(field)
        sign(&request, scope)
        return request
    }

    private static func challenges(of response: Response) -> ([DigestChallenge], HeaderName)? {
        switch response.status {
        case 401: (response.challenges.compactMap { DigestChallenge($0) }, .authorization)
        case 407: (response.proxyChallenges.compactMap { DigestChallenge($0) }, .proxyAuthorization)
        default: nil
        }
    }

    /// The strongest of our exchange's challenges (RFC 8760 §2.4), and of equals the first.
    private func choose(_ challenges: [DigestChallenge], _ scope: Scope) -> DigestChallenge? {
        let known = realm ?? (scope == .registration ? challenges.first?.realm : nil)
        guard let known else { return nil }
        let floor = scope == .registration ? .md5 : strength ?? .md5
        return
            challenges
            .filter { $0.realm == known && $0.algorithm.function >= floor }
            .max { $0.algorithm.function < $1.algorithm.function }
    }

    private mutating func sign(_ request: inout Request, _ scope: Scope) {
        guard var session = sessions[scope] else { return }
        guard session.count < .max else {
            sessions[scope] = nil
            return
        }
        session.count += 1
        sessions[scope] = session
        let credentials = DigestCredentials(
            session.challenge, user: account.user, password: account.password, method: request.method.rawValue,
            uri: request.uri.description, quality: .init(count: session.count, cnonce: session.cnonce))
        request.headers.append(session.field, credentials.field.description)
    }
}

extension DigestClient: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user; never the password.
    public var description: String { account.description }
    /// The user; never the password.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Request {
    fileprivate func credentials(in name: HeaderName, realm: String) -> DigestCredentials? {
        headers.values(name).lazy.compactMap { AuthenticationParameters($0) }.compactMap { DigestCredentials($0) }
            .first { $0.realm == realm }
    }
}
