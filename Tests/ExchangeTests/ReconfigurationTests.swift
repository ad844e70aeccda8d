import SIP
import Testing

@testable import Exchange

/// What an exchange makes of another configuration while people talk.
@Suite("Another configuration") struct ReconfigurationTests {
    private func configuration(
        lines: [String] = ["Webphone1", "Support"], extensions: [PhoneNumber] = [601, 602]
    ) throws -> Exchange.Configuration {
        var configuration = Exchange.Configuration(lines: lines)
        configuration.extensions = try extensions.map {
            try Secret.entry($0, "Extension \($0)", Secret.hashes($0), line: lines.first)
        }
        return configuration
    }

    /// Two in a call, whose dialog goes through the exchange.
    private func call(_ town: Town, _ caller: Phone, _ callee: Phone) throws -> [String] {
        caller.ask("INVITE", "sip:\(callee.number)@exchange.local", callID: "talk")
        let invite = try #require(callee.lastRequest)
        callee.answer(invite, 200, ["Record-Route: \(invite.headers[.recordRoute] ?? "")"])
        return try #require(caller.responses.last?.headers.values(.recordRoute)).map { "Route: \($0)" }
    }

    private func says(_ text: String, _ caller: Phone, to callee: Phone, _ route: [String]) -> Bool {
        let before = callee.requests.count
        caller.ask(
            "MESSAGE", "sip:\(callee.name)@\(callee.flow.remote)",
            to: "<sip:\(callee.number)@exchange.local>;tag=\(callee.name)", callID: "talk", route, body: text)
        return callee.requests.count > before
    }

    @Test("that is the same changes nothing for anybody") func same() throws {
        let town = Town(try configuration())
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        let ada = town.phone("ada")
        try ada.logIn(601)
        town.wait(.seconds(1))
        let notified = ann.notifies.count
        town.handle(.configured(try configuration()))
        town.wait(.seconds(1))
        #expect(ann.notifies.count == notified && town.closed.isEmpty && town.exchange.clientCount == 2)
        #expect(town.facts.last == .configured(lines: 2, extensions: 2))
        #expect(try ada.logIn(601)?.status == 200)
    }

    @Test("drops no call of those who stay, whatever else it changes") func calls() throws {
        let town = Town(try configuration())
        let (ann, bob) = (town.phone("ann"), town.phone("bob"))
        ann.register()
        bob.register()
        let route = try call(town, ann, bob)
        #expect(says("before", ann, to: bob, route))
        var next = try configuration(lines: ["Sales", "Webphone1"], extensions: [701])
        next.domain = "pbx.example"
        next.numbers = 5_000...5_999
        next.echoTest = nil
        town.handle(.configured(next))
        #expect(says("after", ann, to: bob, route))
        #expect(bob.lastRequest?.headers[.pAssertedIdentity] == "\"ann\" <sip:1000@pbx.example>")
        #expect(ann.register()?.associatedNumber == "1000", "a number that is held is kept")
        #expect(town.phone("eve").register()?.associatedNumber == "5000")
    }

    @Test("without a line ends its clients' lists and connections; they come back and hear why") func lineGone() throws
    {
        let town = Town(try configuration())
        let (ann, bob, ada) = (town.phone("ann"), town.phone("bob"), town.phone("ada"))
        ann.register(line: "Support")
        ann.subscribe(line: "Support")
        bob.register()
        try ada.logIn(601)
        try ada.prove("SUBSCRIBE", "sip:Support@exchange.local", as: 601, ["Event: presence"])
        ann.forget()
        ada.forget()
        town.handle(.configured(try configuration(lines: ["Webphone1"])))
        #expect(ann.notifies.last?.headers[.subscriptionState] == "terminated;reason=rejected")
        #expect(ada.notifies.last?.headers[.subscriptionState] == "terminated;reason=noresource")
        #expect(town.closed == [ann.flow] && town.exchange.clientCount == 2)
        #expect(town.facts.contains(.left(1_000, .dismissed)))
        town.endConnections()
        ann.reconnect()
        #expect(ann.register(line: "Support")?.status == 404)
        #expect(bob.register()?.status == 200)
        town.handle(.configured(try configuration()))
        #expect(ann.register(line: "Support")?.status == 200, "and there it is again")
    }

    @Test("with another line serves it at once") func lineAdded() throws {
        let town = Town(try configuration(lines: ["Webphone1"]))
        let ann = town.phone("ann")
        #expect(ann.register(line: "Support")?.status == 404)
        town.handle(.configured(try configuration()))
        #expect(ann.register(line: "Support")?.status == 200)
        ann.subscribe(line: "Support")
        town.wait(.seconds(1))
        #expect(ann.list == ["600 Echo test", "1000 ann"])
    }

