/// How the packets of a stream are secured (RFC 4568 §6.2).
package enum CryptoSuite: String, Sendable, Equatable, CaseIterable {
    case aes128CounterSHA1Tag80 = "AES_CM_128_HMAC_SHA1_80"
    case aes128CounterSHA1Tag32 = "AES_CM_128_HMAC_SHA1_32"
}

/// The secret of one direction of a stream: what stands behind `inline:` in `a=crypto` (RFC 4568 §6.1).
package struct MasterKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    package let suite: CryptoSuite
    /// The key's 16 octets and the salt's 14.
    let octets: [UInt8]

    /// Nil unless there are 30 octets.
    package init?(_ suite: CryptoSuite, octets: [UInt8]) {
        guard octets.count == Self.length else { return nil }
        self.suite = suite
        self.octets = octets
    }

    package static let length = 30

    /// Secrets do not get into logs.
    package var description: String { "a key for \(suite.rawValue)" }
    package var debugDescription: String { description }
}

/// Both secrets of a stream: the one we chose and the one the other side chose.
package struct StreamKeys: Sendable, Equatable {
    package var sending: MasterKey
    package var receiving: MasterKey

    package init(sending: MasterKey, receiving: MasterKey) {
        self.sending = sending
        self.receiving = receiving
    }
}

/// Why a secured packet is not listened to: it is dropped, and the call lives. Or why there are none at all.
package enum SecurityFault: Error, Equatable, Sendable {
    /// It is not from who has the key, or was changed on its way.
    case unauthenticated
    /// It was here before, or is too old to tell (RFC 3711 §3.3.2).
    case replayed
    /// It is no packet at all, or libsrtp would not have it for a reason of its own.
    case refused(Int32)
    /// libsrtp is not there, for this reason.
    case missing(String)
}
