import Testing
import Webphone

@testable import ChatCore

@Suite("Transfer") struct TransferTests {
    private static let carol = Party(number: "1004", name: "carol")

    private func inChat() -> Desk { Desk.inChat(with: [Desk.guest, Desk.bob, Self.carol]) }

    @Test("/transfer hands the other side over, by name or number, and says how it goes") func blind() {
        var desk = inChat()
        desk.type("/transfer Carol⏎")
        #expect(desk.commands() == [.transfer(.placed(1), to: "1004")])
        #expect(desk.box() == "= You ask guest to talk to carol (1004) instead.")
        desk.hears(.note(.placed(1), .transfer(.accepted)))
        desk.hears(.note(.placed(1), .transfer(.ringing)))
        desk.hears(.note(.placed(1), .transfer(.succeeded)))
        desk.hears(.call(.placed(1), .completed, by: .us))
        #expect(
            desk.box(4) == """
                = guest is being asked whether to talk to carol.
                = carol is being asked by guest: RINGING.
                = guest and carol are connected.
                = Your chat with guest has ended.
                """)
        desk = inChat()
        desk.type("/transfer ada@pbx.example⏎")
        #expect(desk.commands() == [.transfer(.placed(1), to: "ada@pbx.example")])
    }

    @Test("one that fails leaves the chat as it was") func failed() {
        var desk = inChat()
        desk.type("/transfer carol⏎")
        desk.hears(.note(.placed(1), .transfer(.failed(status: 486, reason: "the other side is busy (486)"))))
        #expect(
            desk.box() == "! guest was not connected with carol. The other side is busy (486). Your chat goes on.")
        #expect(desk.state.call?.state == .inCall)
    }

    @Test(
        "where it makes no sense, the line stays and the reason is given",
        arguments: [
            ("/transfer", "Give a name or a number: /transfer alone joins this chat with one put aside."),
            ("/transfer guest", "guest cannot be transferred to themselves."),
            ("/transfer 1001", "guest talks to you already."),
            ("/transfer zoe", "Nobody called zoe is online. A number can be given instead."),
        ])
    func senseless(line: String, words: String) {
        var desk = inChat()
        desk.type(line + "⏎")
        #expect(desk.box() == "! " + words)
        #expect(desk.line == line + "|")
        #expect(desk.commands().isEmpty)
    }

    @Test("/transfer to the one put aside joins the two: whom one talks to is asked") func named() {
        var desk = Desk.withOneAside()
        desk.type("/transfer guest⏎")
        #expect(desk.commands() == [.join(.placed(2), with: .placed(1))])
        desk.hears(.note(.placed(2), .transfer(.accepted)))
        #expect(desk.box(2) == "= You join bob and guest.\n= bob is being asked whether to talk to guest.")
        desk.hears(.call(.placed(1), .completed, by: .them))
        #expect(desk.box() == "= Your chat with guest has ended.")
        desk.hears(.call(.placed(2), .completed, by: .us))
        #expect(desk.state.call == nil && desk.state.aside.isEmpty)
    }

    @Test("/transfer alone joins the two: who was put aside is asked") func attended() {
        var desk = Desk.withOneAside()
        desk.type("/transfer⏎")
        #expect(desk.commands() == [.join(.placed(1), with: .placed(2))])
        #expect(desk.box() == "= You join guest and bob.")
        // Whose place is taken hears it first from the one who hangs up.
        desk.hears(.call(.placed(2), .completed, by: .them))
        #expect(desk.box() == "= Your chat with bob has ended.")
        #expect(desk.state.call?.id == .placed(1))
        desk.hears(.note(.placed(1), .transfer(.succeeded)))
        #expect(desk.box() == "= guest and bob are connected.")
        desk.hears(.call(.placed(1), .completed, by: .us))
        #expect(desk.state.call == nil && desk.state.aside.isEmpty)
    }

    @Test("joining that fails leaves both") func joinedInVain() {
        var desk = Desk.withOneAside()
        desk.type("/transfer⏎")
        desk.hears(.note(.placed(1), .transfer(.failed(status: 603, reason: "declined (603)"))))
        #expect(desk.box() == "! guest was not connected with bob. Declined (603). Your chat goes on.")
        desk.hears(.call(.placed(2), .completed, by: .them))
        #expect(
            desk.box(2) == """
                = bob hung up. Your chat with bob has ended.
                = Your chat with guest is back, still on hold: ^O goes on with it.
                """)
    }

    @Test("being asked opens a dialog that says by whom and to whom; OK follows") func followed() {
        var desk = inChat()
        desk.hears(.transferAsked(.placed(1), to: Self.carol))
        #expect(desk.effects() == [.bell])
        #expect(desk.state.dialogTitle == "Transfer")
        #expect(
            desk.state.dialogText == [
                "guest, 1002, asks you to talk to carol, 1004, instead.",
                "OK asks carol for a chat; Cancel stays with guest.",
            ])
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.acceptTransfer(.placed(1), as: .placed(2))])
        #expect(desk.state.call?.label == "carol")
        #expect(desk.state.aside.map(\.label) == ["guest"])
        desk.hears(.call(.placed(2), .ringing, by: .them))
        desk.hears(.call(.placed(1), .completed, by: .them))
        desk.hears(.call(.placed(2), .inCall, by: .them))
        #expect(
            desk.box(3) == """
                = carol is being asked: RINGING.
                = guest has handed you over. Your chat with guest has ended.
                = carol accepted your chat request.
                """)
    }

    @Test("who does not follow stays, and who follows in vain is back") func stays() {
        var desk = inChat()
        desk.hears(.transferAsked(.placed(1), to: Self.carol))
        desk.waits()
        desk.type("⎋")
        #expect(desk.commands() == [.refuseTransfer(.placed(1))])
        #expect(desk.box() == "= You stay with guest, and do not follow to carol.")
        desk.hears(.transferAsked(.placed(1), to: Self.carol))
        desk.waits()
        desk.type("⏎")
        desk.hears(.call(.placed(2), .rejected, by: .them))
        #expect(desk.box() == "= You are back in your chat with guest.")
        #expect(desk.state.call?.id == .placed(1))
        desk.hears(.call(.placed(1), .completed, by: .them))
        #expect(desk.box() == "= guest hung up. Your chat with guest has ended.")
    }

    @Test("what is asked in a chat put aside is still asked") func askedAside() {
        var desk = Desk.withOneAside()
        desk.hears(.transferAsked(.placed(1), to: Desk.echo))
        desk.waits()
        #expect(desk.state.dialogText.last == "OK ends your chat with bob.")
        desk.type("⏎")
        #expect(desk.commands() == [.hangUp(.placed(2)), .acceptTransfer(.placed(1), as: .placed(3))])
        #expect(desk.state.aside.map(\.label) == ["guest"])
        desk = inChat()
        desk.type("^O")
        desk.hears(.call(.placed(1), .hold, by: .us))
        desk.hears(.transferAsked(.placed(1), to: Self.carol))
        desk.clicks(.select(1))
        desk.waits()
        desk.clicks(.call(1))
        #expect(desk.state.aside.map(\.label) == ["guest"])
        #expect(desk.state.dialogTitle == "Transfer")
    }

    @Test("a name that only the other side knows is not believed") func strangersName() {
        var desk = inChat()
        desk.hears(.transferAsked(.placed(1), to: Party(number: "1009", name: "your bank")))
        #expect(desk.state.dialogText.first == "guest, 1002, asks you to talk to 1009 instead.")
        #expect(!desk.box().contains("bank"))
        desk = Desk("user")
        desk.type("⏎")
        desk.hears(.call(.placed(1), .forwarded(to: Party(number: "1009", name: "your bank")), by: .them))
        #expect(desk.state.dialogText == ["guest sends you on to 1009. Ask 1009 for a chat?"])
    }

    @Test("what was asked goes with the chat, and who asks twice means the last") func gone() {
        var desk = inChat()
        desk.hears(.transferAsked(.placed(1), to: Self.carol))
        desk.hears(.transferAsked(.placed(1), to: Desk.bob))
        #expect(desk.state.dialogs.map(\.question) == [.transfer(.placed(1), to: Desk.bob)])
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        desk.hears(.call(.placed(1), .completed, by: .them))
        #expect(desk.state.dialog == nil)
        desk.hears(.transferAsked(.placed(1), to: Self.carol))
        #expect(desk.commands() == [.refuseTransfer(.placed(1))])
        desk = inChat()
        desk.hears(.transferAsked(.placed(1), to: Party(number: "1001", name: "user")))
        #expect(desk.commands() == [.refuseTransfer(.placed(1))])
    }

    @Test("handed over: the chat goes on with somebody else") func handedOver() {
        var desk = inChat()
        desk.hears(.note(.placed(1), .handedOver(to: Self.carol)))
        #expect(desk.state.call?.label == "carol")
        #expect(desk.state.clients.selected == Self.carol)
        #expect(desk.box() == "= guest handed you over: you are in a chat with carol (1004) now.")
    }
}

