#if Voice
import RTP

/// What the other side says, from packets to sound: waiting, decoding, making up what is missing, and keeping step with a
/// sender whose clock is not ours. Nothing is allocated for a frame.
final class IncomingVoice {
    private(set) var playout = PlayoutBuffer(clock: Codec.opus.clockRate, limits: limits)
    /// What was played last is coded with.
    private(set) var codec: Codec?
    var meter = LevelMeter()

    private var formats: [UInt8: Codec] = [:]
    private var decoders: [Codec: any SpeechDecoder] = [:]
    /// Decoded and not yet in step.
    private var decoded = [Int16](repeating: 0, count: Sound.longestPacket)
    /// In step and not yet played: `ready[next..<end]`.
    private var ready = [Int16](repeating: 0, count: 3 * Sound.longestPacket)
    private var next = 0
    private var end = 0
    private let resampler = Resampler(from: Sound.rate, to: Sound.rate)
    private var speed = 0
    /// How loud what was decoded last is: soft enough, and a frame more or less is not heard.
    private var isQuiet = true

    /// On a good network what waits is a delay that is heard; on a bad one the buffer learns within two packets.
    private static let limits = PlayoutBuffer.Limits(minimum: .milliseconds(3), initial: .milliseconds(3))

    init(_ formats: [UInt8: Codec]) throws(CodecError) { try accept(formats) }

    /// From now on these numbers mean these codecs.
    func accept(_ formats: [UInt8: Codec]) throws(CodecError) {
        self.formats = formats
        for codec in Set(formats.values) where decoders[codec] == nil {
            decoders[codec] = try codec.makeDecoder()
        }
    }

    /// What was agreed on for this number.
    func codec(for payloadType: UInt8) -> Codec? { formats[payloadType] }

    func put(_ header: RTPHeader, _ payload: Span<UInt8>, _ codec: Codec, at now: Duration) {
        let ticks = codec == .opus ? PayloadLength.opus(payload) : PayloadLength.g711(payload)
        playout.awaitsFollowing = codec == .opus
        playout.put(header, payload, ticks: ticks ?? 0, clock: codec.clockRate, at: now)
    }

    /// A packet that is no sound: its number is not missing.
    func pass(_ header: RTPHeader) { playout.pass(header) }

    /// What still waits is not played.
    func forget() {
        playout.removeAll()
        (next, end) = (0, 0)
    }

    /// Fills `frame` with what is played now.
    func play(_ frame: inout [Int16], at now: Duration) {
        while end - next < frame.count { fetch(lacking: frame.count - (end - next), at: now) }
        frame.copy(ready, next..<(next + frame.count))
        next += frame.count
        meter.add(frame, count: frame.count)
    }

    private func fetch(lacking: Int, at now: Duration) {
        let samples: Int
        // Where it changes the speed the resampler may keep one back.
        let (ready, wanted) = (Sound.duration(end - next), Sound.duration(speed == 0 ? lacking : lacking + 1))
        switch playout.next(at: now, ahead: ready, lacking: wanted, isQuiet: isQuiet) {
        case .frame(let frame, _): samples = decode(frame)
        case .missing(let ticks, let following): samples = conceal(ticks, following)
        case .silence(let ticks): samples = silence(ticks)
        }
        follow(playout.speed)
        append(samples)
    }

    private func decode(_ frame: PlayoutBuffer.Frame) -> Int {
        guard let codec = formats[frame.payloadType], let decoder = decoders[codec] else { return silence(frame.ticks) }
        self.codec = codec
        guard let count = playout.withPayload(of: frame, { decoder.decode($0, into: &decoded) }) else {
            return conceal(frame.ticks, nil)
        }
        measure(count)
        return count
    }

    private func conceal(_ ticks: Int, _ following: PlayoutBuffer.Frame?) -> Int {
        guard let codec, let decoder = decoders[codec] else { return silence(ticks) }
        let samples = min(ticks * codec.samplesPerTick, Sound.longestPacket)
        if let following, formats[following.payloadType] == codec {
            playout.withPayload(of: following) { decoder.recover(samples, from: $0, into: &decoded) }
        } else {
            decoder.conceal(samples, into: &decoded)
        }
        return samples
    }

    /// Opus makes up the noise of the room by itself where the sender leaves out silence.
    private func silence(_ ticks: Int) -> Int {
        let samples = max(1, min(ticks * (codec ?? .opus).samplesPerTick, Sound.longestPacket))
        if codec == .opus, isQuiet, let decoder = decoders[.opus] {
            decoder.conceal(samples, into: &decoded)
        } else {
            decoded.silence(0..<samples)
        }
        return samples
    }

    /// -50 dB of full scale.
    private static let quiet = 104

    private func measure(_ count: Int) {
        isQuiet = decoded.energy(count: count).sum < Self.quiet * Self.quiet * count
    }

    /// Four times what two clocks differ by, and a pitch that nobody tells from the true one, nor a meter within 1 Hz.
    private static let fastest = 800

    /// Plays a little faster or slower from here on.
    private func follow(_ speed: Double) {
        let millionths = min(max(Int(((speed - 1) * 1_000_000).rounded()), -Self.fastest), Self.fastest)
        guard millionths != self.speed else { return }
        self.speed = millionths
        resampler.follow(partsPerMillion: millionths)
    }

    private func append(_ samples: Int) {
        if end + samples + samples / 64 + 64 > ready.count {
            ready.moveToBeginning(next..<end)
            (next, end) = (0, end - next)
        }
        end += resampler.process(decoded, 0..<samples, into: &ready, at: end).written
    }
}
#endif
