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

    @Test(
        "it is called, and asked for voice in the chat: the same; when voice ends nothing is heard, and texts go on",
        .enabled(if: Capture.isPermitted, Capture.explanation))
    func isCalled() throws {
        let booth = try BaresipBooth(.pcmu, heardBy: Capture())
        try booth.asAdaAsked()
        try booth.duet.hearEachOther()
        try booth.ada.presses("F2")
        try booth.ada.nolongerSees("MIC")
        try booth.duet.hearNothing()
        try booth.office.exchangeTexts()
    }

    @Test("that has nothing but Opus it is called all the same") func isCalledWithOpusAlone() throws {
        let booth = try BaresipBooth(.opus)
        try booth.asAdaAsked()
        try booth.ada.sees("opus, not encrypted")
        try booth.ada.waits(for: "its tone") { booth.studio.heard("heard.wav").hasTone(600) }
        // It says so itself: it decodes.
        try booth.bare.says("rx:   decode: opus", asked: "audio_debug")
    }

    @Test(
        "held by either, nothing is heard either way, and the tones are back behind it",
        .enabled(if: Capture.isPermitted, Capture.explanation))
    func hold() throws {
        let booth = try BaresipBooth(.pcmu, heardBy: Capture())
        try booth.asBaresipAsked()
        try booth.duet.hearEachOther()
        try booth.ada.presses("C-o")
        try booth.ada.sees("MIC OFF, on hold")
        try booth.duet.hearNothing()
        try booth.ada.presses("C-o")
        try booth.ada.sees("● MIC OPEN")
        try booth.duet.hearEachOther()
        try booth.bare.does("hold")
        try booth.ada.sees("HOLD by them")
        try booth.duet.hearNothing()
        try booth.bare.does("resume")
        try booth.ada.sees("● MIC OPEN")
        try booth.duet.hearEachOther()
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

    @Test("over TLS ours wants SRTP: where it has none no sound goes in the clear, unless our person says so")
    func unsecured() throws {
        let booth = try BaresipBooth(.pcmu, over: "tls")
        try booth.office.asAdaAsked()
        try booth.ada.presses("F2")
        try booth.ada.sees("The program of bare does not take encrypted voice.")
        try booth.duet.hearNothing()
        try booth.ada.decides("Text only", on: "Voice")
        try booth.office.exchangeTexts()
        #expect(!booth.ada.screen.contains("MIC"))
        try booth.ada.presses("F2")
        try booth.ada.sees("The program of bare does not take encrypted voice.")
        try booth.ada.decides("Unencrypted", on: "Voice")
        try booth.ada.sees("● MIC OPEN")
        try booth.ada.sees("not encrypted")
        try booth.ada.waits(for: "its tone") { booth.studio.heard("heard.wav").hasTone(600) }
    }

    @Test("over TLS and SRTP, asked for voice by us, a tone comes through") func securedByUs() throws {
        let booth = try BaresipBooth(
            .pcmu, over: "tls",
            with: .init(testDescription: "SRTP", parameters: ";mediaenc=srtp", modules: ["srtp"]))
        try booth.asAdaAsked()
        try booth.ada.sees("PCMU, encrypted")
        try booth.ada.waits(for: "its tone") { booth.studio.heard("heard.wav").hasTone(600) }
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
