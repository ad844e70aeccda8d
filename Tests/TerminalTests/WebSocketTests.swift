import Harness
import Testing

@Suite("Over WebSocket, in a terminal")
struct WebSocketTests {
    @Test("one on a WebSocket and one on TCP see each other, call and talk both ways")
    func bothWays() throws {
        let web = Loopback.next()
        let exchange = try ExchangeProcess("--listen-ws", web)
        let ada = try Person(["--name", "ada", "--server", web, "--transport", "ws"], columns: 100, rows: 30)
        try ada.sees("Echo test")
        let guest = try Person(["--name", "guest", "--server", exchange.address], columns: 80, rows: 24)
        try guest.sees("ada")
        try ada.sees("guest is ONLINE")
        try ada.selects("guest")
        try ada.presses("Enter")
        try guest.sees("ada, number")
        try guest.answersDialog("Enter")
        try ada.sees("IN_CALL")
        try ada.types("lunch? 日本語 😀")
        try ada.presses("Enter")
        try guest.sees("ada said: lunch? 日本語 😀")
        try ada.sees("✓")
        try guest.types("at one")
        try guest.presses("Enter")
        try ada.sees("guest said: at one")
        try ada.presses("C-x")
        try guest.sees("ada hung up")
        try ada.presses("C-q")
        try guest.sees("ada is OFFLINE")
        withExtendedLifetime(exchange) {}
    }

    @Test("where no WebSocket is, nobody answers, and that is said")
    func noWebSocket() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address, "--transport", "ws"], columns: 120)
        try ada.sees("CONNECTION_FAILED")
        try ada.sees("The next attempt follows")
        withExtendedLifetime(exchange) {}
    }

    @Test("the exchange of this machine has no WebSocket: a server must be named")
    func local() throws {
        let ada = try Person(["--name", "ada", "--transport", "ws"])
        try ada.waits(for: "the end") { ada.screen.contains("[left with 64]") }
        #expect(ada.complaints.contains("--server"))
    }
}
