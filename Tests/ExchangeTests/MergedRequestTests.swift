import SIP
import Testing

@testable import Exchange

/// RFC 3261 §8.2.2.2: the same request, come another way, has another branch and all else alike.
@Suite("The same request by two ways") struct MergedRequestTests {
    @Test("is answered 482 the second time, and the called one hears of it once", arguments: ["INVITE", "MESSAGE"])
    func outside(_ method: String) throws {
        let pair = Pair(.udp, .udp)
        for branch in ["one", "two"] {
            pair.ann.ask(
                method, "sip:1001@exchange.local", callID: "same", cseq: 7, branch: "z9hG4bK-\(branch)", body: "x")
        }
        #expect(pair.bob.requests.count == 1 && pair.ann.statuses.filter { $0 != 100 } == [482])
        pair.bob.answer(try #require(pair.bob.lastRequest), 486)
        #expect(pair.ann.statuses.last == 486)
        pair.ann.ask(method, "sip:1001@exchange.local", callID: "same", cseq: 8, branch: "z9hG4bK-three", body: "x")
        #expect(pair.bob.requests.last?.cseq?.number == 8, "the next one is another request")
    }

    @Test("is another request for another number, within a dialog, or with another tag") func others() throws {
        let pair = Pair(.udp, .udp)
        let cara = pair.town.phone("cara", over: .udp)
        cara.register()
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "same", cseq: 7, branch: "z9hG4bK-one")
        pair.ann.ask("INVITE", "sip:1002@exchange.local", callID: "same", cseq: 7, branch: "z9hG4bK-two")
        pair.ann.ask(
            "INVITE", "sip:1001@exchange.local", from: "<sip:1000@exchange.local>;tag=other", callID: "same", cseq: 7,
            branch: "z9hG4bK-three")
        #expect(pair.bob.requests.map(\.method) == [.invite, .invite] && cara.requests.count == 1)
        #expect(!pair.ann.statuses.contains(482))
    }

    @Test("is 482 for a REGISTER too, and the registration stands") func register() throws {
        let town = Town()
        let ann = town.phone("ann", over: .udp)
        ann.register()
        func copy(_ branch: String, tag: String) {
            ann.say(
                """
                REGISTER sip:127.0.0.1 SIP/2.0
                Via: SIP/2.0/UDP \(ann.flow.remote);branch=z9hG4bK\(branch)
                From: "ann" <sip:Webphone1@127.0.0.1>;tag=\(tag)
                To: <sip:Webphone1@127.0.0.1>
                Call-ID: \(ann.callID)
                CSeq: 1 REGISTER
                Contact: <sip:ann@\(ann.flow.remote)>
                """)
        }
        copy("copy", tag: "ann")
        #expect(ann.statuses.last == 482)
        copy("restarted", tag: "other")
        #expect(ann.statuses.last == 500, "that is not the same request, but one out of order")
        #expect(town.exchange.clientCount == 1)
    }

    @Test("of an extension is 482 before its password is looked at a second time") func authenticated() throws {
        var configuration = Exchange.Configuration()
        configuration.extensions = [try Secret.entry(601, "Ada", Secret.hashes(601))]
        let town = Town(configuration)
        let (ada, ann) = (town.phone("ada", over: .udp), town.phone("ann", over: .udp))
        try ada.logIn(601)
        ann.register()
        let uri = "sip:1000@exchange.local"
        let asked = ada.ask("MESSAGE", uri, callID: "same", cseq: 20, body: "x")
        let answer = try ada.answer(to: asked, user: 601, method: "MESSAGE", uri: uri)
        for branch in ["one", "two"] {
            ada.ask("MESSAGE", uri, callID: "same", [answer], cseq: 21, branch: "z9hG4bK-\(branch)", body: "x")
        }
        #expect(ann.requests.count == 1 && ada.statuses.last == 482)
    }
}
