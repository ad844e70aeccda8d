import Foundation
import Harness
import Testing

@Suite("Two people speak in their terminals") struct VoiceTests {
    @Test("the libraries of voice are not loaded before there is sound: nobody else's start waits for them")
    func late() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        try ada.sees("Echo test")
        // It comes a page at a time, whatever its size is said to be.
        let file = try #require(FileHandle(forReadingAtPath: "/proc/\(ada.program())/maps"))
        var maps = ""
        while let page = try file.read(upToCount: 65_536), !page.isEmpty {
            maps += String(decoding: page, as: UTF8.self)
        }
        #expect(maps.contains("ncursesw"))
        for library in ["portaudio", "asound", "jack", "srtp", "opus", "speex"] { #expect(!maps.contains(library)) }
    }

    @Test("nobody is heard unasked; after a yes a tone comes through; muted, on hold and at the end nothing does")
    func tone() throws {
        let studio = try Studio()
        let exchange = try ExchangeProcess()
        let options = ["--server", exchange.address, "--audio-file"]
        let ada = try Person(["--name", "ada"] + options + ["\(studio.tone(440)),\(studio.path("ada.wav"))"])
        let bob = try Person(["--name", "bob"] + options + [",\(studio.path("bob.wav"))"])
        try bob.talks(to: "ada", ada)
        #expect(!ada.screen.contains("MIC"))
        try bob.presses("F2")
        try ada.sees("asks to speak")
        #expect(!ada.screen.contains("MIC OPEN"))
        try ada.decides("Speak", on: "Voice")
        try ada.sees("● MIC OPEN")
        try bob.sees("ada agreed.")
        try bob.waits(for: "a tone of 440 Hz") {
            studio.heard("bob.wav").tones.contains { abs($0.hertz - 440) <= 1 && $0.loudness > 4_000 }
        }
        try ada.presses("F3")
        try ada.sees("MIC OFF")
        try bob.waits(for: "silence") { studio.heard("bob.wav", last: 1).isSilent }
        try ada.presses("F3")
        try ada.sees("MIC OPEN")
        try bob.presses("C-o")
        try ada.sees("MIC OFF, on hold")
        try bob.presses("C-o")
        try ada.sees("● MIC OPEN")
        try bob.presses("F2")
        try ada.sees("bob ended voice")
        #expect(!ada.screen.contains("MIC"))
    }

    @Test("with 600 one hears oneself: the tone comes back, and both meters move, until voice ends") func echoTest()
        throws
    {
        let studio = try Studio()
        let exchange = try ExchangeProcess()
        let files = "\(try studio.tone(440)),\(studio.path("ada.wav"))"
        let ada = try Person(["--name", "ada", "--server", exchange.address, "--audio-file", files])
        try ada.sees("▸ Echo test")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        try ada.presses("F2")
        try ada.sees("Echo test agreed.")
        try ada.sees("● MIC OPEN")
        try ada.waits(for: "both meters to move") { ada.screen.contains(/you ■■.*they ■■/) }
        try ada.waits(for: "a tone of 440 Hz") {
            studio.heard("ada.wav").tones.contains { abs($0.hertz - 440) <= 1 && $0.loudness > 4_000 }
        }
        try ada.waits(for: "a word for how well it comes through") { ada.screen.contains("good") }
        try ada.presses("F3")
        try ada.sees("MIC OFF")
        try ada.waits(for: "silence") { studio.heard("ada.wav", last: 1).isSilent }
        try ada.presses("F2")
        try ada.sees("You ended voice")
        #expect(!ada.screen.contains("MIC"))
        try ada.types("and texts still come back")
        try ada.presses("Enter")
        try ada.sees("Echo test said: and texts still come back")
    }

    @Test("who does not want to speak goes on in text") func refused() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        let bob = try Person(["--name", "bob", "--server", exchange.address])
        try bob.talks(to: "ada", ada)
        try bob.presses("F2")
        try bob.sees("asks for voice")
        try ada.sees("asks to speak")
        try ada.decides("Text only", on: "Voice")
        try bob.sees("There is no voice with ada.")
        try bob.types("then I write")
        try bob.presses("Enter")
        try ada.sees("bob said: then I write")
        #expect(!ada.screen.contains("MIC") && !bob.screen.contains("MIC"))
    }
}
