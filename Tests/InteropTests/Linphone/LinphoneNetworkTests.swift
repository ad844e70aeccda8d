import Foundation
import Glibc
import Harness
import Testing

@Suite("linphonec over TLS, and started anew", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneNetworkTests {
    /// An exchange that listens over TLS with a certificate of the tests' authority.
    private final class SecureExchange {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-\(UUID().uuidString)")
        /// By name: linphonec knows no addresses in certificates.
        let address: String
        let process: ExchangeProcess

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try makeCertificates(in: folder)
            let port = try LinphoneNetworkTests.freePort()
            address = "localhost:\(port)"
            process = try ExchangeProcess(
                "--listen-tls", "127.0.0.1:\(port)", "--certificate", folder.appendingPathComponent("good.pem").path,
                "--key", folder.appendingPathComponent("good.key").path)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func file(_ name: String) -> String { folder.appendingPathComponent(name).path }
    }

    /// A TCP port of 127.0.0.1 that nobody uses now.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(outcome, "no free port")
        return UInt16(bigEndian: address.sin_port)
    }

    @Test("over TLS calls and texts go both ways, and it believes only the authority it was given")
    func secure() throws {
        let exchange = try SecureExchange()
        let ada = try Person(
            ["--name", "ada", "--server", "sip:\(exchange.address);transport=tls"]
                + ["--ca-file", exchange.file("authority.pem")], columns: 160, rows: 30)
        try ada.sees("Webphone1 · 1000 · connected")
        let wary = try Linphone(
            "eve", at: exchange.address, over: "tls", more: ["[sip]", "root_ca=\(exchange.file("stranger.pem"))"])
        let lin = try Linphone(
            at: exchange.address, over: "tls", more: ["[sip]", "root_ca=\(exchange.file("authority.pem"))"])
        try ada.sees("lin is ONLINE")
        try lin.calls("1000")
        try ada.sees("lin, number 1001, asks you for a chat")
        try ada.answersDialog("Enter")
        try lin.sees("Call 1 with sip:1000@\(exchange.address) connected.")
        try ada.says("over TLS?")
        try lin.sees(": over TLS?")
        try lin.writes("over TLS!", to: "1000")
        try ada.sees("lin said: over TLS!")
        try lin.does("terminate")
        try ada.sees("lin hung up.")
        try ada.says("/call 1001")
        try lin.sees("assigned id 2")
        try lin.does("answer")
        try ada.sees("lin accepted your chat request.")
        try ada.presses("C-x")
        try lin.sees("Call 2 with \"ada\" <sip:1000@exchange.local> ended (No error).")
        #expect(!ada.screen.contains("eve is ONLINE"))
        try wary.does("quit")
        try wary.sees("[left with 0]")
    }

    @Test("killed and started anew at its address it is the same client, and is heard", arguments: ["udp", "tcp"])
    func startedAnew(over transport: String) throws {
        let office = try OfficeWithLinphone(over: transport)
        let (ada, lin, address) = (office.ada, office.lin, office.exchange.address)
        try lin.startsAnew()
        if transport == "tcp" {
            try ada.waits(for: "it to be back") { ada.screen.components(separatedBy: "lin is ONLINE").count == 3 }
        }
        try lin.writes("here I am again", to: "1000")
        try ada.sees("writes outside of a chat: here I am again")
        try lin.calls("1000")
        try ada.sees("asks you for a chat")
        try ada.answersDialog("Enter")
        try lin.sees("Call 1 with sip:1000@\(address) connected.")
        try ada.says("welcome back")
        try lin.sees(": welcome back")
    }

    @Test("it says goodbye when it quits, in a chat too")
    func quits() throws {
        let office = try OfficeWithLinphone()
        try office.asLinphoneAsked()
        try office.lin.does("quit")
        try office.lin.sees("[left with 0]")
        try office.ada.sees("lin hung up. Your chat with lin has ended.")
        try office.ada.sees("lin is OFFLINE")
    }
}
