/// How a stream is encrypted and authenticated: the suites of RFC 4568 §6.2 that everybody has.
public enum SRTPSuite: String, Hashable, Sendable, CaseIterable {
    /// AES in counter mode with 128 bits, a tag of 80 bits.
    case aes128SHA1Tag80 = "AES_CM_128_HMAC_SHA1_80"
    /// The same with a tag of 32 bits; RTCP keeps 80.
    case aes128SHA1Tag32 = "AES_CM_128_HMAC_SHA1_32"

    /// Octets of a master key and the master salt behind it.
    public static let keyLength = 30
}

/// A master key with its salt, and the suite that it is for (RFC 3711 §8.1). One for each stream and direction: what is
/// sent under it is encrypted by whoever described it (RFC 4568 §6.1).
public struct SRTPKey: Hashable, Sendable {
    /// The suite.
    public let suite: SRTPSuite
    /// Key and salt, 30 octets.
    public let octets: [UInt8]

    /// Nil unless there are `SRTPSuite.keyLength` octets.
    public init?(_ suite: SRTPSuite, _ octets: [UInt8]) {
        guard octets.count == SRTPSuite.keyLength else { return nil }
        self.suite = suite
        self.octets = octets
    }
}

extension SRTPKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The suite alone: what is printed may be read by others.
    public var description: String { suite.rawValue }
    /// The same.
    public var debugDescription: String { description }
    /// Without parts.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// An a=crypto line (RFC 4568 §9.1), of a kind that we can live up to.
public struct CryptoAttribute: Hashable, Sendable {
    /// 0 to 999,999,999: what an answer names the chosen line by.
    public var tag: UInt32
    /// What the describing side sends with.
    public var key: SRTPKey

    /// A line with this tag, of which the last nine digits count.
    public init(tag: UInt32, key: SRTPKey) {
        self.tag = tag % 1_000_000_000
        self.key = key
    }

    /// Reads `1 AES_CM_128_HMAC_SHA1_80 inline:...|2^31`.
    ///
    /// A lifetime is the sender's own affair, who has to offer another key in time (RFC 4568 §6.1), and is not kept.
    ///
    /// - Returns: nil when the line is malformed, and also when it demands what we do not have, so that it must not be
    ///   chosen: another suite, more keys than one and a key identifier (MKI), and every session parameter that changes
    ///   what is on the wire or is unknown to us, unless a dash says that it does not matter (§6.3.7).
    public init?(_ value: String) {
        let words = value.split { $0 == " " || $0 == "\t" }
        guard words.count >= 3, words[0].utf8.count <= 9, let tag = UInt32(decimal: words[0]),
            let suite = SRTPSuite(rawValue: String(words[1])), let octets = Self.key(words[2]),
            let key = SRTPKey(suite, octets), words[3...].allSatisfy({ Self.isHarmless($0) })
        else { return nil }
        self.init(tag: tag, key: key)
    }

    private static func key(_ parameter: Substring) -> [UInt8]? {
        guard parameter.prefix(7).lowercased() == "inline:" else { return nil }
        let parts = parameter.dropFirst(7).split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, first.utf8.count <= 64 else { return nil }
        if parts.count == 2 { guard isLifetime(parts[1]) else { return nil } }
        return Base64.decode(first)
    }

    /// As many packets as `2^31` or `1048576` says, within SRTP's 2^48.
    private static func isLifetime(_ text: Substring) -> Bool {
        if text.hasPrefix("2^") { return UInt8(decimal: text.dropFirst(2)).map { $0 <= 48 } ?? false }
        return UInt64(decimal: text).map { (1...(1 << 48)).contains($0) } ?? false
    }

    /// WSH is a hint for the receiver's window (§6.3.6).
    private static func isHarmless(_ parameter: Substring) -> Bool {
        if parameter.hasPrefix("WSH=") { return UInt16(decimal: parameter.dropFirst(4)).map { $0 >= 64 } ?? false }
        return parameter.hasPrefix("-") && parameter.utf8.count > 1
    }
}

extension CryptoAttribute: CustomStringConvertible {
    /// The value as it stands in a description; it holds the key.
    public var description: String { "\(tag) \(key.suite.rawValue) inline:\(Base64.encode(key.octets))" }
}
