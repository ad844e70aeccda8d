import Foundation
import Harness
import Testing

/// An exchange with a configuration file: 601 has its password in MD5 alone, 602 in SHA-256 too, and both are on the
/// list of the line, which whoever comes may join.
private final class ExchangeWithPasswords {
    let process: ExchangeProcess
    var address: String { process.address }
    private let file = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-\(UUID().uuidString)")

    init() throws {
        let entries = try [("601", "--md5-only"), ("602", "--md5")].map { number, functions in
            let script = "echo Sesame | \"$0\" exchange hash-password --number \(number) \(functions)"
            return try run(["sh", "-c", script, Program.path]) + "line = \"Webphone1\"\nname = \"desk \(number)\"\n"
        }
        try Data(("lines = [\"Webphone1\"]\n" + entries.joined()).utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        process = try ExchangeProcess("--config", file.path)
    }

    deinit { try? FileManager.default.removeItem(at: file) }

    func phone(_ number: String, _ password: String = "Sesame", over transport: String) throws -> Baresip {
        try Baresip(.init(user: number, transport: transport, password: password, contact: "1000"), at: address)
    }
}

@Suite("baresip as a client of our exchange", .enabled(if: Strangers.takePart), .manyAtOnce)
struct BaresipExchangeTests {
    @Test("the Echo test takes its call, its hold and its texts", arguments: ["udp", "tcp"])
    func echo(over transport: String) throws {
        let exchange = try ExchangeProcess()
        let bare = try Baresip(.init(transport: transport), at: exchange.address)
        try bare.says("OK", asked: "reginfo")
        try bare.does("dial", "sip:600@\(exchange.address)")
        try bare.hears("CALL_ESTABLISHED")
        try bare.does("message", "do you hear me?")
        try bare.prints("do you hear me?", times: 2)
        try bare.does("hold")
        try bare.hears("CALL_REMOTE_SDP", "answer")
        try bare.does("resume")
        try bare.hears("CALL_REMOTE_SDP", "answer")
        try bare.does("hangup")
        try bare.hears("CALL_CLOSED")
        try bare.says("Active calls (0)", asked: "listcalls")
    }

    @Test("the Echo test gives its sound back, at its frequency", arguments: [Baresip.Sound.Codec.opus, .pcmu])
    func echoedSound(_ codec: Baresip.Sound.Codec) throws {
        let exchange = try ExchangeProcess()
        var account = Baresip.Account(transport: "udp")
        account.sound = .init(tone: 600, codec: codec)
        let bare = try Baresip(account, at: exchange.address)
        try bare.says("OK", asked: "reginfo")
        try bare.does("dial", "sip:600@\(exchange.address)")
        try bare.hears("CALL_ESTABLISHED")
        let isThere = eventually(within: 30) { bare.heard.hasTone(600) }
        #expect(isThere, "\(bare.heard.account)")
        try bare.does("hangup")
        try bare.hears("CALL_CLOSED")
    }

    @Test("without a name of its own it is called user")
    func nameless() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address], columns: 140, rows: 30)
        try ada.sees("Webphone1 · 1000 · connected")
        let bare = try Baresip(.init(name: nil), at: exchange.address)
        try bare.says("OK", asked: "reginfo")
        try ada.sees("user is ONLINE")
    }

    @Test("it watches the line, and is told who comes", arguments: ["udp", "tcp"])
    func list(over transport: String) throws {
        let exchange = try ExchangeProcess()
        let bare = try Baresip(
            .init(transport: transport, contact: "Webphone1", watches: true), at: exchange.address)
        try bare.says("Online", asked: "contacts")
        try bare.prints("<note>Echo test</note>")
        let ada = try Person(["--name", "ada", "--server", exchange.address], columns: 140, rows: 30)
        try ada.sees("bare")
        try bare.prints("<contact>sip:1001@exchange.local</contact><note>ada</note>")
    }

    @Test("an extension logs in with its password, is called by its number, and calls", arguments: ["udp", "tcp"])
    func digest(over transport: String) throws {
        let exchange = try ExchangeWithPasswords()
        let bare = try exchange.phone("601", over: transport)
        try bare.says("OK", asked: "reginfo")
        let ada = try Person(
            ["--name", "ada", "--server", exchange.address, "--transport", transport], columns: 140, rows: 30)
        try ada.sees("desk 601")
        try ada.says("/call 601")
        try bare.hears("CALL_INCOMING", "sip:1000@")
        try bare.does("accept")
        try ada.sees("desk 601 accepted your chat request.")
        try bare.does("hangup")
        try ada.sees("desk 601 hung up.")

        try bare.does("dial", "sip:1000@\(exchange.address)")
        try ada.sees("desk 601, number 601, asks you for a chat")
        try ada.answersDialog("Enter")
        try bare.hears("CALL_ESTABLISHED")
        try ada.says("who is there?")
        try bare.receives("who is there?")
        try bare.does("message", "it is me")
        try ada.sees("desk 601 said: it is me")
        try bare.does("hold")
        try ada.sees("HOLD by them")
        try ada.presses("C-x")
        try bare.hears("CALL_CLOSED")
    }

    @Test("a wrong password is refused, and with SHA-256 beside MD5 it gives up", arguments: ["udp", "tcp"])
    func wrongPassword(over transport: String) throws {
        let exchange = try ExchangeWithPasswords()
        let wrong = try exchange.phone("601", "Simsim", over: transport)
        try wrong.prints("403 Forbidden")
        try wrong.says("ERR", asked: "reginfo")
        let modest = try exchange.phone("602", over: transport)
        try modest.prints("Register: Function not implemented")
        try modest.says("ERR", asked: "reginfo")
    }

    @Test("two of them through it: call, hold, resume, handing over, BYE", arguments: ["udp", "tcp"])
    func two(over transport: String) throws {
        let exchange = try ExchangeProcess()
        let one = try Baresip(.init(name: "one", transport: transport), at: exchange.address)
        try one.says("OK", asked: "reginfo")
        let other = try Baresip(.init(name: "other", transport: transport), at: exchange.address)
        try other.says("OK", asked: "reginfo")
        try one.does("dial", "sip:1001@\(exchange.address)")
        try other.hears("CALL_INCOMING")
        try other.does("accept")
        try one.hears("CALL_ESTABLISHED")
        try other.hears("CALL_ESTABLISHED")
        try other.does("hold")
        try one.prints("a=sendonly")
        try other.does("resume")
        try one.hears("CALL_REMOTE_SDP", "offer")
        try one.does("transfer", "sip:600@\(exchange.address)")
        try one.hears("CALL_CLOSED")
        try other.says("sip:600@", asked: "listcalls")
        try other.does("hangup")
        try other.hears("CALL_CLOSED")
    }
}
