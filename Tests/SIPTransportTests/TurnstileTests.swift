import SIP
import Testing

@testable import SIPTransport

@Suite("How much may come from one address, and who is banned")
struct TurnstileTests {
    private let address = NumericAddress(bits: 0xC000_0201, isIPv4: true)
    private let other = NumericAddress(bits: 0xC000_0202, isIPv4: true)

    /// 10 messages a second from a port, 30 from an address; 5 connections a second, 20 at once; bans of a minute.
    private func turnstile(trusted: [AddressRange] = []) -> Turnstile {
        var limits = Configuration.Limits()
        limits.messagesPerSecond = 10
        limits.messagesPerSecondPerAddress = 30
        limits.connectionsPerSecond = 5
        limits.connectionsPerAddress = 20
        limits.ban = 60
        limits.bans = 10
        limits.rememberedRemotes = 100
        return Turnstile(limits: limits, trusted: trusted)
    }

    /// How many of so many datagrams are read.
    private func read(
        _ count: Int, from address: NumericAddress, ports: ClosedRange<UInt16> = 5060...5060, at now: Duration,
        by turnstile: inout Turnstile
    ) -> Int {
        (0..<count).count { index in
            let port = ports.lowerBound + UInt16(index % ports.count)
            return turnstile.judge(datagramFrom: address, port: port, at: now) == .passes
        }
    }

    @Test("two seconds' worth may come at once, and then as many as the pace allows")
    func pace() {
        var turnstile = turnstile()
        #expect(read(25, from: address, at: .zero, by: &turnstile) == 20)
        for second in 1...100 {
            #expect(read(15, from: address, at: .seconds(second), by: &turnstile) == 10)
        }
        #expect(turnstile.banned == 0)
        #expect(read(100, from: address, at: .seconds(1_000), by: &turnstile) == 20)
    }

    @Test("a port that goes on is banned alone: the others of its address are read")
    func port() {
        var turnstile = turnstile()
        #expect(read(41, from: address, at: .zero, by: &turnstile) == 20)
        #expect(turnstile.judge(datagramFrom: address, port: 5060, at: .seconds(59)) == .banned)
        #expect(turnstile.judge(datagramFrom: address, port: 5061, at: .seconds(59)) == .passes)
        #expect(turnstile.judge(datagramFrom: other, port: 5060, at: .seconds(59)) == .passes)
        #expect(turnstile.judge(datagramFrom: address, port: 5060, at: .seconds(60)) == .passes)
    }

    @Test("many ports together have what an address has; then all of them are banned, but only over UDP")
    func allPorts() {
        var turnstile = turnstile()
        #expect(read(120, from: address, ports: 1...1_000, at: .zero, by: &turnstile) == 60)
        #expect(turnstile.banned == 0)
        #expect(read(1, from: address, ports: 2_000...2_000, at: .zero, by: &turnstile) == 0)
        #expect(turnstile.judge(datagramFrom: address, port: 3_000, at: .seconds(30)) == .banned)
        #expect(turnstile.judge(connectionFrom: address, at: .seconds(30)) == .passes)
        #expect(turnstile.judge(datagramFrom: other, port: 3_000, at: .seconds(30)) == .passes)
    }

    @Test("whoever connects too often is refused, then banned, over UDP too")
    func connections() {
        var turnstile = turnstile()
        let verdicts = (1...42).map { _ in turnstile.judge(connectionFrom: address, at: .zero) }
        #expect(verdicts.count { $0 == .passes } == 20)
        #expect(verdicts.count { $0 == .excessive } == 21)
        #expect(verdicts.last == .banned)
        #expect(turnstile.judge(datagramFrom: address, port: 1, at: .seconds(1)) == .banned)
        #expect(turnstile.judge(connectionFrom: other, at: .seconds(1)) == .passes)
        #expect(turnstile.judge(connectionFrom: address, at: .seconds(60)) == .passes)
    }

    @Test("connections that had to be ended lead to a ban without any haste")
    func violations() {
        var turnstile = turnstile()
        for second in 0..<4 {
            #expect(turnstile.judge(connectionFrom: address, at: .seconds(second)) == .passes)
            turnstile.broke(address, at: .seconds(second))
        }
        #expect(turnstile.judge(connectionFrom: address, at: .seconds(4)) == .banned)
        #expect(turnstile.judge(connectionFrom: other, at: .seconds(4)) == .passes)
    }

