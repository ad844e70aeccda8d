import FuzzTargets
import Glibc
import Testing

/// What fuzzing begins with, and what it found: each must go on doing no harm, without libFuzzer too.
@Suite("What was fuzzed") struct CorpusTests {
    static let corpus =
        #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/Fuzz/corpus"

    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func bytes(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    @Test("every target has something to begin with, and every folder a target") func folders() {
        #expect(Self.names(in: Self.corpus) == FuzzTarget.allCases.map(\.rawValue).sorted())
        for target in FuzzTarget.allCases { #expect(!Self.names(in: Self.corpus + "/" + target.rawValue).isEmpty) }
    }

    /// In a process of its own, because a broken rule ends it; what it says last names the rule.
    @Test("breaks no rule of its target", arguments: FuzzTarget.allCases)
    func kept(_ target: FuzzTarget) async {
        await #expect(processExitsWith: .success) { [target] in
            let folder = CorpusTests.corpus + "/" + target.rawValue
            for name in CorpusTests.names(in: folder) {
                guard let bytes = CorpusTests.bytes(of: folder + "/" + name) else { fatalError("cannot read \(name)") }
                target.run(bytes)
            }
        }
    }

    @Test(
        "cut at any byte breaks none either",
        arguments: [
            FuzzTarget.message, .framing, .uri, .description, .multipart, .pidf, .signs, .digest, .rtp, .rtcp, .srtp,
            .wav,
        ])
    func cut(_ target: FuzzTarget) async {
        await #expect(processExitsWith: .success) { [target] in
            let folder = CorpusTests.corpus + "/" + target.rawValue
            for name in CorpusTests.names(in: folder) {
                guard let bytes = CorpusTests.bytes(of: folder + "/" + name) else { fatalError("cannot read \(name)") }
                let step = max(1, bytes.count / 256)
                for length in stride(from: 0, to: bytes.count, by: step) { target.run(Array(bytes[..<length])) }
            }
        }
    }
}
