import SIP
import Testing

@testable import Exchange

/// An exchange with the extensions 601 and 602.
private func town(_ change: (inout Exchange.Configuration) -> Void = { _ in }) throws -> Town {
    var configuration = Exchange.Configuration(lines: ["Webphone1"])
    configuration.extensions = [
        try Secret.entry(601, "Ada", Secret.hashes(601)), try Secret.entry(602, "Grace", Secret.hashes(602)),
    ]
    change(&configuration)
    return Town(configuration)
}

extension Town {
    /// The statuses of so many tries with passwords that are wrong.
    fileprivate func guesses(_ count: Int, of number: PhoneNumber = 601, at host: String) throws -> [Int] {
        let eve = phone("eve", at: host)
        return try (0..<count).map { _ in
            let asked = eve.register(line: "\(number)")
            guard asked?.status == 401 else { return asked?.status ?? 0 }
            let answer = try eve.answer(
                to: asked, user: number, method: "REGISTER", uri: "sip:127.0.0.1", password: "guess")
            return eve.register(line: "\(number)", [answer])?.status ?? 0
        }
    }

    fileprivate var waits: [UInt64] {
        facts.compactMap { if case .wrongPassword(_, let wait, _) = $0 { wait } else { nil } }
    }
}

@Suite("Whoever guesses passwords") struct ThrottleTests {
    @Test("waits after the third wrong one, twice as long each time, and is told how long") func growing() throws {
        let town = try town()
        #expect(try town.guesses(5, at: "192.0.2.66") == [403, 403, 403, 503, 503])
        #expect(town.waits == [0, 0, 4])
        let eve = town.phone("eve", at: "192.0.2.66")
        let refused = eve.register(line: "601")
        #expect(refused?.headers[.retryAfter] == "4" && refused?.reason == "Too Many Wrong Passwords")
        town.wait(.seconds(4))
        #expect(try town.guesses(2, at: "192.0.2.66") == [403, 503])
        town.wait(.seconds(8))
        #expect(try town.guesses(2, at: "192.0.2.66") == [403, 503])
        #expect(town.waits == [0, 0, 4, 8, 16])
        #expect(town.exchange.counters.wrongPasswords == 5 && town.exchange.counters.throttled == 5)
    }

    @Test("never waits longer than the configuration says, and not at all any more when nothing happened for long")
    func bounded() throws {
        let town = try town { $0.limits.longestWait = 20 }
        for _ in 0..<10 {
            _ = try town.guesses(3, at: "192.0.2.66")
            town.wait(.seconds(20))
        }
        #expect(town.waits.max() == 20)
        #expect(town.exchange.counters.wrongPasswords > 10)
        town.wait(.seconds(901))
        #expect(try town.guesses(3, at: "192.0.2.66") == [403, 403, 403], "time went on")
        town.wait(.seconds(2_000))
        #expect(town.runningTimers == 0, "and stands still again")
    }

    @Test("does not lock the extension's owner out, who is at another address") func owner() throws {
        let town = try town()
        for host in 1...100 { _ = try town.guesses(4, at: "198.51.100.\(host)") }
        let ada = town.phone("ada", at: "192.0.2.1")
        #expect(try ada.logIn(601)?.status == 200, "her first try, in the middle of it")
        _ = try town.guesses(4, at: "198.51.100.101")
        #expect(try ada.logIn(601)?.status == 200)
    }

