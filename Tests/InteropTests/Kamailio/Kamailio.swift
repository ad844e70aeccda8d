import Foundation
import Harness
import Testing

/// A Kamailio with `kamailio/exchange.cfg`, on a loopback address and in a folder of its own.
final class Kamailio {
    let host: String
    let folder: URL
    private var child: Child?

    /// One of two that share what they know.
    struct Node {
        let number: Int
        let peer: String
    }

    /// - Parameters:
    ///   - places: how many clients a line holds.
    ///   - definitions: `WITH_TLS`, `WITH_SHA256`.
    init(at host: String = Kamailio.nextHost(), places: Int = 150, node: Node? = nil, _ definitions: [String] = [])
        throws
    {
        self.host = host
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("kamailio-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let number = node?.number ?? 1
        let values = [
            "MYIP": host, "RUNDIR": folder.path, "NODE_ID": "\(number)", "NUM_FIRST": "\(1_000 * number)",
            "NUM_COUNT": "1000", "LINE_MAX": "\(places)", "PEERIP": node?.peer ?? "",
        ]
        var words = definitions.map { "#!define \($0)" } + values.map { "#!substdef \"!\($0)!\($1)!g\"" }
        if let node {
            let other = 3 - node.number
            words.append("#!define WITH_DMQ")
            try write("peers.list", "1 sip:\(node.peer):5060\n")
            try write(
                "peers.cfg", "$sht(peer=>\(node.peer)) = \(other); $sht(peer=>node::\(other)) = \"\(node.peer)\";\n")
        }
        try write("node.cfg", words.joined(separator: "\n") + "\n")
        try write("exchange.cfg", try Kamailio.file("exchange.cfg"))
        try write("tls.cfg", try Kamailio.file("tls.cfg").replacing("RUNDIR", with: folder.path))
        if definitions.contains("WITH_TLS") {
            try makeCertificates(in: folder, for: "IP:\(host)")
        }
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    static func nextHost() -> String { String(Loopback.next().prefix { $0 != ":" }) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Returns when it listens.
    func start() throws {
        // A session of its own, so that all of its processes can be killed at once.
        let child = try Child([
            "sh", "-c", "exec setsid kamailio \"$@\" 2>>\"$0\"", path("log"), "-f", path("exchange.cfg"), "-DD", "-E",
            "-m", "64", "-M", "8", "-Y", folder.path,
        ])
        self.child = child
        let listens = eventually(within: 20) { !child.isRunning || isListening } && child.isRunning
        try #require(listens, "Kamailio said: \((try? String(contentsOfFile: path("log"), encoding: .utf8)) ?? "")")
    }

    private var isListening: Bool {
        let octets = host.split(separator: ".").reversed().compactMap { UInt8($0) }
        let place = octets.map { String(format: "%02X", $0) }.joined() + String(format: ":%04X", 5_060)
        let sockets = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        return sockets.contains(" \(place) 00000000:0000 0A ")
    }

    /// SIGSTOP to all of its processes: it is there, and says nothing.
    func freeze() {
        if let child { _ = Glibc.kill(-child.number, SIGSTOP) }
    }

    /// SIGKILL to all of its processes: no goodbye to anyone.
    func kill() {
        guard let child else { return }
        _ = Glibc.kill(-child.number, SIGKILL)
        child.waitUntilExit()
        self.child = nil
    }

    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    private static func file(_ name: String) throws -> String {
        try String(contentsOf: sources.appendingPathComponent("configuration/\(name)"), encoding: .utf8)
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }
}
