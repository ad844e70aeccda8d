import Foundation
import Harness
import Testing

@Suite("Texts of linphonec", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneTextTests {
    @Test("outside of a call they go both ways, in any script", arguments: ["udp", "tcp"])
    func outside(over transport: String) throws {
        let office = try OfficeWithLinphone(over: transport)
        let carol = try TextClient("carol", at: office.exchange.address)
        try carol.registers()
        carol.says("naïve, 日本語, 🌊", to: "1001")
        _ = try carol.wire.hears("SIP/2.0 200")
        try office.lin.sees("Message received from sip:1002@localhost: naïve, 日本語, 🌊")
        try office.lin.writes("sí, 日本語, 🌊", to: "1000")
        try office.ada.sees("lin (1001) writes outside of a chat: sí, 日本語, 🌊")
        #expect(!office.lin.pane.screen.contains("paused"))
    }

    @Test("that fill more than a datagram arrive whole, both ways, over UDP too", arguments: ["udp", "tcp"])
    func long(over transport: String) throws {
        let office = try OfficeWithLinphone(over: transport)
        try office.asAdaAsked()
        let words = (100..<340).map { "w\($0)" }
        try office.ada.says(words.joined(separator: " "))
        try office.lin.pane.waits(for: "all of it") { Self.unwrapped(office.lin.pane.screen).contains(words.joined()) }
        let answer = (400..<640).map { "w\($0)" }
        try office.lin.writes(answer.joined(separator: " "), to: "1000")
        try office.ada.waits(for: "all of it") { Self.unwrapped(office.ada.screen).contains(answer.joined()) }
        try office.ada.sees("lin 1001 · IN_CALL")
    }

    /// What stands in the left column, without spaces and breaks.
    private static func unwrapped(_ screen: String) -> String {
        screen.split(separator: "\n").map { $0.hasPrefix("│") ? $0.dropFirst().prefix { $0 != "│" } : $0[...] }.joined()
            .filter { !$0.isWhitespace }
    }

    @Test("are plain: it hears nothing of typing, and is asked for no confirmation")
    func plain() throws {
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: log) }
        let office = try OfficeWithLinphone(exchange: try ExchangeProcess("--log", log.path, "--trace"))
        try office.asLinphoneAsked()
        try office.ada.types("well, ")
        try office.ada.says("yes")
        try office.lin.sees(": well, yes")
        try office.exchangeTexts()
        let trace = try String(contentsOf: log, encoding: .utf8)
        #expect(trace.contains("| Content-Type: text/plain"))
        #expect(!trace.contains("| Content-Type: application/im-iscomposing+xml"))
        #expect(!trace.contains("| Content-Type: message/"))
    }

    @Test("it opens an envelope, takes no markup, and the sender is told")
    func envelopes() throws {
        let office = try OfficeWithLinphone()
        let carol = try TextClient("carol", at: office.exchange.address)
        try carol.registers()
        let attempts = [
            ("message/cpim", envelope("in an envelope"), 200),
            ("text/html", "<b>bold</b>", 415),
        ]
        for (type, body, status) in attempts {
            carol.wire.sends(
                carol.request("MESSAGE", "sip:1001@localhost", ["Content-Type: \(type)"], body: body))
            let answer = try carol.wire.hears("SIP/2.0 ")
            #expect(answer.hasPrefix("SIP/2.0 \(status) "))
        }
        carol.says("plain", to: "1001")
        try office.lin.sees("Message received from sip:1002@localhost: plain")
        let screen = office.lin.pane.screen
        #expect(screen.contains("Message received from sip:1002@localhost: in an envelope"))
        #expect(!screen.contains("bold"))
    }

    private func envelope(_ text: String) -> String {
        let head = [
            "From: <sip:1002@localhost>", "To: <sip:1001@localhost>", "NS: imdn <urn:ietf:params:imdn>",
            "imdn.Message-ID: 1", "imdn.Disposition-Notification: positive-delivery",
        ]
        return (head + ["", "Content-Type: text/plain;charset=UTF-8", "", text]).joined(separator: "\r\n")
    }
}