    @Test("from many addresses has one free try at each, then a minute's wait") func siege() throws {
        let town = try town()
        for host in 1...10 { #expect(try town.guesses(3, at: "198.51.100.\(host)") == [403, 403, 403]) }
        #expect(try town.guesses(3, at: "198.51.100.11") == [403, 503, 503])
        #expect(town.waits.last == 60)
        #expect(try town.guesses(3, of: 602, at: "198.51.100.12") == [403, 403, 403], "another extension is not")
    }

    @Test("of many extensions at one address waits too, and those who logged in there do not") func office() throws {
        let town = try town()
        let ada = town.phone("ada", at: "192.0.2.1")
        try ada.logIn(601)
        try ada.logIn(601, expires: 0)
        for number in 900..<910 as Range<UInt32> {
            #expect(try town.guesses(1, of: PhoneNumber(number), at: "192.0.2.1") == [403])
        }
        #expect(try town.guesses(1, of: 602, at: "192.0.2.1") == [503], "never seen here")
        #expect(try ada.logIn(601)?.status == 200)
        #expect(try town.guesses(1, of: 602, at: "192.0.2.2") == [403], "another address")
    }

    @Test("has its three free tries again after the right one") func reset() throws {
        let town = try town()
        let ada = town.phone("ada", at: "192.0.2.1")
        for _ in 0..<3 {
            #expect(try town.guesses(2, at: "192.0.2.1") == [403, 403])
            #expect(try ada.logIn(601)?.status == 200)
            try ada.logIn(601, expires: 0)
        }
        #expect(town.waits.allSatisfy { $0 == 0 })
    }

    @Test("does not disturb a phone that is registered behind the same address") func registered() throws {
        let town = try town()
        let ada = town.phone("ada", at: "192.0.2.1")
        try ada.logIn(601)
        #expect(try town.guesses(5, at: "192.0.2.1").last == 503)
        #expect(try ada.logIn(601)?.status == 200)
        #expect(try ada.prove("MESSAGE", "sip:600@exchange.local", as: 601, body: "x")?.status != 503)
    }

    @Test("is not told whether the extension exists") func unknown() throws {
        let town = try town()
        func talk(_ number: PhoneNumber, _ host: String) throws -> [String] {
            let eve = town.phone("eve", at: host)
            return try (0..<5).flatMap { _ in
                let asked = eve.register(line: "\(number)")
                guard asked?.status == 401 else { return ["\(asked?.status ?? 0) \(asked?.reason ?? "")"] }
                let answer = try eve.answer(
                    to: asked, user: number, method: "REGISTER", uri: "sip:127.0.0.1", password: "guess")
                let refused = eve.register(line: "\(number)", [answer])
                let names = asked?.headers.map { $0.name.description }.sorted() ?? []
                let more = refused?.headers.map { $0.name.description }.sorted() ?? []
                return [
                    "\(asked?.reason ?? "") \(names) \(asked?.digests.map(\.algorithm) ?? [])",
                    "\(refused?.status ?? 0) \(refused?.reason ?? "") \(more)",
                ]
            }
        }
        #expect(try talk(601, "192.0.2.66") == talk(699, "192.0.2.67"))
        let lines = Town(Exchange.Configuration(lines: ["Webphone1"]))
        #expect(lines.phone("eve").register(line: "699")?.status == 404, "there is nothing to hide")
    }

    @Test("cannot be wrong in the name of somebody else's address") func forged() throws {
        let town = try town()
        let eve = town.phone("eve", over: .udp, at: "198.51.100.7")
        let forged = town.phone("forged", over: .udp, at: "192.0.2.1")
        for _ in 0..<20 {
            let asked = eve.register(line: "601")
            let answer = try eve.answer(
                to: asked, user: 601, method: "REGISTER", uri: "sip:127.0.0.1", password: "guess")
            let refused = forged.register(line: "601", [answer])
            #expect(refused?.status == 401 && refused?.digests.allSatisfy(\.isStale) == true)
        }
        #expect(town.exchange.counters.wrongPasswords == 0)
        #expect(try town.phone("ada", over: .udp, at: "192.0.2.1").logIn(601)?.status == 200)
    }

    @Test("costs a bounded table, in which the oldest gives way") func table() throws {
        var limits = Exchange.Limits()
        limits.countedPasswords = 100
        var throttle = Throttle(limits: limits)
        func attempt(_ host: UInt128) -> Throttle.Attempt {
            .init(number: 601, source: NumericAddress(bits: host, isIPv4: true), isRegistered: false)
        }
        for host in 0..<10_000 as Range<UInt128> { _ = throttle.failed(attempt(host), at: 1) }
        #expect(throttle.count <= 100)
        #expect(throttle.wait(attempt(9_999), at: 2) != nil && throttle.wait(attempt(1), at: 2) == nil)
    }
}
