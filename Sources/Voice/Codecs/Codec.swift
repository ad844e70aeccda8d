/// What the samples of a stream are coded with.
package enum Codec: String, Sendable, Equatable, CaseIterable {
    /// RFC 6716, RFC 7587.
    case opus
    /// G.711 with the mu law (RFC 3551 §4.5.14).
    case pcmu
    /// G.711 with the A law.
    case pcma

    /// Its name in `a=rtpmap`, which is compared without regard to case.
    package var name: String {
        switch self {
        case .opus: "opus"
        case .pcmu: "PCMU"
        case .pcma: "PCMA"
        }
    }

    /// Ticks of the RTP timestamp in a second. Opus counts 48,000 whatever it carries (RFC 7587 §4.1).
    package var clockRate: Int {
        switch self {
        case .opus: 48_000
        case .pcmu, .pcma: 8_000
        }
    }
}

/// The one form of sound inside: 48 kHz, one channel, 16 bits.
package enum Sound {
    /// Samples a second.
    package static let rate = 48_000
    /// Samples that devices and the processing between them take at once: 10 ms.
    package static let deviceFrame = 480
    /// Samples in a packet that we send: 20 ms.
    package static let wireFrame = 960
    /// The longest packet that a codec may hold: 120 ms (RFC 6716 §2.1.4).
    package static let longestPacket = 5_760
    /// Octets that no payload of ours exceeds.
    package static let largestPayload = 1_275

    /// How long so many samples sound.
    static func duration(_ samples: Int) -> Duration { .microseconds(samples * 1_000 / (rate / 1_000)) }
}
