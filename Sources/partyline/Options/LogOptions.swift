import ArgumentParser
import Journal
import Logging

/// What chat and exchange write down, and how much of it.
struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("log"), help: ArgumentHelp("Tell the story of each call in this file.", valueName: "file"))
    var file: String?

    @Flag(help: "Write every message whole into the log, without passwords' proofs.")
    var trace = false

    @Flag(help: "Leave the bodies of traced messages out, as what people wrote is nobody else's business.")
    var maskBodies = false

    /// - Parameter hasOther: whether the log may be named elsewhere.
    func check(hasOther: Bool = false) throws {
        if trace, file == nil, !hasOther { throw ValidationError("--trace is for --log FILE, which is missing.") }
        if maskBodies, !trace { throw ValidationError("--mask-bodies is for --trace, which is missing.") }
    }

    /// How whole messages are written; nil for not at all.
    var mask: Mask? { trace ? Mask(hidesBodies: maskBodies) : nil }

    /// - Throws: `LogFileError` when the file cannot be opened.
    func chronicle(label: String) throws -> Chronicle {
        Chronicle(try LogFile.logger(file, label: label), trace: mask, isOn: file != nil)
    }
}
