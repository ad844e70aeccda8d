#if Voice
import CSpeexDSP

/// Makes what the microphone heard fit to be sent: without what the loudspeaker said, without the room's noise, and as loud
/// as others are. A device frame at a time; nothing is allocated for one.
///
/// It works on 24 kHz, which holds all of a voice at half of the cost, and on 5 ms: SpeexDSP gives back what it has cleaned
/// of noise one block late. What it is asked for delays the sound by 7 ms.
final class MicrophoneProcessor {
    struct Settings: Sendable, Equatable {
        var cancelsEcho = true
        var suppressesNoise = true
        var controlsGain = true

        static let none = Settings(cancelsEcho: false, suppressesNoise: false, controlsGain: false)
    }

    private static let rate = Sound.rate / 2
    private static let frame = Sound.deviceFrame / 2
    /// Samples that SpeexDSP takes at once.
    private static let block = frame / 2
    /// How long after it was played an echo may still be heard: 200 ms, of which buffers take the greater part.
    private static let tail = rate / 5
    /// Device frames after which nothing that was played is heard any more.
    private static let stale = 2 * tail / frame
    /// Whose echo nobody hears: -60 dB of full scale, as a mean square.
    private static let soft = 33 * 33

    let settings: Settings
    private let echo: OpaquePointer?
    private let preprocess: OpaquePointer?
    private let narrowHeard = Resampler(from: Sound.rate, to: rate)
    private let narrowPlayed = Resampler(from: Sound.rate, to: rate)
    private let widen = Resampler(from: rate, to: Sound.rate)
    private var heard = [Int16](repeating: 0, count: frame)
    private var said = [Int16](repeating: 0, count: frame)
    private var cleaned = [Int16](repeating: 0, count: frame)
    /// Device frames since the loudspeaker said anything.
    private var silent = 0

    init(_ settings: Settings) {
        self.settings = settings
        let block = Int32(Self.block)
        echo = settings.cancelsEcho ? speex_echo_state_init(block, Int32(Self.tail)) : nil
        preprocess = settings == .none ? nil : speex_preprocess_state_init(block, Int32(Self.rate))
        var rate = Int32(Self.rate)
        if let echo { speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate) }
        guard let preprocess else { return }
        set(SPEEX_PREPROCESS_SET_DENOISE, settings.suppressesNoise ? 1 : 0)
        set(SPEEX_PREPROCESS_SET_NOISE_SUPPRESS, -20)
        set(SPEEX_PREPROCESS_SET_AGC, settings.controlsGain ? 1 : 0)
        // A quarter of full scale, and not so much more than was said that a quiet room roars.
        set(SPEEX_PREPROCESS_SET_AGC_TARGET, 8_000)
        set(SPEEX_PREPROCESS_SET_AGC_MAX_GAIN, 20)
        if let echo { speex_preprocess_ctl(preprocess, SPEEX_PREPROCESS_SET_ECHO_STATE, UnsafeMutableRawPointer(echo)) }
    }

    deinit {
        if let preprocess { speex_preprocess_state_destroy(preprocess) }
        if let echo { speex_echo_state_destroy(echo) }
    }

    /// - Parameters:
    ///   - frame: a device frame of the microphone, which is changed.
    ///   - played: what the loudspeaker got in the meantime.
    func process(_ frame: inout [Int16], played: [Int16]) {
        precondition(frame.count == Sound.deviceFrame && played.count == Sound.deviceFrame)
        guard let preprocess else { return }
        _ = narrowHeard.process(frame, frame.indices, into: &heard)
        if let echo { cancel(echo, played) }
        heard.withUnsafeMutableBufferPointer { heard in
            for start in stride(from: 0, to: heard.count, by: Self.block) {
                speex_preprocess_run(preprocess, heard.baseAddress.map { $0 + start })
            }
        }
        _ = widen.process(heard, heard.indices, into: &frame)
    }

    private func cancel(_ echo: OpaquePointer, _ played: [Int16]) {
        let isSoft = played.energy(count: played.count).sum < Self.soft * played.count
        silent = isSoft ? silent + 1 : 0
        // What is silent for longer than its echo lasts has none.
        guard silent <= Self.stale else { return }
        _ = narrowPlayed.process(played, played.indices, into: &said)
        for start in stride(from: 0, to: heard.count, by: Self.block) {
            heard.withUnsafeBufferPointer { heard in
                said.withUnsafeBufferPointer { said in
                    cleaned.withUnsafeMutableBufferPointer { cleaned in
                        guard let heard = heard.baseAddress, let said = said.baseAddress,
                            let cleaned = cleaned.baseAddress
                        else { return }
                        speex_echo_cancellation(echo, heard + start, said + start, cleaned + start)
                    }
                }
            }
        }
        swap(&heard, &cleaned)
    }

    private func set(_ request: Int32, _ value: Int32) {
        var value = value
        speex_preprocess_ctl(preprocess, request, &value)
    }
}
#endif
