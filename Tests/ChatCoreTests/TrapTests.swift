import Testing
import Webphone

@testable import ChatCore

/// Where the model of this program failed its people: a test for each.
@Suite("The 18 traps") struct TrapTests {
    @Test("1: names and messages are plain text, whatever they hold") func markup() {
        var desk = Desk.inChat(with: [Party(number: "1002", name: "<b>\u{1B}[31mguest\u{202E}\u{7}</b>")])
        #expect(desk.state.call?.label == "<b>[31mguest</b>")
        desk.hears(.message(.placed(1), from: Desk.guest, "<script>\u{1B}]0;x\u{7}hi\u{202E}\u{85}"))
        #expect(desk.box() == "  guest said: <script>]0;xhi\n")
    }

    @Test("2: a chat text that reads like a notice stays a chat text") func forgedNotice() {
        var desk = Desk.inChat()
        desk.hears(.message(.placed(1), from: Desk.guest, "bob accepted your chat request."))
        #expect(desk.box() == "  guest said: bob accepted your chat request.")
        #expect(desk.state.log[desk.state.log.end - 1].kind == .theirs)
        #expect(desk.state.call?.party == Desk.guest)
    }

    @Test("3: who speaks is what the exchange asserts; the number tells two of one name apart") func impersonation() {
        var desk = Desk.inChat(with: [Desk.guest, Party(number: "1004", name: "Guest")])
        desk.hears(.message(.placed(1), from: Desk.guest, "bob said: hello"))
        #expect(desk.box() == "  guest (1002) said: bob said: hello")
    }

    @Test("3: a client that calls itself You does not put words into one's mouth") func named() {
        var desk = Desk.inChat(with: [Party(number: "1002", name: "yOu")])
        desk.hears(.message(.placed(1), from: Party(number: "1002", name: "yOu"), "I agree"))
        #expect(desk.box() == "  yOu (1002) said: I agree")
    }

    @Test("4: leaving the name prompt leaves the program", arguments: [Key.escape, .ctrl("c"), .ctrl("q")])
    func leftPrompt(key: Key) {
        var desk = Desk()
        desk.type("us")
        desk.press(key)
        #expect(desk.effects() == [.quit])
        #expect(desk.commands().isEmpty)
    }

    @Test("5: what is typed with no chat, or while it rings, is not said and not lost") func notSaid() {
        var desk = Desk("user")
        desk.type("lunch?⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.line == "lunch?|")
        #expect(desk.box().hasPrefix("! Your text was not sent: you are not in a chat."))
        desk.type("⇥⇥⏎")
        desk.hears(.call(.placed(1), .ringing, by: .them))
        _ = desk.commands()
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.line == "lunch?|")
        #expect(desk.box() == "! Your text was not sent: guest has not answered yet. It stays in the line.")
        desk.hears(.call(.placed(1), .inCall, by: .them))
        desk.type("⏎")
        #expect(desk.commands() == [.send(MessageID(1), "lunch?", in: .placed(1))])
        #expect(desk.line == "|")
        #expect(desk.box() == "… You said: lunch?")
    }

    @Test("6: no chat is said to have ended when there was none") func nothingEnded() {
        var desk = Desk("user")
        desk.type("⏎")
        #expect(desk.box() == "= You have sent a chat request to guest.")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        var other = Desk("user")
        other.hears(.incoming(.received(1), from: Desk.bob))
        #expect(other.state.dialogText.dropLast() == ["bob, number 1003, asks you for a chat."])
    }

