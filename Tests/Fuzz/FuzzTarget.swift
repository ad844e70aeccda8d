/// What is fuzzed, and what has to hold whatever the bytes are. None may trap, hang or break its rule.
enum FuzzTarget: String, CaseIterable {
    case message, framing, description, pidf, signs, renderer, keys, exchange, phone, journal
    case location, settings, referral, session

    func run(_ bytes: [UInt8]) {
        switch self {
        case .message: fuzzMessage(bytes)
        case .framing: fuzzFraming(bytes)
        case .description: fuzzDescription(bytes)
        case .pidf: fuzzPresence(bytes)
        case .signs: fuzzSigns(bytes)
        case .renderer: fuzzRenderer(bytes)
        case .keys: fuzzKeys(bytes)
        case .exchange: fuzzExchange(bytes)
        case .phone: fuzzPhone(bytes)
        case .journal: fuzzJournal(bytes)
        case .location: fuzzLocation(bytes)
        case .settings: fuzzSettings(bytes)
        case .referral: fuzzReferral(bytes)
        case .session: fuzzSession(bytes)
        }
    }
}

/// Ends the run where a rule is broken; unlike `precondition` it says which one in optimised code too.
func require(_ isKept: Bool, _ rule: @autoclosure () -> String) {
    if !isKept { fatalError(rule()) }
}
