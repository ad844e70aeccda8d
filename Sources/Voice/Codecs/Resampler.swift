#if Voice
import CSpeexDSP

/// Sound from one rate to another, continuously. Allocates when the ratio changes, never for a frame.
final class Resampler {
    /// 0...10 of SpeexDSP: what it calls enough for speech. Delays by 3 ms at 8 kHz.
    static let quality: Int32 = 3

    private let state: OpaquePointer
    /// Ratios are fractions of it: 20 millionths are told from the next 20. SpeexDSP multiplies the denominators of two
    /// ratios that follow each other in 32 bits, and where that is too much keeps half of the old one.
    private static let denominator = 50_000
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
        let numerator = UInt32(Self.denominator + bound * Self.denominator / 1_000_000)
        let status = speex_resampler_set_rate_frac(
            state, numerator, UInt32(Self.denominator), UInt32(from), UInt32(to))
        precondition(status == 0, "SpeexDSP refused the ratio \(numerator)/\(Self.denominator)")
    }
}
#endif
