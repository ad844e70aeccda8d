#if Voice
import Glibc
import Harness
import RTP
import Synchronization
import Testing

@testable import Voice

/// PortAudio for real, on a sound server of its own that Tests/VoiceTests/pulse starts: what is played comes back as what
/// the microphone hears.
@Suite("Real devices", .serialized, .enabled(if: getenv("PARTYLINE_PULSE") != nil)) struct DeviceTests {
    private typealias End = VoiceEngineTests.End

    /// A call between an end with files and one with devices, whose loudspeaker is its microphone.
    private static func call(_ devices: End, _ files: End) throws {
        let (atDevices, atFiles) = (
            try devices.engine.reserve(1, host: "127.0.0.1"), try files.engine.reserve(1, host: "127.0.0.1")
        )
        try devices.engine.start(
            1, VoiceEngineTests.parameters(.pcmu, to: atFiles, host: "127.0.0.1", muxed: true))
        try files.engine.start(
            1, VoiceEngineTests.parameters(.pcmu, to: atDevices, host: "127.0.0.1", muxed: true))
    }

    @Test("a tone goes through loudspeaker and microphone and keeps its frequency") func tone() async throws {
        let (input, output) = (VoiceEngineTests.path("in"), VoiceEngineTests.path("out"))
        defer { for path in [input, output] { unlink(path) } }
        try VoiceEngineTests.write(Voices.tone(440, seconds: 20), to: input)
        let devices = End(.devices(), processing: false)
        let files = End(.files(input: input, output: output))
        try Self.call(devices, files)
        #expect(await VoiceEngineTests.until { (files.statistics?.heard.mean ?? -96) > -30 }, "\(devices.devices)")
        try await Task.sleep(for: .seconds(8))
        let underruns = devices.engine.ports.underruns.load(ordering: .relaxed)
        let overruns = devices.engine.ports.overruns.load(ordering: .relaxed)
        devices.engine.shut()
        files.engine.shut()
        print("devices: \(devices.devices), \(underruns) samples were not there, \(overruns) were too many")
        let heard = try VoiceEngineTests.read(output, samples: 384_000)
        let loudest = stride(from: 0, to: 336_000, by: 48_000).max {
            Likeness.loudness(heard[$0..<($0 + 48_000)]) < Likeness.loudness(heard[$1..<($1 + 48_000)])
        }
        let start = try #require(loudest)
        let frequency = Likeness.frequency(heard[start..<(start + 48_000)], near: 440)
        #expect(abs(frequency - 440) < 1, "\(frequency)")
        #expect(overruns == 0)
    }

    @Test("the devices are listed, and one that is not there is told and replaced by the system's own") func list()
        async throws
    {
        let devices = End(.devices(DeviceChoice(input: "no such microphone")))
        let files = End(.none)
        devices.engine.listDevices()
        #expect(
            await VoiceEngineTests.until {
                devices.devices.contains { event in
                    if case .list(let all) = event { all.contains { $0.isDefaultOutput } } else { false }
                }
            })
        try Self.call(devices, files)
        let reason = "there is no input device called no such microphone"
        #expect(
            await VoiceEngineTests.until {
                devices.devices.contains(.failed(.input, name: "no such microphone", reason: reason))
            })
        #expect(
            await VoiceEngineTests.until {
                devices.devices.contains { if case .opened(.input, _) = $0 { true } else { false } }
            })
        devices.engine.shut()
        files.engine.shut()
    }

    @Test("a device that stands still is lost, and the call goes on without it") func lost() async throws {
        let devices = End(.devices(), processing: false)
        let files = End(.none)
        try Self.call(devices, files)
        #expect(
            await VoiceEngineTests.until {
                devices.devices.contains { if case .opened(.input, _) = $0 { true } else { false } }
            })
        try await Task.sleep(for: .seconds(2))
        Self.server(SIGSTOP)
        let isLost = await VoiceEngineTests.until {
            devices.devices.contains { if case .lost = $0 { true } else { false } }
        }
        Self.server(SIGCONT)
        #expect(isLost)
        let before = files.statistics?.counts.received ?? 0
        #expect(await VoiceEngineTests.until { (files.statistics?.counts.received ?? 0) > before + 50 })
        devices.engine.shut()
        files.engine.shut()
    }

    @Test("a sound server that hangs keeps nobody from leaving") func hanging() async throws {
        let devices = End(.devices(), processing: false)
        let files = End(.none)
        try Self.call(devices, files)
        #expect(
            await VoiceEngineTests.until {
                devices.devices.contains { if case .opened(.input, _) = $0 { true } else { false } }
            })
        try await Task.sleep(for: .milliseconds(500))
        Self.server(SIGSTOP)
        let start = ContinuousClock.now
        devices.engine.shut()
        let took = ContinuousClock.now - start
        Self.server(SIGCONT)
        // Standard error is nobody's while PortAudio closes, this test's own lines included.
        try await Task.sleep(for: .seconds(2))
        #expect(took < .seconds(3), "\(took)")
        files.engine.shut()
    }

    /// As long as `make devices SECONDS=600` says, or 20 s. It begins to count when the devices have run for three seconds:
    /// a sound server takes its time to begin.
    @Test("for long the devices run without a gap, and no callback takes long") func long() async throws {
        let seconds = getenv("PARTYLINE_SECONDS").flatMap { Int(String(cString: $0)) } ?? 20
        let input = VoiceEngineTests.path("in")
        defer { unlink(input) }
        try VoiceEngineTests.write(Voices.speech(seconds: 20), to: input)
        let devices = End(.devices())
        let files = End(.files(input: input, output: nil))
        try Self.call(devices, files)
        #expect(await VoiceEngineTests.until { devices.statistics?.isAlive ?? false }, "\(devices.devices)")
        try await Task.sleep(for: .seconds(3))
        let ports = devices.engine.ports
        let counters = {
            [
                ports.overflows.load(ordering: .relaxed), ports.underflows.load(ordering: .relaxed),
                ports.overruns.load(ordering: .relaxed), ports.underruns.load(ordering: .relaxed),
            ]
        }
        let before = counters()
        ports.longestCall.store(0, ordering: .relaxed)
        let (captures, playbacks) = (ports.captures.load(ordering: .relaxed), ports.playbacks.load(ordering: .relaxed))
        try await Task.sleep(for: .seconds(seconds))
        let gaps = zip(counters(), before).map { $0 - $1 }
        let longest = ports.longestCall.load(ordering: .relaxed)
        let calls = (
            ports.captures.load(ordering: .relaxed) - captures, ports.playbacks.load(ordering: .relaxed) - playbacks
        )
        print(
            "\(seconds) s: \(gaps[0]) overflows, \(gaps[1]) underflows, \(gaps[2]) samples too many, \(gaps[3]) not there,",
            "\(calls.0) and \(calls.1) callbacks, the longest \(longest / 1_000) µs")
        devices.engine.shut()
        files.engine.shut()
        #expect(gaps == [0, 0, 0, 0])
        #expect(longest < 2_000_000)
        #expect(calls.0 > 49 * seconds && calls.1 > 99 * seconds)
    }

    private static func server(_ signal: Int32) {
        guard let text = getenv("PARTYLINE_PULSE"), let process = pid_t(String(cString: text)) else { return }
        kill(process, signal)
    }
}
#endif
