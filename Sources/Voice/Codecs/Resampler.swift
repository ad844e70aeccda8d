#if Voice
import CSpeexDSP

/// Sound from one rate to another, continuously. Allocates when the ratio changes, never for a frame.
final class Resampler {
    /// 0...10 of SpeexDSP: what it calls enough for speech. Delays by 3 ms at 8 kHz.
    static let quality: Int32 = 3

    private let state: OpaquePointer
    /// Ratios are fractions of this denominator, so that a millionth is told from the next.
    private static let denominator: UInt32 = 1_000_000
    let from: Int
    let to: Int

    /// - Parameters: samples a second.
    init(from: Int, to: Int) {
        precondition(from > 0 && to > 0)
        var status: Int32 = 0
        let state = speex_resampler_init(1, UInt32(from), UInt32(to), Self.quality, &status)
        guard let state else { preconditionFailure("no memory for a resampler from \(from) to \(to)") }
        self.state = state
        self.from = from
        self.to = to
    }

    deinit { speex_resampler_destroy(state) }

    /// Takes `input[range]` and writes from `output[start]`.
    ///
    /// - Returns: how many samples were taken and how many were written. Fewer are taken than there are when `output` is
    ///   full.
    func process(
        _ input: [Int16], _ range: Range<Int>, into output: inout [Int16], at start: Int = 0
    ) -> (taken: Int, written: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= input.count && start <= output.count)
        var taken = UInt32(range.count)
        var written = UInt32(output.count - start)
        input.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                guard let source = source.baseAddress, let target = target.baseAddress else { return }
                speex_resampler_process_int(state, 0, source + range.lowerBound, &taken, target + start, &written)
            }
        }
        return (Int(taken), Int(written))
    }

    /// Takes the input's clock to run faster than the output's by this much, from the next sample on. Between equal rates
    /// only.
    func follow(partsPerMillion: Int) {
        precondition(from == to)
        let bound = min(max(partsPerMillion, -10_000), 10_000)
        let numerator = UInt32(Int(Self.denominator) + bound)
        speex_resampler_set_rate_frac(state, numerator, Self.denominator, UInt32(from), UInt32(to))
    }

    /// Forgets the sound before.
    func reset() { speex_resampler_reset_mem(state) }
}
#endif
