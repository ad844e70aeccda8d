import Harness
import Testing

@Suite("Sound with linphonec, measured at both ends", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneSoundTests {
    @Test("it calls: a tone arrives at its frequency both ways", arguments: [LinphoneBooth.Codec.opus, .pcmu])
    func calls(_ codec: LinphoneBooth.Codec) throws {
        let booth = try LinphoneBooth(codec)
        try booth.asLinphoneAsked()
        try booth.duet.hearEachOther()
    }

    @Test("it is called, and asked for voice in the chat: the same", arguments: [LinphoneBooth.Codec.opus, .pcmu])
    func isCalled(_ codec: LinphoneBooth.Codec) throws {
        let booth = try LinphoneBooth(codec)
        try booth.asAdaAsked()
        try booth.duet.hearEachOther()
        try booth.ada.presses("F2")
        try booth.ada.nolongerSees("MIC")
        try booth.duet.hearNothing()
        try booth.office.exchangeTexts()
    }

    @Test("the Echo test gives it its tone back", arguments: [LinphoneBooth.Codec.opus, .pcmu])
    func echo(_ codec: LinphoneBooth.Codec) throws {
        let booth = try LinphoneBooth(codec)
        try booth.lin.calls("600")
        try booth.lin.sees("Call 1 with sip:600@\(booth.office.exchange.address) connected.")
        try booth.ada.waits(for: "its own tone") { booth.heardByLinphone().hasTone(600) }
    }

    @Test("held by either, nothing is heard either way, and the tones are back behind it")
    func hold() throws {
        let booth = try LinphoneBooth(.opus)
        try booth.asLinphoneAsked()
        try booth.duet.hearEachOther()
        try booth.ada.presses("C-o")
        try booth.ada.sees("MIC OFF, on hold")
        try booth.duet.hearNothing()
        try booth.ada.presses("C-o")
        try booth.ada.sees("● MIC OPEN")
        try booth.duet.hearEachOther()
        try booth.lin.does("pause")
        try booth.ada.sees("HOLD by them")
        // Its file, which is its music for those who wait, is not heard either.
        try booth.duet.hearNothing()
        try booth.lin.does("resume")
        try booth.ada.sees("● MIC OPEN")
        try booth.duet.hearEachOther()
    }

    @Test("keys go both ways in the sound (RFC 4733)", arguments: [LinphoneBooth.Codec.opus, .pcmu])
    func keys(_ codec: LinphoneBooth.Codec) throws {
        let booth = try LinphoneBooth(codec)
        try booth.asLinphoneAsked()
        try booth.duet.hearEachOther()
        try booth.ada.says("/dtmf 123#")
        for key in ["1", "2", "3", "#"] { try booth.lin.sees("Receiving tone \(key) from") }
        try booth.lin.does("45*")
        try booth.ada.sees("lin pressed 45*.")
    }

    @Test(
        "where it wants SRTP or nothing, a tone goes both ways through it",
        arguments: [LinphoneBooth.Codec.opus, .pcmu])
    func secured(_ codec: LinphoneBooth.Codec) throws {
        let booth = try LinphoneBooth(codec, more: ["[sip]", "media_encryption=srtp", "media_encryption_mandatory=1"])
        try booth.asLinphoneAsked()
        try booth.ada.waits(for: "encrypted voice") {
            booth.ada.screen.contains(", encrypted") && !booth.ada.screen.contains("not encrypted")
        }
        try booth.duet.hearEachOther()
    }

    @Test("where it has no codec of ours it is told so, and texts go on", arguments: [LinphoneBooth.Codec.g722, .gsm])
    func mismatch(_ codec: LinphoneBooth.Codec) throws {
        let booth = try LinphoneBooth(codec)
        try booth.office.asLinphoneAsked()
        try booth.ada.presses("F2")
        try booth.ada.sees("There is no voice with lin")
        try booth.office.exchangeTexts()
        try booth.duet.hearNothing()
        try booth.ada.presses("C-x")
        try booth.ada.nolongerSees("IN_CALL")
        try booth.ada.says("/call 1001")
        try booth.ada.sees("The two programs have no way to talk in common (488).")
    }
}
