/// When sound is encrypted (RFC 4568). What the peer offers encrypted is answered so in any case.
public enum SRTPPolicy: Hashable, Sendable, CaseIterable {
    /// Plain is offered: who can read our signalling would read the keys.
    case answered
    /// Encrypted is offered and nothing else; a peer that itself offers plain can do no better, and gets it.
    case offered
    /// As `offered`; where the peer refuses that, plain is offered after it.
    case preferred
    /// Never plain.
    case required
}

/// What our own side brings to one conversation: where it hears, what it understands, and its keys. Each conversation
/// has keys of its own.
public struct AudioCapabilities: Hashable, Sendable {
    /// Where we receive RTP; the host is numeric, and one that the peer can reach.
    public var address: SocketAddress
    /// Where we receive RTCP; nil for the port above.
    public var control: SocketAddress?
    /// Whether RTCP may share the port (RFC 5761).
    public var isMultiplexed: Bool
    /// The most wanted first; telephone-event among them.
    public var codecs: [AudioCodec]
    /// Milliseconds of sound that we like in a packet.
    public var packetTime: UInt16
    /// When sound is encrypted.
    public var security: SRTPPolicy
    /// What we send with, the suite most wanted first; empty where we cannot encrypt.
    public var keys: [SRTPKey]

    /// Capabilities.
    public init(
        address: SocketAddress, control: SocketAddress? = nil, isMultiplexed: Bool = true, codecs: [AudioCodec],
        packetTime: UInt16 = 20, security: SRTPPolicy = .answered, keys: [SRTPKey] = []
    ) {
        self.address = address
        self.control = control
        self.isMultiplexed = isMultiplexed
        self.codecs = codecs
        self.packetTime = packetTime
        self.security = security
        self.keys = keys
    }

    /// Ours of the same encoding.
    func codec(like other: AudioCodec) -> AudioCodec? { codecs.first { $0.isSame(as: other) } }

    /// Whether both understand something that a person can be heard in.
    func canSpeak(_ formats: [AudioFormat]) -> Bool {
        formats.contains { $0.codec.isSound && codec(like: $0.codec) != nil }
    }
}

/// What both sides agreed to: where sound goes and what it is made of.
public struct AudioStream: Hashable, Sendable {
    /// The keys of SRTP, both of one suite.
    public struct Security: Hashable, Sendable {
        /// What we send with.
        public var local: SRTPKey
        /// What the peer sends with.
        public var remote: SRTPKey

        /// The keys of both.
        public init(local: SRTPKey, remote: SRTPKey) {
            self.local = local
            self.remote = remote
        }
    }

    /// Where the peer receives RTP.
    public var remote: SocketAddress
    /// Where it receives RTCP; the same where it is multiplexed, port 0 where it receives none.
    public var remoteControl: SocketAddress
    /// Whether RTCP shares the port of RTP, both ways (RFC 5761).
    public var isMultiplexed: Bool
    /// What we send, under the peer's number and with what it said of it.
    public var sends: AudioFormat
    /// What we may receive, under our numbers; several at any time.
    public var receives: [AudioFormat]
    /// The telephone-event that we send keys as; nil where the peer takes none.
    public var sendsKeys: AudioFormat?
    /// The telephone-events that we may receive.
    public var receivesKeys: [AudioFormat]
    /// Milliseconds of sound in each packet that we send: a multiple of 10, from 10 to 120.
    public var packetTime: UInt16
    /// Whether anything may be sent: neither side has set the session aside.
    public var maySend: Bool
    /// Whether the peer may send.
    public var mayReceive: Bool
    /// Nil: plain.
    public var security: Security?

    /// A stream with the given parts.
    public init(
        remote: SocketAddress, remoteControl: SocketAddress, isMultiplexed: Bool, sends: AudioFormat,
        receives: [AudioFormat], sendsKeys: AudioFormat? = nil, receivesKeys: [AudioFormat] = [],
        packetTime: UInt16 = 20, maySend: Bool = true, mayReceive: Bool = true, security: Security? = nil
    ) {
        self.remote = remote
        self.remoteControl = remoteControl
        self.isMultiplexed = isMultiplexed
        self.sends = sends
        self.receives = receives
        self.sendsKeys = sendsKeys
        self.receivesKeys = receivesKeys
        self.packetTime = packetTime
        self.maySend = maySend
        self.mayReceive = mayReceive
        self.security = security
    }
}

extension AudioStream {
    /// What two descriptions of one medium come to, an offer and its answer.
    ///
    /// - Parameter isHolding: whether we have set the session aside: then we send nothing, though we may say `sendonly`.
    /// - Returns: nil when there is nothing that both can be heard in.
    init?(local: AudioDescription, remote: AudioDescription, isHolding: Bool, security: Security?) {
        func isOurs(_ format: AudioFormat) -> Bool { local.formats.contains { $0.codec.isSame(as: format.codec) } }
        func isTheirs(_ format: AudioFormat) -> Bool { remote.formats.contains { $0.codec.isSame(as: format.codec) } }
        guard let sends = remote.formats.first(where: { $0.codec.isSound && isOurs($0) }) else { return nil }
        let agreed = local.formats.filter(isTheirs)
        let keys = remote.formats.filter { $0.codec.hasKeys && isOurs($0) }
        let isMultiplexed = local.isMultiplexed && remote.isMultiplexed
        let time = min(remote.packetTime ?? local.packetTime ?? 20, remote.longestPacketTime ?? 120)
        self.init(
            remote: remote.address, remoteControl: isMultiplexed ? remote.address : remote.control,
            isMultiplexed: isMultiplexed, sends: sends, receives: agreed.filter { $0.codec.isSound },
            sendsKeys: keys.first { $0.codec.clockRate == sends.codec.clockRate } ?? keys.first,
            receivesKeys: agreed.filter { $0.codec.isTelephoneEvent }, packetTime: min(max(time / 10 * 10, 10), 120),
            maySend: local.direction.sends && remote.direction.receives && !isHolding && !remote.isUnspecified,
            mayReceive: local.direction.receives && remote.direction.sends && !isHolding, security: security)
    }
}

extension SessionDescription.Direction {
    /// Whether the describing side sends.
    var sends: Bool { self == .sendrecv || self == .sendonly }
    /// Whether the describing side receives.
    var receives: Bool { self == .sendrecv || self == .recvonly }

    /// What is answered to this by who would do `wish` (RFC 3264 §6.1).
    func answered(wishing wish: Self) -> Self {
        switch (receives && wish.sends, sends && wish.receives) {
        case (true, true): .sendrecv
        case (true, false): .sendonly
        case (false, true): .recvonly
        case (false, false): .inactive
        }
    }
}
