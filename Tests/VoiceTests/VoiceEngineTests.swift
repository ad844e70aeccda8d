#if Voice
import Glibc
import Harness
import RTP
import Synchronization
import Testing

@testable import Voice

/// Real threads and sockets on loopback, files for devices.
@Suite("The voice engine", .serialized) struct VoiceEngineTests {
    /// An engine and what it told.
    final class End: Sendable {
        let engine: VoiceEngine
        private let told: Told

        final class Told: Sendable {
            let events = Mutex<[VoiceEvent]>([])
        }

        init(_ choice: AudioChoice, processing: Bool? = nil) {
            let told = Told()
            self.told = told
            engine = VoiceEngine(choice, processing: processing) { event in
                told.events.withLock { $0.append(event) }
            }
        }

        var events: [VoiceEvent] { told.events.withLock { $0 } }

        var statistics: StreamStatistics? {
            events.reversed().lazy.compactMap { event -> StreamStatistics? in
                if case .statistics(_, let statistics) = event { statistics } else { nil }
            }.first
        }

        var devices: [DeviceEvent] {
            events.compactMap { event -> DeviceEvent? in
                if case .device(let device) = event { device } else { nil }
            }
        }

        var keys: String {
            events.compactMap { event -> Character? in
                if case .key(_, let key) = event { key.character } else { nil }
            }.reduce(into: "") { $0.append($1) }
        }
    }

    static func path(_ name: String) -> String {
        "/tmp/partyline-voice-\(getpid())-\(name)-\(UInt32.random(in: 0 ... .max)).wav"
    }

    static func write(_ sound: [Int16], to path: String) throws {
        let writer = try WaveWriter(path: path)
        writer.write(sound)
    }

    static func read(_ path: String, samples: Int) throws -> [Int16] {
        var sound = [Int16](repeating: 0, count: samples)
        try WaveReader(path: path).read(into: &sound)
        return sound
    }