    @Test("lets an extension in that is new, and out that is gone or has another password") func extensions() throws {
        let town = Town(try configuration())
        let phones = try [601, 602].map { number in
            let phone = town.phone("phone\(number)")
            try phone.logIn(PhoneNumber(UInt32(number)))
            return phone
        }
        var next = try configuration(extensions: [601, 603])
        next.extensions[0].passwords = Secret.hashes(699)
        town.handle(.configured(next))
        #expect(town.exchange.clientCount == 0 && Set(town.closed) == Set(phones.map(\.flow)))
        town.endConnections()
        #expect(try town.phone("old").logIn(601)?.status == 403)
        #expect(try town.phone("gone").logIn(602)?.status == 403)
        #expect(try town.phone("new").logIn(603)?.status == 200)
    }

    @Test("renames an extension and moves it to another line, on the lists too") func renamed() throws {
        let town = Town(try configuration())
        let (ann, bob, ada) = (town.phone("ann"), town.phone("bob"), town.phone("ada"))
        ann.register()
        ann.subscribe()
        bob.register(line: "Support")
        bob.subscribe(line: "Support")
        try ada.logIn(601)
        var next = try configuration()
        next.extensions[0] = try Secret.entry(601, "Ada L.", Secret.hashes(601), line: "Support")
        town.handle(.configured(next))
        town.wait(.seconds(1))
        #expect(ann.list == ["600 Echo test", "1000 ann"])
        #expect(bob.list == ["600 Echo test", "1001 bob", "601 Ada L."])
        try ada.prove("MESSAGE", "sip:1000@exchange.local", as: 601, body: "hello")
        #expect(ann.lastRequest?.headers[.pAssertedIdentity] == "\"Ada L.\" <sip:601@exchange.local>")
    }

    @Test("may be a number's that somebody else had: the new owner has it") func taken() throws {
        let town = Town(try configuration(extensions: []))
        let ann = town.phone("ann")
        #expect(ann.register()?.associatedNumber == "1000")
        town.handle(.configured(try configuration(extensions: [1_000])))
        #expect(town.exchange.clientCount == 0 && town.closed == [ann.flow])
        #expect(try town.phone("ada").logIn(1_000)?.status == 200)
        town.endConnections()
        ann.reconnect()
        #expect(ann.register()?.associatedNumber == "1001")
    }

    @Test("moves the Echo test, or takes it away; a chat with it ends") func echoTest() throws {
        let town = Town(try configuration())
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        ann.ask("INVITE", "sip:600@exchange.local", callID: "talk")
        let answer = try #require(ann.responses.last { $0.cseq?.method == .invite })
        ann.ask(
            "ACK", answer.contact?.uri.description ?? "", to: answer.headers[.to], callID: "talk",
            answer.headers.values(.recordRoute).map { "Route: \($0)" }, cseq: answer.cseq.map { Int($0.number) })
        var next = try configuration()
        next.echoTest = 700
        next.echoTestName = "Parrot"
        town.handle(.configured(next))
        #expect(ann.lastRequest?.method == .bye)
        town.wait(.seconds(1))
        #expect(ann.list == ["700 Parrot", "1000 ann"])
        #expect(ann.ask("MESSAGE", "sip:600@exchange.local", body: "x")?.status == 404)
        next.echoTest = nil
        town.handle(.configured(next))
        town.wait(.seconds(1))
        #expect(ann.list == ["1000 ann"])
    }

    @Test("with smaller limits holds from the next one on") func limits() throws {
        let town = Town(try configuration())
        for name in ["ann", "bob"] { town.phone(name).register() }
        var next = try configuration()
        next.limits.clientsPerLine = 2
        town.handle(.configured(next))
        #expect(town.exchange.clientCount == 2)
        #expect(town.phone("eve").register()?.reason == "Line Full")
    }

    @Test("with another domain knows the former one too, and asks for passwords in the new one") func domain() throws {
        let town = Town(try configuration())
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        var next = try configuration()
        next.domain = "pbx.example"
        town.handle(.configured(next))
        town.wait(.seconds(1))
        #expect(ann.notifies.last.map { String(decoding: $0.body, as: UTF8.self) }?.contains("@pbx.example") == true)
        #expect(ann.ask("OPTIONS", "sip:1000@exchange.local")?.status != 403)
        #expect(ann.lastRequest?.method == .options)
        #expect(town.phone("ada").register(line: "601")?.digests.map(\.realm) == ["pbx.example", "pbx.example"])
    }
}
