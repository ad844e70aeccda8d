import Journal
import SIP
import Testing

@Suite("The story of a call") struct CallStoryTests {
    private static let caller = Flow(
        transport: .ws, local: SocketAddress(host: "192.0.2.1", port: 8_080),
        remote: SocketAddress(host: "192.0.2.7", port: 40_000), connection: 1)
    private static let callee = Flow(
        transport: .udp, local: SocketAddress(host: "192.0.2.1", port: 7_777),
        remote: SocketAddress(host: "192.0.2.8", port: 5_060))

    /// Messages by their first words, with the fields of a call from 1007 to 1002.
    private struct Log {
        var story = CallStory()
        var now = Duration.zero
        var lines: [String] = []

        mutating func passes(
            _ start: String, _ cseq: String, by side: String = "caller", body: String = "", fields: [String] = [],
            callID: String = "d8s7", _ direction: CallStory.Direction = .received, on flow: Flow = caller
        ) throws {
            let ada = "\"ada\" <sip:1007@h>;tag=a"
            let guest = start.hasPrefix("INVITE sip:1002") || start == "CANCEL" ? "<sip:1002@h>" : "<sip:1002@h>;tag=b"
            let line =
                start.hasPrefix("SIP/2.0") ? start : "\(start.contains(" ") ? start : start + " sip:1002@h") SIP/2.0"
            let text =
                ([
                    line, "Via: SIP/2.0/WS x.invalid;branch=z9hG4bK\(cseq.filter { $0 != " " })",
                    "From: \(side == "caller" ? ada : guest)", "To: \(side == "caller" ? guest : ada)",
                    "Call-ID: \(callID)", "CSeq: \(cseq)",
                ] + fields).joined(separator: "\r\n") + "\r\n\r\n" + body
            lines += story.observe(try Message.parse(Array(text.utf8)), direction, on: flow, at: now)
        }

        /// What was told since the last time, without the call's name.
        mutating func told() -> [String] {
            defer { lines = [] }
            return lines.map { String($0.dropFirst("call \(CallStory.tag(of: "d8s7")) ".count)) }
        }
    }

    @Test("from the question to the end, with times, texts and who ended it; each hop tells it once") func whole()
        throws
    {
        var log = Log()
        try log.passes("INVITE sip:1002@h", "1 INVITE")
        try log.passes("INVITE sip:1002@h", "1 INVITE", .sent, on: Self.callee)
        #expect(log.told() == ["1007 \"ada\" → 1002: asked over ws 192.0.2.7:40000, Call-ID d8s7"])
        log.now = .milliseconds(120)
        try log.passes("SIP/2.0 100 Trying", "1 INVITE", .sent)
        try log.passes("SIP/2.0 180 Ringing", "1 INVITE", on: Self.callee)
        try log.passes("SIP/2.0 180 Ringing", "1 INVITE", .sent)
        log.now = .milliseconds(2_340)
        try log.passes("SIP/2.0 200 OK", "1 INVITE", on: Self.callee)
        try log.passes("SIP/2.0 200 OK", "1 INVITE", .sent)
        try log.passes("ACK", "1 ACK")
        #expect(log.told() == ["RINGING 180 Ringing, +120 ms", "IN_CALL 200 OK, +2.3 s"])
        for number in 2...4 {
            try log.passes("MESSAGE", "\(number) MESSAGE", body: "lunch?")
            try log.passes("MESSAGE", "\(number) MESSAGE", body: "lunch?", .sent, on: Self.callee)
            try log.passes("SIP/2.0 200 OK", "\(number) MESSAGE", on: Self.callee)
        }
        #expect(log.told() == [])
        log.now = .milliseconds(65_340)
        try log.passes("BYE", "1 BYE", by: "callee", on: Self.callee)
        try log.passes("BYE", "1 BYE", by: "callee", .sent)
        try log.passes("SIP/2.0 200 OK", "1 BYE", by: "callee")
        #expect(log.told() == ["COMPLETED: BYE by 1002, talked 1:03, 3 texts"])
    }

