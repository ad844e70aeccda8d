import Testing
import Webphone

@testable import ChatCore

@Suite("In the room") struct RoomTests {
    @Test("a chat from the first key to the goodbye") func story() {
        var desk = Desk("user")
        desk.hears(.online(Desk.echo))
        desk.type("⏎")
        desk.hears(.call(.placed(1), .ringing, by: .them))
        desk.hears(.call(.placed(1), .inCall, by: .them))
        desk.type("lunch?⏎")
        desk.hears(.delivery(MessageID(1), .delivered))
        desk.hears(.message(.placed(1), from: Desk.guest, "at noon"))
        desk.type("^X")
        #expect(
            desk.box(7) == """
                + Echo test is ONLINE
                = You have sent a chat request to guest.
                = guest is being asked: RINGING.
                = guest accepted your chat request.
                ✓ You said: lunch?
                  guest said: at noon
                = You hung up. Your chat with guest has ended.
                """)
        #expect(
            desk.commands() == [
                .call(.placed(1), number: "1002"), .send(MessageID(1), "lunch?", in: .placed(1)), .hangUp(.placed(1)),
            ])
    }

    @Test("calling somebody else ends the chat and names it") func callsAnother() {
        var desk = Desk.inChat()
        desk.type("↓⏎")
        #expect(desk.commands() == [.hangUp(.placed(1)), .call(.placed(2), number: "1003")])
        #expect(desk.box() == "= Your chat with guest has ended. You have sent a chat request to bob.")
        desk.type("↑⏎")
        #expect(desk.box() == "= Your chat request to bob is taken back. You have sent a chat request to guest.")
    }

    @Test("calling who one talks to already does nothing but say so") func callsAgain() {
        var desk = Desk.inChat()
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.state.hint == "You are in a chat with guest already.")
    }

    @Test("calling without a connection says why") func notConnected() {
        var desk = Desk("user")
        desk.hears(.connection(.connectionClosed(reason: "gone", retryIn: nil)))
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.box() == "! You cannot call guest: you are not connected to 127.0.0.1:7777 (connection lost).")
        desk.type("hi⏎")
        #expect(
            desk.box().hasPrefix("! Your text was not sent: you are not connected to 127.0.0.1:7777 (connection lost).")
        )
        #expect(desk.line == "hi|")
    }

    @Test("with nobody online Enter says so") func nobody() {
        var desk = Desk("user", with: [])
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.state.hint == "Nobody is online to call.")
    }

    @Test("Tab goes round: line, Send, clients") func focus() {
        var desk = Desk("user")
        let round = (0..<3).map { _ in
            desk.type("⇥")
            return desk.state.focus
        }
        #expect(round == [.send, .clients, .input])
        desk.type("⇤")
        #expect(desk.state.focus == .clients)
        desk.type("a")
        #expect(desk.state.focus == .input)
        #expect(desk.line == "a|")
    }

    @Test("Send is pressed by Enter, Space or the mouse", arguments: ["⇥⏎", "⇥ ", ""]) func sends(keys: String) {
        var desk = Desk.inChat()
        desk.type("hi" + keys)
        if keys.isEmpty { desk.clicks(.press(.send)) }
        #expect(desk.commands() == [.send(MessageID(1), "hi", in: .placed(1))])
    }

    @Test("Send on an empty line calls nobody") func sendsNothing() {
        var desk = Desk("user")
        desk.type("⇥⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.state.hint == "There is nothing to send: the line is empty.")
    }

    @Test("a line of blanks is neither sent nor a call") func blanks() {
        var desk = Desk.inChat()
        desk.type("  ⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.line == "  |")
    }

    @Test("text is never a command", arguments: ["quit", " /dnd", "!ls", "%n", "$(id)"]) func noCommand(
        text: String
    ) {
        var desk = Desk.inChat()
        desk.hears(.message(.placed(1), from: Desk.guest, text))
        #expect(desk.commands().isEmpty)
        desk.type(text + "⏎")
        #expect(desk.commands() == [.send(MessageID(1), text, in: .placed(1))])
        #expect(desk.effects().isEmpty)
    }

    @Test("Esc ends no chat by accident") func escape() {
        var desk = Desk.inChat()
        desk.type("⎋")
        #expect(desk.commands().isEmpty)
        #expect(desk.state.hint == "^X hangs up.")
        desk.type("x")
        #expect(desk.state.hint == nil)
    }

    @Test("^C clears the line, then says how to leave, then leaves") func interrupt() {
        var desk = Desk("user")
        desk.type("abc^C")
        #expect(desk.line == "|")
        desk.type("^Y")
        #expect(desk.line == "abc|")
        desk.type("^C^C")
        #expect(desk.effects().isEmpty)
        #expect(desk.state.hint == "Press ^C again, or ^Q, to leave.")
        desk.type("^C")
        #expect(desk.effects() == [.quit])
    }

    @Test("leaving says goodbye to the chat and to who waits") func quit() {
        var desk = Desk.inChat()
        desk.hears(.incoming(.received(1), from: Desk.bob))
        _ = desk.effects()
        desk.type("^Q")
        #expect(desk.commands() == [.hangUp(.placed(1)), .reject(.received(1)), .disconnect])
        #expect(desk.effects() == [.quit])
        var other = Desk.inChat()
        other.clicks(.quit)
        #expect(other.commands() == [.hangUp(.placed(1)), .disconnect])
    }

    @Test("^L draws again, ^Z suspends") func terminal() {
        var desk = Desk("user")
        desk.type("^L^Z")
        #expect(desk.effects() == [.redraw, .suspend])
    }

    @Test("F1 shows all keys, and a character typed into help is not lost") func help() {
        var desk = Desk("user")
        desk.press(.f(1))
        #expect(desk.state.help == 0)
        desk.type("↓↓↑")
        #expect(desk.state.help == 1)
        desk.type("⇲↓")
        #expect(desk.state.help == Help.lines.count - 1)
        desk.type("x")
        #expect(desk.state.help == nil)
        #expect(desk.line == "x|")
        desk.press(.f(1))
        desk.press(.f(1))
        #expect(desk.state.help == nil)
    }

    @Test("a call is counted in seconds while it is on, and the program sleeps otherwise") func duration() {
        var desk = Desk("user")
        #expect(!desk.isTicking)
        desk.type("⏎")
        #expect(desk.state.call?.words == "CALLING")
        desk.hears(.call(.placed(1), .ringing, by: .them))
        #expect(desk.state.call?.words == "RINGING")
        #expect(!desk.isTicking)
        desk.clock(23, 59, 50)
        desk.hears(.call(.placed(1), .inCall, by: .them))
        #expect(desk.state.call?.words == "IN_CALL 00:00")
        desk.clock(23, 59, 51)
        desk.tick()
        #expect(desk.state.call?.words == "IN_CALL 00:01")
        desk.clock(0, 0, 21)
        desk.tick()
        #expect(desk.state.call?.words == "IN_CALL 00:31")
        desk.clock(23, 0, 0)
        desk.tick()
        #expect(desk.state.call?.words == "IN_CALL 00:32")
        desk.hears(.call(.placed(1), .completed, by: .them))
        #expect(!desk.isTicking)
    }

    @Test("hold is said by who did it", arguments: [Side.us, .them]) func hold(side: Side) {
        var desk = Desk.inChat()
        desk.hears(.call(.placed(1), .hold, by: side))
        #expect(
            desk.box()
                == (side == .us
                    ? "= You put your chat with guest on hold; ^O goes on with it." : "= guest put the chat on hold."))
        desk.type("hi⏎")
        #expect(desk.commands() == [.send(MessageID(1), "hi", in: .placed(1))])
        desk.hears(.call(.placed(1), .inCall, by: side))
        #expect(desk.box() == "= The chat with guest goes on.")
    }
}

