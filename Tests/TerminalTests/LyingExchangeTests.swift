import Foundation
import Harness
import Testing

@Suite("An exchange that lies")
struct LyingExchangeTests {
    /// C1 controls, overrides of the direction, line separators; SIP and XML allow no C0.
    private static let poison = "\u{9B}2J\u{9D}0;stolen\u{9C}Evil\u{202E}live\u{2066}\u{2028}"

    @Test("the screen and the log show plain text of every name, list and message")
    func lies() throws {
        let address = Loopback.next()
        let listener = try Wire(listeningAt: address)
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let ada = try Person(["--name", "ada", "--server", address, "--log", log.path], columns: 120, rows: 30)
        let wire = try listener.accepted()
        let title = try ada.title()

        let register = try wire.hears("REGISTER")
        wire.sends(answer(register, "200 OK", ["P-Associated-URI: \"\(Self.poison)\" <sip:1000@localhost>"]))
        let subscribe = try wire.hears("SUBSCRIBE")
        wire.sends(answer(subscribe, "200 OK", ["Expires: 120", "Contact: <sip:x@localhost>"]))
        wire.sends(notification(of: subscribe, 1, "1000", "ada"))
        wire.sends(notification(of: subscribe, 2, "1002", Self.poison))
        try ada.sees("Evillive")

        wire.sends(request("INVITE", "1003"))
        _ = try wire.hears("SIP/2.0 180")
        try ada.sees("Evillive (1003) asks you for a chat.")
        try ada.answersDialog("Escape")
        _ = try wire.hears("SIP/2.0 603")
        wire.sends(request("MESSAGE", "1003", 1, ["Content-Type: text/plain"], body: "\u{1B}]0;x\u{7}" + Self.poison))
        try ada.sees("writes outside of a chat: ␛]0;x␇")

        try ada.sees("Welcome ada to the chatroom!")
        #expect(try ada.title() == title)
        let written = try String(contentsOf: log, encoding: .utf8)
        #expect(written.contains("Evil"), "names are in the log, as plain text")
        for text in [ada.screen, written] {
            #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
            #expect(!text.unicodeScalars.contains { [0x202E, 0x2066, 0x2028].contains($0.value) })
        }
    }

    private func field(_ name: String, of message: String) -> String {
        let line = message.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") } ?? ""
        return String(line.dropFirst(name.count + 2))
    }

    private func answer(_ request: String, _ status: String, _ fields: [String]) -> String {
        let copied = ["Via", "From", "Call-ID", "CSeq"].map { "\($0): \(field($0, of: request))" }
        let to = field("To", of: request) + ";tag=liar"
        return (["SIP/2.0 \(status)"] + copied + ["To: \(to)", "Content-Length: 0"] + fields).joined(separator: "\r\n")
            + "\r\n\r\n"
    }

    /// The list with one client, in the dialog of the subscription.
    private func notification(of subscribe: String, _ sequence: Int, _ number: String, _ name: String) -> String {
        let list = """
            <?xml version='1.0'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:Webphone1@localhost'>\
            <tuple id='n1'><status><basic>open</basic></status><contact>sip:\(number)@localhost</contact>\
            <note>\(name)</note></tuple></presence>
            """
        return request(
            "NOTIFY", "1001", sequence,
            [
                "Event: presence", "Subscription-State: active;expires=100", "Content-Type: application/pidf+xml",
                "Call-ID: \(field("Call-ID", of: subscribe))", "From: \(field("To", of: subscribe));tag=liar",
                "To: \(field("From", of: subscribe))",
            ], body: list)
    }

    /// A request of its own, or with the fields of a dialog where they are given.
    private func request(
        _ method: String, _ number: String, _ sequence: Int = 1, _ fields: [String] = [], body: String = ""
    ) -> String {
        let name = UUID().uuidString
        var lines = [
            "\(method) sip:1000@localhost SIP/2.0", "Via: SIP/2.0/TCP localhost;branch=z9hG4bK\(name)",
            "CSeq: \(sequence) \(method)", "Contact: <sip:x@localhost>",
            "P-Asserted-Identity: \"\(Self.poison)\" <sip:\(number)@localhost>",
            "Content-Length: \(body.utf8.count)",
        ]
        if !fields.contains(where: { $0.hasPrefix("Call-ID") }) {
            lines += [
                "From: \"\(Self.poison)\" <sip:\(number)@localhost>;tag=liar", "To: <sip:1000@localhost>",
                "Call-ID: \(name)",
            ]
        }
        return (lines + fields).joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}
