import Foundation
import Harness
import Testing

@Suite("Two people speak in their terminals") struct VoiceTests {
    /// A folder with a tone of 440 Hz to speak from.
    private final class Studio {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("voice-\(UUID().uuidString)")

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let samples = (0..<48_000 * 30).map { Int16(8_000 * sin(2 * .pi * 440 * Double($0) / 48_000)) }
            try wave(samples).write(to: folder.appendingPathComponent("tone.wav"))
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

        /// One channel of 48 kHz, 16 bits.
        private func wave(_ samples: [Int16]) -> Data {
            func octets(_ value: some FixedWidthInteger) -> Data {
                withUnsafeBytes(of: value.littleEndian) { Data($0) }
            }
            let sound = samples.withUnsafeBytes { Data($0) }
            return Data("RIFF".utf8) + octets(UInt32(36 + sound.count)) + Data("WAVEfmt ".utf8) + octets(UInt32(16))
                + octets(UInt16(1)) + octets(UInt16(1)) + octets(UInt32(48_000)) + octets(UInt32(96_000))
                + octets(UInt16(2)) + octets(UInt16(16)) + Data("data".utf8) + octets(UInt32(sound.count)) + sound
        }

        /// Of what was heard, the waves and the loudness of each whole second from its end back.
        func heard(_ name: String) throws -> [(waves: Int, loudness: Double)] {
            let sound = try Data(contentsOf: folder.appendingPathComponent(name)).dropFirst(44)
            let samples = sound.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
            return stride(from: samples.count - 48_000, through: 0, by: -48_000).map { start in
                let second = samples[start..<start + 48_000].map { Double($0) }
                let waves = zip(second, second.dropFirst()).count { $0 < 0 && $1 >= 0 }
                return (waves, (second.reduce(0) { $0 + $1 * $1 } / 48_000).squareRoot())
            }
        }
    }

    @Test("nobody is heard unasked; after a yes a tone comes through; muted, on hold and at the end nothing does")
    func tone() throws {
        let studio = try Studio()
        let exchange = try ExchangeProcess()
        let options = ["--server", exchange.address, "--audio-file"]
        let ada = try Person(["--name", "ada"] + options + ["\(studio.path("tone.wav")),\(studio.path("ada.wav"))"])
        let bob = try Person(["--name", "bob"] + options + [",\(studio.path("bob.wav"))"])
        try bob.talks(to: "ada", ada)
        #expect(!ada.screen.contains("MIC"))
        try bob.presses("F2")
        try ada.sees("asks to speak")
        #expect(!ada.screen.contains("MIC OPEN"))
        try ada.decides("Speak", on: "Voice")
        try ada.sees("● MIC OPEN")
        try bob.sees("ada agreed.")
        try bob.waits(for: "a tone of 440 Hz") {
            try studio.heard("bob.wav").contains { abs($0.waves - 440) <= 1 && $0.loudness > 4_000 }
        }
        try ada.presses("F3")
        try ada.sees("MIC OFF")
        try bob.waits(for: "silence") { try (studio.heard("bob.wav").first?.loudness ?? 0) < 50 }
        try ada.presses("F3")
        try ada.sees("MIC OPEN")
        try bob.presses("C-o")
        try ada.sees("MIC OFF, on hold")
        try bob.presses("C-o")
        try ada.sees("● MIC OPEN")
        try bob.presses("F2")
        try ada.sees("bob ended voice")
        #expect(!ada.screen.contains("MIC"))
    }

    @Test("who does not want to speak goes on in text") func refused() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        let bob = try Person(["--name", "bob", "--server", exchange.address])
        try bob.talks(to: "ada", ada)
        try bob.presses("F2")
        try bob.sees("asks for voice")
        try ada.sees("asks to speak")
        try ada.decides("Text only", on: "Voice")
        try bob.sees("There is no voice with ada.")
        try bob.types("then I write")
        try bob.presses("Enter")
        try ada.sees("bob said: then I write")
        #expect(!ada.screen.contains("MIC") && !bob.screen.contains("MIC"))
    }
}
