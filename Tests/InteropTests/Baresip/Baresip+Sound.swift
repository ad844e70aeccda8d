import Foundation
import Harness

extension Baresip {
    /// What baresip says and hears where there is no device: a tone from a file (module aufile), and files with all that it
    /// decoded (module sndfile), without the silence of packets that never came.
    struct Sound {
        /// As its account names them, with the rate and channels that the file must have.
        enum Codec: String {
            case opus = "opus/48000/2"
            case pcmu = "PCMU/8000/1"
            case pcma = "PCMA/8000/1"
            case g722 = "G722/16000/1"
            case gsm = "GSM/8000/1"

            /// As the call bar names it.
            var word: String { String(rawValue.prefix { $0 != "/" }) }

            fileprivate var module: String {
                switch self {
                case .opus: "opus"
                case .pcmu, .pcma: "g711"
                case .g722: "g722"
                case .gsm: "gsm"
                }
            }
            fileprivate var rate: Int {
                switch self {
                case .opus: 48_000
                case .pcmu, .pcma, .gsm: 8_000
                case .g722: 16_000
                }
            }
            fileprivate var channels: Int { self == .opus ? 2 : 1 }
        }

        /// In Hz.
        var tone = 600
        /// Behind its end baresip hears nothing any more either.
        var seconds = 120
        /// The only one that it has.
        var codec = Codec.opus
        /// What plays what it hears; nothing has to: it is kept as it is decoded.
        var player = "none,none"

        var modules: [String] { [codec.module, "aufile", "sndfile"] }

        func settings(in folder: URL) -> [String] {
            [
                "audio_source aufile,\(Self.spoken(in: folder).path)", "audio_player \(player)",
                "snd_path \(folder.path)",
            ]
        }

        func writeTone(into folder: URL) throws {
            try Harness.writeTone(
                tone, rate: codec.rate, channels: codec.channels, seconds: seconds, to: Self.spoken(in: folder).path)
        }

        private static func spoken(in folder: URL) -> URL { folder.appendingPathComponent("spoken.wav") }

        /// Each stream begins a file, named by the time.
        static func heard(in folder: URL) -> Recording {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            let files = names.filter { $0.hasPrefix("dump-") && $0.hasSuffix("-dec.wav") }.sorted()
            return Recording(files: files.map { folder.appendingPathComponent($0).path })
        }
    }
}
