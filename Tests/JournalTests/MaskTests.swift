import Journal
import SIP
import Testing

@Suite("What a trace may show") struct MaskTests {
    @Test(
        "credentials show who and where, and never the proof",
        arguments: [
            (
                #"Digest username="601", realm="exchange.local", nonce="abc", uri="sip:exchange.local", qop=auth, nc=00000001, cnonce="c", response="6629fae4", opaque="o""#,
                #"Digest username="601", realm="exchange.local", nonce=***, uri="sip:exchange.local", qop=auth, nc=00000001, cnonce=***, response=***, opaque=***"#
            ),
            (#"digest RESPONSE="x", username="601""#, #"digest RESPONSE=***, username="601""#),
            (#"Digest response="x", response="y""#, "Digest response=***"),
            ("Basic NjAxOnNlY3JldA==", "***"), ("Bearer token", "***"), ("Digest", "***"), ("", "***"),
            (#"Digest username="601", response=secret"secret"#, "***"),
            (#"rspauth="6629fae4", cnonce="c""#, "***"),
        ])
    func credentials(_ value: String, _ expected: String) {
        // How a value is quoted is not what matters here.
        func bare(_ text: String) -> String { text.filter { $0 != "\"" } }
        #expect(bare(Mask.credentials(value)) == bare(expected))
    }

    @Test(
        "a password in a URI is taken out wherever it stands",
        arguments: [
            ("<sip:ada:secret@example.com>;tag=1", "<sip:ada:***@example.com>;tag=1"),
            ("SIPS:ada:secret@example.com", "SIPS:ada:***@example.com"),
            ("<sip:a:x@h>, <sips:b:y@h>", "<sip:a:***@h>, <sips:b:***@h>"),
            ("<sip:ada@example.com:5060>", "<sip:ada@example.com:5060>"),
            ("sip:example.com:5060", "sip:example.com:5060"), ("12:34", "12:34"), ("sip:", "sip:"), ("", ""),
            ("<sip:ada:@h>", "<sip:ada:***@h>"),
        ])
    func passwords(_ text: String, _ expected: String) {
        #expect(Mask.withoutPasswords(text) == expected)
    }

    private func message(_ fields: [String], body: String = "", type: String = "text/plain") throws -> Message {
        let head = [
            "MESSAGE sip:ada:secret@192.0.2.1 SIP/2.0", "Via: SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK1",
            "From: <sip:a@h>;tag=1", "To: <sip:b@h>", "Call-ID: c", "CSeq: 1 MESSAGE", "Content-Type: \(type)",
        ]
        return try Message.parse(Array(((head + fields).joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
    }

    @Test("no line of a message has a secret, however the field is spelled") func whole() throws {
        let message = try message([
            #"authorization : Digest username="601", response="secret""#,
            #"PROXY-AUTHORIZATION: Digest username="601","# + "\r\n response=\"secret\"",
            "Authentication-Info: rspauth=\"secret\"", "Proxy-Authentication-Info: rspauth=\"secret\"",
            "Contact: <sip:x:secret@h>", "X-Custom: sip:x:secret@h",
        ])
        let lines = Mask(hidesBodies: false).lines(of: message)
        #expect(lines.first == "MESSAGE sip:ada:***@192.0.2.1 SIP/2.0")
        #expect(!lines.joined().contains("secret"))
        #expect(lines.count == 13)
    }

    @Test("bodies are shown, or only their size and kind") func bodies() throws {
        let message = try message([], body: "lunch?\r\nat one\n")
        #expect(Mask(hidesBodies: false).lines(of: message).suffix(4) == ["", "lunch?", "at one", ""])
        #expect(Mask(hidesBodies: true).lines(of: message).suffix(2) == ["", "[15 octets of text/plain]"])
    }

    @Test("keys of a session's media are not shown, nor what is no text") func keys() throws {
        let sdp = try message(
            [], body: "v=0\r\nk=clear:secret\r\na=crypto:1 X inline:secret\r\na=inactive", type: "application/sdp")
        #expect(Mask(hidesBodies: false).lines(of: sdp).suffix(4) == ["v=0", "k=***", "a=crypto:***", "a=inactive"])
        let head = try message([]).serializedForTest
        let binary = try Message.parse(head + [0xFF, 0xFE])
        #expect(Mask(hidesBodies: false).lines(of: binary).last == "[2 octets of text/plain]")
    }

    @Test("nothing in a line ends it, is obeyed by a terminal, or turns its direction") func hostile() throws {
        let message = try message(
            ["Subject: a\u{202E}c\u{85}d"], body: "x\u{1B}]0;title\u{7}\r\nINVITE forged")
        let lines = Mask(hidesBodies: false).lines(of: message)
        #expect(lines.contains(#"Subject: a\u{202E}c\u{85}d"#))
        #expect(lines.suffix(2) == [#"x\u{1B}]0;title\u{7}"#, "INVITE forged"])
        for line in lines {
            for scalar in line.unicodeScalars { #expect(scalar.value >= 0x20 && scalar.value != 0x7F) }
        }
    }
}

extension Message {
    fileprivate var serializedForTest: [UInt8] {
        get throws {
            guard case .request(var request) = self else { return [] }
            request.headers[.contentLength] = nil
            let text = String(decoding: try request.serialized(), as: UTF8.self)
            return Array(text.replacing("Content-Length: 0\r\n", with: "").utf8)
        }
    }
}
