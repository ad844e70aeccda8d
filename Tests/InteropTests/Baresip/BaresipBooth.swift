import Harness
import Testing

/// ada, who says 440 Hz, and baresip, which says 600, and what each hears of the other.
final class BaresipBooth {
    let studio: Studio
    let office: OfficeWithBaresip
    let duet: Duet
    var ada: Person { office.ada }
    var bare: Baresip { office.bare }

    /// - Parameter capture: by which what reaches baresip in PCMU is known, where its own files do not tell: once it has
    ///   got a new description it decodes past its filters.
    init(
        _ codec: Baresip.Sound.Codec, over transport: String = "udp", with addition: Baresip.Addition? = nil,
        heardBy capture: Capture? = nil
    ) throws {
        studio = try Studio()
        office = try OfficeWithBaresip(
            over: transport, with: addition, sound: .init(tone: 600, codec: codec),
            options: Duet.files(studio))
        duet = Duet(office.ada, studio, "baresip") { [bare = office.bare] in
            guard let capture else { return bare.heard }
            return (try? bare.ports.its).map(capture.heardInPCMU(at:)) ?? Recording(samples: [])
        }
    }

    /// baresip calls, as telephones do, and ada takes it with voice.
    func asBaresipAsked() throws {
        try office.calls("1000")
        try ada.sees("bare, number 1001, asks you for a chat, with voice.")
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
