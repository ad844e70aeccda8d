import Harness
import Testing

@Suite("baresip with the settings that people change", .enabled(if: Strangers.takePart), .manyAtOnce)
struct BaresipMediaTests {
    private static let additions: [Baresip.Addition] = [
        .init(testDescription: "early media", parameters: ";answermode=early"),
        .init(testDescription: "ICE", parameters: ";medianat=ice", modules: ["ice"], settings: ["rtcp_mux yes"]),
        .init(testDescription: "SRTP where the other side knows it", parameters: ";mediaenc=srtp", modules: ["srtp"]),
        .init(
            testDescription: "video", parameters: ";video_codecs=vp8", modules: ["vp8", "fakevideo"],
            settings: ["video_source fakevideo,nil", "video_display fakevideo,nil"]),
    ]

    @Test("calls, hold and texts are the same with", arguments: additions)
    func harmless(_ addition: Baresip.Addition) throws {
        let office = try OfficeWithBaresip(over: "udp", with: addition)
        try office.asBaresipAsked()
        try office.bare.does("hold")
        try office.ada.sees("HOLD by them")
        try office.exchangeTexts()
        try office.bare.does("resume")
        try office.ada.sees("bare 1001 · IN_CALL")
        try office.ada.presses("C-x")
        try office.isOver()

        try office.asAdaAsked()
        try office.ada.presses("C-o")
        try office.ada.sees("HOLD by you")
        try office.ada.presses("C-o")
        try office.ada.sees("bare 1001 · IN_CALL")
        try office.bare.does("hangup")
        try office.isOver()
    }

    @Test("with SRTP or nothing it calls and is spoken with, encrypted; our own request, which is for text, it refuses")
    func secureOnly() throws {
        let office = try OfficeWithBaresip(
            over: "tcp",
            with: .init(testDescription: "SRTP only", parameters: ";mediaenc=srtp-mand", modules: ["srtp"]))
        try office.calls("1000")
        try office.ada.sees("asks you for a chat, with voice.")
        try office.ada.decides("With voice", on: "Chat request")
        try office.ada.sees("● MIC OPEN")
        try office.ada.waits(for: "encrypted voice") {
            office.ada.screen.contains(", encrypted") && !office.ada.screen.contains("not encrypted")
        }
        try office.ada.presses("C-x")
        try office.isOver()
        try office.ada.says("/call 1001")
        try office.ada.sees("The two programs have no way to talk in common (488).")
    }

    @Test("without SRTP it is spoken with over TLS after a yes in so many words, and not again by the same yes")
    func unencrypted() throws {
        let office = try OfficeWithBaresip(over: "tls")
        try office.asAdaAsked()
        try office.ada.presses("F2")
        try office.ada.sees("The program of bare does not take encrypted voice.")
        #expect(!office.ada.screen.contains("MIC"))
        try office.ada.decides("Text only", on: "Voice")
        try office.ada.sees("You did not want to speak with bare unencrypted.")
        for _ in 1...2 {
            try office.ada.presses("F2")
            try office.ada.sees("Speak unencrypted?")
            try office.ada.decides("Unencrypted", on: "Voice")
            try office.ada.sees("● MIC OPEN")
            try office.ada.sees(", not encrypted")
            try office.ada.presses("F2")
            try office.ada.waits(for: "no voice") { !office.ada.screen.contains("MIC OPEN") }
        }
        try office.ada.presses("C-x")
        try office.isOver()
    }
}
