#if Voice
import Glibc
import Harness
import RTP
import Synchronization
import Testing

@testable import Voice

/// How long a click takes from mouth to ear, over loopback, in real time.
///
/// Measured is our own part: from the callback that delivers a sample to the one that asks for it, sample by sample. What
/// devices take beyond that is theirs: a frame of 10 ms until they deliver it, and what they buffer themselves.
@Suite("Delay from mouth to ear", .serialized) struct DelayTests {
    private typealias End = VoiceEngineTests.End

    private static let seconds = 12
    /// Where clicks are, in samples: one every half second, not in step with frames.
    private static let clicks = (1..<2 * seconds).map { $0 * 24_000 + $0 * 131 }

    /// 2 ms of 1.5 kHz, over soft noise that keeps discontinuous transmission from beginning.
    private static let click: [Int16] = (0..<96).map { index in
        let swell = sine(.pi * Double(index) / 96)
        return Int16(24_000 * swell * sine(2 * .pi * 1_500 * Double(index) / 48_000))
    }

    private static func clicking() -> [Int16] {
        var random = SplitMix(state: 3)
        var sound = (0..<(seconds * Sound.rate)).map { _ in Int16(800 * (random.unit() - 0.5)) }
        for place in clicks { sound.copy(click, 0..<click.count, to: place) }
        return sound
    }

    /// Two engines of which one says clicks and the other writes down what it plays.
    private struct Pair {
        let ada: End
        let bob: End
        let output = VoiceEngineTests.path("out")

        init(_ codec: Codec, input: String, processing: Bool) throws {
            ada = End(.files(input: input, output: nil), processing: processing)
            bob = End(.files(input: nil, output: output), processing: processing)
            let (atAda, atBob) = (
                try ada.engine.reserve(1, host: "127.0.0.1"), try bob.engine.reserve(1, host: "127.0.0.1")
            )
            try bob.engine.start(
                1, VoiceEngineTests.parameters(codec, to: atAda, host: "127.0.0.1", muxed: true))
            try ada.engine.start(
                1, VoiceEngineTests.parameters(codec, to: atBob, host: "127.0.0.1", muxed: true))
        }

        /// Milliseconds that each of the last clicks took.
        func end() throws -> [Double] {
            let (from, to) = (
                try #require(ada.engine.devices.pacedSince), try #require(bob.engine.devices.pacedSince)
            )
            for end in [ada, bob] { end.engine.shut() }
            defer { unlink(output) }
            let heard = try VoiceEngineTests.read(output, samples: seconds * Sound.rate)
            let shift = Int((Double(from - to) / 1_000_000_000 * Double(Sound.rate)).rounded())
            return clicks.suffix(8).dropLast(2).map { place in
                let start = place + shift
                // Who began so much later than the other tells nothing.
                guard start >= 0, start + 9_600 <= heard.count else { return .infinity }
                return Double(DelayTests.place(of: heard[start..<start + 9_600])) / Double(Sound.rate) * 1_000
            }
        }
    }

    /// Where in a sound the click begins.
    private static func place(of sound: ArraySlice<Int16>) -> Int {
        let places = 0..<(sound.count - click.count)
        let likeness = places.map { place in
            click.indices.reduce(0) { $0 &+ Int(click[$1]) &* Int(sound[sound.startIndex + place + $1]) }
        }
        return places.max { likeness[$0] < likeness[$1] } ?? 0
    }

    /// What four pairs of engines, each with another phase between their devices, took at most; and the longest callback.
    private static func measure(
        _ codec: Codec, processing: Bool
    ) async throws -> (delay: Double, callback: Int) {
        let input = VoiceEngineTests.path("in")
        defer { unlink(input) }
        try VoiceEngineTests.write(clicking(), to: input)
        var pairs: [Pair] = []
        for _ in 0..<4 {
            pairs.append(try Pair(codec, input: input, processing: processing))
            try await Task.sleep(for: .milliseconds(12.5))
        }
        try await Task.sleep(for: .seconds(seconds))
        let ports = pairs.flatMap { [$0.ada.engine.ports, $0.bob.engine.ports] }
        let waits = pairs.map { Int(($0.bob.statistics?.wait ?? .zero) / .milliseconds(1)) }
        let delays = try pairs.map { try $0.end() }
        let longest = ports.map { $0.longestCall.load(ordering: .relaxed) }.max() ?? 0
        print(
            "\(codec.name), \(processing ? "with" : "without") processing:",
            "\(delays.map { $0.map { ($0 * 10).rounded() / 10 } }) ms, of which packets waited \(waits);",
            "\(ports.map { $0.underruns.load(ordering: .relaxed) }) samples late, longest callback \(longest / 1_000) µs"
        )
        return (delays.joined().max() ?? .infinity, longest)
    }

    @Test(
        "our own part is at most 40 ms, whatever the phase of the devices, and no callback takes 2 ms",
        arguments: [(Codec.pcmu, false), (.opus, false), (.opus, true)])
    func delay(codec: Codec, processing: Bool) async throws {
        var measured = try await Self.measure(codec, processing: processing)
        // Whoever else works on this machine may keep a thread from running: once is no proof.
        for _ in 0..<2 where measured.delay > 40 || measured.callback >= 2_000_000 {
            measured = try await Self.measure(codec, processing: processing)
        }
        #expect(measured.delay <= 40)
        #expect(measured.callback < 2_000_000)
    }
}
#endif
