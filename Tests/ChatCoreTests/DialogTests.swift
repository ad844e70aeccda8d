import Testing
import Webphone

@testable import ChatCore

@Suite("The request dialog") struct DialogTests {
    private func asked(_ desk: Desk = Desk("user")) -> Desk {
        var desk = desk
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.waits()
        return desk
    }

    @Test("opens with OK in focus, and says who asks") func opens() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        #expect(desk.effects() == [.bell])
        #expect(desk.state.dialogTitle == "Chat request")
        #expect(desk.state.dialogText.dropLast() == ["bob, number 1003, asks you for a chat."])
        #expect(desk.state.dialog?.focus == .ok)
        #expect(desk.box() == "= bob asks you for a chat.")
    }

    @Test("who has no name is a number") func nameless() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Party(number: "601", name: "601")))
        #expect(desk.state.dialogText.dropLast() == ["Number 601 asks you for a chat."])
    }

    @Test(
        "answers",
        arguments: [
            ("⏎", PhoneCommand.accept(.received(1))), ("⎋", .reject(.received(1))), ("→⏎", .reject(.received(1))),
            ("→←⏎", .accept(.received(1))), ("⇥⏎", .reject(.received(1))), ("↓⏎", .reject(.received(1))),
            ("→→⏎", .reject(.received(1))), ("←⏎", .accept(.received(1))), ("↓↓↑⏎", .accept(.received(1))),
            ("⇥⇥⇥⏎", .accept(.received(1))), ("⇤⇤⏎", .reject(.received(1))),
        ])
    func answers(keys: String, command: PhoneCommand) {
        var desk = asked()
        desk.type(keys)
        #expect(desk.commands() == [command])
        #expect(desk.state.dialog == nil)
    }

    @Test("whom one accepts is selected, so an Enter too many ends nothing") func acceptedIsSelected() {
        var desk = asked()
        #expect(desk.state.clients.selected == Desk.guest)
        desk.type("⏎")
        desk.hears(.call(.received(1), .inCall, by: .us))
        desk.waits()
        desk.type("⏎")
        #expect(desk.state.clients.selected == Desk.bob)
        #expect(desk.commands() == [.accept(.received(1))])
    }

    @Test("a key typed as it opens never answers it", arguments: ["⏎", "⎋", "⇥⏎", "⇤⏎", "⇥⇥⏎⎋⏎"])
    func asItOpens(keys: String) {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.type(keys)
        desk.clicks(.press(.ok))
        desk.clicks(.press(.cancel))
        #expect(desk.commands().isEmpty)
        #expect(desk.state.dialog?.focus == .ok)
    }

    @Test("the line one is writing goes on, and its Enter sends it") func writing() {
        var desk = Desk.inChat()
        desk.type("see ")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.type("you")
        desk.waits()
        desk.type(" soon⏎")
        #expect(desk.commands() == [.send(MessageID(1), "see you soon", in: .placed(1))])
        #expect(desk.state.dialog?.focus == .ok)
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.hangUp(.placed(1)), .accept(.received(1))])
    }

    @Test("an Enter on its way to the line as it opens still sends the line") func enterOnItsWay() {
        var desk = Desk.inChat()
        desk.type("hello")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.type("⏎")
        #expect(desk.commands() == [.send(MessageID(1), "hello", in: .placed(1))])
        #expect(desk.state.dialog != nil)
    }

    @Test("nothing typed into it is lost, and editing keys edit") func typing() {
        var desk = asked()
        desk.type("abc⌫←x")
        #expect(desk.line == "ax|b")
        #expect(desk.state.dialog?.focus == .input)
        desk.type("⎋")
        #expect(desk.commands() == [.reject(.received(1))])
        #expect(desk.line == "ax|b")
    }

    @Test("an Enter for a text that nobody can get yet says which keys answer, and they do") func nobodyToGetIt() {
        var desk = asked()
        desk.type("hello⏎")
        #expect(
            desk.box()
                == "! Your text was not sent: you are not in a chat. Tab and then Enter accepts the request of bob, Esc "
                + "refuses it. It stays in the line.")
        #expect(desk.line == "hello|" && desk.commands().isEmpty)
        var other = desk
        desk.type("⇥⏎")
        #expect(desk.commands() == [.accept(.received(1))])
        other.type("⎋")
        #expect(other.commands() == [.reject(.received(1))])
        #expect(desk.line == "hello|" && other.line == "hello|")
    }

    @Test("from the line Tab leads back to the buttons") func back() {
        var desk = asked()
        desk.type("x⇥⏎")
        #expect(desk.commands() == [.accept(.received(1))])
    }

    @Test("the program is not frozen by it: scrolling, help's key and ^X work") func notFrozen() {
        var desk = asked(Desk.inChat())
        desk.press(.pageUp)
        #expect(desk.effects() == [.bell, .scroll(.pageUp)])
        desk.type("^X")
        #expect(desk.commands() == [.hangUp(.placed(1))])
        #expect(desk.state.dialogText.dropLast() == ["bob, number 1003, asks you for a chat."])
    }

    @Test("requests queue, and the next one is guarded like the first") func queue() {
        var desk = asked()
        desk.hears(.incoming(.received(2), from: Desk.guest))
        #expect(desk.state.dialogTitle == "Chat request (1 of 2)")
        #expect(desk.state.dialogText.first?.hasPrefix("bob") == true)
        desk.type("⎋⏎⎋")
        #expect(desk.commands() == [.reject(.received(1))])
        #expect(desk.state.dialogText.first?.hasPrefix("guest") == true)
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.accept(.received(2))])
    }

    @Test("accepting the second request ends the chat of the first, by name") func second() {
        var desk = asked()
        desk.hears(.incoming(.received(2), from: Desk.guest))
        desk.type("⏎")
        desk.hears(.call(.received(1), .inCall, by: .us))
        desk.waits()
        #expect(desk.state.dialogText[1] == "Accepting ends your chat with bob.")
        desk.type("⏎")
        #expect(desk.commands() == [.accept(.received(1)), .hangUp(.received(1)), .accept(.received(2))])
    }

    @Test("goes when the caller gives up, and Enter on its way calls nobody") func givenUp() {
        var desk = asked()
        desk.hears(.call(.received(1), .cancelled, by: .them))
        #expect(desk.state.dialog == nil)
        #expect(desk.box() == "= bob took the chat request back.")
        desk.type("⏎⎋")
        desk.clicks(.call(0))
        #expect(desk.commands().isEmpty)
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.call(.placed(1), number: "1002")])
    }

    @Test(
        "goes with the words for why",
        arguments: [
            (CallState.cancelled, Side.them, "= bob took the chat request back."),
            (.noAnswer, .us, "= You did not answer the chat request of bob."),
            (.failed("it broke"), .them, "! The chat request of bob has ended. It broke."),
        ])
    func gone(state: CallState, side: Side, words: String) {
        var desk = asked()
        desk.hears(.call(.received(1), state, by: side))
        #expect(desk.state.dialog == nil)
        #expect(desk.box() == words)
    }

    @Test("who asks anew while one answers is answered anew") func anew() {
        var desk = asked()
        desk.type("⏎")
        desk.hears(.incoming(.received(2), from: Desk.bob))
        #expect(desk.commands() == [.accept(.received(1)), .hangUp(.received(1)), .accept(.received(2))])
        desk.hears(.call(.received(1), .cancelled, by: .them))
        desk.hears(.call(.received(2), .inCall, by: .us))
        #expect(desk.box() == "= You accepted the chat request of bob.")
    }

    @Test("goes when the caller goes OFFLINE") func offline() {
        var desk = asked()
        desk.hears(.offline(Desk.bob))
        #expect(desk.state.dialog == nil)
        #expect(
            desk.box(2) == """
                - bob is OFFLINE
                = bob took the chat request back.
                """)
        #expect(desk.commands() == [.reject(.received(1))])
    }

    @Test("one who asks twice waits once") func twice() {
        var desk = asked()
        desk.hears(.incoming(.received(2), from: Desk.bob))
        #expect(desk.state.dialogs.count == 1)
        #expect(desk.commands() == [.reject(.received(1))])
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.accept(.received(2))])
    }

    @Test("no flood of requests fills the memory") func flood() {
        var desk = Desk("user")
        for number in 0..<100 {
            desk.hears(.incoming(.received(number), from: Party(number: "\(5_000 + number)", name: "x")))
        }
        #expect(desk.state.dialogs.count == Chat.Limits.requests)
        #expect(desk.commands().count == 100 - Chat.Limits.requests)
    }

    @Test("a better name of who asks shows in it") func betterName() {
        var desk = asked()
        desk.hears(.party(.received(1), Party(number: "1003", name: "Robert")))
        #expect(desk.state.dialogText.dropLast() == ["Robert, number 1003, asks you for a chat."])
    }

    @Test("buttons can be clicked") func clicked() {
        var desk = asked()
        desk.clicks(.press(.cancel))
        #expect(desk.commands() == [.reject(.received(1))])
        desk.clicks(.press(.ok))
        #expect(desk.commands().isEmpty)
    }

    @Test("closes help, which would hide it") func help() {
        var desk = Desk("user")
        desk.press(.f(1))
        desk.hears(.incoming(.received(1), from: Desk.bob))
        #expect(desk.state.help == nil)
    }

    @Test("a request from oneself is refused unseen") func oneself() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Party(number: "1001", name: "user")))
        #expect(desk.state.dialog == nil)
        #expect(desk.commands() == [.reject(.received(1))])
    }
}