@Suite("A lost exchange") struct LostExchangeTests {
    static let lost = PhoneReport.connection(.connectionClosed(reason: "no answer to a ping", retryIn: .seconds(1)))

    @Test("ends the chat, marks what was under way and keeps the rest") func lost() {
        var desk = Desk.inChat()
        desk.type("one⏎two⏎unfinished")
        desk.hears(.delivery(MessageID(1), .delivered))
        _ = desk.commands()
        desk.hears(Self.lost)
        #expect(
            desk.box(5) == """
                ✓ You said: one
                ! You said: two
                ! “two” was not delivered. The connection to the exchange was lost.
                = Your chat with guest has ended. The connection to the exchange was lost.
                ! CONNECTION_CLOSED: No answer to a ping. The next attempt follows in 1 second.
                """)
        #expect(desk.line == "unfinished|")
        #expect(desk.state.call == nil)
        #expect(desk.state.clients.count == 2)
        #expect(desk.state.connectionWords == "connection lost, again in 1 s")
    }

    @Test("takes the requests that wait with it") func requests() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.hears(Self.lost)
        #expect(desk.state.dialogs.isEmpty)
        #expect(desk.box(2).hasPrefix("= The chat request of bob is lost with the connection."))
    }

    @Test("what the phone says of it later changes nothing") func later() {
        var desk = Desk.inChat()
        desk.type("one⏎")
        desk.hears(Self.lost)
        let end = desk.state.log.end
        desk.hears(.delivery(MessageID(1), .failed("closed")))
        desk.hears(.call(.placed(1), .failed("closed"), by: .them))
        #expect(desk.state.log.end == end)
    }

    @Test("an outage of a night is a few lines") func night() {
        var desk = Desk("user")
        desk.hears(Self.lost)
        let end = desk.state.log.end
        for attempt in 1..<1_000 {
            desk.hears(.connection(.connecting(attempt: attempt)))
            desk.hears(.connection(.connectionFailed(reason: "nobody listens there", retryIn: .seconds(30))))
        }
        #expect(desk.state.log.end == end + 1)
        desk.hears(.connection(.accessGranted(number: "1007")))
        #expect(
            desk.box()
                == "  ACCESS_GRANTED: you are again connected to Webphone1 as 1007. Your number has changed.")
        #expect(!desk.isTicking)
    }
}

