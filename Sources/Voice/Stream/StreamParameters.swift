import RTP

/// What two sides have agreed on for a stream, from one end.
package struct StreamParameters: Sendable, Equatable {
    /// What our voice is coded with, under which number.
    package var codec: Codec
    package var payloadType: UInt8
    /// What may come, by its numbers.
    package var receiving: [UInt8: Codec]
    /// The number of telephone keys as events with our codec's clock (RFC 4733); nil where the other side knows none.
    package var keysPayloadType: UInt8?
    /// Numbers that keys may come under.
    package var keysReceiving: Set<UInt8> = []
    /// Where the other side wants its packets; nil where it says nowhere.
    package var remote: RemoteAddress?
    /// Where it wants control packets; nil where they share its port (RFC 5761).
    package var remoteControl: RemoteAddress?
    /// Hosts whose packets are taken as the other side's from any port; see `SourceLatch`.
    package var vouched: [RemoteAddress.Host] = []
    /// Whether our voice goes out, and whether theirs is played.
    package var sends = true
    package var receives = true
    /// Nil for a stream that anybody on the way may listen to.
    package var security: StreamKeys?
    /// What the other side's Opus can use (RFC 7587 §6.1).
    package var forwardErrorCorrection = true
    package var discontinuous = true

    package init(codec: Codec, payloadType: UInt8, receiving: [UInt8: Codec], remote: RemoteAddress?) {
        self.codec = codec
        self.payloadType = payloadType
        self.receiving = receiving
        self.remote = remote
    }

    /// Whether RTP and RTCP share a port.
    var isMuxed: Bool { remoteControl == nil }
}

/// What a stream is known by on the wire: random numbers, chosen once for it.
package struct StreamIdentity: Sendable, Equatable {
    package var ssrc: UInt32
    package var sequence: UInt16
    package var timestamp: UInt32
    /// Says nothing of person or machine (RFC 7022).
    package var cname: String
    /// What else is random in the stream follows from it.
    package var seed: UInt64

    package init(ssrc: UInt32, sequence: UInt16, timestamp: UInt32, cname: String, seed: UInt64) {
        self.ssrc = ssrc
        self.sequence = sequence
        self.timestamp = timestamp
        self.cname = cname
        self.seed = seed
    }

    package static func random() -> Self {
        var random = SystemRandomNumberGenerator()
        return Self(
            ssrc: random.next(), sequence: random.next() >> 1, timestamp: random.next(),
            cname: String(random.next() as UInt64, radix: 36) + String(random.next() as UInt32, radix: 36),
            seed: random.next())
    }

    /// The same end under other numbers: for another clock (RFC 7160 §4.1), or where somebody else has this SSRC.
    func renewed() -> Self {
        var random = Seeded(state: seed)
        var new = self
        new.ssrc = random.next()
        new.sequence = random.next() >> 1
        new.timestamp = random.next()
        new.seed = random.next()
        return new
    }

    /// SplitMix64.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }
}
