/// The side that asks for a password: makes challenges and judges what comes back (RFC 7616, RFC 8760, RFC 3261 §22).
///
/// It keeps no passwords and no sessions: whoever uses it brings the hashes of the user in question. Nonces carry their
/// own proof; only those that were used right are remembered, so that nothing heard on the way works twice.
public struct DigestServer: Equatable, Sendable {
    /// What to think of credentials.
    public enum Verdict: Hashable, Sendable {
        /// It is who they say.
        case accepted
        /// The nonce is too old, from another life, given to another source, or used with this count before: challenge
        /// again with `stale=true`. Nothing is said about the password: guesses are judged one nonce of their own each.
        case stale
        /// The password is wrong, or they were made for another method; the nonce was good.
        case refused
        /// The password is right, and they were made for another Request-URI (RFC 7616 §3.4.6): a proxy changed it, or
        /// somebody who heard them on the way. The nonce was good and still is.
        case misdirected
        /// Made with a function for which the user has no hash, so nothing can be said: challenge anew.
        case unusable
    }

    /// Where the passwords count.
    public let realm: String
    private var nonces: Nonces

    /// A server with a secret of its own.
    ///
    /// - Parameters:
    ///   - lifetime: how long a nonce is good; whole seconds.
    ///   - memory: of how many nonces the counts are kept. Those before the last so many become stale.
    public init(
        realm: String, lifetime: Duration = .seconds(300), memory: Int = 4_096, identifiers: inout Identifiers
    ) {
        self.realm = realm
        nonces = Nonces(lifetime: lifetime, capacity: memory, identifiers: &identifiers)
    }

    /// Asks for a password: one field for each function, the strongest first (RFC 8760 §2.3).
    ///
    /// - Parameters:
    ///   - functions: those for which the user's hashes are there.
    ///   - source: who is asked, as far as it can be told; nobody else can answer with this nonce. So whoever writes
    ///     somebody else's address on a datagram cannot be wrong in their name.
    ///   - now: the time since any fixed start.
    public mutating func challenges(
        _ functions: some Sequence<DigestAlgorithm.Function>, isStale: Bool = false, to source: String = "",
        at now: Duration
    ) -> [AuthenticationParameters] {
        let nonce = nonces.issue(for: source, at: now)
        return Set(functions).sorted(by: >).map { function in
            DigestChallenge(realm: realm, nonce: nonce, algorithm: DigestAlgorithm(function), isStale: isStale).field
        }
    }

    /// The credentials for this realm that a request brings in one kind of field, `.authorization` or
    /// `.proxyAuthorization`.
    public func credentials(of request: Request, in name: HeaderName) -> DigestCredentials? {
        for value in request.headers.values(name) {
            guard let field = AuthenticationParameters(value), let credentials = DigestCredentials(field) else {
                continue
            }
            if credentials.realm == realm { return credentials }
        }
        return nil
    }

    /// Judges credentials; those that are accepted are used up.
    ///
    /// - Parameters:
    ///   - hashes: those of the user that the credentials name; whether that user may make this request is the
    ///     caller's to decide.
    ///   - source: who sends the request, as in `challenges`.
    ///   - now: the time since the same start as in `challenges`.
    public mutating func judge(
        _ credentials: DigestCredentials, of request: Request, hashes: [PasswordHash], from source: String = "",
        at now: Duration
    ) -> Verdict {
        guard let hash = hashes.first(where: { $0.function == credentials.algorithm.function }) else {
            return .unusable
        }
        guard nonces.isFresh(credentials.nonce, for: source, at: now) else { return .stale }
        guard credentials.realm == realm, credentials.isRight(hash, method: request.method.rawValue) else {
            return .refused
        }
        guard isFor(request, credentials.uri) else { return .misdirected }
        let count = credentials.quality?.count
        return nonces.use(credentials.nonce, count: count, for: source, at: now) ? .accepted : .stale
    }

    /// Takes out what was for us, before a request goes on (RFC 3261 §22.3): nobody behind us can guess from it.
    public func consumeCredentials(of request: inout Request) {
        for name in [HeaderName.authorization, .proxyAuthorization] { remove(name, from: &request.headers) }
    }

    /// Takes out challenges that claim to be ours, before a response goes on: they come from somebody behind us.
    public func removeClaims(from response: inout Response) {
        for name in [HeaderName.wwwAuthenticate, .proxyAuthenticate] { remove(name, from: &response.headers) }
    }

    private func remove(_ name: HeaderName, from headers: inout Headers) {
        guard headers.contains(name) else { return }
        let values = headers.values(name)
        headers.removeAll(name)
        for value in values {
            // What cannot be read is not passed on either: another may read our realm in it.
            guard let field = AuthenticationParameters(value), !field.names(realm) else { continue }
            headers.append(name, value)
        }
    }

    private func isFor(_ request: Request, _ text: String) -> Bool {
        if text == request.uri.description { return true }
        guard let uri = try? URI(parsing: text) else { return false }
        return uri.isEquivalent(to: request.uri)
    }
}

extension AuthenticationParameters {
    /// Whether any of its realms is this one; with two of them, readers differ over which counts.
    fileprivate func names(_ realm: String) -> Bool {
        parameters.elements.contains { $0.name.asciiLowercased == "realm" && $0.value == realm }
    }
}
