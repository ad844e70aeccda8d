#if Voice
import Glibc
import Harness
import RTP
import Synchronization
import Testing

@testable import Voice

/// Real threads and sockets on loopback, files for devices.
@Suite("The echo's engine", .serialized) struct EchoEngineTests {
    private final class Told: Sendable {
        let events = Mutex<[EchoEvent]>([])
    }

    @Test(
        "gives back a file's tone and keys, with one port and with two, to several at once", arguments: [true, false])
    func call(muxed: Bool) async throws {
        let echo = EchoEngine { _ in }
        let paths = (0..<4).map { VoiceEngineTests.path("echo-\($0)") }
        defer { for path in paths { unlink(path) } }
        let tones = [440.0, 1_000.0]
        var ends: [VoiceEngineTests.End] = []
        for (index, tone) in tones.enumerated() {
            try VoiceEngineTests.write(Voices.tone(tone, seconds: 40), to: paths[2 * index])
            let end = VoiceEngineTests.End(.files(input: paths[2 * index], output: paths[2 * index + 1]))
            let (here, there) = (
                try end.engine.reserve(1, host: "127.0.0.1"), try echo.reserve(index, host: "127.0.0.1")
            )
            try end.engine.start(1, VoiceEngineTests.parameters(.opus, to: there, host: "127.0.0.1", muxed: muxed))
            try echo.start(index, VoiceEngineTests.parameters(.opus, to: here, host: "127.0.0.1", muxed: muxed))
            ends.append(end)
        }
        for end in ends {
            #expect(
                await VoiceEngineTests.until { end.statistics.map { $0.heard.mean > -30 && $0.isAlive } ?? false })
            end.engine.press(1, "7*")
            #expect(await VoiceEngineTests.until { end.keys == "7*" }, "\(end.keys)")
            #expect(await VoiceEngineTests.until { end.statistics?.roundTrip != nil })
        }
        echo.stop(0)
        #expect(await VoiceEngineTests.until { ends[0].statistics.map { !$0.isAlive } ?? false })
        #expect(ends[1].statistics?.isAlive == true)
        echo.shut()
        for (index, end) in ends.enumerated() {
            end.engine.shut()
            let heard = try VoiceEngineTests.read(paths[2 * index + 1], samples: 96_000)
            #expect(abs(Likeness.frequency(heard[24_000...], near: tones[index]) - tones[index]) < 3)
        }
    }

    @Test("tells of a stream to which nothing comes, once, and gives its ports back") func forgotten() async throws {
        let told = Told()
        let echo = EchoEngine(patience: .milliseconds(200)) { event in told.events.withLock { $0.append(event) } }
        let ports = try echo.reserve(3, host: "127.0.0.1")
        try echo.start(
            3,
            VoiceEngineTests.parameters(
                .pcmu, to: StreamPorts(voice: 9, control: 10), host: "127.0.0.1", muxed: true))
        #expect(await VoiceEngineTests.until { told.events.withLock { $0 } == [.forgotten(3)] })
        echo.stop(3)
        let descriptors = Self.descriptors(at: ports.voice)
        #expect(await VoiceEngineTests.until { Self.descriptors(at: ports.voice) == 0 }, "\(descriptors)")
        echo.shut()
        #expect(told.events.withLock { $0 } == [.forgotten(3)])
    }

    /// How many sockets have this port: one, or none.
    private static func descriptors(at port: UInt16) -> Int {
        guard let address = RemoteAddress(host: "127.0.0.1", port: port) else { return -1 }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = address.port.bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return status == 0 ? 0 : 1
    }
}
#endif
