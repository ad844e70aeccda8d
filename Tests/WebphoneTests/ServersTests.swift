import SIP
import Testing

@testable import Webphone

@Suite("Several servers")
struct ServersTests {
    static let one = Endpoint(transport: .tcp, host: "one", port: 7777)
    static let two = Endpoint(transport: .tcp, host: "two", port: 7778)

    static func account(_ servers: Target...) -> Account {
        Account(servers: servers, line: "Line", displayName: "anna")
    }

    static func account(over transport: TransportProtocol = .tcp) -> Account {
        account(
            Target(host: "one", port: 7777, transport: transport),
            Target(host: "two", port: 7778, transport: transport))
    }

    func flow(_ number: UInt16, _ transport: TransportProtocol = .tcp) -> Flow {
        ConnectionTests.flow(number, transport)
    }

    func reports(_ effects: [Connection.Effect]) -> [ConnectionState] {
        effects.compactMap { if case .report(let state) = $0 { state } else { nil } }
    }

    func opened(_ effects: [Connection.Effect]) -> [Endpoint] {
        effects.compactMap { if case .open(_, let endpoint) = $0 { endpoint } else { nil } }
    }

    func retry(_ effects: [Connection.Effect]) -> Duration? {
        effects.compactMap { if case .start(.retry, let delay) = $0 { delay } else { nil } }.first
    }

