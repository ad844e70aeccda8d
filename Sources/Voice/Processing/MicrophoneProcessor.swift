#if Voice
import CSpeexDSP

/// Makes what the microphone heard fit to be sent: without what the loudspeaker said, without the room's noise, and as loud
/// as others are. A device frame at a time; nothing is allocated for one.
final class MicrophoneProcessor {
    struct Settings: Sendable, Equatable {
        var cancelsEcho = true
        var suppressesNoise = true
        var controlsGain = true

        static let none = Settings(cancelsEcho: false, suppressesNoise: false, controlsGain: false)
    }

    /// How long after it was played an echo may still be heard: 200 ms, of which buffers take the greater part.
    private static let tail: Int32 = 9_600

    private static let stale = 2 * Int(tail) / Sound.deviceFrame

    let settings: Settings
    private let echo: OpaquePointer?
    private let preprocess: OpaquePointer?
    private var cleaned = [Int16](repeating: 0, count: Sound.deviceFrame)
    /// Frames since the loudspeaker said anything.
    private var silent = 0

    init(_ settings: Settings) {
        self.settings = settings
        let frame = Int32(Sound.deviceFrame)
        echo = settings.cancelsEcho ? speex_echo_state_init(frame, Self.tail) : nil
        preprocess = settings == .none ? nil : speex_preprocess_state_init(frame, Int32(Sound.rate))
        var rate = Int32(Sound.rate)
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
        silent = played.energy(count: played.count).sum == 0 ? silent + 1 : 0
        // What is silent for longer than its echo lasts has none.
        if let echo, silent <= Self.stale {
            speex_echo_cancellation(echo, frame, played, &cleaned)
            swap(&frame, &cleaned)
        }
        if let preprocess { speex_preprocess_run(preprocess, &frame) }
    }

    /// What was learned of the room's echo is of no use any more: other devices are used.
    func reset() {
        if let echo { speex_echo_state_reset(echo) }
    }

    private func set(_ request: Int32, _ value: Int32) {
        var value = value
        speex_preprocess_ctl(preprocess, request, &value)
    }
}
#endif