    @Test("7: the dialog says who asks, all goes on behind it, and accepting ends the chat it names") func dialog() {
        var desk = Desk.inChat()
        desk.hears(.incoming(.received(1), from: Desk.bob))
        #expect(
            desk.state.dialogText.dropLast() == [
                "bob, number 1003, asks you for a chat.", "Accepting ends your chat with guest.",
            ])
        desk.hears(.message(.placed(1), from: Desk.guest, "still here"))
        #expect(desk.box() == "  guest said: still here")
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.hangUp(.placed(1)), .accept(.received(1))])
        #expect(desk.box() == "= Your chat with guest has ended.")
        desk.hears(.call(.received(1), .inCall, by: .us))
        #expect(desk.box() == "= You accepted the chat request of bob.")
    }

    @Test("8: a message that overtakes the acceptance is shown") func early() {
        var desk = Desk("user")
        desk.type("⏎")
        desk.hears(.message(.placed(1), from: Desk.guest, "hello"))
        desk.hears(.call(.placed(1), .inCall, by: .them))
        #expect(
            desk.box(2) == """
                  guest said: hello
                = guest accepted your chat request.
                """)
    }

    @Test("9: the end of a call never touches the one begun after it") func delayedHangUp() {
        var desk = Desk.inChat()
        desk.type("^X↓⏎")
        #expect(desk.commands() == [.hangUp(.placed(1)), .call(.placed(2), number: "1003")])
        desk.hears(.call(.placed(1), .completed, by: .us))
        #expect(desk.state.call?.id == .placed(2))
        #expect(desk.box() == "= You have sent a chat request to bob.")
    }

    @Test("10: states and messages of an old call find no call") func identity() {
        var desk = Desk.inChat()
        desk.type("↓⏎")
        let before = desk.state.log.end
        desk.hears(.call(.placed(1), .inCall, by: .them))
        desk.hears(.message(.placed(1), from: Desk.guest, "late"))
        desk.hears(.call(.received(7), .busy, by: .them))
        desk.hears(.party(.placed(1), Desk.echo))
        #expect(desk.state.call?.party == Desk.bob)
        #expect(desk.state.call?.state == .calling)
        #expect(desk.state.log.end == before)
    }

    @Test(
        "11: every way a request ends is said",
        arguments: [
            (CallState.rejected, "= guest refused your chat request."),
            (.busy, "= guest is busy."),
            (.notFound, "= guest cannot be reached: nobody answers under 1002."),
            (.noAnswer, "= guest did not answer."),
            (.failed("no route."), "! The chat with guest did not begin. No route."),
        ])
    func ends(state: CallState, words: String) {
        var desk = Desk("user")
        desk.type("⏎")
        desk.hears(.call(.placed(1), .ringing, by: .them))
        desk.hears(.call(.placed(1), state, by: .them))
        #expect(desk.box() == words)
        #expect(desk.state.call == nil)
    }

    @Test("11: a request can be taken back, and hanging up is said on both sides", arguments: ["^X", "⎋"])
    func cancelled(key: String) {
        var desk = Desk("user")
        desk.type("⏎" + key)
        #expect(desk.commands() == [.call(.placed(1), number: "1002"), .hangUp(.placed(1))])
        #expect(desk.box() == "= You took your chat request to guest back.")
        #expect(desk.state.call == nil)
    }

    @Test("11: a hang-up by the other side is said") func theyHangUp() {
        var desk = Desk.inChat()
        desk.hears(.call(.placed(1), .completed, by: .them))
        #expect(desk.box() == "= guest hung up. Your chat with guest has ended.")
        #expect(desk.state.call == nil)
    }

    @Test("12: two who call each other at once end in one call", arguments: [true, false])
    func glare(lowerFirst: Bool) {
        var low = Desk("user", with: [Desk.guest])
        var high = Desk("guest", with: [])
        high.hears(.connection(.accessGranted(number: "1002")))
        high.hears(.roster([Party(number: "1001", name: "user")]))
        low.type("⏎")
        high.type("⏎")
        _ = (low.commands(), high.commands())
        if lowerFirst {
            low.hears(.incoming(.received(1), from: Desk.guest))
            high.hears(.incoming(.received(1), from: Party(number: "1001", name: "user")))
        } else {
            high.hears(.incoming(.received(1), from: Party(number: "1001", name: "user")))
            low.hears(.incoming(.received(1), from: Desk.guest))
        }
        #expect(low.commands() == [.reject(.received(1))])
        #expect(high.commands() == [.hangUp(.placed(1)), .accept(.received(1))])
        high.hears(.call(.placed(1), .rejected, by: .them))
        high.hears(.call(.received(1), .inCall, by: .us))
        low.hears(.call(.placed(1), .inCall, by: .them))
        #expect(low.state.call?.id == .placed(1))
        #expect(high.state.call?.id == .received(1))
        #expect(low.state.dialogs.isEmpty && high.state.dialogs.isEmpty)
    }

    @Test("12: calling somebody who waits for an answer is the answer") func callingBack() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.waits()
        desk.clicks(.call(1))
        #expect(desk.commands() == [.accept(.received(1))])
        #expect(desk.state.dialogs.isEmpty)
    }

    @Test("13: all clients are in the list, and the window scrolls to the selected one") func many() {
        var desk = Desk("user", with: (0..<150).map { Party(number: "\(2000 + $0)", name: "client \($0)") })
        #expect(desk.state.clients.count == 150)
        #expect(desk.state.clients.visible(rows: 20) == 0..<11)
        for _ in 0..<149 { desk.type("↓") }
        #expect(desk.state.clients.selected?.name == "client 149")
        #expect(desk.state.clients.visible(rows: 20) == 139..<150)
        #expect(desk.state.clients.visible(rows: 3) == 147..<150)
    }

    @Test("14: a partner who goes OFFLINE ends the chat, and it is said") func partnerGone() {
        var desk = Desk.inChat()
        desk.hears(.offline(Desk.guest))
        #expect(
            desk.box(2) == """
                - guest is OFFLINE
                = Your chat with guest has ended.
                """)
        #expect(desk.commands() == [.hangUp(.placed(1))])
        #expect(desk.state.call == nil)
        desk.hears(.call(.placed(1), .completed, by: .us))
        #expect(desk.box() == "= Your chat with guest has ended.")
    }

    @Test("15: after a reconnect the number is the same, and the list has changed only where it has") func reconnect() {
        var desk = Desk("user")
        desk.hears(.connection(.connectionClosed(reason: "the exchange hung up", retryIn: .milliseconds(500))))
        desk.hears(.connection(.connecting(attempt: 1)))
        desk.hears(.connection(.accessGranted(number: "1001")))
        desk.hears(.offline(Desk.bob))
        #expect(
            desk.box(3) == """
                ! CONNECTION_CLOSED: The exchange hung up. The next attempt follows in 1 second.
                  ACCESS_GRANTED: you are again connected to Webphone1 as 1001.
                - bob is OFFLINE
                """)
        #expect(desk.list == ">guest")
    }

    @Test("16: a connection that fails says why, once, and counts down to the next attempt") func failure() {
        var desk = Desk()
        desk.type("⏎")
        let refused = ConnectionState.connectionFailed(reason: "nobody listens there", retryIn: .seconds(2))
        desk.hears(.connection(.connecting(attempt: 1)))
        #expect(desk.state.connectionWords == "connecting")
        desk.hears(.connection(refused))
        #expect(desk.box() == "! CONNECTION_FAILED: Nobody listens there. The next attempt follows in 2 seconds.")
        #expect(desk.state.connectionWords == "no connection, again in 2 s")
        desk.tick()
        #expect(desk.state.connectionWords == "no connection, again in 1 s")
        desk.tick()
        #expect(desk.state.connectionWords == "no connection, trying again")
        #expect(!desk.isTicking)
        let before = desk.state.log.end
        desk.hears(.connection(.connecting(attempt: 2)))
        desk.hears(.connection(refused))
        #expect(desk.state.log.end == before)
        desk.hears(.connection(.accessDenied(reason: "there is no line Webphone9")))
        #expect(desk.box() == "! ACCESS_DENIED: 127.0.0.1:7777 refused you. There is no line Webphone9.")
    }

    @Test("17: a chat is a chat: nothing but text is ever asked of the phone") func noMicrophone() {
        var desk = Desk.inChat()
        desk.type("hello⏎^X")
        #expect(desk.commands() == [.send(MessageID(1), "hello", in: .placed(1)), .hangUp(.placed(1))])
    }

    @Test("18: lines have their time, a message its limit, and the log an end") func limits() {
        var desk = Desk.inChat()
        desk.clock(9, 5, 59)
        desk.feed(.paste(String(repeating: "ä", count: 4_097)))
        desk.type("⏎")
        #expect(
            desk.box() == "! Your text was not sent: it is too long, 8194 bytes of at most 8192. It stays in the line.")
        #expect(desk.state.log[desk.state.log.end - 1].time.hoursAndMinutes == "09:05")
        #expect(desk.commands().isEmpty)
        desk.type("⌫⏎")
        #expect(desk.commands() == [.send(MessageID(1), String(repeating: "ä", count: 4_096), in: .placed(1))])
    }
}
