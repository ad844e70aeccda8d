import Testing
import Webphone

@testable import ChatCore

@Suite("Hold, and the chat put aside") struct HoldTests {
    @Test("^O holds and goes on, and the bar says who holds") func key() {
        var desk = Desk.inChat()
        desk.type("^O")
        #expect(desk.commands() == [.hold(.placed(1))])
        desk.hears(.call(.placed(1), .hold, by: .us))
        #expect(desk.state.call?.words == "HOLD by you 00:00")
        #expect(desk.box() == "= You put your chat with guest on hold; ^O goes on with it.")
        desk.type("hello⏎")
        #expect(desk.commands() == [.send(MessageID(1), "hello", in: .placed(1))])
        desk.type("^O")
        #expect(desk.commands() == [.resume(.placed(1))])
        desk.hears(.call(.placed(1), .inCall, by: .us))
        #expect(desk.box() == "= The chat with guest goes on.")
        #expect(desk.state.call?.heldBy == nil)
    }

    @Test("the other side holds: it is theirs to go on, and one can hold too") func theirs() {
        var desk = Desk.inChat()
        desk.hears(.call(.placed(1), .hold, by: .them))
        #expect(desk.state.call?.words == "HOLD by them 00:00")
        #expect(desk.box() == "= guest put the chat on hold.")
        desk.type("/resume⏎")
        #expect(desk.box() == "! guest has put the chat on hold, and goes on with it when they want.")
        desk.type("^U^O")
        #expect(desk.commands() == [.hold(.placed(1))])
        desk.hears(.call(.placed(1), .hold, by: .us))
        #expect(desk.state.call?.heldBy == .us)
        desk.hears(.call(.placed(1), .hold, by: .them))
        #expect(desk.box() == "= You would go on, but guest has put the chat on hold too.")
        #expect(desk.state.call?.words == "HOLD by them 00:00")
    }

    @Test("with nothing to hold, the reason is given", arguments: [("^O", ""), ("/hold⏎", "! "), ("/resume⏎", "! ")])
    func nothing(keys: String, sign: String) {
        var desk = Desk("user")
        desk.type(keys)
        let said = sign.isEmpty ? desk.state.hint ?? "" : desk.box()
        #expect(said.hasSuffix("you are not in a chat."))
        desk.type("^U⏎" + keys)
        let again = sign.isEmpty ? desk.state.hint ?? "" : desk.box()
        #expect(again.hasSuffix("guest has not answered yet."))
        #expect(desk.commands() == [.call(.placed(1), number: "1002")])
    }

    @Test("a hold that fails says so, and why") func failed() {
        var desk = Desk.inChat()
        desk.hears(.note(.placed(1), .holdFailed("the other side refused it (488)")))
        #expect(desk.box() == "! Your chat with guest could not be put on hold. The other side refused it (488).")
    }

    @Test("calling somebody else puts the one on hold aside, and its end brings it back") func aside() {
        var desk = Desk.inChat()
        desk.type("^O")
        desk.hears(.call(.placed(1), .hold, by: .us))
        _ = desk.commands()
        desk.type("↓⏎")
        #expect(desk.commands() == [.call(.placed(2), number: "1003")])
        #expect(desk.box() == "= Your chat with guest is put aside, on hold. You have sent a chat request to bob.")
        #expect(desk.state.aside.map(\.label) == ["guest"])
        desk.hears(.call(.placed(2), .busy, by: .them))
        #expect(
            desk.box(2) == """
                = bob is busy.
                = Your chat with guest is back, still on hold: ^O goes on with it.
                """)
        #expect(desk.state.call?.id == .placed(1))
        #expect(desk.state.clients.selected == Desk.guest)
        desk.type("^O")
        #expect(desk.commands() == [.resume(.placed(1))])
    }

    @Test("accepting somebody puts it aside too, and the dialog says so before") func accepted() {
        var desk = Desk.inChat()
        desk.hears(.incoming(.received(1), from: Desk.bob))
        #expect(desk.state.dialogText[1] == "Accepting ends your chat with guest.")
        desk.type("^O")
        desk.hears(.call(.placed(1), .hold, by: .us))
        #expect(desk.state.dialogText[1] == "Accepting puts your chat with guest aside, on hold.")
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.hold(.placed(1)), .accept(.received(1))])
        desk.hears(.call(.received(1), .inCall, by: .us))
        desk.hears(.call(.received(1), .completed, by: .them))
        #expect(desk.state.call?.id == .placed(1))
    }

    @Test("one at most is put aside: a third chat ends the second") func third() {
        var desk = Desk.withOneAside()
        desk.type("^O")
        desk.hears(.call(.placed(2), .hold, by: .us))
        desk.hears(.incoming(.received(1), from: Desk.echo))
        #expect(desk.state.dialogText[1] == "Accepting ends your chat with bob.")
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.hold(.placed(2)), .hangUp(.placed(2)), .accept(.received(1))])
        #expect(desk.state.aside.map(\.label) == ["guest"])
    }

    @Test("what is said in the chat put aside is shown, and its end too") func heard() {
        var desk = Desk.withOneAside()
        desk.hears(.message(.placed(1), from: Desk.guest, "are you there?"))
        #expect(desk.box() == "  guest said: are you there?")
        desk.hears(.call(.placed(1), .completed, by: .them))
        #expect(desk.box() == "= guest hung up. Your chat with guest has ended.")
        #expect(desk.state.aside.isEmpty)
        desk.type("^X")
        #expect(desk.commands() == [.hangUp(.placed(2))])
        #expect(desk.state.call == nil)
    }

    @Test("choosing the one put aside changes over, once this one is on hold") func changeOver() {
        var desk = Desk.withOneAside()
        desk.type("↑⏎")
        #expect(desk.state.hint == "Your chat with guest is put aside; hold this one first, with ^O, to change over.")
        desk.type("^O")
        desk.hears(.call(.placed(2), .hold, by: .us))
        desk.type("⏎")
        #expect(desk.state.call?.label == "guest")
        #expect(desk.state.aside.map(\.label) == ["bob"])
        #expect(desk.commands() == [.hold(.placed(2))])
    }

    @Test("whoever is put aside and goes OFFLINE is gone, and leaving says goodbye to both") func gone() {
        var desk = Desk.withOneAside()
        var other = desk
        desk.hears(.offline(Desk.guest))
        #expect(
            desk.box(2) == """
                - guest is OFFLINE
                = Your chat with guest has ended.
                """)
        #expect(desk.commands() == [.hangUp(.placed(1))])
        #expect(desk.state.call?.label == "bob")
        other.type("^Q")
        #expect(other.commands() == [.hangUp(.placed(2)), .hangUp(.placed(1)), .disconnect])
    }

    @Test("a lost connection ends both") func lost() {
        var desk = Desk.withOneAside()
        desk.hears(.connection(.connectionClosed(reason: "gone", retryIn: nil)))
        #expect(desk.commands() == [.hangUp(.placed(1)), .hangUp(.placed(2))])
        #expect(desk.state.call == nil && desk.state.aside.isEmpty)
    }
}
