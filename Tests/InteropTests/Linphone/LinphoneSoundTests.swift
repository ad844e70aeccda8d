import Harness
import Testing

@Suite("Sound with linphonec, measured at both ends", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneSoundTests {
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