    /// Waits until it is so. Tests that compute run beside these, and may keep them from looking for long.
    static func until(_ condition: () -> Bool) async -> Bool {
        for _ in 0..<2_000 {
            if condition() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    static func parameters(_ codec: Codec, to ports: StreamPorts, host: String, muxed: Bool) throws
        -> StreamParameters
    {
        let remote = try #require(RemoteAddress(host: host, port: ports.voice))
        var parameters = Conversation.parameters(codec, remote)
        if !muxed { parameters.remoteControl = RemoteAddress(remote.host, port: ports.control) }
        parameters.keysPayloadType = 101
        parameters.keysReceiving = [101]
        return parameters
    }

    @Test(
        "two engines hear each other's files, over IPv4 and IPv6, with one port and with two",
        arguments: [(Codec.opus, "127.0.0.1", true), (.pcmu, "::1", false)])
    func call(codec: Codec, host: String, muxed: Bool) async throws {
        let (input, output) = (Self.path("in"), Self.path("out"))
        let (inputBack, outputBack) = (Self.path("in-back"), Self.path("out-back"))
        defer { for path in [input, output, inputBack, outputBack] { unlink(path) } }
        try Self.write(Voices.tone(440, seconds: 90), to: input)
        try Self.write(Voices.tone(1_000, seconds: 90), to: inputBack)
        let ada = End(.files(input: input, output: outputBack))
        let bob = End(.files(input: inputBack, output: output))
        let (atAda, atBob) = (try ada.engine.reserve(1, host: host), try bob.engine.reserve(7, host: host))
        #expect(atAda.voice % 2 == 0 && atAda.control == atAda.voice + 1)
        try ada.engine.start(1, Self.parameters(codec, to: atBob, host: host, muxed: muxed))
        try bob.engine.start(7, Self.parameters(codec, to: atAda, host: host, muxed: muxed))
        #expect(await Self.until { bob.statistics.map { $0.heard.mean > -30 && $0.isAlive } ?? false })
        ada.engine.press(1, "42#")
        #expect(await Self.until { bob.keys == "42#" }, "\(bob.keys)")
        #expect(await Self.until { ada.statistics?.roundTrip != nil })
        ada.engine.shut()
        bob.engine.shut()
        let heard = try Self.read(output, samples: 96_000)
        let heardBack = try Self.read(outputBack, samples: 96_000)
        // Within 1 Hz in virtual time; here a machine that stops for a moment leaves a seam in so short a piece.
        #expect(abs(Likeness.frequency(heard[24_000...], near: 440) - 440) < 3)
        #expect(abs(Likeness.frequency(heardBack[24_000...], near: 1_000) - 1_000) < 3)
        #expect(ada.events.contains(.device(.opened(.input, name: input))))
    }

    @Test("muted and unmuted, held and resumed, ended: the other side's meter shows it") func mute() async throws {
        let input = Self.path("in")
        defer { unlink(input) }
        try Self.write(Voices.tone(440, seconds: 90), to: input)
        let ada = End(.files(input: input, output: nil))
        let bob = End(.none)
        let (atAda, atBob) = (
            try ada.engine.reserve(1, host: "127.0.0.1"), try bob.engine.reserve(1, host: "127.0.0.1")
        )
        let toBob = try Self.parameters(.pcma, to: atBob, host: "127.0.0.1", muxed: true)
        ada.engine.mute(true)
        ada.engine.start(1, toBob)
        try bob.engine.start(1, Self.parameters(.pcma, to: atAda, host: "127.0.0.1", muxed: true))
        #expect(await Self.until { bob.statistics.map { $0.isAlive && $0.counts.received > 20 } ?? false })
        #expect(bob.statistics?.heard.peak ?? 0 < -60)
        ada.engine.mute(false)
        #expect(await Self.until { (bob.statistics?.heard.mean ?? -96) > -30 })
        ada.engine.mute(true)
        #expect(await Self.until { (bob.statistics?.heard.peak ?? 0) < -60 })
        ada.engine.mute(false)
        #expect(await Self.until { (bob.statistics?.heard.mean ?? -96) > -30 })
        var held = toBob
        (held.sends, held.receives) = (false, false)
        ada.engine.start(1, held)
        #expect(await Self.until { bob.statistics.map { !$0.isAlive } ?? false })
        ada.engine.start(1, toBob)
        #expect(await Self.until { (bob.statistics?.heard.mean ?? -96) > -30 })
        ada.engine.stop(1)
        #expect(await Self.until { bob.statistics.map { !$0.isAlive } ?? false })
        ada.engine.shut()
        bob.engine.shut()
    }

    @Test("one that moves to another address is heard on, and hears") func moves() async throws {
        let input = Self.path("in")
        defer { unlink(input) }
        try Self.write(Voices.tone(440, seconds: 90), to: input)
        let (ada, bob) = (End(.files(input: input, output: nil)), End(.files(input: input, output: nil)))
        let atAda = try ada.engine.reserve(1, host: "127.0.0.1")
        let atBob = try bob.engine.reserve(1, host: "127.0.0.1")
        let one = try #require(MasterKey(.aes128CounterSHA1Tag80, octets: Array(1...30)))
        let two = try #require(MasterKey(.aes128CounterSHA1Tag80, octets: Array(31...60)))
        var toBob = try Self.parameters(.pcmu, to: atBob, host: "127.0.0.1", muxed: true)
        var toAda = try Self.parameters(.pcmu, to: atAda, host: "127.0.0.1", muxed: true)
        toBob.security = StreamKeys(sending: one, receiving: two)
        toAda.security = StreamKeys(sending: two, receiving: one)
        ada.engine.start(1, toBob)
        bob.engine.start(1, toAda)
        func hears(_ end: End) -> Bool { end.statistics.map { $0.heard.mean > -30 && $0.isAlive } ?? false }
        #expect(await Self.until { hears(ada) && hears(bob) })
        let moved = try ada.engine.move(1, host: "127.0.0.2")
        // Bob has not been told, and follows who can authenticate; Ada hears him again as he does.
        let before = (ada.statistics?.counts.received ?? 0, bob.statistics?.counts.received ?? 0)
        #expect(await Self.until { (bob.statistics?.counts.received ?? 0) > before.1 + 50 })
        #expect(await Self.until { (ada.statistics?.counts.received ?? 0) > before.0 + 50 })
        toAda.remote = RemoteAddress(host: "127.0.0.2", port: moved.voice)
        bob.engine.start(1, toAda)
        let told = (ada.statistics?.counts.received ?? 0, bob.statistics?.counts.received ?? 0)
        #expect(await Self.until { (ada.statistics?.counts.received ?? 0) > told.0 + 50 && hears(ada) })
        #expect(await Self.until { (bob.statistics?.counts.received ?? 0) > told.1 + 50 && hears(bob) })
        #expect(ada.statistics?.counts.unauthenticated == 0 && bob.statistics?.counts.unauthenticated == 0)
        ada.engine.shut()
        bob.engine.shut()
    }

    @Test("a file that is not there is told in words, and the call goes on") func missingFile() async throws {
        let ada = End(.files(input: "/nowhere/in.wav", output: nil))
        _ = try ada.engine.reserve(1, host: "127.0.0.1")
        let remote = StreamPorts(voice: 9, control: 10)
        try ada.engine.start(1, Self.parameters(.pcmu, to: remote, host: "127.0.0.1", muxed: true))
        let reason = "/nowhere/in.wav: No such file or directory"
        #expect(
            await Self.until {
                ada.events.contains(.device(.failed(.input, name: "/nowhere/in.wav", reason: reason)))
            })
        #expect(await Self.until { (ada.statistics?.counts.sent ?? 0) > 10 })
        ada.engine.shut()
    }

    @Test("a tone is played until it is told to stop") func tone() async throws {
        let output = Self.path("out")
        defer { unlink(output) }
        let ada = End(.files(input: nil, output: output))
        ada.engine.play(.ringback)
        #expect(await Self.until { ada.events.contains(.device(.opened(.output, name: output))) })
        try await Task.sleep(for: .milliseconds(600))
        ada.engine.play(nil)
        ada.engine.shut()
        let heard = try Self.read(output, samples: 24_000)
        #expect(abs(Likeness.frequency(heard[4_800...], near: 425) - 425) < 1)
    }

    @Test("an address that is not this machine's is refused in words") func badAddress() throws {
        let ada = End(.none)
        #expect(throws: StreamFault.self) { try ada.engine.reserve(1, host: "192.0.2.1") }
        #expect(throws: StreamFault.socket("nobody is no address")) { try ada.engine.reserve(1, host: "nobody") }
        ada.engine.shut()
    }
}
#endif