    @Test("a ban and its end are told once each, with what was turned away meanwhile")
    func notices() throws {
        var turnstile = turnstile()
        _ = read(100, from: address, at: .zero, by: &turnstile)
        let source = Turnstile.Source(address: address, port: 5060)
        let ban = Turnstile.Ban(source: source, reason: .datagrams, end: .seconds(60))
        #expect(turnstile.takeNotices() == [.banned(ban)])
        _ = read(100, from: address, at: .seconds(1), by: &turnstile)
        #expect(turnstile.takeNotices() == [])
        #expect(turnstile.nextEnd == .seconds(60))
        turnstile.advance(to: .seconds(59))
        #expect(turnstile.takeNotices() == [])
        turnstile.advance(to: .seconds(60))
        var lifted = ban
        lifted.turnedAway = 159
        #expect(turnstile.takeNotices() == [.lifted(lifted)])
        #expect(turnstile.nextEnd == nil && turnstile.banned == 0)
    }

    @Test("a trusted address is asked for nothing and never banned; one that is trusted later is let in at once")
    func trusted() throws {
        var turnstile = turnstile(trusted: [try AddressRange("192.0.2.1")])
        #expect(read(1_000, from: address, at: .zero, by: &turnstile) == 1_000)
        for _ in 1...1_000 { #expect(turnstile.judge(connectionFrom: address, at: .zero) == .passes) }
        _ = read(1_000, from: other, at: .zero, by: &turnstile)
        #expect(turnstile.judge(datagramFrom: other, port: 5060, at: .zero) == .banned)
        turnstile.trusted = [try AddressRange("192.0.2.0/24")]
        #expect(turnstile.judge(datagramFrom: other, port: 5060, at: .zero) == .passes)
        #expect(turnstile.banned == 0)
    }

    @Test("bans of no time are none, and take the others back")
    func noBans() {
        var turnstile = turnstile()
        _ = read(1_000, from: address, at: .zero, by: &turnstile)
        #expect(turnstile.banned == 1)
        turnstile.limits.ban = 0
        #expect(turnstile.banned == 0)
        #expect(read(1_000, from: address, at: .seconds(4), by: &turnstile) == 20)
        #expect(turnstile.banned == 0)
    }

    @Test("an IPv6 host is counted by its /64")
    func blocks() throws {
        var turnstile = turnstile()
        for host in 1...120 {
            let address = try #require(NumericAddress("2001:db8::\(host)"))
            _ = turnstile.judge(datagramFrom: address, port: UInt16(host), at: .zero)
        }
        let (near, far) = (try #require(NumericAddress("2001:db8::ffff")), NumericAddress("2001:db8:0:1::1"))
        #expect(turnstile.judge(datagramFrom: near, port: 5060, at: .zero) == .excessive)
        #expect(turnstile.judge(datagramFrom: near, port: 5060, at: .zero) == .banned)
        #expect(turnstile.judge(datagramFrom: try #require(far), port: 5060, at: .zero) == .passes)
        #expect(Turnstile.Source(address: try #require(NumericAddress("2001:db8::ffff")).peer).name == "2001:db8::/64")
        #expect(Turnstile.Source(address: address, port: 5060).name == "192.0.2.1:5060")
    }

    @Test("addresses that nobody has cost neither memory nor the bans of those who have theirs")
    func forged() {
        var turnstile = turnstile()
        for number in 1...100_000 as ClosedRange<UInt128> {
            let address = NumericAddress(bits: number, isIPv4: true)
            #expect(turnstile.judge(datagramFrom: address, port: 5060, at: .zero) == .passes)
        }
        for number in 1...100 as ClosedRange<UInt128> {
            for _ in 1...100 {
                _ = turnstile.judge(datagramFrom: NumericAddress(bits: number, isIPv4: true), port: 1, at: .zero)
            }
        }
        #expect(turnstile.banned == 10)
    }

    @Test("a connection is left unread until its debt is paid")
    func slowed() {
        var turnstile = turnstile()
        var bucket = TokenBucket(turnstile.paceOfFlow, at: .zero)
        #expect(turnstile.read(20, from: address, by: &bucket, at: .zero) == .zero)
        #expect(turnstile.read(5, from: address, by: &bucket, at: .zero) == .milliseconds(500))
        #expect(turnstile.read(1, from: address, by: &bucket, at: .seconds(1)) == .zero)
        #expect(turnstile.banned == 0)
    }

    @Test("of many connections of one address those that ask for much wait, and the others do not")
    func shared() {
        var turnstile = turnstile()
        var busy = (1...10).map { _ in TokenBucket(turnstile.paceOfFlow, at: .zero) }
        for index in busy.indices { _ = turnstile.read(15, from: address, by: &busy[index], at: .zero) }
        #expect(turnstile.read(1, from: address, by: &busy[0], at: .zero) == .seconds(1))
        var modest = TokenBucket(turnstile.paceOfFlow, at: .zero)
        #expect(turnstile.read(5, from: address, by: &modest, at: .zero) == .zero)
        #expect(turnstile.read(1, from: other, by: &modest, at: .zero) == .zero)
    }
}