    /// Registered at the first as 1000, on flow 1.
    func online(_ account: Account = Self.account()) -> Connection {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(account))
        _ = connection.handle(.opened(flow(1), attempt: 1))
        _ = connection.handle(.registered(number: "1000"))
        return connection
    }

    @Test("each is tried once, without a pause, and only then is there one; all reasons are told")
    func round() {
        var connection = Connection(identifiers: .seeded(1))
        #expect(opened(connection.handle(.connect(Self.account()))) == [Self.one])
        #expect(connection.handle(.failed(.refused, attempt: 1)) == [.open(attempt: 2, Self.two)])
        let effects = connection.handle(.failed(.timedOut, attempt: 2))
        let delay = retry(effects)
        #expect(
            reports(effects) == [
                .connectionFailed(
                    reason: "Nobody answers at one port 7777. two port 7778 did not answer in time.", retryIn: delay)
            ])
        #expect(delay.map { $0 >= .milliseconds(500) } == true)
        let again = connection.handle(.fired(.retry))
        #expect(reports(again) == [.connecting(attempt: 2)] && opened(again) == [Self.one])
    }

    @Test("a lost one: the first again at once, then the next, which is asked for the same number and named")
    func failover() {
        var connection = online()
        let lost = connection.handle(.closed(flow(1), .closedByPeer))
        #expect(
            reports(lost) == [
                .connectionClosed(reason: "The exchange closed the connection.", retryIn: .zero),
                .connecting(attempt: 1),
            ])
        #expect(opened(lost) == [Self.one] && retry(lost) == nil)
        #expect(opened(connection.handle(.failed(.refused, attempt: 2))) == [Self.two])
        _ = connection.handle(.opened(flow(2), attempt: 3))
        #expect(connection.number == "1000")
        let there = connection.handle(.registered(number: "1000"))
        #expect(there.contains(.connected(through: Self.two)))
        // The next loss begins with the preferred one.
        #expect(opened(connection.handle(.closed(flow(2), .keepAliveTimedOut))) == [Self.one])
    }

    @Test(
        "one that cannot is left for the next at once",
        arguments: [
            .unavailable(status: 503, reason: "x", retryAfter: .seconds(60)),
            .unavailable(status: 480, reason: "x", retryAfter: nil), .timedOut, .lost,
        ] as [Registration.Failure])
    func faulty(failure: Registration.Failure) {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account()))
        _ = connection.handle(.opened(flow(1), attempt: 1))
        let effects = connection.handle(.registrationFailed(failure))
        #expect(opened(effects) == [Self.two] && effects.contains(.close(flow(1))) && reports(effects) == [])
    }

    @Test("one that denies access is believed, and no other is asked")
    func denied() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account()))
        _ = connection.handle(.opened(flow(1), attempt: 1))
        let effects = connection.handle(.registrationFailed(.wrongPassword(status: 403)))
        #expect(opened(effects) == [] && retry(effects) == nil)
        let words =
            "The exchange does not accept this number with this password (403). "
            + "That was one port 7777; the others are not asked."
        #expect(reports(effects) == [.accessDenied(reason: words)])
    }

    @Test("the pause is as long as the most patient of them allows, and no longer")
    func retryAfter() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account()))
        for (attempt, wait) in [(1, 60), (2, 20)] as [(UInt64, Int)] {
            _ = connection.handle(.opened(flow(UInt16(attempt)), attempt: attempt))
            let failure = Registration.Failure.unavailable(status: 503, reason: "x", retryAfter: .seconds(wait))
            let effects = connection.handle(.registrationFailed(failure))
            #expect(retry(effects) == (attempt == 2 ? .seconds(20) : nil))
        }
    }

    @Test("one that opens and says nothing is given less time while another is left")
    func silent() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account()))
        #expect(connection.handle(.opened(flow(1), attempt: 1)).last == .start(.registration, after: .seconds(4)))
        #expect(opened(connection.handle(.fired(.registration))) == [Self.two])
        #expect(connection.handle(.opened(flow(2), attempt: 2)).last == .start(.registration, after: .seconds(10)))
    }

    @Test("a domain is located in its turn, and each of its servers tried before the next")
    func located() {
        let cluster = Target(host: "pbx.example", isSecured: true)
        let nodes = (1...2).map { Endpoint(transport: .tls, host: "node\($0)", port: 5061, domain: "pbx.example") }
        var connection = Connection(identifiers: .seeded(1))
        #expect(
            connection.handle(.connect(Self.account(cluster, Target(host: "two", port: 7778)))).last
                == .locate(attempt: 1, cluster))
        #expect(connection.handle(.located(nodes, attempt: 0)) == [], "of an attempt that was given up")
        #expect(connection.handle(.located(nodes, attempt: 1)) == [.open(attempt: 2, nodes[0])])
        #expect(connection.handle(.located(nodes, attempt: 2)) == [], "it is being opened")
        #expect(opened(connection.handle(.failed(.timedOut, attempt: 2))) == [nodes[1]])
        #expect(opened(connection.handle(.failed(.refused, attempt: 3))) == [Self.two])
        #expect(retry(connection.handle(.failed(.refused, attempt: 4))) != nil)
        #expect(connection.handle(.fired(.retry)).last == .locate(attempt: 5, cluster), "DNS may have changed")
    }

    @Test("a domain with several servers: the loss of one leads to the others at once")
    func cluster() {
        let nodes = (1...2).map { Endpoint(transport: .tls, host: "node\($0)", port: 5061, domain: "pbx.example") }
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account(Target(host: "pbx.example", isSecured: true))))
        _ = connection.handle(.located(nodes, attempt: 1))
        _ = connection.handle(.opened(flow(1, .tls), attempt: 2))
        _ = connection.handle(.registered(number: "1000"))
        let lost = connection.handle(.closed(flow(1, .tls), .closedByPeer))
        #expect(reports(lost).count == 2 && retry(lost) == nil)
        guard case .locate? = lost.last else {
            Issue.record("\(lost)")
            return
        }
    }

    @Test("a domain that cannot be located counts as a server that failed")
    func notLocated() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account(Target(host: "pbx.example"), Target(host: "two", port: 7778))))
        let effects = connection.handle(.failed(.unreachable("no such service"), attempt: 1))
        #expect(opened(effects) == [Self.two])
        let reports = reports(connection.handle(.failed(.refused, attempt: 2)))
        guard case .connectionFailed(let reason, .some)? = reports.first else {
            Issue.record("\(reports)")
            return
        }
        #expect(reason == "pbx.example is out of reach: no such service. Nobody answers at two port 7778.")
    }

    @Test("a text too long for a datagram moves to TCP at the server in use, and TCP it stays at the others")
    func move() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account(over: .udp)))
        _ = connection.handle(.failed(.unreachable("x"), attempt: 1))
        _ = connection.handle(.opened(flow(1, .udp), attempt: 2))
        _ = connection.handle(.registered(number: "1000"))
        #expect(opened(connection.handle(.tooLarge)) == [Self.two])
        _ = connection.handle(.opened(flow(2), attempt: 3))
        #expect(connection.handle(.registered(number: "1000")).contains(.connected(through: Self.two)))
        #expect(opened(connection.handle(.closed(flow(2), .closedByPeer))) == [Self.one])
    }

    @Test("leaving in the middle of a round ends it")
    func leaving() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account(Target(host: "pbx.example"), Target(host: "two", port: 7778))))
        _ = connection.handle(.disconnect)
        #expect(connection.handle(.located([Self.one], attempt: 1)) == [])
        #expect(connection.handle(.failed(.refused, attempt: 1)) == [])
    }
}
