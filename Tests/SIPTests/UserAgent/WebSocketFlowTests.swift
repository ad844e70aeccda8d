import SIP
import Testing

@Suite("A client over WebSocket") struct WebSocketFlowTests {
    static func flow(_ transport: TransportProtocol) -> Flow {
        var flow = Flow(
            transport: transport, local: SocketAddress(host: "192.0.2.1", port: 40_000),
            remote: SocketAddress(host: "192.0.2.9", port: 443), connection: 1)
        flow.alias = "df7jal23ls0d.invalid"
        return flow
    }

    @Test(
        "goes by a name that leads nowhere in Via and Contact, and tells nobody its address",
        arguments: [TransportProtocol.ws, .wss])
    func alias(_ transport: TransportProtocol) throws {
        var phone = Phone("Webphone1")
        phone.does(.register(RegistrationTests.parameters, on: Self.flow(transport)))
        let register = try phone.takeRequest(.register)
        let via = try #require(register.topVia)
        #expect(via.transport == transport.viaName)
        #expect(via.host == "df7jal23ls0d.invalid")
        #expect(via.port == nil)
        let contact = try #require(register.contact)
        #expect(contact.uri.host == "df7jal23ls0d.invalid")
        #expect(contact.uri.port == nil)
        #expect(contact.uri.parameters["transport"] == "ws", "RFC 7118 §5.2.2 knows no other")
        let text = String(decoding: try register.serialized(), as: UTF8.self)
        #expect(!text.contains("192.0.2.1"))
    }

    @Test("is registered, called and answered over its flow like any other") func call() throws {
        let flow = Self.flow(.ws)
        var phone = Phone("Webphone1")
        phone.does(.register(RegistrationTests.parameters, on: flow))
        let register = try phone.takeRequest(.register)
        var granted = Response(200, to: register, toTag: "r")
        RegistrationTests.grant(&granted, register, 60)
        phone.handle(.received(.response(granted), on: flow))
        let identity = NameAddress(.sip("1007", "exchange.local"), displayName: "user")
        #expect(phone.latest == .registered(identity: identity, expires: .seconds(60)))

        phone.hears(request(.invite, to: "1007"), on: flow)
        guard case .incoming(let call, _, _)? = phone.latest else {
            Issue.record("a call should come in, not \(phone.reports)")
            return
        }
        phone.does(.accept(call))
        var answer = try phone.takeResponse()
        while answer.status < 200 { answer = try phone.takeResponse() }
        #expect(answer.status == 200)
        #expect(answer.contact?.uri.host == flow.alias)
    }
}
