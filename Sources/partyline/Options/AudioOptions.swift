import ArgumentParser
import SIP

#if Voice
import Voice
#endif

/// What is spoken into, and heard with.
struct AudioOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Sound devices: default, none, or the name of one.", valueName: "device"))
    var audio = "default"

    @Option(
        help: ArgumentHelp(
            "Speak from a WAV file, and write what is heard into another, on machines without sound.",
            valueName: "in.wav,out.wav"))
    var audioFile: String?

    #if Voice
    /// Why there is no voice; nil where there is.
    static let voiceless: String? = nil

    /// The most wanted first.
    static let codecs: [AudioCodec] = [
        .opus, .pcmu, .pcma, .telephoneEvent(clockRate: 48_000), .telephoneEvent(clockRate: 8_000),
    ]

    var choice: AudioChoice { audioFile.flatMap { AudioChoice(files: $0) } ?? AudioChoice(named: audio) }

    func check() throws {
        guard let audioFile, AudioChoice(files: audioFile) == nil else { return }
        throw ValidationError("--audio-file takes two files with a comma between: in.wav,out.wav, not '\(audioFile)'.")
    }
    #else
    static let voiceless: String? = "This Partyline was built without voice."
    static let codecs: [AudioCodec] = []

    func check() throws {
        guard let audioFile else { return }
        throw ValidationError("--audio-file \(audioFile): this Partyline was built without voice.")
    }
    #endif
}
