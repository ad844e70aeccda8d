import Harness
import Testing

@Suite("Sound of calls that go through Kamailio, measured at both ends", .enabled(if: Strangers.takePart), .manyAtOnce)
struct KamailioSoundTests {
    @Test("two of us: a tone goes each way, in the clear over tcp and encrypted over tls", arguments: ["tcp", "tls"])
    func two(over transport: String) throws {
        let kamailio = try Kamailio(transport == "tls" ? ["WITH_TLS"] : [])
        let options =
            ["--server", "\(kamailio.host):\(transport == "tls" ? 5061 : 5060)", "--transport", transport]
            + (transport == "tls" ? ["--ca-file", kamailio.path("authority.pem")] : [])
        let studio = try Studio()
        let ada = try Person(["--name", "ada"] + options + Duet.files(studio), columns: 140)
        try ada.sees(" · connected")
        let bob = try Person(
            ["--name", "bob", "--audio-file", "\(studio.tone(600)),\(studio.path("bob.wav"))"] + options, columns: 140)
        try bob.sees("ada ")
        let duet = Duet(ada, studio, "bob") { studio.heard("bob.wav") }
        try bob.talks(to: "ada", ada)
        try bob.presses("F2")
        try ada.decides("Speak", on: "Voice")
        for person in [ada, bob] { try person.sees("● MIC OPEN") }
        try ada.sees(transport == "tls" ? "opus, encrypted" : "opus, not encrypted")
        try duet.hearEachOther()
        try bob.presses("C-o")
        try ada.sees("MIC OFF, on hold")
        try duet.hearNothing()
        try bob.presses("C-o")
        try ada.sees("● MIC OPEN")
        try duet.hearEachOther()
    }

    @Test("one of us and baresip, whoever calls", arguments: [Baresip.Sound.Codec.opus, .pcmu])
    func baresip(_ codec: Baresip.Sound.Codec) throws {
        let kamailio = try Kamailio()
        let studio = try Studio()
        let server = "\(kamailio.host):5060"
        let ada = try Person(
            ["--name", "ada", "--server", server, "--transport", "tcp"] + Duet.files(studio), columns: 140)
        try ada.sees("1000 · connected")
        let bare = try Baresip(
            .init(user: "602", password: "Sesame", sound: .init(tone: 600, codec: codec)), at: server)
        try bare.says("OK", asked: "reginfo")
        let duet = Duet(ada, studio, "baresip") { bare.heard }
        try bare.does("dial", "sip:1000@\(server)")
        try ada.sees(", number 602, asks you for a chat, with voice.")
        try ada.decides("With voice", on: "Chat request")
        try ada.sees("● MIC OPEN")
        try duet.hearEachOther()
        try ada.presses("C-x")
        try bare.hears("CALL_CLOSED")
        try ada.nolongerSees("IN_CALL")

        try ada.says("/call 602")
        try bare.hears("CALL_INCOMING")
        try bare.does("accept")
        try ada.sees("IN_CALL")
        try ada.presses("F2")
        try ada.sees("● MIC OPEN")
        let before = studio.heard("heard.wav").samples.count
        try ada.waits(for: "its tone") { studio.heard("heard.wav").dropping(before).hasTone(600) }
    }
}
