extension MessageFields {
    /// Who sent this according to our exchange (P-Asserted-Identity, RFC 3325), else as it says itself (From); without
    /// the parameters of the field, the tag among them.
    package var identity: NameAddress? {
        assertedIdentity ?? from.map { NameAddress($0.uri, displayName: $0.displayName) }
    }

    /// The asserted SIP address. There may be a telephone number beside it (RFC 3325 §9.1).
    package var assertedIdentity: NameAddress? {
        guard headers.contains(.pAssertedIdentity) else { return nil }
        return assertedIdentities.first { $0.uri.scheme == .sip || $0.uri.scheme == .sips }
            .map { NameAddress($0.uri, displayName: $0.displayName) }
    }

    /// Retry-After as a duration.
    package var retryDelay: Duration? { retryAfter.map { Duration(retryAfter: $0) } }
}

extension Duration {
    /// How long a peer asks us to wait, in seconds: a day at most, and a second at least, so that nobody makes us ask
    /// in circles.
    package init(retryAfter seconds: UInt32) {
        self = .seconds(Int64(min(max(seconds, 1), 86_400)))
    }
}