@Suite("Forwarding") struct ForwardTests {
    @Test("/forward answers the request that is open") func answers() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        #expect(desk.state.dialogText.last == "Or send them on: /forward NUMBER")
        desk.waits()
        desk.type("/forward guest⏎")
        #expect(desk.commands() == [.forward(.received(1), to: "1002")])
        #expect(desk.state.dialog == nil)
        #expect(desk.box() == "= You sent bob on to guest (1002).")
        desk.hears(.call(.received(1), .forwarded(to: Desk.guest), by: .us))
        #expect(desk.box() == "= You sent bob on to guest (1002).")
    }

    @Test(
        "where it makes no sense, the line stays",
        arguments: [("1003", "That is bob's own number."), ("1001", "That is your own number.")])
    func senseless(number: String, words: String) {
        var desk = Desk("user")
        desk.type("/forward \(number)⏎")
        #expect(desk.box() == "! Nobody asks you for a chat: /forward answers a request.")
        desk.type("^U")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.waits()
        desk.type("/forward \(number)⏎")
        #expect(desk.box() == "! " + words)
        #expect(desk.commands().isEmpty)
    }

    @Test("a request that opens as Enter is pressed is not sent on") func guarded() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Desk.guest))
        desk.waits()
        desk.type("/forward 1010")
        desk.hears(.call(.received(1), .cancelled, by: .them))
        desk.hears(.incoming(.received(2), from: Desk.bob))
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.line == "/forward 1010|")
        desk.waits()
        desk.type("⇥⇥⏎")
        #expect(desk.commands() == [.forward(.received(2), to: "1010")])
    }

    @Test("being sent on is asked about, and OK is an ordinary call") func sentOn() {
        var desk = Desk("user")
        desk.type("⏎")
        desk.hears(.call(.placed(1), .ringing, by: .them))
        desk.hears(.call(.placed(1), .forwarded(to: Desk.bob), by: .them))
        #expect(desk.state.call == nil)
        #expect(desk.box() == "= guest sends you on to bob (1003).")
        #expect(desk.state.dialogTitle == "Sent on")
        #expect(desk.state.dialogText == ["guest sends you on to bob, 1003. Ask bob for a chat?"])
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.call(.placed(1), number: "1002"), .call(.placed(2), number: "1003")])
        #expect(desk.box() == "= You have sent a chat request to bob.")
    }

    @Test("Cancel calls nobody, and nobody is sent on to themselves") func cancelled() {
        var desk = Desk("user")
        desk.type("⏎")
        desk.hears(.call(.placed(1), .forwarded(to: Desk.bob), by: .them))
        desk.waits()
        desk.type("⎋")
        #expect(desk.commands() == [.call(.placed(1), number: "1002")])
        desk.type("⏎")
        desk.hears(.call(.placed(2), .forwarded(to: Party(number: "1001", name: "user")), by: .them))
        #expect(desk.state.dialog == nil)
    }
}

