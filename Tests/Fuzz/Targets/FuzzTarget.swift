/// What is fuzzed, and what has to hold whatever the bytes are. None may trap, hang or break its rule.
package enum FuzzTarget: String, CaseIterable, Codable, Sendable {
    case message, framing, uri, digest, description, multipart, pidf, signs, location, settings
    case renderer, keys, exchange, phone, session, referral, journal, rtp, rtcp, srtp, wav

    /// What of the program is at work, in a few words.
    package var covers: String {
        switch self {
        case .message: "the parser, every field, and writing what was read"
        case .framing: "cutting a stream into messages"
        case .uri: "URIs and addresses: reading, writing, escaping, equivalence"
        case .digest: "challenges, credentials, who answers and judges them, nonces"
        case .description: "session descriptions (SDP) and their answers"
        case .multipart: "bodies of several parts, and what is taken out of them"
        case .pidf: "presence lists (PIDF, XML)"
        case .signs: "typing, CPIM and delivery notifications (XML)"
        case .location: "DNS answers and finding servers"
        case .settings: "TOML, and the configuration of exchange and chat"
        case .renderer: "the screen, with any text, keys and size"
        case .keys: "what a terminal sends"
        case .exchange: "an exchange with three clients"
        case .phone: "a phone with its exchange"
        case .session: "a user agent in a call"
        case .referral: "a user agent that is transferred"
        case .journal: "the log, its stories and masks"
        case .rtp: "packets of sound and keys, whose they are, and when they are played"
        case .rtcp: "reports, and what is reckoned with them"
        case .srtp: "packets of a secured stream, genuine, changed and invented"
        case .wav: "sound files"
        }
    }

    package func run(_ bytes: [UInt8]) {
        switch self {
        case .message: fuzzMessage(bytes)
        case .framing: fuzzFraming(bytes)
        case .uri: fuzzURI(bytes)
        case .digest: fuzzDigest(bytes)
        case .description: fuzzDescription(bytes)
        case .multipart: fuzzMultipart(bytes)
        case .pidf: fuzzPresence(bytes)
        case .signs: fuzzSigns(bytes)
        case .location: fuzzLocation(bytes)
        case .settings: fuzzSettings(bytes)
        case .renderer: fuzzRenderer(bytes)
        case .keys: fuzzKeys(bytes)
        case .exchange: fuzzExchange(bytes)
        case .phone: fuzzPhone(bytes)
        case .session: fuzzSession(bytes)
        case .referral: fuzzReferral(bytes)
        case .journal: fuzzJournal(bytes)
        case .rtp: fuzzStream(bytes)
        case .rtcp: fuzzReports(bytes)
        case .srtp: fuzzSecurity(bytes)
        case .wav: fuzzWave(bytes)
        }
    }
}

/// Ends the run where a rule is broken; unlike `precondition` it says which one in optimised code too.
func require(_ isKept: Bool, _ rule: @autoclosure () -> String) {
    if !isKept { fatalError(rule()) }
}
