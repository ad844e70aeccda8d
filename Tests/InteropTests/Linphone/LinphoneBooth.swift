import Harness
import Testing

/// ada, who says 440 Hz, and linphonec, which says 600 out of a file, and what each hears of the other.
final class LinphoneBooth {
    let studio: Studio
    let office: OfficeWithLinphone
    let duet: Duet
    let heardByLinphone: () -> Recording
    var ada: Person { office.ada }
    var lin: Linphone { office.lin }

    /// Its codecs by their places in its list.
    enum Codec: Int {
        case opus = 0
        case pcmu = 3
        case gsm = 5
        case g722 = 6
    }

    /// - Parameter codec: the only one that linphonec has.
    init(_ codec: Codec, over transport: String = "udp", more: [String] = []) throws {
        studio = try Studio()
        office = try OfficeWithLinphone(
            over: transport, options: Duet.files(studio), more: more)
        let rate = codec == .opus ? 48_000 : 8_000
        heardByLinphone = { [studio] in studio.heard("linphone.wav", unsaid: rate) }
        duet = Duet(office.ada, studio, "linphonec", hears: heardByLinphone)
        try lin.does("soundcard use files")
        try lin.sees("Using wav files instead of soundcard.")
        try lin.does("play \(studio.tone(600, rate: rate))")
        try lin.does("record \(studio.path("linphone.wav"))")
        try lin.does("codec disable all")
        try lin.does("codec enable \(codec.rawValue)")
        try lin.sees("\(codec.rawValue): \("\(codec)" == "opus" ? "opus" : "\(codec)".uppercased())")
    }

    /// linphonec calls, as telephones do, and ada takes it with voice.
    func asLinphoneAsked() throws {
        try lin.calls("1000")
        try ada.sees("lin, number 1001, asks you for a chat, with voice.")
        try ada.decides("With voice", on: "Chat request")
        try ada.sees("● MIC OPEN")
    }

    /// ada calls for a chat in text, then asks for voice.
    func asAdaAsked() throws {
        try office.asAdaAsked()
        try ada.presses("F2")
        try ada.sees("● MIC OPEN")
    }
}
