import Harness
import Testing

@Suite("sipp calls through our exchange", .enabled(if: Strangers.takePart))
struct SippExchangeTests {
    @Test("10,000 calls between two of it, with a text each way, and none fails", arguments: ["udp", "tcp"])
    func thousands(over transport: String) throws {
        let exchange = try SippExchange(limits: "transactions-per-flow = 65536")
        let called = try Sipp(
            "registered", called: "called", to: exchange.address, over: transport, ["name": "called"])
        let caller = try Sipp(
            "caller", to: exchange.address, over: transport,
            ["name": "caller", "callee": try exchange.number(of: "called")], load: Sipp.Load(calls: 10_000))
        caller.succeeds()
        #expect(called.complaints == [])
        try exchange.forgetsAll()
    }

    @Test("1,000 calls of the Echo test, four at a time", arguments: ["udp", "tcp"])
    func echo(over transport: String) throws {
        let exchange = try SippExchange()
        let caller = try Sipp(
            "caller", to: exchange.address, over: transport, ["name": "caller", "callee": "600"],
            load: Sipp.Load(calls: 1_000, atOnce: 4))
        caller.succeeds()
        try exchange.forgetsAll()
    }
}
