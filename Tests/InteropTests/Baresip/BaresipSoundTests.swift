import Harness
import Testing

@Suite("Sound with baresip, measured at both ends", .enabled(if: Strangers.takePart), .manyAtOnce)
struct BaresipSoundTests {
    @Test("it calls: a tone arrives at its frequency both ways", arguments: [Baresip.Sound.Codec.opus, .pcmu, .pcma])
    func calls(_ codec: Baresip.Sound.Codec) throws {
        let booth = try BaresipBooth(codec)
        try booth.asBaresipAsked()
        try booth.ada.sees("\(codec.word), not encrypted")
        try booth.duet.hearEachOther()
        try booth.ada.presses("C-x")
        try booth.office.isOver()
    }

    @Test("keys go both ways in the sound (RFC 4733)", arguments: [Baresip.Sound.Codec.opus, .pcmu])
    func keys(_ codec: Baresip.Sound.Codec) throws {
        let booth = try BaresipBooth(codec)
        try booth.asBaresipAsked()
        try booth.duet.hearEachOther()
        try booth.ada.says("/dtmf 123#")
        // Beside Opus it knows keys at 8 kHz only, which are no part of that stream: they go beside the sound (INFO).
        let words = codec == .opus ? "received DTMF:" : "received event:"
        for key in ["1", "2", "3", "#"] { try booth.bare.prints("\(words) '\(key)'") }
        for key in ["4", "5", "*"] { try booth.bare.does("sndcode", key) }
        try booth.ada.sees("bare pressed 45*.")
    }

    @Test(
        "where it wants SRTP or nothing, a tone goes both ways through it",
        arguments: [Baresip.Sound.Codec.opus, .pcmu])
    func secured(_ codec: Baresip.Sound.Codec) throws {
        let booth = try BaresipBooth(
            codec, with: .init(testDescription: "SRTP only", parameters: ";mediaenc=srtp-mand", modules: ["srtp"]))
        try booth.asBaresipAsked()
        try booth.ada.waits(for: "encrypted voice") {
            booth.ada.screen.contains(", encrypted") && !booth.ada.screen.contains("not encrypted")
        }
        try booth.duet.hearEachOther()
    }

    @Test("where it has no codec of ours it is told so, and texts go on", arguments: [Baresip.Sound.Codec.g722, .gsm])
    func mismatch(_ codec: Baresip.Sound.Codec) throws {
        let booth = try BaresipBooth(codec)
        try booth.office.asBaresipAsked()
        try booth.ada.presses("F2")
        try booth.ada.sees("There is no voice with bare")
        try booth.office.exchangeTexts()
        try booth.duet.hearNothing()
        try booth.ada.presses("C-x")
        try booth.office.isOver()
        try booth.ada.says("/call 1001")
        try booth.ada.sees("The two programs have no way to talk in common (488).")
    }
}
