import ArgumentParser
import SIP
import Testing

@testable import partyline

@Suite("Servers as people name them") struct ServerListTests {
    private func only(_ text: String, over transport: TransportProtocol? = nil) throws -> Target {
        let targets = try ServerList.targets(text, over: transport)
        try #require(targets.count == 1)
        return targets[0]
    }

    @Test("what is elsewhere is reached over TLS, what is on this machine over TCP, unless told otherwise")
    func defaults() throws {
        #expect(try only("pbx.example") == Target(host: "pbx.example", isSecured: true))
        #expect(try only("192.0.2.1:7777").endpoint == Endpoint(transport: .tls, host: "192.0.2.1", port: 7777))
        #expect(try only("127.example.com").isSecured)
        for host in ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"] {
            #expect(try only("\(host):7777").transport == .tcp)
        }
        #expect(try only("127.0.0.1") == Target(host: "127.0.0.1", transport: .tcp, fallbackPort: 7777))
        #expect(try only("pbx.example", over: .tcp) == Target(host: "pbx.example", transport: .tcp, fallbackPort: 7777))
        #expect(try only("127.0.0.1", over: .tls) == Target(host: "127.0.0.1", transport: .tls))
        #expect(try only("192.0.2.1").endpoint?.port == 5061)
    }

    @Test("a URI may be written: what it says of the transport goes before the option")
    func uris() throws {
        #expect(try only("sips:pbx.example") == Target(host: "pbx.example", isSecured: true))
        let secured = Target(host: "pbx.example", transport: .tls, isSecured: true)
        #expect(try only("SIPS:pbx.example;transport=tcp") == secured)
        #expect(try only("sips:127.0.0.1:5061").endpoint?.transport == .tls)
        #expect(try only("sips:pbx.example", over: .wss).transport == .wss)
        #expect(try only("sip:pbx.example;transport=tcp", over: .tls).transport == .tcp)
        #expect(
            try only("sip:[2001:db8::1]:5062;Transport=TLS") == Target(host: "2001:db8::1", port: 5062, transport: .tls)
        )
    }

    @Test("several have commas between, and keep their order") func several() throws {
        let targets = try ServerList.targets("a.example, sip:b.example:5060;transport=udp,127.0.0.1", over: nil)
        #expect(targets.map(\.host) == ["a.example", "b.example", "127.0.0.1"])
        #expect(targets.map(\.transport) == [nil, .udp, .tcp])
    }

    @Test(
        "what is none is refused in words",
        arguments: [
            "", "a.example,", ",a.example", "sips:", "sip:ada@pbx.example", "sips:pbx.example;transport=udp",
            "pbx.example;transport=sctp", "pbx.example;lr", "pbx.example;", "pbx.example:0", "sip:pbx example",
        ])
    func refused(text: String) {
        #expect(throws: ValidationError.self) { try ServerList.targets(text, over: nil) }
    }
}
