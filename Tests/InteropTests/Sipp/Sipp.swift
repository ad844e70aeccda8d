import Foundation
import Glibc
import Harness
import Testing

/// sipp on an address of its own, with a scenario of the folder beside this file.
final class Sipp {
    /// How many calls, and how fast; one more registers.
    struct Load {
        var calls: Int
        var rate = 500
        var atOnce = 40
    }

    private let load: Load
    private let folder: URL
    private let host: String
    private let child: Child
    private static let scenarios = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("scenarios")

    /// - Parameters:
    ///   - called: the scenario for calls that come in.
    ///   - exchange: where it registers and calls; without one it is itself called by the scenario.
    ///   - keys: what stands for `[name]` in messages and for `{name}` anywhere in the scenario.
    ///   - seconds: when it gives up, which fails.
    init(
        _ scenario: String, called: String? = nil, to exchange: String?, over transport: String,
        _ keys: [String: String], load: Load = Load(calls: 0), options: [String] = [], seconds: Int = 300
    ) throws {
        self.load = load
        let keys = keys.merging(["calls": "\(load.calls)"]) { $1 }
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sipp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        host = String(Loopback.next(port: 5060).dropLast(":5060".count))
        var command = ["sipp"] + (exchange.map { [$0] } ?? [])
        command += ["-sf", try Sipp.compose(scenario, keys, into: folder)]
        if let called { command += ["-oocsf", try Sipp.compose(called, keys, into: folder)] }
        command += ["-t", transport == "tcp" ? "t1" : "u1", "-i", host, "-bind_local", "-p", "5060", "-ci", host]
        // Its own form of a Call-ID has an @, which could not stand in a branch.
        command += [
            "-cid_str", "%u-%p-%s", "-nostdin", "-buff_size", "1000000", "-watchdog_interval", "0", "-trace_err",
            "-error_file", "errors",
        ]
        command += ["-trace_stat", "-stf", "statistics", "-timeout", "\(seconds)", "-timeout_error"]
        if exchange != nil {
            command += ["-m", "\(load.calls + 1)", "-r", "\(load.rate)", "-l", "\(load.atOnce + 1)"]
        }
        for (key, value) in keys { command += ["-key", key, value] }
        // What it shows each second may be more than a pipe takes.
        let script = "cd \"$0\" && exec \"$@\" >screen 2>&1"
        child = try Child(["sh", "-c", script, folder.path] + command + options)
    }

    deinit {
        child.kill(SIGKILL)
        child.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Where it listens.
    var address: String { "\(host):5060" }

    /// The scenario with each `<?part?>` and `{key}` filled in, as a file of the folder.
    private static func compose(_ name: String, _ keys: [String: String], into folder: URL) throws -> String {
        func read(_ path: String) throws -> String {
            var text = try String(contentsOf: scenarios.appendingPathComponent(path), encoding: .utf8)
            for part in text.matches(of: #/ *<\?([a-z]+)\?>\n/#).reversed() {
                text.replaceSubrange(part.range, with: try read("parts/\(part.1).xml"))
            }
            return text
        }
        let text = keys.reduce(try read("\(name).xml")) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
        try text.write(
            to: folder.appendingPathComponent("\(name).xml"), atomically: true, encoding: .utf8)
        return "\(name).xml"
    }

    var isRunning: Bool { child.isRunning }

    private func said(_ file: String) -> String {
        (try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)) ?? ""
    }

    /// What went against a scenario; not that calls come in, nor copies of what it had already.
    var complaints: [String] {
        said("errors").split(separator: #/\d{4}-\d\d-\d\d\t[\d:.]+\t[\d.]+: /#).dropFirst().map(String.init)
            .filter {
                $0.firstMatch(of: #/^(Received out-of-call|Ignoring final UDP|Dead call \S+ \(successful\))/#) == nil
            }
    }

    /// Expects that all went by the scenario so far.
    func isContent(sourceLocation: SourceLocation = #_sourceLocation) {
        let complaints = complaints
        #expect(
            complaints.isEmpty, "\(complaints.count): \(complaints.prefix(3).map { $0.prefix(300) })",
            sourceLocation: sourceLocation)
    }

    /// Waits until it has ended, and expects that all went by the scenario.
    func succeeds(sourceLocation: SourceLocation = #_sourceLocation) {
        let status = child.outcome().status
        let rows = said("statistics").split(separator: "\n").map { $0.split(separator: ";") }
        let counts = Dictionary(
            zip(rows.first ?? [], rows.last ?? []).map { (String($0), Int($1)) }, uniquingKeysWith: { $1 })
        let (good, bad) = (counts["SuccessfulCall(C)"] ?? nil, counts["FailedCall(C)"] ?? nil)
        #expect(
            status == 0 && good == load.calls + 1 && bad == 0,
            "exit status \(status), \(good ?? 0) of \(load.calls + 1) calls, \(bad ?? 0) failed, complaints: \(complaints.prefix(3).map { $0.prefix(300) }), screen: \(said("screen").prefix(500))",
            sourceLocation: sourceLocation)
    }
}
