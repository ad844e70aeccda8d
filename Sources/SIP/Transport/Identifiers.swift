/// The source of tags, branches, Call-IDs and back-off jitter: the system's in production, a seed in tests.
public struct Identifiers: RandomNumberGenerator, Sendable, Equatable {
    private var seed: UInt64?

    /// Unpredictable: RFC 3261 §19.3 wants tags with at least 32 bits of cryptographic randomness.
    public static var unpredictable: Identifiers { Identifiers(seed: nil) }

    /// Repeatable, for tests.
    public static func seeded(_ seed: UInt64) -> Identifiers { Identifiers(seed: seed) }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        guard let state = seed else {
            var system = SystemRandomNumberGenerator()
            return system.next()
        }
        // SplitMix64 (Steele, Lea, Flood 2014).
        let advanced = state &+ 0x9E37_79B9_7F4A_7C15
        seed = advanced
        var mixed = (advanced ^ (advanced >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A source of its own for a part of the machine, as unpredictable or repeatable as this one.
    public mutating func split() -> Identifiers { seed == nil ? .unpredictable : .seeded(next()) }

    /// A token of 13 characters from `[a-z0-9]`, 64 bits.
    public mutating func token() -> String { String(next(), radix: 36) }

    /// A branch that starts with RFC 3261's magic cookie (§8.1.1.7).
    public mutating func branch() -> String { "z9hG4bK" + token() }

    /// A Call-ID, unique in space and time (§8.1.1.4).
    public mutating func callID() -> String { token() + token() }
}
