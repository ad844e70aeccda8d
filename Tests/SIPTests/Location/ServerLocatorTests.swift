import Testing

@testable import SIP

@Suite("Finding the servers of a domain")
struct ServerLocatorTests {
    typealias Records = [DNSQuestion: [DNSRecord]]

    static func srv(
        _ target: String, _ port: UInt16 = 5061, priority: UInt16 = 0, weight: UInt16 = 0
    ) -> DNSRecord {
        .service(DNSRecord.Service(priority: priority, weight: weight, port: port, target: target))
    }

    static func naptr(
        _ service: String, _ replacement: String, order: UInt16 = 0, preference: UInt16 = 0, flags: String = "s",
        isRewriting: Bool = false
    ) -> DNSRecord {
        .pointer(
            DNSRecord.NamingPointer(
                order: order, preference: preference, flags: flags, service: service, isRewriting: isRewriting,
                replacement: replacement))
    }

    static let tls = DNSQuestion("_sips._tcp.pbx.example", .srv)
    static let tcp = DNSQuestion("_sip._tcp.pbx.example", .srv)
    static let udp = DNSQuestion("_sip._udp.pbx.example", .srv)
    static let naptr = DNSQuestion("pbx.example", .naptr)

    /// Answers every question from `zone`; what it does not have does not exist.
    static func locate(
        _ target: Target, _ zone: Records = [:], seed: UInt64 = 1
    ) -> (asked: [DNSQuestion], endpoints: [Endpoint]?) {
        var locator = ServerLocator(target, identifiers: .seeded(seed))
        var effects = locator.handle(.begin)
        var asked: [DNSQuestion] = []
        var endpoints: [Endpoint]?
        while !effects.isEmpty {
            switch effects.removeFirst() {
            case .ask(let question):
                asked.append(question)
                effects += locator.handle(.answered(question, zone[question] ?? []))
            case .located(let found):
                #expect(endpoints == nil, "told twice")
                endpoints = found
            }
        }
        return (asked, endpoints)
    }

    func endpoint(_ transport: TransportProtocol, _ host: String, _ port: UInt16) -> Endpoint {
        Endpoint(transport: transport, host: host, port: port, domain: "pbx.example")
    }

    @Test(
        "a numeric address, a port, a name of this machine or network: nothing is asked",
        arguments: [
            (Target(host: "192.0.2.1"), Endpoint(transport: .tcp, host: "192.0.2.1", port: 5060)),
            (Target(host: "2001:db8::1", isSecured: true), Endpoint(transport: .tls, host: "2001:db8::1", port: 5061)),
            (Target(host: "fe80::1%eth0"), Endpoint(transport: .tcp, host: "fe80::1%eth0", port: 5060)),
            (Target(host: "pbx.example", port: 99), Endpoint(transport: .tcp, host: "pbx.example", port: 99)),
            (
                Target(host: "pbx.example", port: 99, isSecured: true),
                Endpoint(transport: .tls, host: "pbx.example", port: 99)
            ),
            (Target(host: "localhost", fallbackPort: 7777), Endpoint(transport: .tcp, host: "localhost", port: 7777)),
            (Target(host: "pbx", transport: .udp), Endpoint(transport: .udp, host: "pbx", port: 5060)),
            (Target(host: "Printer.Local."), Endpoint(transport: .tcp, host: "Printer.Local", port: 5060)),
            (Target(host: "a.localhost", transport: .wss), Endpoint(transport: .wss, host: "a.localhost", port: 443)),
        ])
    func direct(target: Target, endpoint: Endpoint) {
        #expect(target.endpoint == endpoint)
        let result = Self.locate(target)
        #expect(result.asked == [] && result.endpoints == [endpoint])
    }

    @Test("a domain that names nothing is tried at its address, at the port the program knows, else the usual one")
    func nothing() {
        let target = Target(host: "pbx.example", isSecured: true)
        #expect(target.endpoint == nil)
        let result = Self.locate(target)
        #expect(Set(result.asked) == [Self.naptr, Self.tls])
        #expect(result.endpoints == [endpoint(.tls, "pbx.example", 5061)])
        let own = Self.locate(Target(host: "pbx.example", isSecured: true, fallbackPort: 7777))
        #expect(own.endpoints == [endpoint(.tls, "pbx.example", 7777)])
    }

