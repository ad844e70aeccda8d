#if Voice
import RTP

/// What we say, as packets: two device frames become one. Nothing is allocated for a packet of voice.
final class OutgoingVoice {
    private(set) var stream: SendingStream
    private(set) var codec: Codec
    var meter = LevelMeter()

    private var payloadType: UInt8
    private var keysPayloadType: UInt8?
    private var encoder: any SpeechEncoder
    private var keys: KeySender
    private var frame = [Int16](repeating: 0, count: Sound.wireFrame)
    private var filled = 0
    private var payload = [UInt8](repeating: 0, count: Sound.largestPayload)

    init(_ identity: StreamIdentity, _ parameters: StreamParameters) throws(CodecError) {
        stream = SendingStream(identity, parameters.codec)
        codec = parameters.codec
        payloadType = parameters.payloadType
        keysPayloadType = parameters.keysPayloadType
        encoder = try parameters.makeEncoder()
        keys = KeySender(clock: parameters.codec.clockRate)
    }

    /// Goes on with another codec or another number.
    func change(from before: StreamParameters, to parameters: StreamParameters) throws(CodecError) {
        payloadType = parameters.payloadType
        keysPayloadType = parameters.keysPayloadType
        let isSame =
            before.codec == parameters.codec && before.forwardErrorCorrection == parameters.forwardErrorCorrection
            && before.discontinuous == parameters.discontinuous
        guard !isSame else { return }
        encoder = try parameters.makeEncoder()
        guard codec != parameters.codec else { return }
        codec = parameters.codec
        if keys.isBusy || codec.clockRate != stream.clock { keys = KeySender(clock: codec.clockRate) }
    }

    /// Goes on under other numbers.
    func renumber(_ identity: StreamIdentity) { stream = SendingStream(identity, codec) }

    func expect(loss: Double) { encoder.expect(loss: loss) }

    /// - Returns: false where the other side knows no keys, or too many wait.
    func press(_ key: TelephoneKey) -> Bool { keysPayloadType != nil && keys.press(key) }

    /// Takes a device frame.
    ///
    /// - Parameter packet: takes the packet that it completes.
    /// - Returns: the packet's octets; 0 when there is none to send.
    func take(_ sound: [Int16], into packet: inout [UInt8], at now: Duration) -> Int {
        precondition(sound.count == Sound.deviceFrame)
        meter.add(sound, count: sound.count)
        frame.copy(sound, 0..<Sound.deviceFrame, to: filled)
        filled += Sound.deviceFrame
        guard filled == Sound.wireFrame else { return 0 }
        filled = 0
        // The encoder hears what is not sent as well, so that it does not stumble when it goes on.
        let count = encoder.encode(frame, into: &payload)
        if let keysPayloadType, let key = keys.next(at: stream.timestamp, ticks: ticks) {
            return write(key, keysPayloadType, into: &packet, at: now)
        }
        guard count > 0 else {
            stream.pause(ticks: ticks, at: now)
            return 0
        }
        let header = stream.header(payloadType: payloadType, ticks: ticks, octets: count, at: now)
        var target = packet.mutableSpan
        header.write(into: &target)
        for index in 0..<count { target[RTPHeader.size + index] = payload[index] }
        return RTPHeader.size + count
    }

    /// Nothing is said for one device frame, and nothing sent; time goes on.
    func pass(at now: Duration) {
        filled += Sound.deviceFrame
        guard filled >= Sound.wireFrame else { return }
        filled = 0
        stream.pause(ticks: ticks, at: now)
    }

    private var ticks: Int { Sound.wireFrame / codec.samplesPerTick }

    private func write(
        _ key: KeySender.Packet, _ payloadType: UInt8, into packet: inout [UInt8], at now: Duration
    ) -> Int {
        let header = stream.header(payloadType: payloadType, key: key, ticks: ticks, at: now)
        var target = packet.mutableSpan
        header.write(into: &target)
        key.event.write(into: &target, at: RTPHeader.size)
        return RTPHeader.size + TelephoneEvent.size
    }
}

extension SendingStream {
    fileprivate init(_ identity: StreamIdentity, _ codec: Codec) {
        self.init(
            ssrc: identity.ssrc, sequence: identity.sequence, timestamp: identity.timestamp, clock: codec.clockRate)
    }
}

extension StreamParameters {
    fileprivate func makeEncoder() throws(CodecError) -> any SpeechEncoder {
        try codec.makeEncoder(redundant: forwardErrorCorrection, discontinuous: discontinuous)
    }
}
#endif
