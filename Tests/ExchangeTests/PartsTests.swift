import SIP
import Testing

@testable import Exchange

@Suite("Parts of the exchange") struct PartsTests {
    @Test(
        "what a number is",
        arguments: [
            ("1002", 1002), ("7", 7), ("999999999", 999_999_999), ("", nil), ("01002", nil), ("0", nil),
            ("1000000000", nil),
            ("10a", nil), ("+1002", nil), ("١٢٣", nil), (nil, nil),
        ] as [(String?, UInt32?)])
    func number(user: String?, value: UInt32?) {
        #expect(PhoneNumber(user: user)?.value == value)
    }

    @Test(
        "what a line's name is",
        arguments: [
            ("Webphone1", true), ("a.b-c_d", true), ("", false), ("1000", false), ("a b", false), ("é", false),
            ("a@b", false), (String(repeating: "a", count: 33), false), ("a'/>", false),
        ])
    func lineName(name: String, isGood: Bool) {
        #expect(Exchange.Configuration.isLineName(name) == isGood)
    }

    @Test(
        "the parties of a dialog survive their way through Route",
        arguments: [
            ("1000.1001", true), ("1000.", false), (".1000", false), ("1000.1001.1002", false), ("1000", false),
            ("1000.01", false), ("a.b", false), ("", false),
        ])
    func parties(user: String, isGood: Bool) {
        #expect((Parties(user: user) != nil) == isGood)
    }

    @Test("a deadline holds at least as long as it was set for, and two beats more at most")
    func deadlines() {
        for seconds in UInt32(0)...20 {
            var expiry = Expiry<String>()
            _ = expiry.advance()
            expiry.set("x", seconds: seconds)
            var waited: UInt32 = 0
            while expiry.advance().isEmpty { waited += Exchange.Timing.beatSeconds }
            #expect((seconds...seconds + 4).contains(waited + Exchange.Timing.beatSeconds))
            #expect(expiry.isEmpty)
        }
    }

    @Test("a deadline moves later and earlier, and nothing fires twice") func moving() {
        var expiry = Expiry<String>()
        expiry.set("x", seconds: 10)
        expiry.set("x", seconds: 40)
        expiry.set("x", seconds: 6)
        expiry.set("x", seconds: 20)
        expiry.set("y", seconds: 8)
        expiry.remove("y")
        expiry.set("y", seconds: 8)
        let due = (0..<40).map { _ in expiry.advance() }
        #expect(due.flatMap { $0 }.sorted() == ["x", "y"])
        #expect(due[10] == ["x"])
        #expect(due[4] == ["y"])
    }

    @Test("moving deadlines to and fro leaves nothing behind") func bounded() {
        var expiry = Expiry<Int>()
        for round in 0..<1_000 {
            expiry.set(1, seconds: round % 2 == 0 ? 90 : 15)
            if round % 10 == 0 { _ = expiry.advance() }
        }
        expiry.remove(1)
        for _ in 0..<60 { #expect(expiry.advance().isEmpty) }
        #expect(expiry == Expiry<Int>.after(beats: expiry.beat))
    }

    @Test("a seeded exchange does the same again") func repeatable() {
        let stories = (0..<2).map { _ in
            let pair = Pair()
            pair.ann.subscribe()
            pair.ann.ask("INVITE", "sip:1001@exchange.local")
            return pair.bob.requests + pair.ann.notifies
        }
        #expect(stories[0] == stories[1])
    }
}

extension Expiry {
    fileprivate static func after(beats: UInt64) -> Expiry {
        var expiry = Expiry()
        for _ in 0..<beats { _ = expiry.advance() }
        return expiry
    }
}
