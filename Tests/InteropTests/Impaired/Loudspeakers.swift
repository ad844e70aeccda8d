import Foundation
import Glibc
import Harness
import Testing

/// A PulseAudio without hardware: a loudspeaker for each of those who listen through ALSA, and what comes out of it.
final class Loudspeakers: Sendable {
    /// All tests share it; it is there as long as they run.
    static let shared = Result { try Loudspeakers(Network.allCases.count * ImpairedTests.Codec.allCases.count) }

    private let folder: URL
    private let server: Kept

    /// Never given up: the process ends with the tests.
    private final class Kept: @unchecked Sendable {
        let child: Child
        init(_ child: Child) { self.child = child }
    }

    private init(_ count: Int) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("loudspeakers-\(getpid())")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let sinks = (0..<count).map { "load-module module-null-sink sink_name=ear\($0) rate=48000\n" }
        try ("load-module module-native-protocol-unix auth-anonymous=1 socket=\(folder.path)/native\n" + sinks.joined())
            .write(to: folder.appendingPathComponent("default.pa"), atomically: true, encoding: .utf8)
        let devices = (0..<count).map { "pcm.ear\($0) { type pulse device ear\($0) }\n" }
        try ("</usr/share/alsa/alsa.conf>\n" + devices.joined())
            .write(to: folder.appendingPathComponent("asound.conf"), atomically: true, encoding: .utf8)
        // It ends when the tests do.
        let script = """
            pulseaudio -n -F \(folder.path)/default.pa --exit-idle-time=-1 --use-pid-file=no --daemonize=no \
                --high-priority --realtime 2>\(folder.path)/log &
            while kill -0 \(getpid()) 2>/dev/null; do sleep 1; done
            kill $!; wait; rm -rf \(folder.path)
            """
        server = Kept(
            try Child(
                ["sh", "-c", script], environment: ["HOME": folder.path, "XDG_RUNTIME_DIR": folder.path]))
        try #require(
            eventually(within: 20) { FileManager.default.fileExists(atPath: "\(folder.path)/native") },
            "pulseaudio does not begin; the package pulseaudio brings it")
        // For all that are started from here on.
        setenv("PULSE_SERVER", "unix:\(folder.path)/native", 1)
        setenv("ALSA_CONFIG_PATH", folder.appendingPathComponent("asound.conf").path, 1)
    }

    /// Keeps what a loudspeaker plays in a file, as long as the child lives.
    func record(_ number: Int, to path: String) throws -> Child {
        try Child([
            "parec", "-d", "ear\(number).monitor", "--file-format=wav", "--format=s16le", "--rate=48000",
            "--channels=1", "--latency-msec=20", path,
        ])
    }
}
