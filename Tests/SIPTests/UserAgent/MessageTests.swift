import SIP
import Testing

@Suite("A message") struct MessageTests {
    static let token = MessageToken(1)
    static let call = SessionID.placed(1)

    /// A phone in a call with a scripted peer, and the INVITE that made it.
    static func calling(allow: String? = nil) throws -> (Phone, Request) {
        var phone = Phone("1001")
        phone.does(.invite(call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(200, to: invite) {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9", port: 5060))
            $0.headers[.allow] = allow
        }
        phone.sent = []
        return (phone, invite)
    }

    @Test("waits for the answer to the one before it, so that they arrive in order") func inOrder() throws {
        var (phone, _) = try Self.calling()
        for number in 1...3 as ClosedRange<UInt64> {
            phone.does(.message(MessageToken(number), .init(text: "\(number)"), in: Self.call))
        }
        #expect(phone.count(.message) == 1)
        for number in 1...3 as ClosedRange<UInt64> {
            let message = try phone.takeRequest(.message)
            #expect(message.body == Array("\(number)".utf8))
            #expect(message.headers[.contentType] == "text/plain;charset=UTF-8")
            #expect(message.headers[.contact] == nil, "RFC 3428 §4")
            phone.hears(200, to: message)
            #expect(phone.latest == .messageResult(MessageToken(number), .delivered))
        }
    }

    @Test("goes outside of the session where the peer refuses it inside", arguments: [405, 501])
    func outside(_ status: Int) throws {
        var (phone, invite) = try Self.calling()
        phone.does(.message(Self.token, .init(text: "one"), in: Self.call))
        phone.does(.message(MessageToken(2), .init(text: "two"), in: Self.call))
        phone.hears(status, to: try phone.takeRequest(.message))
        let outside = try phone.takeRequest(.message)
        #expect(outside.to?.tag == nil && outside.callID != invite.callID)
        #expect(outside.uri == .sip("1002", "exchange.local"))
        #expect(outside.body == Array("one".utf8))
        #expect(phone.count(.message) == 0, "one at a time to one address")
        phone.hears(200, to: outside)
        #expect(phone.latest == .messageResult(Self.token, .delivered))
        #expect(try phone.takeRequest(.message).body == Array("two".utf8))
        phone.does(.message(MessageToken(3), .init(text: "three"), in: Self.call))
        #expect(phone.count(.message) == 0)
    }

    @Test("goes outside at once where Allow lacks MESSAGE") func allowLacksMessage() throws {
        var (phone, invite) = try Self.calling(allow: "INVITE, ACK, BYE")
        phone.does(.message(Self.token, .init(text: "one"), in: Self.call))
        #expect(try phone.takeRequest(.message).callID != invite.callID)
    }

    @Test("refused for its own sake fails, and the call goes on") func refused() throws {
        var (phone, _) = try Self.calling()
        phone.does(.message(Self.token, .init(text: "one"), in: Self.call))
        phone.hears(413, to: try phone.takeRequest(.message))
        #expect(
            phone.latest
                == .messageResult(Self.token, .failed(.refused(status: 413, reason: "Request Entity Too Large"))))
        #expect(phone.count(.bye) == 0)
    }

    @Test("answered 481 or 408 ends the session, and what waits behind it fails", arguments: [481, 408])
    func gone(_ status: Int) throws {
        var (phone, _) = try Self.calling()
        phone.does(.message(Self.token, .init(text: "one"), in: Self.call))
        phone.does(.message(MessageToken(2), .init(text: "two"), in: Self.call))
        phone.hears(status, to: try phone.takeRequest(.message))
        #expect(phone.reports.contains(.messageResult(MessageToken(2), .failed(.noSession))))
        #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
        #expect(phone.count(.bye) == 1)
    }

    @Test("without an answer times out, and the session with it") func silence() throws {
        var (phone, _) = try Self.calling()
        phone.does(.message(Self.token, .init(text: "one"), in: Self.call))
        phone.wait(.seconds(33))
        #expect(phone.reports.contains(.messageResult(Self.token, .failed(.timedOut))))
        #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
    }

    @Test("too long for a datagram is not sent and says so; the call lives to move to TCP") func tooLarge() throws {
        var (phone, _) = try Self.calling()
        let content = UserAgent.Content(text: String(repeating: "x", count: 2_000))
        phone.does(.message(Self.token, content, in: Self.call))
        #expect(phone.latest == .messageResult(Self.token, .failed(.tooLarge)))
        #expect(phone.sent.isEmpty)

        phone.does(.register(RegistrationTests.parameters, on: Phone.tcp))
        let register = try phone.takeRequest(.register)
        phone.hears(200, to: register, on: Phone.tcp) { RegistrationTests.grant(&$0, register, 60) }
        let renewal = try phone.takeRequest(.invite)
        #expect(renewal.contact?.uri.parameters["transport"] == "tcp", "the peer learns where we are now")
        phone.does(.message(MessageToken(2), content, in: Self.call))
        #expect(phone.count(.message) == 0, "one request at a time, or the second may overtake the first")
        phone.hears(200, to: renewal, on: Phone.tcp)
        let message = try phone.takeRequest(.message)
        #expect(message.headers[.via]?.hasPrefix("SIP/2.0/TCP") == true)
        #expect(message.body.count == 2_000)
    }

    @Test("to a session that is not there, or rings, fails at once") func noSession() throws {
        var phone = Phone("1001")
        phone.does(.message(Self.token, .init(text: "hello?"), in: Self.call))
        #expect(phone.latest == .messageResult(Self.token, .failed(.noSession)))
        phone.does(.invite(Self.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        phone.does(.message(MessageToken(2), .init(text: "hello?"), in: Self.call))
        #expect(phone.latest == .messageResult(MessageToken(2), .failed(.noSession)))
    }

    @Test("sent as the call ends still learns what became of it") func outlivesCall() throws {
        var (phone, _) = try Self.calling()
        phone.does(.message(Self.token, .init(text: "bye then"), in: Self.call))
        let message = try phone.takeRequest(.message)
        phone.does(.hangUp(Self.call))
        phone.hears(200, to: message)
        #expect(phone.latest == .messageResult(Self.token, .delivered))
    }

    @Test("that overtakes the 200 to our INVITE is held for it, not refused") func overtakes() throws {
        var phone = Phone("1001")
        phone.does(.invite(Self.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(
            request(.message, callID: invite.callID ?? "", fromTag: "peer", toTag: invite.from?.tag, body: "hello!"))
        #expect(phone.sent.isEmpty)
        phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1002", "192.0.2.9", port: 5060)) }
        guard case .message(Self.call, _, let content)? = phone.latest else {
            Issue.record("the message was lost")
            return
        }
        #expect(content.text == "hello!")
        #expect(try phone.takeResponse().status == 200)
    }

    @Test("repeated after a lost 200 is delivered once", arguments: [true, false])
    func repeated(_ inDialog: Bool) throws {
        var (phone, invite) = try Self.calling()
        let tag = inDialog ? invite.from?.tag : nil
        let callID = inDialog ? invite.callID ?? "" : "outside"
        for branch in ["z9hG4bKone", "z9hG4bKone", "z9hG4bKtwo"] {
            phone.hears(
                request(.message, callID: callID, branch: branch, fromTag: "peer", toTag: tag, body: "once"))
        }
        let heard = phone.reports.count { if case .message = $0 { true } else { false } }
        #expect(heard == 1)
        let statuses = phone.sent.compactMap { if case .response(let response) = $0 { response.status } else { nil } }
        #expect(statuses == (inDialog ? [200, 200, 200] : [200, 200, 482]))
    }

    @Test("that is older than one already taken is out of order") func outOfOrder() throws {
        var (phone, invite) = try Self.calling()
        for number in [5, 4] as [UInt32] {
            phone.hears(
                request(
                    .message, callID: invite.callID ?? "", cseq: number, fromTag: "peer", toTag: invite.from?.tag,
                    body: "\(number)"))
        }
        #expect(try phone.takeResponse().status == 200)
        #expect(try phone.takeResponse().status == 500)
    }

    @Test(
        "is readable whatever its bytes are",
        arguments: [
            ("text/plain;charset=UTF-8", Array("grüß dich".utf8), "grüß dich"),
            ("text/plain", Array("grüß dich".utf8), "grüß dich"),
            ("text/plain; charset=\"utf-8\"", Array("日本".utf8), "日本"),
            ("text/plain;charset=UTF-8", [0x67, 0x72, 0xFC, 0xDF], "gr\u{FFFD}\u{FFFD}"),
            ("text/plain;charset=ISO-8859-1", [0x67, 0x72, 0xFC, 0xDF], "grüß"),
            ("TEXT/Plain;charset=unknown-8", [0x68, 0x69, 0xFF], "hi\u{FFFD}"),
            ("text/plain", [], ""),
        ] as [(String, [UInt8], String)])
    func encodings(_ type: String, _ bytes: [UInt8], _ text: String) throws {
        var phone = Phone("1001")
        var message = request(.message, type: type)
        message.body = bytes
        phone.hears(message)
        #expect(try phone.takeResponse().status == 200)
        guard case .message(nil, _, let content)? = phone.latest else {
            Issue.record("the message was lost")
            return
        }
        #expect(content.text == text)
    }

    @Test("is from whom the exchange asserts, not from whom it says") func asserted() throws {
        var phone = Phone("1001")
        var message = request(.message, body: "it is me")
        message.from = NameAddress(.sip("boss", "exchange.local"), displayName: "The Boss", tag: "x")
        message.headers[.pAssertedIdentity] = "\"guest\" <sip:1002@exchange.local>, <tel:+1002>"
        phone.hears(message)
        let sender = NameAddress(.sip("1002", "exchange.local"), displayName: "guest")
        #expect(phone.latest == .message(nil, from: sender, .init(type: "text/plain", body: Array("it is me".utf8))))
    }
}
