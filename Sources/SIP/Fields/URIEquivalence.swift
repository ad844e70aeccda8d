extension URI {
    /// Whether two URIs mean the same by RFC 3261 §19.1.4, its errata (transport) and RFC 3966 §4 for `tel`. `==` is
    /// narrower: it compares how they are written.
    public func isEquivalent(to other: URI) -> Bool {
        switch (scheme, other.scheme) {
        case (.sip, .sip), (.sips, .sips):
            return escapedUser == other.escapedUser && password == other.password
                && IPAddress.isSameHost(host, other.host) && port == other.port
                && hasEquivalentParameters(other) && foldedHeaders == other.foldedHeaders
        case (.tel, .tel):
            return subscriberNumber == other.subscriberNumber && foldedParameters == other.foldedParameters
        case (.other(let one), .other(let another)):
            return one.asciiLowercased == another.asciiLowercased && opaque == other.opaque
        case (.sip, _), (.sips, _), (.tel, _), (.other, _):
            return false
        }
    }

    /// These change where or how a request goes: given in one URI only, the URIs differ.
    private static let decisiveParameters = ["transport", "user", "ttl", "method", "maddr"]

    private func hasEquivalentParameters(_ other: URI) -> Bool {
        let (one, another) = (foldedParameters, other.foldedParameters)
        for (name, value) in one {
            if let counterpart = another[name], counterpart != value { return false }
        }
        return URI.decisiveParameters.allSatisfy { (one[$0] == nil) == (another[$0] == nil) }
    }

    /// Names and values in lower case, escapes normalised; a flag has an empty value.
    private var foldedParameters: [String: String] {
        var result: [String: String] = [:]
        for name in parameters.names {
            let key = name.normalizedEscapes.asciiLowercased
            if result[key] == nil { result[key] = (parameters[name] ?? "").normalizedEscapes.asciiLowercased }
        }
        return result
    }

    /// In any order; names in any case.
    private var foldedHeaders: [String] {
        headers.map { $0.name.asciiLowercased + "=" + $0.value }.sorted()
    }

    /// A telephone number without its visual separators.
    private var subscriberNumber: String {
        String(decoding: (user ?? "").asciiLowercased.utf8.filter { !"-.()".utf8.contains($0) }, as: UTF8.self)
    }
}