    @Test("word of who is typing and of what arrived is no text") func notices() throws {
        var log = Log()
        try log.passes("INVITE sip:1002@h", "1 INVITE")
        try log.passes("SIP/2.0 200 OK", "1 INVITE")
        let kinds = ["application/im-iscomposing+xml", "message/imdn+xml", "text/plain;charset=UTF-8", "message/cpim"]
        for (number, kind) in kinds.enumerated() {
            try log.passes(
                "MESSAGE", "\(number + 2) MESSAGE", body: "Content-Type: message/imdn+xml",
                fields: ["Content-Type: \(kind)"])
        }
        try log.passes(
            "MESSAGE", "9 MESSAGE", body: "From: <im:a@h>\r\n\r\nContent-type: text/plain\r\n\r\nhi",
            fields: ["Content-Type: message/cpim"])
        try log.passes(
            "MESSAGE", "10 MESSAGE", body: "--a\r\nContent-Type: text/plain\r\n\r\nhi\r\n--a--",
            fields: ["Content-Type: multipart/alternative;boundary=a"])
        try log.passes("BYE", "11 BYE")
        #expect(log.told().last == "COMPLETED: BYE by 1007 \"ada\", talked 0:00, 3 texts")
    }

    @Test(
        "a call that comes to nothing says why",
        arguments: [
            ("486 Busy Here", "BUSY 486 Busy Here"), ("603 Decline", "REJECTED 603 Decline"),
            ("404 Not Found", "NOT_FOUND 404 Not Found"),
            ("487 Request Terminated", "CANCELLED 487 Request Terminated"),
            ("408 Request Timeout", "UNANSWERED 408 Request Timeout"), ("500 Oops", "FAILED 500 Oops"),
        ])
    func failures(_ status: String, _ words: String) throws {
        var log = Log()
        try log.passes("INVITE sip:1002@h", "1 INVITE")
        log.now = .seconds(3)
        try log.passes("SIP/2.0 \(status)", "1 INVITE", .sent)
        #expect(log.told().last == "\(words), +3.0 s")
    }

