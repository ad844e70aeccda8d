#if Voice
import COpus

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

    func duration(of payload: ArraySlice<UInt8>) -> Int? {
        guard !payload.isEmpty else { return nil }
        let samples = payload.withUnsafeBufferPointer { octets in
            octets.baseAddress.map { opus_packet_get_nb_samples($0, Int32(octets.count), Int32(Sound.rate)) } ?? 0
        }
        return samples > 0 && samples <= Sound.longestPacket ? Int(samples) : nil
    }

    func decode(_ payload: ArraySlice<UInt8>, into sound: inout [Int16]) -> Int? {
        precondition(sound.count >= Sound.longestPacket)
        guard let duration = duration(of: payload) else { return nil }
        let samples = payload.withUnsafeBufferPointer {
            opus_decode(decoder, $0.baseAddress, Int32($0.count), &sound, Int32(duration), 0)
        }
        return samples > 0 ? Int(samples) : nil
    }

    func conceal(_ samples: Int, next: ArraySlice<UInt8>?, into sound: inout [Int16]) {
        precondition(samples > 0 && samples <= Sound.longestPacket && sound.count >= Sound.longestPacket)
        if let next, duration(of: next) == samples {
            let repeated = next.withUnsafeBufferPointer {
                opus_decode(decoder, $0.baseAddress, Int32($0.count), &sound, Int32(samples), 1)
            }
            if repeated == Int32(samples) { return }
        }
        let made = Int(max(0, opus_decode(decoder, nil, 0, &sound, Int32(samples), 0)))
        if made < samples { for index in made..<samples { sound[index] = 0 } }
    }
}
#endif
