import Glibc
import Harness
import Testing

/// Two who speak in a call, ada and somebody else, each with a tone of its own; what either has heard is in files.
struct Duet {
    struct End {
        let name: String
        /// What arrives there, in Hz.
        let hertz: Int
        let heard: () -> Recording
    }

    let ends: [End]
    let ada: Person

    /// ada hears 600 Hz and the other 440.
    init(_ ada: Person, _ studio: Studio, _ other: String, hears: @escaping () -> Recording) {
        self.ada = ada
        ends = [
            End(name: "ada", hertz: 600) { studio.heard("heard.wav") },
            End(name: other, hertz: 440, heard: hears),
        ]
    }

    /// ada's option for that.
    static func files(_ studio: Studio) throws -> [String] {
        ["--audio-file", "\(try studio.tone(440)),\(studio.path("heard.wav"))"]
    }

    /// From now on each hears the other's tone, steadily for a second, at its frequency, and no other tone.
    func hearEachOther(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = ends.map { $0.heard().samples.count }
        func heard() -> [Recording] { zip(ends, before).map { $0.heard().dropping($1) } }
        var sounds: [Recording] = []
        let isThere = eventually(within: 30) {
            sounds = heard()
            return sounds.allSatisfy { !$0.tones.isEmpty }
        }
        guard isThere else {
            let accounts = zip(ends, sounds).map { "\($0.name) heard \($1.account)" }
            Issue.record("\(accounts.joined(separator: " ~~ "))\n\(ada.screen)", sourceLocation: sourceLocation)
            throw Impatience()
        }
        for (end, sound) in zip(ends, sounds) {
            for tone in sound.tones {
                #expect(
                    abs(tone.hertz - Double(end.hertz)) <= 1, "\(end.name) heard \(tone)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    /// A second comes in which nothing is heard at either end. Files may stand still meanwhile: nobody hears at all.
    func hearNothing(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try ada.waits(for: "silence", sourceLocation) {
            let before = ends.map { $0.heard().samples.count }
            usleep(1_000_000)
            return zip(ends, before).allSatisfy { !$0.heard().dropping($1).isAudible }
        }
    }
}