@Suite("Plain text") struct PlainTextTests {
    @Test(
        "what terminals obey is taken out, what people read stays",
        arguments: [
            ("plain", "plain"), ("a\tb", "a    b"), ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("\u{9B}31m", "31m"),
            ("\u{1B}[2J", "[2J"), ("a\u{0}b\u{7F}", "ab"), ("\u{FEFF}a\u{AD}b\u{61C}", "ab"), ("👩‍🚀 é 日本", "👩‍🚀 é 日本"),
            ("\u{2066}x\u{2069}", "x"), ("a\u{2028}b", "a\nb"), ("naïve — “x” €", "naïve — “x” €"),
        ])
    func message(from: String, to: String) { #expect(PlainText.message(from) == to) }

    @Test("no scalar that is not text survives, in whatever company") func all() {
        for value in UInt32(0)...0x3000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let result = PlainText.message("é\(String(scalar))e")
            for left in result.unicodeScalars {
                let isControl = left.properties.generalCategory == .control && left != "\n"
                #expect(!isControl && !left.properties.isBidiControl)
            }
        }
    }

    @Test("a name is one line of bearable length") func name() {
        #expect(PlainText.name(" a \n b\t") == "a b")
        #expect(PlainText.name(String(repeating: "x", count: 33)) == String(repeating: "x", count: 31) + "…")
        let zalgo = PlainText.name("a" + String(repeating: "\u{301}", count: 1_000))
        #expect(zalgo.utf8.count <= 128)
    }
}
