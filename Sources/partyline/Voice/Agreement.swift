#if Voice
import RTP
import SIP
import Voice

/// What signalling says of a stream, and what its engine is told.
extension AudioCapabilities {
    /// What we bring to a conversation at these ports, with keys of its own.
    init(_ ports: StreamPorts, at host: String, security: SRTPPolicy) {
        var random = SystemRandomNumberGenerator()
        let suites = VoiceEngine.securityFault == nil ? SRTPSuite.allCases : []
        let keys = suites.compactMap { suite in
            SRTPKey(suite, (0..<SRTPSuite.keyLength).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        self.init(
            address: SocketAddress(host: host, port: ports.voice),
            control: SocketAddress(host: host, port: ports.control),
            codecs: AudioOptions.codecs, security: security, keys: keys)
    }
}

extension StreamParameters {
    /// Nil where there is a codec or a key that the engine does not have.
    init?(_ stream: AudioStream) {
        guard let codec = Codec(stream.sends.codec) else { return nil }
        let receiving = stream.receives.compactMap { format in Codec(format.codec).map { (format.payloadType, $0) } }
        self.init(
            codec: codec, payloadType: stream.sends.payloadType,
            receiving: Dictionary(receiving, uniquingKeysWith: { first, _ in first }),
            remote: RemoteAddress(host: stream.remote.host, port: stream.remote.port))
        if !stream.isMultiplexed {
            remoteControl = RemoteAddress(host: stream.remoteControl.host, port: stream.remoteControl.port)
        }
        if let keys = stream.sendsKeys, keys.codec.clockRate == codec.clockRate { keysPayloadType = keys.payloadType }
        keysReceiving = Set(stream.receivesKeys.map(\.payloadType))
        sends = stream.maySend
        receives = stream.mayReceive
        let wishes = stream.sends.codec.parameters?.lowercased() ?? ""
        forwardErrorCorrection = wishes.contains("useinbandfec=1")
        discontinuous = wishes.contains("usedtx=1")
        guard let agreed = stream.security else { return }
        guard let sending = MasterKey(agreed.local), let receiving = MasterKey(agreed.remote) else { return nil }
        security = StreamKeys(sending: sending, receiving: receiving)
    }
}

extension Codec {
    fileprivate init?(_ codec: AudioCodec) {
        guard
            let found = Codec.allCases.first(where: {
                $0.name.lowercased() == codec.name.lowercased() && $0.clockRate == Int(codec.clockRate)
            })
        else { return nil }
        self = found
    }
}

extension MasterKey {
    fileprivate init?(_ key: SRTPKey) {
        guard let suite = CryptoSuite(rawValue: key.suite.rawValue) else { return nil }
        self.init(suite, octets: key.octets)
    }
}
#endif
