/// What a server asks to be answered: one WWW-Authenticate or Proxy-Authenticate (RFC 7616 §3.3, RFC 3261 §22.4).
public struct DigestChallenge: Hashable, Sendable {
    /// Whose password is wanted.
    public var realm: String
    /// The server's text that the answer is bound to.
    public var nonce: String
    /// To be sent back as it is.
    public var opaque: String?
    /// The answer was right, but its nonce is too old: answer again without asking the person.
    public var isStale: Bool
    /// How to answer.
    public var algorithm: DigestAlgorithm
    /// Whether the server takes qop `auth`; without it, it is an old one that counts nothing (RFC 2069).
    public var offersAuth: Bool

    /// A challenge with qop `auth`.
    public init(
        realm: String, nonce: String, algorithm: DigestAlgorithm, opaque: String? = nil, isStale: Bool = false,
        offersAuth: Bool = true
    ) {
        self.realm = realm
        self.nonce = nonce
        self.algorithm = algorithm
        self.opaque = opaque
        self.isStale = isStale
        self.offersAuth = offersAuth
    }

    /// Reads a challenge; nil when it is not Digest, lacks realm or nonce, says something twice, or asks for an
    /// algorithm or a quality of protection (`auth-int` alone) that we do not have.
    public init?(_ field: AuthenticationParameters) {
        guard let parameters = field.digestParameters, let realm = parameters["realm"],
            let nonce = parameters["nonce"], !nonce.isEmpty,
            let algorithm = DigestAlgorithm(parameters["algorithm"])
        else { return nil }
        let qualities = parameters["qop"]?.split { $0 == "," || $0 == " " }.map { String($0).asciiLowercased }
        // A session's hash has the client's nonce in it, which only qop brings along (RFC 7616 §3.4.2).
        guard qualities?.contains("auth") ?? !algorithm.isSession else { return nil }
        self.init(
            realm: realm, nonce: nonce, algorithm: algorithm, opaque: parameters["opaque"],
            isStale: parameters["stale"]?.asciiLowercased == "true", offersAuth: qualities != nil)
    }

    /// As it is written; RFC 7616 §3.3 tells which values stand in quotes.
    public var field: AuthenticationParameters {
        var field = AuthenticationParameters(scheme: "Digest")
        field.parameters.quote("realm", realm)
        field.parameters.quote("nonce", nonce)
        if let opaque { field.parameters.quote("opaque", opaque) }
        if isStale { field.parameters.set("stale", "true") }
        field.parameters.set("algorithm", algorithm.name)
        if offersAuth { field.parameters.quote("qop", "auth") }
        return field
    }
}

extension AuthenticationParameters {
    /// The parameters of the scheme Digest; nil for another scheme, or when one comes twice: who takes the first and
    /// who takes the last would read two different things.
    var digestParameters: Parameters? {
        guard scheme.asciiLowercased == "digest", Set(parameters.names.map(\.asciiLowercased)).count == parameters.count
        else { return nil }
        return parameters
    }
}

extension Parameters {
    /// Adds a value that stands in quotes whatever it is.
    mutating func quote(_ name: String, _ value: String) {
        append(Element(name: name, value: value, isQuoted: true))
    }
}