    @Test("without NAPTR, SRV is asked for what was chosen, else for TLS, TCP and UDP in this order")
    func services() {
        let zone: Records = [
            Self.udp: [Self.srv("u.example", 5060)], Self.tcp: [Self.srv("t.example", 5060)],
            Self.tls: [Self.srv("s.example")],
        ]
        #expect(
            Self.locate(Target(host: "pbx.example"), zone).endpoints == [
                endpoint(.tls, "s.example", 5061), endpoint(.tcp, "t.example", 5060),
                endpoint(.udp, "u.example", 5060),
            ])
        for (transport, question, host) in [
            (.tcp, Self.tcp, "t.example"), (.udp, Self.udp, "u.example"), (.tls, Self.tls, "s.example"),
        ] as [(TransportProtocol, DNSQuestion, String)] {
            let result = Self.locate(Target(host: "pbx.example", transport: transport), zone)
            #expect(result.asked == [question])
            #expect(result.endpoints?.map(\.host) == [host] && result.endpoints?.map(\.transport) == [transport])
        }
    }

    @Test("NAPTR says what the domain offers, in its order; what we do not speak is passed over")
    func pointers() {
        let zone: Records = [
            Self.naptr: [
                Self.naptr("sip+d2u", "u.example", order: 20), Self.naptr("sip+d2t", "t.example", order: 10),
                Self.naptr("sips+d2t", "s.example", order: 10, preference: 5), Self.naptr("sip+d2s", "x.example"),
                Self.naptr("sip+d2w", "w.example", order: 30), Self.naptr("e2u+sip", "y.example"),
            ],
            DNSQuestion("u.example", .srv): [Self.srv("u1.example", 1)],
            DNSQuestion("t.example", .srv): [Self.srv("t1.example", 2)],
            DNSQuestion("s.example", .srv): [Self.srv("s1.example", 3)],
            DNSQuestion("w.example", .srv): [Self.srv("w1.example", 4)],
            Self.tcp: [Self.srv("unwanted.example")],
        ]
        #expect(
            Self.locate(Target(host: "pbx.example"), zone).endpoints == [
                endpoint(.tcp, "t1.example", 2), endpoint(.tls, "s1.example", 3), endpoint(.udp, "u1.example", 1),
                endpoint(.ws, "w1.example", 4),
            ])
    }

    @Test("where TLS is required, nothing that DNS says leads to less")
    func noDowngrade() {
        let zone: Records = [
            Self.naptr: [
                Self.naptr("sip+d2t", "_sip._tcp.pbx.example"), Self.naptr("sip+d2u", "_sip._udp.pbx.example"),
                Self.naptr("sip+d2w", "w.example"),
            ],
            Self.tcp: [Self.srv("evil.example")], Self.udp: [Self.srv("evil.example")],
        ]
        let result = Self.locate(Target(host: "pbx.example", isSecured: true), zone)
        #expect(result.endpoints == [endpoint(.tls, "pbx.example", 5061)])
        #expect(!result.asked.contains(Self.tcp) && !result.asked.contains(Self.udp))
        for transport in TransportProtocol.allCases {
            let target = Target(host: "pbx.example", transport: transport, isSecured: true)
            #expect(Self.locate(target, zone).endpoints?.allSatisfy(\.transport.isSecure) == true)
            let numeric = Target(host: "192.0.2.1", transport: transport, isSecured: true)
            #expect(numeric.endpoint?.transport.isSecure == true)
        }
    }

    @Test("the certificate has to be the domain's, wherever DNS sends us")
    func domain() {
        let zone: Records = [Self.tls: [Self.srv("elsewhere.example", 9)]]
        let found = Self.locate(Target(host: "pbx.example.", isSecured: true), zone).endpoints
        #expect(found == [endpoint(.tls, "elsewhere.example", 9)])
        #expect(found?.first?.domain == "pbx.example")
    }

    @Test("NAPTR with other flags, an expression or no replacement leads nowhere")
    func uselessPointers() {
        let zone: Records = [
            Self.naptr: [
                Self.naptr("sips+d2t", "a.example", flags: "u"), Self.naptr("sips+d2t", "b.example", flags: ""),
                Self.naptr("sips+d2t", "c.example", isRewriting: true), Self.naptr("sips+d2t", ""),
            ],
            Self.tls: [Self.srv("good.example")],
        ]
        let result = Self.locate(Target(host: "pbx.example", isSecured: true), zone)
        #expect(result.endpoints?.map(\.host) == ["good.example"])
        #expect(Set(result.asked) == [Self.naptr, Self.tls])
    }

    @Test("lower priorities go first, and servers without a port or with a number for a name are left out")
    func priorities() {
        let zone: Records = [
            Self.tls: [
                Self.srv("third.example", priority: 30, weight: 65_535), Self.srv("first.example", priority: 1),
                Self.srv("none.example", 0), Self.srv("127.0.0.1"), Self.srv("second.example", priority: 2),
                Self.srv("first.example", priority: 9),
            ]
        ]
        let found = Self.locate(Target(host: "pbx.example", transport: .tls), zone).endpoints
        #expect(found?.map(\.host) == ["first.example", "second.example", "third.example"])
    }

    @Test("within a priority the heavier goes first in proportion, and one without weight hardly ever")
    func weights() {
        let zone: Records = [
            Self.tls: [
                Self.srv("none.example", weight: 0), Self.srv("light.example", weight: 100),
                Self.srv("heavy.example", weight: 300),
            ]
        ]
        var first: [String: Int] = [:]
        for seed in 0..<2_000 as Range<UInt64> {
            let found = Self.locate(Target(host: "pbx.example", transport: .tls), zone, seed: seed).endpoints ?? []
            #expect(found.count == 3)
            first[found.first?.host ?? "", default: 0] += 1
        }
        #expect((1_400...1_600).contains(first["heavy.example"] ?? 0))
        #expect((400...600).contains(first["light.example"] ?? 0))
        #expect((first["none.example"] ?? 0) < 30)
    }

    @Test("a domain that says it has no such service is believed")
    func denied() {
        let zone: Records = [Self.tls: [Self.srv("")]]
        #expect(Self.locate(Target(host: "pbx.example", isSecured: true), zone).endpoints == [])
        // Another of its services will do.
        let other = zone.merging([Self.tcp: [Self.srv("t.example", 5060)]]) { $1 }
        #expect(Self.locate(Target(host: "pbx.example"), other).endpoints == [endpoint(.tcp, "t.example", 5060)])
    }

    @Test("hundreds of services and servers: a few are asked about and taken")
    func flood() {
        let pointers = (0..<500).map { Self.naptr("sips+d2t", "s\($0).example") }
        var zone: Records = [Self.naptr: pointers]
        for index in 0..<500 {
            zone[DNSQuestion("s\(index).example", .srv)] = (0..<60).map { Self.srv("h\(index)-\($0).example") }
        }
        let result = Self.locate(Target(host: "pbx.example", isSecured: true), zone)
        #expect(result.asked.count == 2 + ServerLocator.Limits.services)
        #expect(result.endpoints?.count == ServerLocator.Limits.endpoints)
    }

    @Test("answers that were not asked for, that come twice or late, change nothing")
    func stray() {
        var locator = ServerLocator(Target(host: "pbx.example", isSecured: true), identifiers: .seeded(1))
        #expect(locator.handle(.answered(Self.tls, [Self.srv("early.example")])) == [])
        #expect(locator.handle(.begin) == [.ask(Self.naptr), .ask(Self.tls)])
        #expect(locator.handle(.begin) == [])
        #expect(locator.handle(.answered(Self.tcp, [Self.srv("evil.example")])) == [])
        #expect(locator.handle(.answered(Self.tls, [Self.srv("good.example")])) == [])
        #expect(locator.handle(.answered(Self.tls, [Self.srv("second.example")])) == [])
        #expect(
            locator.handle(.answered(Self.naptr, [])) == [.located([endpoint(.tls, "good.example", 5061)])])
        #expect(locator.handle(.answered(Self.naptr, [Self.naptr("sips+d2t", "x.example")])) == [])
        #expect(locator.handle(.timedOut) == [])
    }

    @Test("what has been answered when the time is over counts; where nothing was, the usual port is tried")
    func slow() {
        var locator = ServerLocator(Target(host: "pbx.example", isSecured: true), identifiers: .seeded(1))
        _ = locator.handle(.begin)
        _ = locator.handle(.answered(Self.tls, [Self.srv("good.example")]))
        #expect(locator.handle(.timedOut) == [.located([endpoint(.tls, "good.example", 5061)])])
        var silent = ServerLocator(Target(host: "pbx.example", isSecured: true), identifiers: .seeded(1))
        _ = silent.handle(.begin)
        #expect(silent.handle(.answered(Self.naptr, nil)) == [])
        #expect(silent.handle(.timedOut) == [.located([endpoint(.tls, "pbx.example", 5061)])])
    }
}
