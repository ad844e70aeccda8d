import Foundation
import Harness
import Testing

/// Whether the floods take part: `make flood` asks for them, `make test` leaves them out.
enum Floods {
    static let takePart = ProcessInfo.processInfo.environment["PARTYLINE_FLOOD"] != nil
    /// What an exchange with the usual limits holds in memory at most, whatever of this is done to it; the README says
    /// the same.
    static let megabytes = 256
    /// How much longer than in quiet others may have to wait, at their worst hundredth.
    static let slowdown = 3.0
    /// Seconds that are looked at together, and how often.
    static let window = 2
    static let windows = 3
}

/// An exchange to which no address is dearer than another, people on it, and somebody who floods it.
final class Scene {
    /// What people had to wait, in a few seconds.
    struct Window: Decodable {
        /// In seconds since 1970.
        var began: Double
        var answered: Int
        var lost: Int
        var why: [String: Int]
        /// In milliseconds; nil when nothing was answered.
        var p99: Double?
        var kinds: [String: [Double]]

        var worst: Double { p99 ?? .infinity }
    }

    struct Status: Decodable {
        struct Counters: Decodable {
            var refusals: [String: Int]
            var limits: [String: Int]
            var transport: [String: Int]
        }
        var transactions: Int
        var counters: Counters
    }

    /// What was seen of a flood.
    struct Outcome {
        /// What the flooder tried and heard.
        var tally: [String: Int]
        var status: Status
        /// The most that was seen.
        var megabytes: Int
        var quiet: Double
        var flooded: Double
        var lost: [String: Int]
    }

    let exchange: ExchangeProcess
    private let folder: URL
    private let innocents: Child
    private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private var megabytes = 0
    /// Who got no answer, by what they asked for.
    private(set) var lost: [String: Int] = [:]

    /// - Parameters:
    ///   - shared: the address from which one of the people and the flooder come.
    ///   - limits: lines for the section `limits` of the configuration.
    init(own: String, shared: String, limits: String = "") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("flood-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Scene.write(limits, to: folder)
        let at = Loopback.next()
        let place = at.split(separator: ":").map(String.init)
        let (key, certificate) = (folder.appendingPathComponent("key").path, folder.appendingPathComponent("pem").path)
        try run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=flooded", "-keyout", key, "-out", certificate,
        ])
        exchange = try ExchangeProcess(
            "--listen-tls", "\(place[0]):5061", "--listen-ws", "\(place[0]):8080", "--certificate", certificate,
            "--key", key, "--config", folder.appendingPathComponent("exchange.toml").path,
            "--socket", folder.appendingPathComponent("status").path, at: at)
        innocents = try Child(
            ["python3", Scene.scripts.appendingPathComponent("innocents.py").path] + place
                + ["\(Floods.window)", own, shared])
        try #require(innocents.line() == "ready", "the people are not in")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Another section `limits`, read by the exchange as it runs.
    func configure(_ limits: String) throws {
        try Scene.write(limits, to: folder)
        let before = log.count
        exchange.hangUp()
        try #require(eventually(within: 10) { log.count > before && log.contains("configured anew") })
    }

    private static func write(_ limits: String, to folder: URL) throws {
        let text = """
            lines = ["Webphone1", "Webphone2", "Flooded"]
            log = "\(folder.appendingPathComponent("log").path)"
            [access]
            trusted = []
            [limits]
            \(limits)
            """
        try text.write(to: folder.appendingPathComponent("exchange.toml"), atomically: true, encoding: .utf8)
    }

    var log: String {
        (try? String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }

    func status() throws -> Status {
        let socket = folder.appendingPathComponent("status").path
        let text = try run([Program.path, "exchange", "status", "--json", "--socket", socket])
        return try JSONDecoder().decode(Status.self, from: Data(text.utf8))
    }

    /// What the people had to wait from now on, and who got no answer since this was asked last.
    func windows(_ count: Int = Floods.windows) throws -> [Window] {
        let now = Date().timeIntervalSince1970
        var windows: [Window] = []
        while windows.count < count {
            let line = try #require(innocents.line(), "the people are gone")
            megabytes = max(megabytes, try exchange.residentMegabytes())
            let window = try JSONDecoder().decode(Window.self, from: Data(line.utf8))
            lost.merge(window.why, uniquingKeysWith: +)
            if window.began >= now { windows.append(window) }
        }
        return windows
    }

    /// Somebody who floods for so many seconds, and is under way.
    func flooder(_ kind: String, from sources: String, _ amount: Int, seconds: Int) throws -> Child {
        var place = exchange.address.split(separator: ":").map(String.init)
        if kind == "half-open" { place[1] += ",5061,8080" }
        let script = Scene.scripts.appendingPathComponent("flood.py").path
        let child = try Child(["python3", script, kind] + place + ["\(seconds)", sources, "\(amount)"])
        let began = child.line()
        try #require(began == "flooding", "the flooder said: \(began ?? "") \(child.outcome().errors)")
        return child
    }

    /// A few seconds of quiet, then the flood.
    func endure(_ kind: String, from sources: String, _ amount: Int) throws -> Outcome {
        let quiet = try windows()
        let child = try flooder(kind, from: sources, amount, seconds: Floods.window * (Floods.windows + 1))
        let flooded = try windows()
        let status = try status()
        let tally = try JSONDecoder().decode([String: Int].self, from: Data((child.line() ?? "{}").utf8))
        let outcome = Outcome(
            tally: tally, status: status, megabytes: megabytes, quiet: median(quiet),
            flooded: median(flooded), lost: lost)
        print(
            """
            \(kind): p99 \(quiet.map(\.worst)) ms in quiet, \(flooded.map(\.worst)) ms in the flood; \(megabytes) MB
              quiet \(quiet.last?.kinds ?? [:])
              flood \(flooded.last?.kinds ?? [:])
              the flooder: \(tally)
              the exchange: \(status.transactions) transactions, \(status.counters)
            """)
        return outcome
    }

    private func median(_ windows: [Window]) -> Double { windows.map(\.worst).sorted()[windows.count / 2] }
}

extension Scene.Outcome {
    /// What every flood leaves as it was: others are served, as fast as can be asked, in bounded memory.
    func expectOthersServed(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(lost == [:], sourceLocation: sourceLocation)
        #expect(
            flooded <= Floods.slowdown * quiet, "\(flooded) ms, \(quiet) ms in quiet", sourceLocation: sourceLocation)
        #expect(megabytes <= Floods.megabytes, sourceLocation: sourceLocation)
    }
}