    @Test("a redirection names where to, a challenge is no end, and the next INVITE goes on with the story")
    func again() throws {
        var log = Log()
        try log.passes("INVITE sip:1002@h", "1 INVITE")
        try log.passes("SIP/2.0 407 Proxy Authentication Required", "1 INVITE", .sent)
        try log.passes("INVITE sip:1002@h", "2 INVITE")
        try log.passes("SIP/2.0 302 Moved Temporarily", "2 INVITE", fields: ["Contact: <sip:1003@h>"])
        #expect(
            log.told().dropFirst() == [
                "a password is asked for: 407 Proxy Authentication Required",
                "1007 \"ada\" → 1002: asked over ws 192.0.2.7:40000, Call-ID d8s7",
                "FORWARDED to 1003, 302 Moved Temporarily, +0 ms",
            ])
    }

    @Test("hold, transfer, keys and what was refused inside are told") func inside() throws {
        var log = Log()
        try log.passes("INVITE sip:1002@h", "1 INVITE")
        try log.passes("SIP/2.0 200 OK", "1 INVITE")
        _ = log.told()
        let sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 192.0.2.1\r\na="
        try log.passes("INVITE", "2 INVITE", body: sdp + "sendonly\r\n")
        try log.passes("SIP/2.0 491 Request Pending", "2 INVITE")
        try log.passes("INVITE", "3 INVITE", body: sdp + "sendonly\r\n")
        try log.passes("SIP/2.0 200 OK", "3 INVITE", body: sdp + "recvonly\r\n")
        try log.passes("INFO", "4 INFO", body: "Signal=1")
        try log.passes("MESSAGE", "5 MESSAGE", body: "?")
        try log.passes("SIP/2.0 415 Unsupported Media Type", "5 MESSAGE")
        try log.passes("REFER", "6 REFER", fields: ["Refer-To: <sip:1003@h>"])
        try log.passes("SIP/2.0 202 Accepted", "6 REFER")
        try log.passes(
            "NOTIFY", "9 NOTIFY", by: "callee", body: "SIP/2.0 200 OK\r\n",
            fields: ["Event: refer", "Content-Type: message/sipfrag;version=2.0"])
        #expect(
            log.told() == [
                "re-INVITE by 1007 \"ada\", audio sendonly", "re-INVITE refused: 491 Request Pending",
                "re-INVITE by 1007 \"ada\", audio sendonly", "re-INVITE 200 OK, audio recvonly",
                "INFO by 1007 \"ada\"", "MESSAGE refused: 415 Unsupported Media Type",
                "1007 \"ada\" transfers to 1003", "REFER 202 Accepted", "transfer: SIP/2.0 200 OK",
            ])
    }

    @Test("what is sent again shows, and does not fill the log") func copies() throws {
        var log = Log()
        for _ in 0...8 { try log.passes("INVITE sip:1002@h", "1 INVITE", .sent, on: Self.callee) }
        #expect(
            log.told().dropFirst().elementsEqual([1, 2, 4, 8].map { "INVITE sent again (copy \($0))" }))
        try log.passes("SIP/2.0 200 OK", "1 INVITE", on: Self.callee)
        try log.passes("SIP/2.0 200 OK", "1 INVITE", on: Self.callee)
        try log.passes("BYE", "2 BYE")
        #expect(
            log.told() == [
                "IN_CALL 200 OK, +0 ms", "200 received again (copy 1)",
                "COMPLETED: BYE by 1007 \"ada\", talked 0:00, 9 messages came again",
            ])
    }

    @Test("taken back while it rings") func cancelled() throws {
        var log = Log()
        try log.passes("INVITE sip:1002@h", "1 INVITE")
        log.now = .seconds(1)
        try log.passes("CANCEL", "1 CANCEL")
        try log.passes("SIP/2.0 200 OK", "1 CANCEL")
        try log.passes("SIP/2.0 487 Request Terminated", "1 INVITE")
        #expect(
            log.told().dropFirst() == [
                "taken back by 1007 \"ada\" (CANCEL), +1.0 s", "CANCELLED 487 Request Terminated, +1.0 s",
            ])
    }

    @Test("a stranger's text neither breaks a line nor fills it") func hostile() throws {
        var log = Log()
        try log.passes("INVITE sip:1002@h", "1 INVITE", callID: "x" + String(repeating: "y", count: 300))
        try log.passes(
            "SIP/2.0 486 \u{202E}\u{9B}2J" + String(repeating: "z", count: 300), "1 INVITE",
            callID: "x" + String(repeating: "y", count: 300))
        #expect(log.lines.count == 2)
        for line in log.lines {
            #expect(line.count < 240)
            for scalar in line.unicodeScalars { #expect(scalar.value >= 0x20 && scalar.value != 0x202E) }
        }
    }

    @Test("outside of calls only refusals are told, by whoever hears them") func outside() throws {
        var log = Log()
        try log.passes("SIP/2.0 200 OK", "1 REGISTER")
        try log.passes("SIP/2.0 480 Line Full", "2 REGISTER", .sent)
        #expect(log.lines.isEmpty)
        try log.passes("SIP/2.0 480 Line Full", "2 REGISTER")
        try log.passes("SIP/2.0 401 Unauthorized", "3 REGISTER")
        #expect(
            log.lines == [
                "REGISTER refused: 480 Line Full, by 192.0.2.7:40000",
                "REGISTER a password is asked for: 401 Unauthorized, by 192.0.2.7:40000",
            ])
    }

    @Test("what belongs to no call that was seen is passed over, and more calls than there is room for are forgotten")
    func bounded() throws {
        var log = Log()
        try log.passes("BYE", "2 BYE")
        try log.passes("SIP/2.0 200 OK", "1 INVITE")
        #expect(log.lines.isEmpty)
        log.story = CallStory(limit: 2)
        for number in 1...3 {
            log.now += .seconds(1)
            try log.passes("INVITE sip:1002@h", "1 INVITE", callID: "call\(number)")
        }
        log.lines = []
        try log.passes("SIP/2.0 180 Ringing", "1 INVITE", callID: "call1")
        #expect(log.lines.isEmpty)
        try log.passes("SIP/2.0 180 Ringing", "1 INVITE", callID: "call3")
        #expect(log.lines.count == 1)
    }

    @Test("those that ended are forgotten before those that go on, and after half a minute in any case")
    func succession() throws {
        var log = Log()
        log.story = CallStory(limit: 3)
        func begins(_ call: String) throws {
            log.now += .seconds(1)
            try log.passes("INVITE sip:1002@h", "1 INVITE", callID: call)
        }
        func isKnown(_ call: String) throws -> Bool {
            log.lines = []
            try log.passes("INFO sip:1002@h", "\(log.now.components.seconds) INFO", callID: call)
            return !log.lines.isEmpty
        }
        for call in ["first", "second", "third"] { try begins(call) }
        try log.passes("SIP/2.0 486 Busy Here", "1 INVITE", callID: "second")
        try begins("fourth")
        #expect(try isKnown("first") && !isKnown("second") && isKnown("third") && isKnown("fourth"))
        try begins("fifth")
        #expect(try !isKnown("first") && isKnown("third") && isKnown("fourth") && isKnown("fifth"))
        for number in 1...1_000 {
            try begins("short\(number)")
            try log.passes("SIP/2.0 603 Decline", "1 INVITE", callID: "short\(number)")
        }
        #expect(try isKnown("fourth") && isKnown("fifth") && isKnown("short1000") && !isKnown("short999"))
        log.now += .seconds(33)
        try begins("late")
        #expect(try isKnown("fourth") && isKnown("late") && !isKnown("short1000"))
    }
}
