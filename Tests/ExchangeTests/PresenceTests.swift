import SIP
import Testing

@testable import Exchange

@Suite("The online list") struct PresenceTests {
    let town = Town()

    @Test("a client that subscribes gets the list at once, itself and the Echo test in it") func initial() throws {
        let ann = town.phone("ann")
        ann.register()
        let answer = try #require(ann.subscribe())
        #expect(answer.status == 200)
        #expect(answer.expires == 120)
        let notify = try #require(ann.notifies.last)
        #expect(notify.headers[.event] == "presence")
        #expect(notify.headers[.subscriptionState] == "active;expires=120")
        #expect(notify.headers[.contentType] == "application/pidf+xml")
        #expect(notify.uri.description == "sip:ann@\(ann.flow.remote)")
        #expect(notify.to?.tag == "ann")
        #expect(notify.from?.tag == answer.to?.tag)
        #expect(
            String(decoding: notify.body, as: UTF8.self)
                == "<?xml version='1.0' encoding='UTF-8'?><presence xmlns='urn:ietf:params:xml:ns:pidf' "
                + "entity='sip:Webphone1@exchange.local'><tuple id='n600'><status><basic>open</basic></status>"
                + "<contact>sip:600@exchange.local</contact><note>Echo test</note></tuple>"
                + "<tuple id='n1000'><status><basic>open</basic></status><contact>sip:1000@exchange.local</contact>"
                + "<note>ann</note></tuple></presence>")
    }

    @Test("the same SUBSCRIBE that comes another way is merged, not a second subscription") func merged() {
        let ann = town.phone("ann")
        ann.register()
        for branch in ["z9hG4bK-one", "z9hG4bK-two"] {
            ann.ask(
                "SUBSCRIBE", "sip:Webphone1@exchange.local", callID: "sub", ["Event: presence", "Expires: 120"],
                cseq: 7, branch: branch)
        }
        #expect(ann.statuses.suffix(2) == [200, 482])
        #expect(ann.notifies.count == 1)
    }

    @Test("each change reaches each watcher within 0.2 s, and only the line's own") func changes() {
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        let other = town.phone("other")
        other.register(line: "Webphone2")
        other.subscribe(line: "Webphone2")
        town.wait(.seconds(1))
        other.forget()
        let bob = town.phone("bob")
        bob.register()
        town.wait(.milliseconds(200))
        #expect(ann.list == ["600 Echo test", "1000 ann", "1002 bob"])
        bob.disconnect()
        town.wait(.milliseconds(200))
        #expect(ann.list == ["600 Echo test", "1000 ann"])
        #expect(other.notifies.isEmpty)
    }

    @Test("markup in a name is text") func markup() {
        let ann = town.phone("ann")
        ann.register(as: "<b>&'x")
        ann.subscribe()
        #expect(ann.list.last == "1000 &lt;b&gt;&amp;&apos;x")
    }

    @Test("149 who join at once are one document each, and all see all") func burst() {
        let phones = (0..<149).map { town.phone("p\($0)") }
        for phone in phones {
            phone.register()
            phone.subscribe()
        }
        #expect(phones[148].list.count == 150)
        for phone in phones.dropLast() { phone.forget() }
        town.wait(.milliseconds(200))
        #expect(phones.allSatisfy { $0.list.count == 150 })
        #expect(phones.allSatisfy { $0.notifies.count == 1 })
        #expect(phones[0].notifies[0].body.count < 32_768)
    }

    @Test("a refresh that changes nothing tells nobody") func quiet() {
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        town.wait(.seconds(1))
        ann.forget()
        ann.register()
        town.wait(.seconds(1))
        #expect(ann.notifies.isEmpty)
    }

    @Test("a new name is told") func rename() {
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        ann.register(as: "Anna")
        town.wait(.milliseconds(200))
        #expect(ann.list.last == "1000 Anna")
    }

    @Test("a watcher that does not answer has one NOTIFY under way, and hears the latest state next") func slow() throws
    {
        let ann = town.phone("ann")
        ann.register()
        ann.notifyStatus = nil
        ann.subscribe()
        for index in 0..<20 {
            town.phone("p\(index)").register()
            town.wait(.milliseconds(150))
        }
        #expect(ann.notifies.count == 1)
        ann.notifyStatus = 200
        ann.answer(ann.notifies[0], 200)
        #expect(ann.notifies.count == 2)
        #expect(ann.list.count == 22)
    }

    @Test("a NOTIFY answered 481 ends the subscription", arguments: [481, 404, 500]) func rejected(status: Int) {
        let ann = town.phone("ann")
        ann.register()
        ann.notifyStatus = status
        ann.subscribe()
        ann.forget()
        town.phone("bob").register()
        town.wait(.seconds(1))
        #expect(ann.notifies.isEmpty)
        #expect(town.exchange.subscriptions.tags(on: 0).isEmpty)
    }

    @Test("a NOTIFY never answered ends the subscription") func unanswered() {
        let ann = town.phone("ann", over: .udp)
        ann.register()
        ann.notifyStatus = nil
        ann.subscribe()
        town.wait(.seconds(33))
        #expect(town.exchange.subscriptions.tags(on: 0).isEmpty)
    }

    @Test("a refresh is answered and told the state; it may end the subscription") func refresh() throws {
        let ann = town.phone("ann")
        ann.register()
        let first = try #require(ann.subscribe())
        ann.forget()
        let again = again(ann, first, expires: 300)
        #expect(again?.status == 200)
        #expect(again?.expires == 300)
        #expect(ann.notifies.last?.headers[.subscriptionState] == "active;expires=300")
        #expect(ann.notifies.last?.cseq?.number == 2)
        #expect(self.again(ann, first, expires: 0)?.status == 200)
        #expect(ann.notifies.last?.headers[.subscriptionState] == "terminated;reason=timeout")
        #expect(self.again(ann, first, expires: 300)?.status == 481)
    }

    private func again(
        _ phone: Phone, _ first: Response, expires: Int, cseq: Int? = nil, from: String? = nil
    ) -> Response? {
        phone.ask(
            "SUBSCRIBE", first.contact?.uri.description ?? "", from: from, to: first.headers[.to],
            callID: first.callID, ["Event: presence", "Expires: \(expires)"], cseq: cseq)
    }

    @Test("a refresh out of order, or by somebody else, is refused") func badRefresh() throws {
        let ann = town.phone("ann")
        ann.register()
        let first = try #require(ann.subscribe())
        #expect(again(ann, first, expires: 60, cseq: 1)?.status == 500)
        let eve = town.phone("eve")
        eve.register()
        #expect(again(eve, first, expires: 0)?.status == 481)
        #expect(again(eve, first, expires: 0, from: "\"ann\" <sip:1000@exchange.local>;tag=ann")?.status == 403)
        #expect(town.exchange.subscriptions.tags(on: 0).count == 1)
    }

    @Test("it ends when it runs out, and says so") func expiry() {
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe(expires: 20)
        town.wait(.seconds(30))
        #expect(ann.notifies.last?.headers[.subscriptionState] == "terminated;reason=timeout")
        ann.forget()
        town.phone("bob").register()
        town.wait(.seconds(1))
        #expect(ann.notifies.isEmpty)
    }

    @Test("Expires: 0 fetches the list once") func fetch() {
        let ann = town.phone("ann")
        ann.register()
        #expect(ann.subscribe(expires: 0)?.status == 200)
        #expect(ann.list == ["600 Echo test", "1000 ann"])
        #expect(ann.notifies.last?.headers[.subscriptionState] == "terminated;reason=timeout")
    }

    @Test("too short a time is refused with the least one, a long one is shortened") func bounds() {
        let ann = town.phone("ann")
        ann.register()
        let refusal = ann.subscribe(expires: 3)
        #expect(refusal?.status == 423)
        #expect(refusal?.headers[.minExpires] == "10")
        #expect(ann.subscribe(expires: 86_400)?.expires == 3_600)
    }

    @Test("only the line's clients watch it", arguments: [("Webphone2", 403), ("nowhere", 404), ("1000", 404)])
    func foreignLine(line: String, status: Int) {
        let ann = town.phone("ann")
        ann.register()
        #expect(ann.subscribe(line: line)?.status == status)
        #expect(ann.notifies.isEmpty)
    }

    @Test(
        "what cannot be watched",
        arguments: [
            ("Event: dialog", "Accept: application/pidf+xml", 489), ("X: y", "Accept: application/pidf+xml", 489),
            ("Event: presence", "Accept: text/plain", 406), ("Event: presence.winfo", "X: y", 489),
        ])
    func badEvent(event: String, accept: String, status: Int) {
        let ann = town.phone("ann")
        ann.register()
        #expect(ann.ask("SUBSCRIBE", "sip:Webphone1@exchange.local", [event, accept])?.status == status)
    }

    @Test("a client has but so many subscriptions; the oldest gives way") func many() {
        let ann = town.phone("ann")
        ann.register()
        for _ in 0..<6 {
            ann.ask("SUBSCRIBE", "sip:Webphone1@exchange.local", ["Event: presence", "Expires: 60"])
        }
        #expect(town.exchange.subscriptions.tags(on: 0).count == 4)
        let ended = ann.notifies.filter { $0.headers[.subscriptionState] == "terminated;reason=rejected" }
        #expect(ended.count == 2)
    }

    @Test("who unregisters is told that its subscription ended, who vanished is not") func leaving() {
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        ann.register(expires: 0)
        #expect(ann.notifies.last?.headers[.subscriptionState] == "terminated;reason=deactivated")
        #expect(town.exchange.subscriptions.tags(on: 0).isEmpty)
    }

    @Test("a client that moved to another flow is told there") func moved() {
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        ann.reconnect(over: .udp)
        ann.register()
        town.phone("bob").register()
        town.wait(.milliseconds(200))
        #expect(ann.list.count == 3)
        #expect(ann.notifies.last?.topVia?.transport == "UDP")
    }

    @Test("a client over UDP gets the long list of a full line") func longListOverUDP() {
        for index in 0..<149 { town.phone("p\(index)").register() }
        let ann = town.phone("ann", over: .udp)
        ann.register()
        ann.subscribe()
        #expect(ann.list.count == 151)
    }
}
