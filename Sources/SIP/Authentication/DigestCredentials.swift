/// The answer to a challenge: one Authorization or Proxy-Authorization (RFC 7616 §3.4).
public struct DigestCredentials: Hashable, Sendable {
    /// With qop `auth`, what the client adds.
    public struct Quality: Hashable, Sendable {
        /// How often the nonce was used, this time included (nc).
        public var count: UInt32
        /// The client's own nonce.
        public var cnonce: String

        /// A count and a nonce.
        public init(count: UInt32, cnonce: String) {
            self.count = count
            self.cnonce = cnonce
        }

        /// Eight hexadecimal digits, as nc is written and hashed.
        var countDigits: String {
            let digits = String(count, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
    }

    /// Who answers.
    public var user: String
    /// Where the password counts.
    public var realm: String
    /// The server's nonce.
    public var nonce: String
    /// The Request-URI as the client wrote it.
    public var uri: String
    /// How the digest was made.
    public var algorithm: DigestAlgorithm
    /// The server's own, sent back.
    public var opaque: String?
    /// Nil from old clients, and for old servers.
    public var quality: Quality?
    /// The digest, in lower-case hexadecimal digits.
    public internal(set) var response: String

    /// Answers a challenge.
    ///
    /// - Parameters:
    ///   - uri: the Request-URI as it will be written.
    ///   - quality: count and nonce; left out where the challenge does not offer qop `auth`.
    public init(
        _ challenge: DigestChallenge, user: String, password: String, method: String, uri: String, quality: Quality
    ) {
        self.user = user
        realm = challenge.realm
        nonce = challenge.nonce
        self.uri = uri
        algorithm = challenge.algorithm
        opaque = challenge.opaque
        self.quality = challenge.offersAuth ? quality : nil
        response = ""
        let hash = PasswordHash(user: user, realm: realm, password: password, algorithm.function)
        response = expectedResponse(hash, method: method) ?? ""
    }

    /// Reads credentials; nil when they are not Digest, lack something, say something twice, or use what we do not
    /// have.
    public init?(_ field: AuthenticationParameters) {
        guard let parameters = field.digestParameters, let user = parameters["username"],
            let realm = parameters["realm"], let nonce = parameters["nonce"], let uri = parameters["uri"],
            let algorithm = DigestAlgorithm(parameters["algorithm"]),
            let response = parameters["response"]?.asciiLowercased
        else { return nil }
        self.user = user
        self.realm = realm
        self.nonce = nonce
        self.uri = uri
        self.algorithm = algorithm
        self.response = response
        opaque = parameters["opaque"]
        guard let qop = parameters["qop"] else {
            // Without qop there is no count, and a session that cannot be told from another.
            guard !algorithm.isSession, parameters["nc"] == nil else { return nil }
            return
        }
        guard qop.asciiLowercased == "auth", let count = parameters["nc"], count.utf8.count == 8,
            count.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }), let number = UInt32(count, radix: 16), number > 0,
            let cnonce = parameters["cnonce"], !cnonce.isEmpty
        else { return nil }
        quality = Quality(count: number, cnonce: cnonce)
    }

    /// As they are written; RFC 7616 §3.4 tells which values stand in quotes.
    public var field: AuthenticationParameters {
        var field = AuthenticationParameters(scheme: "Digest")
        field.parameters.quote("username", user)
        field.parameters.quote("realm", realm)
        field.parameters.quote("nonce", nonce)
        field.parameters.quote("uri", uri)
        field.parameters.quote("response", response)
        field.parameters.set("algorithm", algorithm.name)
        if let opaque { field.parameters.quote("opaque", opaque) }
        if let quality {
            field.parameters.quote("cnonce", quality.cnonce)
            field.parameters.set("qop", "auth")
            field.parameters.set("nc", quality.countDigits)
        }
        return field
    }

    /// What the digest has to be (RFC 7616 §3.4.1).
    ///
    /// - Returns: nil when the hash was made by another function.
    public func expectedResponse(_ hash: PasswordHash, method: String) -> String? {
        guard hash.function == algorithm.function else { return nil }
        var secret = hash.digits
        if algorithm.isSession {
            guard let quality else { return nil }
            secret = algorithm.function.hexHash(of: "\(secret):\(nonce):\(quality.cnonce)")
        }
        let asked = algorithm.function.hexHash(of: "\(method):\(uri)")
        let middle = quality.map { "\(nonce):\($0.countDigits):\($0.cnonce):auth" } ?? nonce
        return algorithm.function.hexHash(of: "\(secret):\(middle):\(asked)")
    }

    /// Whether the digest is right.
    public func isRight(_ hash: PasswordHash, method: String) -> Bool {
        guard let expected = expectedResponse(hash, method: method) else { return false }
        return isEqualInConstantTime(Array(expected.utf8), Array(response.utf8))
    }
}

extension DigestCredentials: CustomStringConvertible, CustomDebugStringConvertible {
    /// Who and where; not the digest, from which a weak password can be guessed.
    public var description: String { "\(algorithm.name) credentials of \(user) in \(realm)" }
    /// Who and where; not the digest.
    public var debugDescription: String { description }
}
