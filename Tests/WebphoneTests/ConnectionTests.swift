import SIP
import Testing

@testable import Webphone

@Suite("The connection")
struct ConnectionTests {
    static func account(_ transport: TransportProtocol = .tcp) -> Account {
        Account(host: "pbx", port: 7777, transport: transport, line: "Line", displayName: "anna")
    }

    static func flow(_ number: UInt16, _ transport: TransportProtocol = .tcp) -> Flow {
        Flow(
            transport: transport, local: SocketAddress(host: "192.0.2.2", port: number),
            remote: SocketAddress(host: "192.0.2.1", port: 7777), connection: UInt64(number))
    }

    /// Registered as 1000 on flow 1.
    static func online(_ transport: TransportProtocol = .tcp) -> Connection {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(account(transport)))
        _ = connection.handle(.opened(flow(1, transport), attempt: 1))
        _ = connection.handle(.registered(number: "1000"))
        return connection
    }

    func reports(_ effects: [Connection.Effect]) -> [ConnectionState] {
        effects.compactMap { if case .report(let state) = $0 { state } else { nil } }
    }

    func retry(_ effects: [Connection.Effect]) -> Duration? {
        effects.compactMap { if case .start(.retry, let delay) = $0 { delay } else { nil } }.first
    }

    @Test("opens, registers, is granted a number, asks for the list")
    func granted() {
        var connection = Connection(identifiers: .seeded(1))
        let endpoint = Endpoint(transport: .tcp, host: "pbx", port: 7777)
        #expect(
            connection.handle(.connect(Self.account())) == [
                .report(.connecting(attempt: 1)), .open(attempt: 1, endpoint),
            ])
        #expect(
            connection.handle(.opened(Self.flow(1), attempt: 1)) == [
                .register(on: Self.flow(1)), .start(.registration, after: Connection.registrationPatience),
            ])
        #expect(
            connection.handle(.registered(number: "1000")) == [
                .cancel(.registration), .report(.accessGranted(number: "1000")), .connected(through: endpoint),
                .established(Self.flow(1), number: "1000", grace: .seconds(5)), .subscribe(on: Self.flow(1)),
            ])
        #expect(connection.handle(.registered(number: "1000")) == [])
    }

    @Test("over UDP the others are given the time of their next ping to come back, after a lost connection too")
    func datagramGrace() {
        var connection = Self.online(.udp)
        let wait = retry(connection.handle(.closed(Self.flow(1, .udp), .refused))) ?? .zero
        _ = connection.handle(.fired(.retry))
        _ = connection.handle(.opened(Self.flow(2, .udp), attempt: 2))
        let effects = connection.handle(.registered(number: "1000"))
        #expect(effects.contains(.established(Self.flow(2, .udp), number: "1000", grace: .seconds(20) + wait)))
    }

    @Test("a host that does not answer is tried again and again, more and more slowly, each attempt counted")
    func unreachable() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account()))
        var last = Duration.zero
        for attempt in UInt64(1)...7 {
            let effects = connection.handle(.failed(.refused, attempt: attempt))
            let delay = retry(effects) ?? .zero
            #expect(delay > last)
            #expect(
                reports(effects) == [.connectionFailed(reason: "Nobody answers at pbx port 7777.", retryIn: delay)])
            last = delay
            #expect(reports(connection.handle(.fired(.retry))) == [.connecting(attempt: Int(attempt) + 1)])
        }
    }

    @Test("after a success the waits start short again")
    func reset() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account()))
        for attempt in UInt64(1)...6 {
            _ = connection.handle(.failed(.refused, attempt: attempt))
            _ = connection.handle(.fired(.retry))
        }
        _ = connection.handle(.opened(Self.flow(1), attempt: 7))
        _ = connection.handle(.registered(number: "1000"))
        let lost = connection.handle(.closed(Self.flow(1), .closedByPeer))
        #expect(retry(lost).map { $0 < .seconds(1) } == true)
    }

    @Test("a lost exchange is CONNECTION_CLOSED, comes back, and is asked for the same number")
    func lost() {
        var connection = Self.online()
        let effects = connection.handle(.closed(Self.flow(1), .keepAliveTimedOut))
        #expect(effects.contains(.lost(Self.flow(1))))
        guard case .connectionClosed("The exchange does not answer any more.", .some)? = reports(effects).first else {
            Issue.record("\(effects)")
            return
        }
        #expect(connection.number == "1000")
        _ = connection.handle(.fired(.retry))
        // Not there yet: it was connected once, so it is still closed, not failed.
        guard case .connectionClosed? = reports(connection.handle(.failed(.refused, attempt: 2))).first else {
            Issue.record("the outage changed its name")
            return
        }
    }

    @Test(
        "a refusal that would only repeat itself is final",
        arguments: [
            (.refused(status: 404, reason: "x"), "The exchange has no line named Line (404)."),
            (.refused(status: 403, reason: "x"), "The exchange does not let this name join (403)."),
            (.challenged(status: 401), "The exchange asks for a password, and there is none."),
            (.wrongPassword(status: 403), "The exchange does not accept this number with this password (403)."),
        ] as [(Registration.Failure, String)])
    func denied(failure: Registration.Failure, words: String) {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account()))
        _ = connection.handle(.opened(Self.flow(1), attempt: 1))
        let effects = connection.handle(.registrationFailed(failure))
        #expect(reports(effects) == [.accessDenied(reason: words)])
        #expect(effects.contains(.close(Self.flow(1))) && retry(effects) == nil)
        #expect(connection.handle(.fired(.retry)) == [])
    }

    @Test("a full line is tried again later, and Retry-After is honoured within reason")
    func full() {
        for (asked, waits) in [(nil, nil), (20, 20), (1_000_000, 300)] as [(Int?, Int?)] {
            var connection = Connection(identifiers: .seeded(1))
            _ = connection.handle(.connect(Self.account()))
            _ = connection.handle(.opened(Self.flow(1), attempt: 1))
            let failure = Registration.Failure.unavailable(
                status: 480, reason: "Line Full", retryAfter: asked.map { .seconds($0) })
            let effects = connection.handle(.registrationFailed(failure))
            guard case .connectionFailed("The line is full (480).", .some(let delay))? = reports(effects).first else {
                Issue.record("\(effects)")
                return
            }
            #expect(waits.map { delay == .seconds($0) } ?? (delay < .seconds(1)))
        }
    }

    @Test("an exchange that opens and stays silent is given up after ten seconds")
    func silent() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(Self.account()))
        _ = connection.handle(.opened(Self.flow(1), attempt: 1))
        let effects = connection.handle(.fired(.registration))
        #expect(effects.contains(.close(Self.flow(1))) && retry(effects) != nil)
    }

    @Test("over UDP an unanswered ping means a lost exchange; over TCP there are none")
    func pings() {
        var connection = Self.online(.udp)
        let flow = Self.flow(1, .udp)
        #expect(connection.handle(.fired(.ping)) == [.ping(on: flow), .start(.pong, after: .seconds(10))])
        #expect(connection.handle(.pinged(status: 200)) == [.cancel(.pong), .start(.ping, after: .seconds(15))])
        // It fired in the moment in which it was cancelled.
        #expect(connection.handle(.fired(.pong)) == [])
        #expect(connection.handle(.fired(.registration)) == [])
        _ = connection.handle(.fired(.ping))
        let effects = connection.handle(.fired(.pong))
        #expect(effects.contains(.lost(flow)) && effects.last == .close(flow))
        var other = Self.online(.tcp)
        #expect(other.handle(.fired(.ping)) == [])
    }

    @Test("an exchange that forgot us and gives another number is asked for the list again")
    func renumbered() {
        var connection = Self.online(.udp)
        let flow = Self.flow(1, .udp)
        #expect(
            connection.handle(.registered(number: "1005")) == [
                .report(.accessGranted(number: "1005")), .established(flow, number: "1005", grace: .seconds(20)),
                .subscribe(on: flow),
            ])
    }

    @Test("a request refused as a stranger's renews the registration, once in five seconds, and the list")
    func disowned() {
        var connection = Self.online(.udp)
        let flow = Self.flow(1, .udp)
        #expect(connection.handle(.disowned) == [.refresh])
        #expect(connection.handle(.disowned) == [], "it is being asked")
        #expect(
            connection.handle(.registered(number: "1000")) == [
                .established(flow, number: "1000", grace: .seconds(20)), .subscribe(on: flow),
                .start(.rest, after: .seconds(5)), .renewed,
            ])
        #expect(connection.handle(.disowned) == [.renewed], "the refusal has another reason")
        #expect(connection.handle(.registered(number: "1000")) == [], "a refresh like others")
        #expect(connection.handle(.fired(.rest)) == [])
        #expect(connection.handle(.disowned) == [.refresh])
    }

    @Test("a ping that finds us unknown renews the registration; an exchange that refuses every ping is left in peace")
    func unknown() {
        var connection = Self.online(.udp)
        #expect(connection.handle(.pinged(status: 403)).last == .refresh)
        _ = connection.handle(.registered(number: "1000"))
        _ = connection.handle(.fired(.rest))
        #expect(connection.handle(.pinged(status: 403)).last == .start(.ping, after: .seconds(15)))
        _ = connection.handle(.pinged(status: 200))
        #expect(connection.handle(.pinged(status: 404)).last == .refresh)
    }

    @Test("an exchange that gives no list is asked for it more and more seldom")
    func noList() {
        var connection = Self.online()
        let waits = (0..<10).map { _ in
            connection.handle(.subscriptionEnded).compactMap { effect -> Duration? in
                if case .start(.resubscribe, let delay) = effect { delay } else { nil }
            }.first
        }
        #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map { .seconds($0) })
        _ = connection.handle(.notified)
        #expect(connection.handle(.subscriptionEnded) == [.start(.resubscribe, after: .seconds(2))])
    }

    @Test("leaving unregisters first, waits half a second at most, and says so once")
    func leaving() {
        var connection = Self.online()
        let effects = connection.handle(.disconnect)
        #expect(effects.suffix(2) == [.unregister, .start(.leave, after: .milliseconds(500))])
        #expect(connection.handle(.disconnect) == [])
        let left = connection.handle(.fired(.leave))
        #expect(left.contains(.close(Self.flow(1))))
        #expect(reports(left) == [.connectionClosed(reason: Reasons.disconnected, retryIn: nil)])
        #expect(connection.handle(.unregistered) == [])
    }

    @Test("leaving works from every state, and nothing is tried afterwards", arguments: 0..<4)
    func leavingFrom(step: Int) {
        var connection = Connection(identifiers: .seeded(1))
        let events: [Connection.Event] = [
            .connect(Self.account()), .failed(.refused, attempt: 1), .fired(.retry), .opened(Self.flow(1), attempt: 2),
        ]
        for event in events[0...step] { _ = connection.handle(event) }
        let effects = connection.handle(.disconnect)
        #expect(reports(effects) == [.connectionClosed(reason: Reasons.disconnected, retryIn: nil)])
        #expect(effects.contains(.ended))
        #expect(connection.handle(.fired(.retry)) == [])
        // What was being opened is closed when it comes.
        #expect(connection.handle(.opened(Self.flow(9), attempt: 2)) == [.close(Self.flow(9))])
    }

    @Test("late events of a flow or attempt that was given up change nothing")
    func late() {
        var connection = Self.online()
        _ = connection.handle(.closed(Self.flow(1), .closedByPeer))
        _ = connection.handle(.fired(.retry))
        _ = connection.handle(.opened(Self.flow(2), attempt: 2))
        _ = connection.handle(.registered(number: "1000"))
        #expect(connection.handle(.closed(Self.flow(1), .closedByPeer)) == [])
        #expect(connection.handle(.failed(.timedOut, attempt: 1)) == [])
        #expect(connection.handle(.opened(Self.flow(3), attempt: 1)) == [.close(Self.flow(3))])
        #expect(connection.flow == Self.flow(2))
    }

    @Test("from UDP to TCP: opens, registers there, lets the old flow drain")
    func move() {
        var connection = Self.online(.udp)
        let old = Self.flow(1, .udp)
        let new = Self.flow(2)
        #expect(
            connection.handle(.tooLarge) == [.open(attempt: 2, Endpoint(transport: .tcp, host: "pbx", port: 7777))])
        #expect(connection.handle(.tooLarge) == [])
        _ = connection.handle(.opened(new, attempt: 2))
        let effects = connection.handle(.registered(number: "1000"))
        #expect(effects.contains(.moved(new)) && effects.contains(.subscribe(on: new)) && reports(effects) == [])
        #expect(connection.isOpen(old) && connection.flow == new)
        #expect(connection.handle(.fired(.drain)) == [.close(old)])
        #expect(!connection.isOpen(old))
        // It stays on TCP, also after an outage.
        _ = connection.handle(.closed(new, .closedByPeer))
        let again = connection.handle(.fired(.retry))
        #expect(again.last == .open(attempt: 3, Endpoint(transport: .tcp, host: "pbx", port: 7777)))
    }

    @Test("where TCP is refused, UDP goes on")
    func noMove() {
        var connection = Self.online(.udp)
        _ = connection.handle(.tooLarge)
        #expect(connection.handle(.failed(.refused, attempt: 2)) == [.moveFailed])
        #expect(connection.flow == Self.flow(1, .udp))
        #expect(connection.handle(.tooLarge).count == 1)
    }

    @Test("connecting elsewhere leaves the old exchange first")
    func elsewhere() {
        var connection = Self.online()
        var other = Self.account()
        other.servers[0].host = "other"
        let effects = connection.handle(.connect(other))
        #expect(effects.contains(.close(Self.flow(1))) && effects.contains(.ended))
        #expect(connection.number == nil)
        #expect(effects.last == .open(attempt: 3, Endpoint(transport: .tcp, host: "other", port: 7777)))
    }
}
