import Foundation
import Harness
import Testing

@Suite("A peer that shares no code and keeps no rules", .enabled(if: Strangers.takePart), .manyAtOnce)
struct RawPeerTests {
    @Test(
        "at the exchange: it is answered as the RFCs say, and the exchange serves on",
        arguments: try RawCase.all(of: "A raw peer at the exchange"))
    func exchange(_ raw: RawCase) throws {
        let scene = try Scene(raw)
        let address = Loopback.next()
        let exchange = try ExchangeProcess(scene.exchangeOptions(at: address), at: address)
        try RawPeer(raw, at: address, "7778").plays(with: nil)
        #expect(exchange.isRunning)
        guard raw.needs.contains("log") else { return }
        try scene.expectPlainLog()
        let status = try Child([Program.path, "exchange", "status", "--socket", scene.socket]).outcome()
        #expect(status.status == 0)
        expectPlain(status.output)
    }

    @Test(
        "as the program's exchange: the program answers as the RFCs say, and goes on",
        arguments: try RawCase.all(of: "The program, whose exchange is a raw peer"))
    func program(_ raw: RawCase) throws {
        let scene = try Scene(raw)
        let address = Loopback.next()
        let peer = try RawPeer(raw, at: address)
        try peer.says("LISTENING")
        let ada = try Person(scene.programOptions(at: address), columns: 120, rows: 30)
        let title = try ada.title()
        try peer.plays(with: ada)
        _ = try ada.program()
        expectPlain(ada.screen)
        #expect(try ada.title() == title)
        if raw.needs.contains("log") { try scene.expectPlainLog() }
    }

    @Test(
        "behind the program's exchange: both answer as the RFCs say, and go on",
        arguments: try RawCase.all(of: "The program, with a raw peer behind its exchange"))
    func through(_ raw: RawCase) throws {
        let scene = try Scene(raw)
        let address = Loopback.next()
        let exchange = try ExchangeProcess(scene.exchangeOptions(at: address), at: address)
        let ada = try Person(scene.programOptions(at: address), columns: 120, rows: 30)
        try ada.sees("Echo test")
        try RawPeer(raw, at: address).plays(with: ada)
        _ = try ada.program()
        #expect(exchange.isRunning)
    }
}

/// Nothing that a terminal would obey, and nothing that turns the direction of a line.
private func expectPlain(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let strange = text.unicodeScalars.filter {
        $0 != "\n"
            && ($0.properties.generalCategory == .control || $0.properties.isBidiControl || $0.value == 0x2028
                || $0.value == 0x2029)
    }
    #expect(strange.isEmpty, "\(strange)", sourceLocation: sourceLocation)
}

/// What a case needs, in files of its own that go with it.
private final class Scene {
    private let raw: RawCase
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("raw-\(UUID().uuidString)")
    private var log: String { folder.appendingPathComponent("log").path }
    /// Short: the path of a socket has 107 octets.
    var socket: String { folder.appendingPathComponent("s").path }

    init(_ raw: RawCase) throws {
        self.raw = raw
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func exchangeOptions(at address: String) throws -> [String] {
        var options: [String] = []
        if raw.needs.contains("websocket") { options += ["--listen-ws", address.prefix { $0 != ":" } + ":7778"] }
        if raw.needs.contains("log") { options += ["--log", log, "--trace", "--socket", socket] }
        if !raw.needs.isDisjoint(with: ["extension", "password"]) {
            options += ["--config", try file("exchange.toml", Self.configuration)]
        }
        return options
    }

    func programOptions(at address: String) throws -> [String] {
        let transport = raw.needs.contains("udp") ? "udp" : "tcp"
        var options = ["--name", "ada", "--server", address, "--transport", transport]
        if raw.needs.contains("log") { options += ["--log", log, "--trace"] }
        if raw.needs.contains("password") {
            options += ["--extension", "601", "--password-file", try file("password", "secret\n")]
        }
        return options
    }

    func expectPlainLog(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(text.contains("Evil") || text.contains("cut"), "what strangers wrote is in it")
        expectPlain(text, sourceLocation: sourceLocation)
    }

    private func file(_ name: String, _ text: String) throws -> String {
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return file.path
    }

    /// 601 has the password `secret`.
    private static let configuration = """
        domain = "localhost"
        [[extension]]
        number = 601
        name = "Ada"
        sha256 = "d8f89eed543fb1c7a0ef8c43f55d88f1bdc015c0482230ef169b0895a7ff747a"
        """
}
