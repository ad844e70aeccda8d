import Foundation
import Harness
import Testing

@Suite("Hostile peers at the program's own sockets and screen")
struct HostileTests {
    /// ada in a chat with the Echo test.
    private func talking(at exchange: ExchangeProcess, _ options: [String] = []) throws -> Person {
        let ada = try Person(["--name", "ada", "--server", exchange.address] + options, columns: 120, rows: 30)
        try ada.selects("Echo test")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        return ada
    }

    private func goesOn(_ ada: Person, _ text: String, _ location: SourceLocation = #_sourceLocation) throws {
        try ada.types(text)
        try ada.presses("Enter")
        try ada.sees("Echo test said: \(text)", sourceLocation: location)
    }

    @Test("what is no SIP, lies about its length or stops half way disturbs no chat")
    func rubbish() throws {
        let exchange = try ExchangeProcess()
        let ada = try talking(at: exchange)
        let start = "MESSAGE sip:600@localhost SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\n"
        let pieces: [String] = [
            "\0\0\0\0", "GET / HTTP/1.0\r\n\r\n", "\r\n\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n", start + "\r\n",
            start + "Content-Length: -1\r\n\r\n", start + "Content-Length: 18446744073709551617\r\n\r\n",
            start + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", start + "Contact\u{1}: <sip:x>\r\n\r\n",
            start + "From: \"\u{1B}]0;x\u{7}\" <sip:1000@localhost>\r\n\r\n", start + "Call-ID: x\n\ny\r\n\r\n",
            start + String(repeating: "X: y\r\n", count: 5_000) + "\r\n", start + "l: 70000\r\n\r\n",
            start + "Subject: ",
            "INVITE sip:" + String(repeating: "a", count: 60_000),
        ]
        var wires: [Wire] = []
        for piece in pieces {
            let stream = try Wire(to: exchange.address)
            stream.sends(piece)
            let datagrams = try Wire(SOCK_DGRAM, to: exchange.address)
            datagrams.sends(piece)
            wires += [stream, datagrams]
        }
        try goesOn(ada, "still here")
        #expect(exchange.isRunning)
        withExtendedLifetime(wires) {}
    }

    @Test("a body too large for a message is answered 413, and who sent it may go on", arguments: [50_000, 10_000_000])
    func oversize(_ size: Int) throws {
        let exchange = try ExchangeProcess()
        let ada = try talking(at: exchange)
        let client = try TextClient("client", at: exchange.address)
        try client.registers()
        client.says(String(repeating: "x", count: size), to: "1000")
        _ = try client.wire.hears("SIP/2.0 413")
        try goesOn(ada, "unharmed")
        let again = try TextClient("client", at: exchange.address)
        try again.registers()
        again.says("short", to: "600")
        _ = try again.wire.hears("SIP/2.0 200")
        #expect(!ada.screen.contains("xxx"))
    }

    @Test("floods of requests and of connections are bounded, and chats go on meanwhile")
    func floods() throws {
        let exchange = try ExchangeProcess()
        let ada = try talking(at: exchange)
        let deaf = try TextClient("deaf", at: exchange.address)
        try deaf.registers()
        let client = try TextClient("flood", at: exchange.address)
        try client.registers()
        let datagrams = try Wire(SOCK_DGRAM, to: exchange.address)
        var silent: [Wire] = []
        for _ in 0..<21 {
            // More than the exchange passes on at a time from one client, to one that never answers.
            for _ in 0..<200 { client.says("x", to: deaf.number) }
            for _ in 0..<50 { datagrams.sends(client.request("OPTIONS", "sip:localhost")) }
            silent += try (0..<20).map { _ in try Wire(to: exchange.address) }
        }
        _ = try client.wire.hears("SIP/2.0 503")
        try goesOn(ada, "still here")
        try goesOn(try talking(at: exchange), "room for others")
        #expect(try exchange.residentMegabytes() < 300)
        withExtendedLifetime(silent) {}
    }

    @Test(
        "a name is only text: no format, no shell, no markup, no path",
        arguments: ["%n%s%x", "$(id) `id`", "../../etc", "<b>&amp;</b>", "\\\" \"; rm -rf"])
    func names(_ name: String) throws {
        let exchange = try ExchangeProcess()
        let ada = try talking(at: exchange)
        let client = try TextClient(name, at: exchange.address)
        try client.registers()
        try ada.sees("\(name) is ONLINE")
        client.says(name, to: "1000")
        try ada.sees("\(name) (\(client.number)) writes outside of a chat: \(name)")
    }

    @Test("a name that a terminal would obey is refused by the exchange", arguments: ["\u{9B}31m", "a\u{202E}b", " "])
    func refusedNames(_ name: String) throws {
        let exchange = try ExchangeProcess()
        let client = try TextClient(name, at: exchange.address)
        client.asksForNumber()
        let answer = try #require(client.wire.hears())
        #expect(answer.hasPrefix("SIP/2.0 403") || answer.hasPrefix("SIP/2.0 400"))
    }

    @Test("escape sequences in a message are seen, not obeyed")
    func messages() throws {
        let exchange = try ExchangeProcess()
        let ada = try talking(at: exchange)
        let title = try ada.title()
        let client = try TextClient("client", at: exchange.address)
        try client.registers()
        client.says("a\u{1B}]0;stolen\u{7}b\u{1B}[2J\u{1B}c\u{9B}?1049l", to: "1000")
        try ada.sees("a␛]0;stolen␇b␛[2J␛c")
        try ada.sees("Welcome ada to the chatroom!")
        #expect(try ada.title() == title)
        try goesOn(ada, "and on")
    }
}
