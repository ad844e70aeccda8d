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
}
