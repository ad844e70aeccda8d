import SIP
import Testing

@testable import Exchange

@Suite("What an exchange tells about itself") struct StatusTests {
    private func calls(_ town: Town) -> [String] {
        town.status.calls.map { "\($0.caller) \($0.callee) \($0.state.rawValue) \($0.age)" }
    }

    @Test("who is online, on which line, over what and for how long") func clients() throws {
        let town = Town()
        let ann = town.phone("ann", over: .ws)
        ann.register(line: "Webphone2")
        town.wait(.seconds(20))
        let bob = town.phone("bob", over: .udp)
        bob.register()
        ann.register(line: "Webphone2")
        let status = town.status
        #expect(status.domain == "exchange.local")
        #expect(status.lines.map(\.name) == ["Webphone1", "Webphone2"])
        #expect(status.lines.map(\.clients) == [1, 1])
        #expect(status.clients.map(\.name) == ["ann", "bob"])
        #expect(status.clients.map(\.line) == ["Webphone2", "Webphone1"])
        #expect(status.clients.map(\.flow) == [ann.flow, bob.flow])
        #expect(status.clients.map(\.online) == [.seconds(20), .zero])
        #expect(status.flows == [.ws: 1, .udp: 1])
        ann.disconnect()
        #expect(town.status.clients.map(\.name) == ["bob"])
    }

    @Test("a call from the question to its end") func call() throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "call")
        #expect(calls(pair.town) == ["1000 1001 asked 0.0 seconds"])
        let invite = try #require(pair.bob.lastRequest)
        pair.town.wait(.seconds(1))
        pair.bob.answer(invite, 180)
        #expect(calls(pair.town) == ["1000 1001 ringing 1.0 seconds"])
        pair.town.wait(.seconds(2))
        pair.bob.answer(invite, 200)
        pair.town.wait(.seconds(10))
        #expect(calls(pair.town) == ["1000 1001 talking 13.0 seconds"])
        #expect(pair.town.status.calls.first?.talking == .seconds(10))
        #expect(pair.town.status.calls.first?.id == "call")
        pair.fromBob("BYE", invite)
        #expect(calls(pair.town).isEmpty)
    }

    @Test("a call that was refused, taken back, or nobody answered is none any more") func noCall() throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "refused")
        pair.bob.answer(try #require(pair.bob.lastRequest), 486)
        #expect(calls(pair.town).isEmpty)
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "unanswered")
        #expect(calls(pair.town).count == 1)
        pair.town.wait(.seconds(6))
        #expect(calls(pair.town).isEmpty)
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "gone")
        #expect(calls(pair.town).count == 1)
        pair.ann.disconnect()
        #expect(calls(pair.town).isEmpty)
    }

    @Test("a call is interrupted while one of the two is away, and over when both are") func interrupted() throws {
        let pair = Pair()
        _ = try pair.call()
        pair.bob.disconnect()
        #expect(calls(pair.town) == ["1000 1001 interrupted 0.0 seconds"])
        pair.bob.reconnect()
        pair.bob.register()
        #expect(calls(pair.town) == ["1000 1001 talking 0.0 seconds"])
        pair.bob.disconnect()
        pair.ann.disconnect()
        #expect(calls(pair.town).isEmpty)
    }

    @Test("who ends a call while the other is away has ended it") func endedAlone() throws {
        let pair = Pair()
        let (_, answer) = try pair.call()
        pair.bob.disconnect()
        #expect(pair.fromAnn("BYE", answer)?.status == 480)
        #expect(calls(pair.town).isEmpty)
    }

    @Test("a BYE of somebody who has no part in it ends no call, and a Call-ID taken again hides none") func strangers()
        throws
    {
        let pair = Pair()
        _ = try pair.call()
        let eve = pair.town.phone("eve")
        eve.register()
        eve.ask("BYE", "sip:1001@exchange.local", callID: "call", ["Route: <sip:1000.1001@127.0.0.1:7777;lr>"])
        #expect(calls(pair.town) == ["1000 1001 talking 0.0 seconds"])
        eve.ask("INVITE", "sip:1001@exchange.local", callID: "call")
        #expect(calls(pair.town) == ["1000 1001 talking 0.0 seconds", "1002 1001 asked 0.0 seconds"])
    }

    @Test("calls beyond the limit take place, and are not told of") func limit() throws {
        var configuration = Exchange.Configuration()
        configuration.limits.notedCalls = 1
        let pair = Pair(.tcp, .tcp, configuration)
        _ = try pair.call()
        pair.bob.ask("INVITE", "sip:1000@exchange.local", callID: "second")
        #expect(pair.ann.lastRequest?.method == .invite)
        #expect(calls(pair.town).count == 1)
    }

    @Test("a chat with the Echo test is a call, until its caller has gone") func echoTest() throws {
        let town = Town()
        let ann = town.phone("ann")
        ann.register()
        ann.ask("INVITE", "sip:600@exchange.local", callID: "echo")
        #expect(calls(town) == ["1000 600 talking 0.0 seconds"])
        #expect(town.status.clients.map(\.name) == ["ann"], "it is no client")
        ann.disconnect()
        #expect(calls(town).isEmpty)
    }

    @Test("requests, refusals and limits are counted; copies and made-up methods do not fill the table") func counters()
        throws
    {
        var configuration = Exchange.Configuration()
        configuration.limits.clientsPerLine = 2
        let pair = Pair(.udp, .tcp, configuration)
        #expect(pair.town.phone("eve").register()?.status == 480)
        #expect(pair.ann.ask("INVITE", "sip:4711@exchange.local")?.status == 404)
        for number in 1...50 { pair.ann.ask("MADEUP\(number)", "sip:1001@exchange.local") }
        for _ in 1...2 { pair.ann.ask("MESSAGE", "sip:4711@exchange.local", cseq: 900, branch: "z9hG4bKcopy") }
        let counters = pair.town.status.counters
        #expect(counters.requests[.register] == 3)
        #expect(counters.requests[.invite] == 1)
        #expect(counters.requests[.message] == 1)
        #expect(counters.requests[.other("other")] == 50)
        #expect(counters.requests.count == 4)
        #expect(counters.refusals == [480: 1, 404: 2, 405: 50])
        #expect(counters.limits == [.clientsPerLine: 1])
        #expect(pair.town.status.transactionCounters.repeatedRequests == 1)
    }
}
