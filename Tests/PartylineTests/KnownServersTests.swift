import Foundation
import SIP
import Testing

@testable import partyline

@Suite("The file of trusted servers") struct KnownServersTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("known-\(UUID().uuidString)")
    private var path: String { folder.appendingPathComponent("state/partyline/known-servers").path }
    private var known: KnownServers { KnownServers(path: path) }

    private func decision(_ domain: String = "pbx.example", _ byte: UInt8 = 1) -> TrustedCertificate {
        TrustedCertificate(domain: domain, port: 5061, fingerprint: Fingerprint(of: [byte]))
    }

    private func write(_ text: String) throws {
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    @Test("is where the XDG base directories say, and nowhere without a home") func place() {
        #expect(KnownServers { ["HOME": "/home/ada"][$0] }.path == "/home/ada/.local/state/partyline/known-servers")
        let both = ["HOME": "/home/ada", "XDG_STATE_HOME": "/state"]
        #expect(KnownServers { both[$0] }.path == "/state/partyline/known-servers")
        let relative = ["HOME": "/home/ada", "XDG_STATE_HOME": "state"]
        #expect(KnownServers { relative[$0] }.path == "/home/ada/.local/state/partyline/known-servers")
        #expect(KnownServers { _ in nil }.path == nil)
        #expect(throws: KnownServersError.self) { try KnownServers(path: nil).add(decision()) }
    }

    @Test("keeps decisions, once each, for its owner's eyes only") func kept() throws {
        #expect(try known.load() == [])
        try known.add(decision())
        try known.add(decision("2001:db8::1", 2))
        try known.add(decision())
        #expect(try known.load() == [decision(), decision("2001:db8::1", 2)])
        let lines = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            lines.split(separator: "\n").map { $0.prefix { $0 != " " } } == ["pbx.example:5061", "[2001:db8::1]:5061"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path)
        #expect(left == ["known-servers"])
    }

    @Test("leaves the person's own notes where they are") func notes() throws {
        try write("# the office\n\npbx.example:5061 \(Fingerprint(of: [1]).digits.lowercased())")
        try known.add(decision("b.example", 2))
        #expect(try known.load() == [decision(), decision("b.example", 2)])
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("# the office\n\npbx.example:5061 "))
    }

    @Test(
        "is refused with the line that is wrong: a decision that is misread would be asked for again",
        arguments: [
            "pbx.example:5061", "pbx.example:5061 12AB", "pbx.example \(String(repeating: "0", count: 64))",
            "pbx.example:5061 \(String(repeating: "0", count: 64)) x",
            "pbx.example:99999 \(String(repeating: "0", count: 64))",
        ])
    func wrong(line: String) throws {
        try write("# fine\n\(line)\n")
        let error = #expect(throws: KnownServersError.self) { try known.load() }
        #expect(error?.description.contains("line 2 is not HOST:PORT FINGERPRINT") == true)
        #expect(throws: KnownServersError.self) { try known.add(decision()) }
    }

    @Test("says so when it cannot be read or written") func unusable() throws {
        try write("")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(throws: KnownServersError.self) { try known.load() }
    }
}
