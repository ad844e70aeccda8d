import SIP
import Testing

@testable import Exchange

/// An exchange with two extensions, 601 on no list and 602 on that of Webphone1.
private func town() throws -> Town {
    var configuration = Exchange.Configuration(lines: ["Webphone1", "Webphone2"])
    configuration.extensions = [
        try Secret.entry(601, "Ada", Secret.hashes(601)),
        try Secret.entry(602, "Grace", [Secret.hashes(602)[0]], line: "Webphone1"),
    ]
    return Town(configuration)
}

@Suite("An extension") struct ExtensionTests {
    @Test("is asked for its password, proves it and has its number and its name") func logIn() throws {
        let town = try town()
        let ada = town.phone("whatever")
        let asked = ada.register(line: "601")
        #expect(asked?.status == 401)
        #expect(asked?.digests.map(\.algorithm) == [.sha256, .md5] && asked?.digests.first?.realm == "exchange.local")
        #expect(town.exchange.clientCount == 0 && town.occupation.isEmpty)
        let granted = try ada.logIn(601)
        #expect(granted?.status == 200 && granted?.associatedNumber == "601")
        #expect(granted?.contact?.parameters["expires"] == "60")
        #expect(town.exchange.clientCount == 1 && town.occupation == [.busy])
        #expect(town.facts.last == .joined(601, line: nil, name: "Ada", on: ada.flow))
    }

    @Test("proves it with MD5 where it knows nothing better, and only with what its entry has") func functions() throws
    {
        let town = try town()
        let old = town.phone("old")
        let asked = old.register(line: "601")
        let answer = try old.answer(
            to: asked, user: 601, method: "REGISTER", uri: "sip:127.0.0.1", weak: true)
        #expect(answer.contains("algorithm=MD5"))
        #expect(old.register(line: "601", [answer])?.status == 200)
        #expect(town.phone("x").register(line: "602")?.digests.map(\.algorithm) == [.md5], "the only one it has")
    }

    @Test("with a wrong password is refused with 403, and nothing has changed") func wrong() throws {
        let town = try town()
        let eve = town.phone("eve")
        #expect(try eve.logIn(601, password: "guess")?.status == 403)
        #expect(try eve.logIn(601, password: "")?.status == 403)
        #expect(try eve.logIn(601, password: Secret.password(602))?.status == 403)
        #expect(town.exchange.clientCount == 0)
        let grace = town.phone("grace", at: "127.0.0.2")
        let asked = grace.register(line: "601")
        let other = try grace.answer(to: asked, user: 602, method: "REGISTER", uri: "sip:127.0.0.1")
        #expect(grace.register(line: "601", [other])?.status == 403, "the right password of another extension")
        #expect(!town.facts.contains { "\($0)".contains("guess") })
    }

    @Test("that proves its password for another address is answered 400, as often as it does: it guesses nothing")
    func misdirected() throws {
        let town = try town()
        let ada = town.phone("ada")
        for _ in 1...5 {
            let asked = ada.register(line: "601")
            let answer = try ada.answer(to: asked, user: 601, method: "REGISTER", uri: "sip:elsewhere.example")
            #expect(ada.register(line: "601", [answer])?.status == 400)
        }
        #expect(town.exchange.clientCount == 0)
        let asked = ada.register(line: "601")
        let guess = try ada.answer(
            to: asked, user: 601, method: "REGISTER", uri: "sip:elsewhere.example", password: "guess")
        #expect(ada.register(line: "601", [guess])?.status == 403, "a wrong one is wrong wherever it is for")
        #expect(try ada.logIn(601)?.status == 200)
    }

    @Test("is not taken over by a REGISTER that was heard on the way") func replay() throws {
        let town = try town()
        let ada = town.phone("ada")
        let asked = ada.register(line: "601")
        let answer = try ada.answer(to: asked, user: 601, method: "REGISTER", uri: "sip:127.0.0.1")
        #expect(ada.register(line: "601", [answer])?.status == 200)
        let eve = town.phone("eve")
        let refused = eve.register(line: "601", [answer])
        #expect(refused?.status == 401 && refused?.digests.allSatisfy(\.isStale) == true)
        #expect(eve.ask("MESSAGE", "sip:602@exchange.local", from: "<sip:601@exchange.local>;tag=e")?.status == 403)
    }

    @Test("learns that its nonce is stale after five minutes, also when nobody else is there") func stale() throws {
        let town = try town()
        let ada = town.phone("ada")
        let asked = ada.register(line: "601")
        let answers = try (1...3).map {
            try ada.answer(to: asked, user: 601, method: "REGISTER", uri: "sip:127.0.0.1", count: $0)
        }
        town.wait(.seconds(290))
        #expect(ada.register(line: "601", [answers[0]])?.status == 200)
        town.wait(.seconds(20))
        let late = ada.register(line: "601", [answers[1]])
        #expect(late?.status == 401 && late?.digests.allSatisfy(\.isStale) == true)
        let again = try ada.answer(to: late, user: 601, method: "REGISTER", uri: "sip:127.0.0.1")
        #expect(ada.register(line: "601", [again])?.status == 200)
        ada.register(line: "601", expires: 0)
        town.wait(.seconds(1_000))
        #expect(town.runningTimers == 0, "time stands still again")
    }

