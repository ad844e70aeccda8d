import Harness
import Testing

/// ada at our exchange, in a terminal, and baresip as a guest on the same line.
struct Neighbours {
    let exchange: ExchangeProcess
    let ada: Person
    let bare: Baresip

    init(over transport: String) throws {
        exchange = try ExchangeProcess()
        let ada = try Person(
            ["--name", "ada", "--server", exchange.address, "--transport", transport], columns: 140, rows: 30)
        self.ada = ada
        try ada.sees("Echo test")
        try ada.waits(for: "a number") { ada.number != nil }
        bare = try Baresip(.init(transport: transport), at: exchange.address, contact: ada.number ?? "")
        try ada.sees("bare is ONLINE")
    }

    /// ada calls, and baresip takes it.
    func talk() throws {
        try ada.calls("bare")
        try bare.hears("CALL_INCOMING", ada.number ?? "")
        try bare.does("accept")
        try ada.sees("bare accepted your chat request.")
        try bare.hears("CALL_ESTABLISHED")
    }

    /// baresip calls, and ada takes it.
    func talkTheOtherWay() throws {
        try bare.does("dial", address(ada))
        try ada.sees("bare, number")
        try ada.answersDialog("Enter")
        try ada.sees("IN_CALL")
        try bare.hears("CALL_ESTABLISHED")
    }

    /// Where baresip calls somebody.
    func address(_ person: Person) -> String { "sip:\(person.number ?? "")@\(exchange.address)" }
}

@Suite("baresip in calls with our client", .enabled(if: Strangers.takePart))
struct BaresipCallTests {
    @Test("a call to baresip, and it hangs up", arguments: ["udp", "tcp"])
    func called(transport: String) throws {
        let street = try Neighbours(over: transport)
        try street.talk()
        try street.bare.does("hangup")
        try street.ada.sees("bare hung up.")
        try street.ada.nolongerSees("IN_CALL")
    }
}
