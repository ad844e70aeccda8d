#if Voice
import COpus

/// Opus for speech in one channel, with forward error correction in the stream (RFC 7587 §3.3) and silence left out
/// (§3.1.3).
final class OpusSpeechEncoder: SpeechEncoder {
    struct Settings: Equatable {
        /// Bits a second. 24,000 is full band for speech in one channel (RFC 7587 §3.1.1).
        var bitRate: Int32 = 28_000
        /// 0...10. Half of the range costs a third of the whole and few can tell.
        var complexity: Int32 = 5
        var forwardErrorCorrection = true
        var discontinuous = true
    }

    let codec = Codec.opus
    private let encoder: OpaquePointer
    private let discontinuous: Bool
    private var expectedLoss: Int32
    private var leavesOut = false
    /// Mean square of -45 dB of full scale.
    private static let quiet = 184 * 184

    /// - Throws: `CodecError` when libopus has no memory.
    init(_ settings: Settings = Settings()) throws(CodecError) {
        var status = OPUS_OK
        guard let encoder = opus_encoder_create(Int32(Sound.rate), 1, OPUS_APPLICATION_VOIP, &status),
            status == OPUS_OK
        else { throw CodecError(codec: .opus, status: status) }
        self.encoder = encoder
        discontinuous = settings.discontinuous
        expectedLoss = 5
        set(OPUS_SET_BITRATE_REQUEST, settings.bitRate)
        set(OPUS_SET_COMPLEXITY_REQUEST, settings.complexity)
        set(OPUS_SET_SIGNAL_REQUEST, OPUS_SIGNAL_VOICE)
        set(OPUS_SET_INBAND_FEC_REQUEST, settings.forwardErrorCorrection ? 1 : 0)
        set(OPUS_SET_PACKET_LOSS_PERC_REQUEST, expectedLoss)
    }

    deinit { opus_encoder_destroy(encoder) }

    func encode(_ frame: [Int16], into payload: inout [UInt8]) -> Int {
        precondition(frame.count == Sound.wireFrame && payload.count >= Sound.largestPayload)
        leaveOut(frame.energy(count: frame.count).sum < Self.quiet * frame.count)
        let count = opus_encode(encoder, frame, Int32(frame.count), &payload, Int32(Sound.largestPayload))
        // Two octets or fewer say that nothing is said, and need not be sent.
        return count > 2 ? Int(count) : 0
    }

    /// The encoder adds the redundancy that this loss is worth. Some is expected always: the first report comes late,
    /// and losses come together.
    func expect(loss: Double) {
        let percent = Int32(min(max(loss, 0.05), 0.5) * 100)
        guard percent != expectedLoss else { return }
        expectedLoss = percent
        set(OPUS_SET_PACKET_LOSS_PERC_REQUEST, percent)
    }

    /// libopus takes whatever is steady for the noise of a room, a tone too. Only what is soft may be left out.
    private func leaveOut(_ isQuiet: Bool) {
        guard discontinuous, isQuiet != leavesOut else { return }
        leavesOut = isQuiet
        set(OPUS_SET_DTX_REQUEST, isQuiet ? 1 : 0)
    }

    private func set(_ request: Int32, _ value: Int32) {
        let status = copus_encoder_set(encoder, request, value)
        precondition(status == OPUS_OK, "libopus refused setting \(request) to \(value)")
    }
}
#endif
