import Foundation
import Harness
import Testing

/// Speech that one of our programs says to another and to baresip, over lines that do the same to its packets. By themselves,
/// in real time: `make interop` runs them behind all others. What was said and heard is kept in the folder PARTYLINE_SOUNDS, if
/// it is named.
@Suite("Speech over impaired lines, as baresip hears it and as we do", .enabled(if: Strangers.takePart), .fewAtOnce)
struct ImpairedTests {
    enum Codec: String, CaseIterable {
        case opus = "opus/48000/2"
        case pcmu = "PCMU/8000/1"

        /// What is left of offers.
        var formats: [String]? { self == .pcmu ? ["0"] : nil }
    }

    /// Clocks take longer than the ten minutes that all strangers together may: `make drift`.
    private static let lines: [(Network, Codec)] = Network.allCases
        .filter { $0.hasDrift == (ProcessInfo.processInfo.environment["PARTYLINE_DRIFT"] != nil) }
        .flatMap { network in Codec.allCases.map { (network, $0) } }

    /// Whoever else works on this machine spoils what is heard in real time, now for the one, now for the other: a second
    /// and a third time count as well.
    @Test("we understand as much", arguments: lines)
    func understood(network: Network, codec: Codec) throws {
        var heard = try Self.listen(network, codec)
        for _ in 0..<2 where heard.ours < heard.baresips - 0.01 { heard = try Self.listen(network, codec) }
        #expect(heard.ours >= heard.baresips - 0.01)
    }

    /// How much of the same speech each of the two understands.
    private static func listen(_ network: Network, _ codec: Codec) throws -> (ours: Double, baresips: Double) {
        let kept = ProcessInfo.processInfo.environment["PARTYLINE_SOUNDS"]
        let folder = (kept.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory)
            .appendingPathComponent("\(network)-\(codec)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { if kept == nil { try? FileManager.default.removeItem(at: folder) } }
        let said = folder.appendingPathComponent("said.wav").path
        let heard = folder.appendingPathComponent("heard.wav").path
        let heardByBaresip = folder.appendingPathComponent("heard by baresip.wav").path
        let speech = Voices.speech(seconds: network.seconds)
        try WaveSound.write(speech, to: said)
        let exchanges = [try ExchangeProcess(), try ExchangeProcess()]
        let lines = try exchanges.map { try ImpairedLine(to: $0.address, network, formats: codec.formats) }
        let speakers = try exchanges.map { exchange in
            try Person(
                ["--name", "ada", "--server", exchange.address, "--transport", "udp", "--audio-file", "\(said),"],
                columns: 140, rows: 30)
        }
        for speaker in speakers { try speaker.sees("Webphone1 · 1000 · connected") }
        let number =
            (Network.allCases.firstIndex(of: network) ?? 0) * 2 + (Codec.allCases.firstIndex(of: codec) ?? 0)
        let ours = try us(lines[0], heard, speakers[0])
        let recorder = try Loudspeakers.shared.get().record(number, to: heardByBaresip)
        let theirs = try baresip(lines[1], network, codec, number, speakers[1])
        // What they say, and a little for what is on its way.
        Thread.sleep(forTimeInterval: network.seconds + 2)
        let every = network.hasDrift ? 5 : 1
        let scores = (
            try #require(Intelligibility.score(speech, try WaveSound.read(heard), every: every)),
            try #require(Intelligibility.score(speech, try WaveSound.read(heardByBaresip), every: every))
        )
        print(
            "\(network.testDescription), \(codec.rawValue):",
            String(format: "STOI %.3f, baresip %.3f", scores.0, scores.1))
        withExtendedLifetime((ours, theirs, recorder)) {}
        return scores
    }

    private static func us(_ line: ImpairedLine, _ heard: String, _ ada: Person) throws -> Person {
        let bob = try Person(
            ["--name", "bob", "--server", line.address, "--transport", "udp", "--audio-file", ",\(heard)"],
            columns: 140, rows: 30)
        try bob.sees("ada")
        try ada.talks(to: "bob", bob)
        try ada.presses("F2")
        try bob.decides("Speak", on: "Voice")
        try ada.sees("● MIC OPEN")
        return bob
    }

    private static func baresip(
        _ line: ImpairedLine, _ network: Network, _ codec: Codec, _ number: Int, _ ada: Person
    ) throws -> Baresip {
        let addition = Baresip.Addition(testDescription: "a loudspeaker", modules: ["alsa"])
        let sound = Baresip.Sound(
            seconds: Int(network.seconds) + 60, codec: codec == .opus ? .opus : .pcmu, player: "alsa,ear\(number)")
        let bare = try Baresip(.init(addition: addition, sound: sound), at: line.address)
        try ada.sees("bare is ONLINE")
        try ada.says("/call 1001")
        try ada.sees("bare is being asked: RINGING.")
        try bare.hears("CALL_INCOMING")
        try bare.does("accept")
        try ada.sees("bare accepted your chat request.")
        try ada.presses("F2")
        try ada.sees("● MIC OPEN")
        return bare
    }
}
