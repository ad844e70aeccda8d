import SIP
import Testing

@testable import Exchange

@Suite("When the other side fails") struct FailureTests {
    @Test("the called client's connection ends while it rings: not reachable") func closesWhileRinging() throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local")
        pair.bob.answer(try #require(pair.bob.lastRequest), 180)
        pair.bob.disconnect()
        #expect(pair.ann.statuses == [180, 480])
    }

    @Test("the caller's connection ends while it rings: the phone stops ringing") func callerGone() throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local")
        pair.bob.answer(try #require(pair.bob.lastRequest), 180)
        pair.ann.disconnect()
        #expect(pair.bob.lastRequest?.method == .cancel)
    }

    @Test("the caller of a thousand is gone: all stop ringing, and no event does more than a lump of it")
    func callerOfManyGone() {
        let pair = Pair()
        for _ in 0..<1_000 { pair.ann.ask("INVITE", "sip:1001@exchange.local") }
        for invite in pair.bob.requests { pair.bob.answer(invite, 180) }
        pair.bob.forget()
        pair.town.mostEffects = 0
        pair.ann.disconnect()
        #expect(pair.bob.requests.count < Departures.lump)
        pair.town.wait(.zero)
        #expect(pair.bob.requests.count { $0.method == .cancel } == 1_000)
        #expect(pair.town.exchange.relays.count == 0)
        #expect(pair.town.mostEffects < 8 * Departures.lump)
    }

    @Test("the phone that a thousand call is gone: each is told, and no event does more than a lump of it")
    func calledByManyGone() {
        let pair = Pair()
        for _ in 0..<1_000 { pair.ann.ask("INVITE", "sip:1001@exchange.local") }
        for invite in pair.bob.requests { pair.bob.answer(invite, 180) }
        pair.town.mostEffects = 0
        pair.bob.disconnect()
        pair.town.wait(.zero)
        #expect(pair.ann.statuses.count { $0 == 480 } == 1_000)
        #expect(pair.town.exchange.relays.count == 0)
        #expect(pair.town.mostEffects < 8 * Departures.lump)
    }

    @Test("a client over UDP that is dead: 408 for a message, 480 for a call, after 5 s") func dead() {
        let pair = Pair(.tcp, .udp)
        pair.ann.ask("MESSAGE", "sip:1001@exchange.local")
        pair.ann.ask("INVITE", "sip:1001@exchange.local")
        pair.town.wait(.milliseconds(4_900))
        #expect(pair.ann.statuses == [100])
        pair.town.wait(.milliseconds(200))
        #expect(pair.ann.statuses == [100, 408, 480])
    }

    @Test("a dead client that wakes up late is told that the call is over") func lateRinging() throws {
        let pair = Pair(.tcp, .udp)
        pair.ann.ask("INVITE", "sip:1001@exchange.local")
        let invite = try #require(pair.bob.lastRequest)
        pair.town.wait(.seconds(6))
        pair.bob.answer(invite, 180)
        #expect(pair.bob.lastRequest?.method == .cancel)
        #expect(pair.ann.statuses.last == 480)
    }