    @Test("calls and is called, and everybody sees who it is") func calls() throws {
        let town = try town()
        let ada = town.phone("ada")
        let ann = town.phone("ann")
        try ada.logIn(601)
        ann.register()
        #expect(ada.ask("INVITE", "sip:1000@exchange.local")?.status == 407)
        #expect(ann.requests.isEmpty)
        try ada.prove("INVITE", "sip:1000@exchange.local", as: 601)
        let invite = try #require(ann.lastRequest)
        #expect(invite.headers[.pAssertedIdentity] == "\"Ada\" <sip:601@exchange.local>")
        #expect(!invite.headers.contains(.proxyAuthorization), "nobody behind the exchange can guess from it")
        ann.ask("MESSAGE", "sip:601@exchange.local", body: "hello")
        #expect(ada.lastRequest?.headers[.pAssertedIdentity] == "\"ann\" <sip:1000@exchange.local>")
    }

    @Test("proves each request outside of dialogs", arguments: ["MESSAGE", "INVITE", "SUBSCRIBE", "REFER", "INFO"])
    func proves(_ method: String) throws {
        let town = try town()
        let ada = town.phone("ada")
        let ann = town.phone("ann")
        try ada.logIn(601)
        ann.register()
        let uri = method == "SUBSCRIBE" ? "sip:Webphone1@exchange.local" : "sip:1000@exchange.local"
        let fields = method == "SUBSCRIBE" ? ["Event: presence"] : []
        #expect(ada.ask(method, uri, fields)?.status == 407)
        #expect(try ada.prove(method, uri, as: 601, password: "guess", fields)?.status == 403)
        #expect(ann.requests.isEmpty && ada.notifies.isEmpty)
        try ada.prove(method, uri, as: 601, fields)
        #expect(ann.requests.count + ada.notifies.count == 1)
    }

    @Test("speaks only from where it registered, password or not") func elsewhere() throws {
        let town = try town()
        let ada = town.phone("ada")
        try ada.logIn(601)
        let eve = town.phone("eve")
        eve.register()
        let refused = eve.ask("MESSAGE", "sip:1000@exchange.local", from: "<sip:601@exchange.local>;tag=e")
        #expect(refused?.status == 403)
    }

    @Test("stands on a list only where the configuration says so, and watches any line") func lists() throws {
        let town = try town()
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        let ada = town.phone("ada")
        try ada.logIn(601)
        let grace = town.phone("grace")
        try grace.logIn(602)
        town.wait(.seconds(1))
        #expect(ann.list == ["600 Echo test", "1000 ann", "602 Grace"])
        for line in ["Webphone1", "Webphone2"] {
            try ada.prove("SUBSCRIBE", "sip:\(line)@exchange.local", as: 601, ["Event: presence"])
        }
        #expect(ada.notifies.count == 2)
        try grace.logIn(602, expires: 0)
        town.wait(.seconds(1))
        #expect(ann.list == ["600 Echo test", "1000 ann"])
        #expect(ada.list == ["600 Echo test", "1000 ann"] && ada.notifies.count == 3)
        ada.disconnect()
        #expect(town.exchange.clientCount == 1)
    }

    @Test("that is not there is 480, and its number is never given to a guest") func away() throws {
        var configuration = Exchange.Configuration(lines: ["Webphone1"])
        configuration.numbers = 1_000...1_001
        configuration.extensions = [try Secret.entry(1_000, "Ada", Secret.hashes(1_000))]
        let town = Town(configuration)
        let ann = town.phone("ann")
        #expect(ann.register()?.associatedNumber == "1001")
        #expect(town.phone("bob").register()?.reason == "No Free Number")
        #expect(town.phone("eve").register([("P-Preferred-Identity: <sip:1000@exchange.local>")])?.status == 480)
        #expect(ann.ask("MESSAGE", "sip:1000@exchange.local")?.status == 480)
        #expect(ann.ask("MESSAGE", "sip:999@exchange.local")?.status == 404)
    }

    @Test("is on the phone that logged in last; the one before cannot log it out") func phones() throws {
        let town = try town()
        let desk = town.phone("desk")
        try desk.logIn(601)
        let mobile = town.phone("mobile")
        try mobile.logIn(601)
        #expect(town.exchange.clientCount == 1)
        let ann = town.phone("ann")
        ann.register()
        ann.ask("MESSAGE", "sip:601@exchange.local", body: "where are you?")
        #expect(mobile.requests.count == 1 && desk.requests.isEmpty)
        #expect(try desk.logIn(601, expires: 0)?.status == 200)
        #expect(town.exchange.clientCount == 2)
        try mobile.logIn(601, expires: 0)
        #expect(town.exchange.clientCount == 1)
    }

    @Test("is not asked in the exchange's name by the one it called", arguments: [401, 407])
    func claims(_ status: Int) throws {
        let town = try town()
        let ada = town.phone("ada")
        try ada.logIn(601)
        let eve = town.phone("eve")
        eve.register()
        try ada.prove("MESSAGE", "sip:1000@exchange.local", as: 601, body: "hello")
        let name = status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate"
        ada.forget()
        eve.answer(
            try #require(eve.lastRequest), status,
            [
                "\(name): Digest realm=\"exchange.local\", nonce=\"chosen\", algorithm=MD5",
                "\(name): Digest realm=\"eve.example\", nonce=\"hers\"",
            ])
        #expect(ada.statuses == [status])
        #expect(ada.responses.last?.digests.map(\.realm) == ["eve.example"])
    }

    @Test("asked for by a flood of strangers leaves no more behind than the last nonce's time") func flood() throws {
        let town = try town()
        for _ in 0..<200 { town.phone("eve").register(line: "601") }
        #expect(town.exchange.clientCount == 0 && town.occupation.isEmpty)
        town.wait(.seconds(400))
        #expect(town.runningTimers == 0)
    }
}
