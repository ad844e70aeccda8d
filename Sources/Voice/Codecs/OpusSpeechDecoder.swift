#if Voice
import COpus
import RTP

final class OpusSpeechDecoder: SpeechDecoder {
    let codec = Codec.opus
    private let decoder: OpaquePointer

    init() throws(CodecError) {
        var status = OPUS_OK
        guard let decoder = opus_decoder_create(Int32(Sound.rate), 1, &status), status == OPUS_OK else {
            throw CodecError(codec: .opus, status: status)
        }
        self.decoder = decoder
    }

    deinit { opus_decoder_destroy(decoder) }

    func decode(_ payload: Span<UInt8>, into sound: inout [Int16]) -> Int? {
        precondition(sound.count >= Sound.longestPacket)
        guard let duration = PayloadLength.opus(payload) else { return nil }
        let samples = run(payload, duration, restoring: false, &sound)
        return samples > 0 ? samples : nil
    }

    func conceal(_ samples: Int, into sound: inout [Int16]) {
        precondition(samples <= Sound.longestPacket && sound.count >= Sound.longestPacket)
        // libopus makes up whole steps of 2.5 ms; what is more than that is not played.
        let steps = (samples + 119) / 120 * 120
        let made = steps > 0 ? Int(max(0, opus_decode(decoder, nil, 0, &sound, Int32(steps), 0))) : 0
        if made < samples { sound.silence(made..<samples) }
    }

    func recover(_ samples: Int, from next: Span<UInt8>, into sound: inout [Int16]) {
        precondition(samples <= Sound.longestPacket && sound.count >= Sound.longestPacket)
        // The redundancy is as long as the packet it is in.
        guard PayloadLength.opus(next) == samples, run(next, samples, restoring: true, &sound) == samples else {
            return conceal(samples, into: &sound)
        }
    }

    private func run(_ payload: Span<UInt8>, _ samples: Int, restoring: Bool, _ sound: inout [Int16]) -> Int {
        payload.withUnsafeBufferPointer { octets in
            guard let start = octets.baseAddress else { return 0 }
            return Int(
                opus_decode(decoder, start, Int32(octets.count), &sound, Int32(samples), restoring ? 1 : 0))
        }
    }
}
#endif
