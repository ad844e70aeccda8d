import Testing
import Webphone

@testable import ChatCore

@Suite("The online clients") struct ClientListTests {
    @Test("who is there already gets no line, who comes and goes does") func lines() {
        var desk = Desk("user")
        #expect(desk.box().hasPrefix("  ACCESS_GRANTED"))
        desk.hears(.online(Desk.echo))
        desk.hears(.offline(Desk.bob))
        #expect(
            desk.box(2) == """
                + Echo test is ONLINE
                - bob is OFFLINE
                """)
    }

    @Test("whoever goes frees a slot, whoever comes takes the first free one") func slots() {
        var desk = Desk("user", with: [Desk.guest, Desk.bob, Desk.echo])
        desk.hears(.offline(Desk.bob))
        #expect(
            desk.list == """
                >guest
                 .
                 Echo test
                """)
        desk.hears(.online(Party(number: "1009", name: "late")))
        #expect(
            desk.list == """
                >guest
                 late
                 Echo test
                """)
    }

    @Test("a screenful of free slots closes up") func closesUp() {
        let many = (0..<30).map { Party(number: "\(2000 + $0)", name: "c\($0)") }
        var desk = Desk("user", with: many)
        for _ in 0..<29 { desk.type("↓") }
        for party in many[0..<28] { desk.hears(.offline(party)) }
        #expect(desk.state.clients.selected?.name == "c29")
        #expect(desk.state.clients.slots.count < 2 + ClientList.window)
        #expect(desk.state.clients.visible(rows: 11).contains(desk.state.clients.selection ?? -1))
    }

    @Test("the selection stays with the person when the list changes") func selection() {
        var desk = Desk("user", with: [Desk.guest, Desk.bob, Desk.echo])
        desk.type("↓")
        desk.hears(.offline(Desk.guest))
        desk.hears(.online(Party(number: "1009", name: "late")))
        #expect(desk.state.clients.selected == Desk.bob)
        desk.hears(.roster([Desk.echo, Desk.bob]))
        #expect(desk.state.clients.selected == Desk.bob)
    }

    @Test("when the selected one goes nobody else is called in their place") func selectedGone() {
        var desk = Desk("user", with: [Desk.guest, Desk.bob, Desk.echo])
        desk.type("↓")
        desk.hears(.offline(Desk.bob))
        desk.hears(.online(Party(number: "1009", name: "late")))
        desk.type("⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.state.hint == "Select somebody first, with Up and Down.")
        desk.hears(.online(Desk.bob))
        #expect(desk.state.clients.selected == Desk.bob)
    }

    @Test(
        "after the selected one went, Up and Down go on from there",
        arguments: [("↓", "Echo test"), ("↑", "guest"), ("↓↑", "guest"), ("↑↑", "guest"), ("↓↓", "Echo test")])
    func goesOn(keys: String, name: String) {
        var desk = Desk("user", with: [Desk.guest, Desk.bob, Desk.echo])
        desk.type("↓")
        desk.hears(.offline(Desk.bob))
        desk.type(keys)
        #expect(desk.state.clients.selected?.name == name)
    }

    @Test("Up and Down pass over free slots when the last one went too") func lastGone() {
        var desk = Desk("user", with: [Desk.guest, Desk.bob])
        desk.type("↓")
        desk.hears(.offline(Desk.bob))
        desk.type("↓")
        #expect(desk.state.clients.selected == Desk.guest)
    }

    @Test("oneself is not in the list, whatever the exchange sends") func oneself() {
        var desk = Desk("user", with: [Party(number: "1001", name: "user"), Desk.guest])
        desk.hears(.online(Party(number: "1001", name: "user")))
        #expect(desk.list == ">guest")
    }

    @Test("two of one name are told apart by number as long as there are two") func homonyms() {
        var desk = Desk("user", with: [Desk.guest, Party(number: "1003", name: "guest")])
        #expect(
            desk.list == """
                >guest (1002)
                 guest (1003)
                """)
        desk.hears(.offline(Party(number: "1003", name: "guest")))
        #expect(desk.box() == "- guest (1003) is OFFLINE")
        #expect(desk.list == ">guest")
    }

    @Test("a client without a name goes by its number; a new name is said") func names() {
        var desk = Desk("user", with: [Party(number: "1002", name: "")])
        #expect(desk.list == ">1002")
        desk.hears(.online(Party(number: "1002", name: "guest")))
        #expect(desk.box() == "  1002 is now called guest.")
        #expect(desk.list == ">guest")
    }

    @Test("the wheel scrolls the window and leaves the selection") func wheel() {
        var desk = Desk("user", with: (0..<30).map { Party(number: "\(2000 + $0)", name: "c\($0)") })
        desk.clicks(.scrollClients(5))
        #expect(desk.state.clients.visible(rows: 11) == 5..<16)
        #expect(desk.state.clients.selected?.name == "c0")
        desk.clicks(.scrollClients(100))
        #expect(desk.state.clients.visible(rows: 11) == 19..<30)
        desk.type("↓")
        #expect(desk.state.clients.visible(rows: 11).contains(1))
        desk.clicks(.scrollClients(-100))
        #expect(desk.state.clients.visible(rows: 11).lowerBound == 0)
    }

    @Test("a list of any length shows in a window of any height") func windows() {
        for count in 0..<15 {
            var list = ClientList()
            for number in 0..<count { _ = list.arrive(Party(number: "\(number)", name: "c")) }
            for step in [1, 20, -3, -50] {
                list.moveSelection(by: step)
                for rows in -1..<14 {
                    let shown = list.visible(rows: rows)
                    #expect(shown.count == max(0, min(rows, count, 11)))
                    #expect(rows < 1 || count == 0 || shown.contains(list.selection ?? -1))
                }
            }
        }
    }

    @Test("two clicks on one client call, on two they do not") func doubleClick() {
        var desk = Desk("user")
        desk.clicks(.select(1))
        #expect(desk.state.clients.selected == Desk.bob)
        desk.clicks(.select(0))
        #expect(desk.commands().isEmpty)
        desk.clicks(.select(0))
        #expect(desk.commands() == [.call(.placed(1), number: "1002")])
    }

    @Test("two clicks far apart only select") func slowClicks() {
        var desk = Desk("user")
        desk.clicks(.select(1))
        desk.waits()
        desk.clicks(.select(1))
        #expect(desk.commands().isEmpty)
    }

    @Test("a click beside the clients does nothing", arguments: [-1, 2, 400]) func beside(slot: Int) {
        var desk = Desk("user")
        desk.clicks(.select(slot))
        desk.clicks(.call(slot))
        #expect(desk.state.clients.selected == Desk.guest)
        #expect(desk.state.clients.slots.count == 2)
    }
}