    @Test("nobody answers: timer C ends it with 408 and the phone stops ringing") func timerC() throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local")
        let invite = try #require(pair.bob.lastRequest)
        pair.bob.answer(invite, 180)
        for _ in 0..<4 {
            pair.town.wait(.seconds(40))
            pair.ann.register()
            pair.bob.register()
        }
        #expect(pair.ann.statuses.contains(408) == false)
        pair.town.wait(.seconds(22))
        #expect(pair.ann.statuses.last == 408)
        #expect(pair.bob.lastRequest?.method == .cancel)
    }

    @Test("a provisional answer starts timer C anew") func timerCAgain() throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local")
        let invite = try #require(pair.bob.lastRequest)
        for _ in 0..<10 {
            pair.bob.answer(invite, 180)
            pair.town.wait(.seconds(45))
            pair.ann.register()
            pair.bob.register()
        }
        #expect(!pair.ann.statuses.contains(408))
    }

    @Test("copies of a 200 whose ACK is late reach the caller, and the ACK the called one") func repeated200() throws {
        let pair = Pair(.udp, .udp)
        let (invite, answer) = try pair.call()
        pair.ann.forget()
        pair.town.wait(.seconds(1))
        pair.bob.answer(invite, 200)
        #expect(pair.ann.statuses == [200])
        #expect(pair.ann.responses.last?.vias.count == 1)
        pair.bob.forget()
        pair.fromAnn("ACK", answer)
        #expect(pair.bob.lastRequest?.method == .ack)
    }

    @Test("a call survives the quick reconnect of either side with the same number") func reconnect() throws {
        let pair = Pair()
        let (invite, answer) = try pair.call()
        pair.bob.disconnect()
        pair.bob.reconnect()
        pair.bob.register()
        pair.bob.forget()
        pair.fromAnn("MESSAGE", answer, body: "still there?")
        #expect(pair.bob.lastRequest?.body == Array("still there?".utf8))
        pair.ann.reconnect(over: .udp)
        pair.ann.register()
        pair.ann.forget()
        pair.fromBob("BYE", invite)
        #expect(pair.ann.lastRequest?.method == .bye)
    }

    @Test("the partner in a call is gone: not reachable") func partnerGone() throws {
        let pair = Pair()
        let (_, answer) = try pair.call()
        pair.bob.disconnect()
        pair.ann.forget()
        pair.fromAnn("MESSAGE", answer)
        #expect(pair.ann.statuses == [480])
    }

    @Test("more requests under way than one flow may have are refused, others go on") func flood() throws {
        var configuration = Exchange.Configuration()
        configuration.limits.relaysPerFlow = 10
        let pair = Pair(.tcp, .tcp, configuration)
        for _ in 0..<15 { pair.ann.ask("MESSAGE", "sip:1001@exchange.local") }
        #expect(pair.bob.requests.count == 10)
        #expect(pair.ann.statuses == Array(repeating: 503, count: 5))
        #expect(pair.ann.responses.last?.headers[.retryAfter] == "5")
        pair.bob.ask("MESSAGE", "sip:1000@exchange.local")
        #expect(pair.ann.requests.count == 1)
        for request in pair.bob.requests { pair.bob.answer(request, 200) }
        pair.ann.forget()
        pair.ann.ask("MESSAGE", "sip:1001@exchange.local")
        #expect(pair.ann.statuses.isEmpty)
    }

    @Test("a trunk over UDP has room for as many remembered transactions as the configuration says") func trunk() throws
    {
        var configuration = Exchange.Configuration()
        configuration.limits.transactionsPerFlow = 12
        let pair = Pair(.udp, .udp, configuration)
        func says() -> Int? {
            pair.ann.forget()
            pair.ann.ask("MESSAGE", "sip:1001@exchange.local")
            if let request = pair.bob.lastRequest { pair.bob.answer(request, 200) }
            return pair.ann.statuses.last
        }
        // The REGISTER is remembered too.
        for _ in 0..<11 { #expect(says() == 200) }
        #expect(says() == 503)
        configuration.limits.transactionsPerFlow = 13
        pair.town.handle(.configured(configuration))
        #expect(says() == 200)
        #expect(says() == 503)
        pair.town.wait(.seconds(33))
        #expect(says() == 200)
    }

    @Test("within a call a slow client over UDP has the time of timer F") func slowInDialog() throws {
        let pair = Pair(.udp, .udp)
        let (_, answer) = try pair.call()
        pair.ann.forget()
        pair.fromAnn("MESSAGE", answer)
        let message = try #require(pair.bob.lastRequest)
        pair.town.wait(.seconds(20))
        pair.bob.answer(message, 200)
        #expect(pair.ann.statuses == [200])
    }

    @Test("an answer with Vias that are not the caller's does not reach it that way") func foreignVia() throws {
        let pair = Pair()
        pair.ann.ask("MESSAGE", "sip:1001@exchange.local")
        var answer = Response(200, to: try #require(pair.bob.lastRequest), toTag: "bob")
        let ours = try #require(answer.topVia)
        answer.headers.removeAll(.via)
        answer.topVia = ours
        pair.town.handle(.received(.response(answer), on: pair.bob.flow))
        #expect(pair.ann.responses.last?.vias.map(\.branch) == ["z9hG4bK-ann-\(pair.ann.flow.remote.port)-2"])
    }

    @Test("nothing is left of calls and messages that are over") func nothingLeft() throws {
        let pair = Pair(.udp, .udp)
        let (invite, answer) = try pair.call()
        pair.fromAnn("ACK", answer)
        pair.fromBob("BYE", invite)
        pair.ann.answer(try #require(pair.ann.lastRequest), 200)
        pair.ann.ask("MESSAGE", "sip:1001@exchange.local")
        pair.ann.register(expires: 0)
        pair.bob.register(expires: 0)
        pair.town.wait(.seconds(200))
        #expect(pair.town.exchange.relays.count == 0)
        #expect(pair.town.exchange.layer.count == 0)
        #expect(pair.town.runningTimers == 0)
    }
}
