import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("Servers are found by the system's resolver")
    struct LocatingTests {
        private static let fallback = Endpoint(transport: .tls, host: "pbx.example", port: 5061)

        private func locate(
            _ zone: [String: NameServer.Answer], within limit: Duration = .seconds(3),
            _ target: Target = Target(host: "pbx.example", isSecured: true)
        ) throws -> (endpoints: [Endpoint], asked: Set<String>) {
            let server = try NameServer(zone)
            let station = Station {
                $0.nameServer = server.address
                $0.intervals.lookUp = limit
            }
            station.transport.perform([.locate(attempt: 7, target)])
            let endpoints = try station.inbox.next("located") { event in
                if case .located(let endpoints, attempt: 7) = event { endpoints } else { nil }
            }
            return (endpoints, Set(server.asked))
        }

        @Test("NAPTR and SRV lead to the servers in their order, under the domain's name")
        func wholeWay() throws {
            let found = try locate([
                "35 pbx.example": .records([
                    NameServer.naptr(2, "SIP+D2T", "plain.example"), NameServer.naptr(1, "SIPS+D2T", "safe.example"),
                ]),
                "33 safe.example": .records([
                    NameServer.srv(2, 5062, "two.example"), NameServer.srv(1, 5061, "one.example"),
                ]),
            ])
            #expect(
                found.endpoints == [
                    Endpoint(transport: .tls, host: "one.example", port: 5061, domain: "pbx.example"),
                    Endpoint(transport: .tls, host: "two.example", port: 5062, domain: "pbx.example"),
                ])
            #expect(found.asked == ["35 pbx.example", "33 _sips._tcp.pbx.example", "33 safe.example"])
        }

        @Test("a domain without records is tried at its usual port")
        func nothing() throws {
            #expect(try locate([:]).endpoints == [Self.fallback])
        }

        @Test("an answer that does not fit into a datagram is fetched over TCP")
        func overTCP() throws {
            let records = (1...40).map { NameServer.srv(UInt8($0), 5061, "server-number-\($0).pbx.example") }
            let found = try locate(["33 _sips._tcp.pbx.example": .onlyOverTCP(records)])
            #expect(found.endpoints.count == ServerLocator.Limits.endpoints)
            #expect(found.endpoints.first?.host == "server-number-1.pbx.example")
        }

        @Test(
            "an answer that makes no sense counts as none",
            arguments: [
                .failure(2), .failure(5), .octets([]), .octets([0xC0]), .octets([0xC0, 0xFF]),
                .octets([0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0xFF, 0xFF, 0, 0]),
                .octets([0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 8, 0, 0, 0, 0, 1, 1, 0xC0, 58]),
            ] as [NameServer.Answer])
        func malformed(answer: NameServer.Answer) throws {
            let found = try locate(["35 pbx.example": answer, "33 _sips._tcp.pbx.example": answer])
            #expect(found.endpoints == [Self.fallback])
        }

        @Test("a name server that says nothing is waited for no longer than allowed, and what others said counts")
        func silent() throws {
            let srv = NameServer.Answer.records([NameServer.srv(1, 9, "one.example")])
            let found = try locate(
                ["35 pbx.example": .silence, "33 _sips._tcp.pbx.example": srv], within: .milliseconds(1_500))
            #expect(found.endpoints == [Endpoint(transport: .tls, host: "one.example", port: 9, domain: "pbx.example")])
            let none = try locate(
                ["35 pbx.example": .silence, "33 _sips._tcp.pbx.example": .silence], within: .milliseconds(300))
            #expect(none.endpoints == [Self.fallback])
        }

        @Test("a domain that says it has no such service is not bothered")
        func denied() throws {
            let server = try NameServer(["33 _sips._tcp.pbx.example": .records([NameServer.srv(0, 0, "")])])
            let station = Station { $0.nameServer = server.address }
            station.transport.perform([.locate(attempt: 1, Target(host: "pbx.example", isSecured: true))])
            #expect(try station.inbox.failed() == .unreachable("its domain says that it has no such service"))
        }

        @Test(
            "numeric addresses, ports and names of this machine ask nobody",
            arguments: [
                Target(host: "127.0.0.1"), Target(host: "::1"), Target(host: "localhost"), Target(host: "pbx.local"),
                Target(host: "pbx"), Target(host: "pbx.example", port: 5061),
            ])
        func direct(target: Target) throws {
            let found = try locate([:], target)
            #expect(found.endpoints == [target.endpoint] && found.asked == [])
        }

        @Test("what is found is connected to")
        func connected() async throws {
            let (listener, address) = try await Station.listening()
            let server = try NameServer([
                "33 _sip._tcp.pbx.example": .records([NameServer.srv(1, address.port, "localhost")])
            ])
            let station = Station { $0.nameServer = server.address }
            station.transport.perform([.locate(attempt: 1, Target(host: "pbx.example", transport: .tcp))])
            let endpoints = try station.inbox.next("located") { event in
                if case .located(let endpoints, _) = event { endpoints } else { nil }
            }
            station.transport.perform([.connect(attempt: 2, try #require(endpoints.first))])
            #expect(try station.inbox.opened(2).remote.port == address.port)
            withExtendedLifetime(listener) {}
        }
    }
}
