import SIP
import Testing

@testable import Webphone

@Suite("A server that cannot prove who it is")
struct TrustTests {
    static func certificate(
        _ faults: [ServerCertificate.Fault] = [.selfSigned], domain: String = "pbx.example", names: [String] = ["pbx"],
        validity: Range<Int64> = 1_577_836_800..<1_609_459_200
    ) -> ServerCertificate {
        ServerCertificate(
            domain: domain, port: 5061, fingerprint: Fingerprint(of: [1]), names: names, validity: validity,
            faults: faults)
    }

    private static let servers = [
        Target(host: "a.example", port: 5061, transport: .tls), Target(host: "b.example", port: 5061, transport: .tls),
    ]

    private func account(_ servers: [Target]) -> Account {
        Account(servers: servers, line: "Line", displayName: "anna")
    }

    @Test("is not tried again by itself: somebody has to decide") func stops() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(account([Self.servers[0]])))
        let certificate = Self.certificate()
        let effects = connection.handle(.failed(.untrusted(certificate), attempt: 1))
        let reason =
            "The server cannot prove that it is pbx.example. Its certificate vouches for itself, and nobody "
            + "else does."
        #expect(effects.contains(.untrusted(certificate)))
        #expect(effects.last == .report(.connectionFailed(reason: reason, retryIn: nil)))
        #expect(!effects.contains { if case .start = $0 { true } else { false } })
        #expect(connection.state == .idle)
    }

    @Test("gives way to the next server, and is asked about only when that one fails too") func nextServer() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(account(Self.servers)))
        let next = connection.handle(.failed(.untrusted(Self.certificate()), attempt: 1))
        #expect(
            next.contains {
                if case .open(attempt: 2, let endpoint) = $0 { endpoint.host == "b.example" } else { false }
            })
        let effects = connection.handle(.failed(.refused, attempt: 2))
        #expect(effects.contains(.untrusted(Self.certificate())))
        #expect(connection.state == .idle)
    }

    @Test("is forgotten once another server took us") func forgotten() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(account(Self.servers)))
        _ = connection.handle(.failed(.untrusted(Self.certificate()), attempt: 1))
        let flow = ConnectionTests.flow(1)
        _ = connection.handle(.opened(flow, attempt: 2))
        _ = connection.handle(.registered(number: "1000"))
        _ = connection.handle(.closed(flow, .closedByPeer))
        _ = connection.handle(.failed(.refused, attempt: 3))
        let effects = connection.handle(.failed(.refused, attempt: 4))
        #expect(effects.contains { if case .start(.retry, _) = $0 { true } else { false } })
    }

    @Test("ends an outage as a connection that was lost") func afterLoss() {
        var connection = Connection(identifiers: .seeded(1))
        _ = connection.handle(.connect(account([Self.servers[0]])))
        let flow = ConnectionTests.flow(1)
        _ = connection.handle(.opened(flow, attempt: 1))
        _ = connection.handle(.registered(number: "1000"))
        _ = connection.handle(.closed(flow, .closedByPeer))
        _ = connection.handle(.fired(.retry))
        let effects = connection.handle(.failed(.untrusted(Self.certificate([.changed(from: [])])), attempt: 2))
        guard case .report(.connectionClosed(_, retryIn: nil))? = effects.last else {
            Issue.record("\(effects)")
            return
        }
    }

    @Test(
        "is described in words for people",
        arguments: [
            ([.wrongName], ["Its certificate is for pbx, not for pbx.example."]),
            ([.expired], ["Its certificate expired on 2021-01-01."]),
            (
                [.notYetValid],
                ["Its certificate is not good before 2020-01-01, or the clock of this machine is slow."]
            ),
            (
                [.unknownIssuer("Home\u{1B}[31m CA"), .wrongName],
                [
                    "Nobody whom this machine trusts vouches for its certificate; the issuer calls itself Home[31m CA.",
                    "Its certificate is for pbx, not for pbx.example.",
                ]
            ),
            ([.changed(from: [])], ["It shows another certificate than the one that you accepted."]),
        ] as [([ServerCertificate.Fault], [String])])
    func words(faults: [ServerCertificate.Fault], sentences: [String]) {
        #expect(Reasons.faults(of: Self.certificate(faults)) == sentences)
    }

    @Test("names what its certificate calls itself, nobody where that is nothing") func names() {
        #expect(Reasons.faults(of: Self.certificate([.wrongName], names: [])).first?.contains("for nobody,") == true)
        let hostile = Self.certificate([.wrongName], names: ["\u{202E}elpmaxe.xbp", "a\r\nb"])
        #expect(Reasons.faults(of: hostile) == ["Its certificate is for elpmaxe.xbp, a b, not for pbx.example."])
    }

    @Test(
        "has its dates told whatever they are",
        arguments: [
            (0, "1970-01-01"), (951_782_399, "2000-02-28"), (951_782_400, "2000-02-29"), (951_868_800, "2000-03-01"),
            (-1, "1969-12-31"), (253_402_300_799, "9999-12-31"), (Int64.max, "9999-12-31"), (Int64.min, "1-01-01"),
        ] as [(Int64, String)])
    func dates(seconds: Int64, day: String) {
        let certificate = Self.certificate([.notYetValid], validity: seconds..<Int64.max)
        #expect(Reasons.faults(of: certificate).first?.contains("before \(day),") == true)
    }
}
