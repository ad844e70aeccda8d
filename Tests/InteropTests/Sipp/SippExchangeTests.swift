import Harness
import Testing

@Suite("sipp calls through our exchange", .enabled(if: Strangers.takePart), .manyAtOnceFirst)
struct SippExchangeTests {
    /// Over UDP a busy machine drops a packet now and then, which sipp bears only in scenarios made for it. More at once
    /// would make none of them faster, and all of them wait for each other.
    @Test(
        "10,000 calls between two of it, with texts, and none fails",
        arguments: [("udp", "talker", "patient"), ("tcp", "caller", "called")])
    func thousands(over transport: String, _ from: String, _ to: String) throws {
        let exchange = try SippExchange(limits: "transactions-per-flow = 65536")
        let called = try Sipp(
            "registered", called: to, to: exchange.address, over: transport, ["name": "called"])
        let caller = try Sipp(
            from, to: exchange.address, over: transport,
            ["name": "caller", "callee": try exchange.number(of: "called")],
            load: Sipp.Load(calls: 10_000, rate: 300, atOnce: 10))
        caller.succeeds()
        called.isContent()
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
