#if Voice
import Glibc
import Harness
import Testing

@testable import Voice

@Suite struct WaveFileTests {
    private static func file(rate: Int = 8_000, channels: Int = 1, bits: Int = 16, _ samples: [Int16]) -> [UInt8] {
        var octets = WaveFile.header(rate: rate, samples: samples.count)
        octets[22] = UInt8(channels)
        octets[34] = UInt8(bits)
        for sample in samples { octets += [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)] }
        return octets
    }

    private static func parse(_ octets: [UInt8]) throws -> WaveFile { try WaveFile(parsing: octets.span) }

    @Test("samples and rate are read back") func roundTrip() throws {
        let read = try Self.parse(Self.file([1, -2, 32_767, -32_768]))
        #expect(read == WaveFile(rate: 8_000, samples: [1, -2, 32_767, -32_768]))
    }

    @Test("two channels become their mean") func stereo() throws {
        #expect(try Self.parse(Self.file(channels: 2, [10, 20, -32_768, -32_768])).samples == [15, -32_768])
    }

    @Test("chunks that nobody asked for are passed over") func otherChunks() throws {
        var octets = Self.file([7])
        octets.replaceSubrange(12..<12, with: Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0])
        #expect(try Self.parse(octets).samples == [7])
    }

    @Test("a file that was cut gives what is there; one that is none says why") func faults() throws {
        let whole = Self.file([1, 2, 3])
        #expect(try Self.parse(whole.dropLast(3)).samples == [1])
        #expect(throws: WaveFile.Fault.notPCM16) { try Self.parse(Self.file(bits: 8, [1])) }
        #expect(throws: WaveFile.Fault.channels(6)) { try Self.parse(Self.file(channels: 6, [1])) }
        #expect(throws: WaveFile.Fault.rate(100)) { try Self.parse(Self.file(rate: 100, [1])) }
        #expect(throws: WaveFile.Fault.noWave) { try Self.parse(Array("hello, this is text".utf8)) }
        for count in 0..<whole.count {
            _ = try? Self.parse(Array(whole.prefix(count)))
        }
    }

    @Test("a file is heard at 48 kHz and then there is silence") func reader() {
        let reader = WaveReader(WaveFile(rate: 8_000, samples: Voices.tone(440, seconds: 0.5, rate: 8_000)))
        var heard: [Int16] = []
        var frame = [Int16](repeating: 1, count: 480)
        for _ in 0..<60 {
            reader.read(into: &frame)
            heard += frame
        }
        #expect(reader.isAtEnd)
        #expect(abs(Likeness.frequency(heard[2_400..<24_000], near: 440) - 440) < 0.2)
        #expect(heard[25_000...].allSatisfy { $0 == 0 })
    }

    @Test("what is written is a file at every second") func writer() throws {
        let path = "/tmp/partyline-voice-\(getpid())-\(UInt32.random(in: 0 ... .max)).wav"
        defer { unlink(path) }
        let tone = Voices.tone(440, seconds: 1.5)
        var writer: WaveWriter? = try WaveWriter(path: path)
        for start in stride(from: 0, to: tone.count, by: 480) { writer?.write(Array(tone[start..<(start + 480)])) }
        var reader = try WaveReader(path: path)
        var frame = [Int16](repeating: 0, count: 48_000)
        reader.read(into: &frame)
        #expect(frame[...] == tone[..<48_000])
        writer = nil
        reader = try WaveReader(path: path)
        frame = [Int16](repeating: 0, count: 72_000)
        reader.read(into: &frame)
        #expect(frame == tone)
    }

    @Test("a file that cannot be read says its name and why") func missing() {
        #expect(throws: DeviceFault("/nowhere/a.wav: No such file or directory")) {
            try WaveReader(path: "/nowhere/a.wav")
        }
        #expect(throws: DeviceFault("/dev/null is no WAV file")) { try WaveReader(path: "/dev/null") }
    }

    @Test(
        "the choice is read from its words",
        arguments: [
            ("a.wav,b.wav", AudioChoice.files(input: "a.wav", output: "b.wav")),
            (",b.wav", .files(input: nil, output: "b.wav")), ("a.wav,", .files(input: "a.wav", output: nil)),
            ("a.wav", nil), (",", nil),
        ] as [(String, AudioChoice?)])
    func choice(words: String, choice: AudioChoice?) {
        #expect(AudioChoice(files: words) == choice)
    }
}
#endif
