#if Voice
import RTP

extension Codec {
    /// Which of G.711's laws it is.
    var law: G711.Law? {
        switch self {
        case .opus: nil
        case .pcmu: .mu
        case .pcma: .a
        }
    }

    /// Samples of ours for a tick of its clock.
    var samplesPerTick: Int { Sound.rate / clockRate }
}

/// G.711 from 48 kHz.
final class G711SpeechEncoder: SpeechEncoder {
    let codec: Codec
    private let coder: G711
    private let resampler = Resampler(from: Sound.rate, to: 8_000)
    private var narrow = [Int16](repeating: 0, count: Sound.wireFrame / 6)

    init(_ law: G711.Law) {
        codec = law == .mu ? .pcmu : .pcma
        coder = G711(law)
    }

    func encode(_ frame: [Int16], into payload: inout [UInt8]) -> Int {
        precondition(frame.count == Sound.wireFrame && payload.count >= narrow.count)
        let count = resampler.process(frame, 0..<frame.count, into: &narrow).written
        let samples = narrow
        var octets = payload.mutableSpan
        return coder.encode(samples.span.extracting(0..<count), into: &octets)
    }

    func expect(loss: Double) {
        // G.711 carries no redundancy.
    }
}

/// G.711 to 48 kHz, with what is lost made up.
final class G711SpeechDecoder: SpeechDecoder {
    let codec: Codec
    private let coder: G711
    private let resampler = Resampler(from: 8_000, to: Sound.rate)
    private var concealment = Concealment()
    private var narrow = [Int16](repeating: 0, count: Sound.longestPacket / 6)

    init(_ law: G711.Law) {
        codec = law == .mu ? .pcmu : .pcma
        coder = G711(law)
    }

    func decode(_ payload: Span<UInt8>, into sound: inout [Int16]) -> Int? {
        guard payload.count > 0, payload.count <= narrow.count else { return nil }
        var whole = narrow.mutableSpan
        let count = coder.decode(payload, into: &whole)
        narrow.withUnsafeMutableBufferPointer { samples in
            var heard = UnsafeMutableBufferPointer(rebasing: samples[..<count]).mutableSpan
            concealment.heard(&heard)
        }
        return resampler.process(narrow, 0..<count, into: &sound).written
    }

    func conceal(_ samples: Int, into sound: inout [Int16]) {
        let count = samples / 6
        narrow.withUnsafeMutableBufferPointer { samples in
            var filled = UnsafeMutableBufferPointer(rebasing: samples[..<count]).mutableSpan
            concealment.conceal(into: &filled)
        }
        let written = resampler.process(narrow, 0..<count, into: &sound).written
        if written < samples { sound.silence(written..<samples) }
    }

    func recover(_ samples: Int, from next: Span<UInt8>, into sound: inout [Int16]) {
        conceal(samples, into: &sound)
    }
}
#endif