@Suite("Notes about a chat") struct NoteTests {
    @Test(
        "each is a sentence",
        arguments: [
            (CallNote.audioLeftOut, "  guest wanted to speak with you: this chat is one of texts, without voice."),
            (.textOutside, "  guest's program takes no texts inside a call: yours go beside it from now on."),
            (.noText, "! guest's program takes no texts: what you write does not arrive there."),
        ])
    func words(new: CallNote, words: String) {
        var desk = Desk.inChat()
        desk.hears(.note(.placed(1), new))
        #expect(desk.box() == words)
        let end = desk.state.log.end
        desk.hears(.note(.placed(7), new))
        #expect(desk.state.log.end == end)
    }

    @Test("a message that somebody between keeps is marked so, and delivered later; a lost connection does not fail it")
    func accepted() {
        var desk = Desk.inChat()
        desk.type("one⏎two⏎")
        desk.hears(.delivery(MessageID(1), .accepted))
        #expect(desk.box(2) == "→ You said: one\n… You said: two")
        var other = desk
        desk.hears(.delivery(MessageID(1), .delivered))
        #expect(desk.box(2) == "✓ You said: one\n… You said: two")
        other.hears(.connection(.connectionClosed(reason: "gone", retryIn: nil)))
        let marks = other.state.log.indices.map { other.state.log[$0] }.filter { $0.kind == .own }.map(\.mark)
        #expect(marks == [.accepted, .failed])
    }

    @Test("the title tells how the way to the server is, and the log when it is another server") func route() {
        var desk = Desk("user")
        let way = { Route(host: $0, port: 5061, transport: $1, isEncrypted: $1 == "tls").words }
        #expect(way("pbx.example", "tls") == "tls")
        #expect(way("pbx.example", "tcp") == "tcp, not encrypted")
        #expect(way("127.0.0.1", "tcp") == nil)
        #expect(way("127.0.0.example", "udp") == "udp, not encrypted")
        let end = desk.state.log.end
        desk.hears(.connected(through: .init(transport: .tcp, host: "192.0.2.1", port: 7777)))
        #expect(desk.state.log.end == end)
        desk.hears(.connected(through: .init(transport: .tls, host: "2001:db8::1", port: 5061)))
        #expect(desk.box() == "  You are connected through [2001:db8::1]:5061 now, over tls.")
        #expect(desk.state.route?.words == "tls")
    }
}
