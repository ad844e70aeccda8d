import Glibc
import Harness
import Testing

/// A person at a terminal whom sipp calls through the exchange.
final class SippDesk {
    let exchange: SippExchange
    let ada: Person
    let number: String
    let transport: String
    private let line: DoubledLine?

    /// Transactions of the client's own, which tell it over UDP that the exchange is there.
    private static let pings = 8

    /// - Parameter isDoubled: whether the person's line brings everything twice.
    init(over transport: String, isDoubled: Bool = false) throws {
        self.transport = transport
        let address = Loopback.next()
        line = isDoubled ? try DoubledLine(to: address) : nil
        exchange = try SippExchange(
            limits: "transactions-per-flow = 65536", at: address,
            alias: line.map { String($0.address.prefix { $0 != ":" }) })
        ada = try Person(
            ["--name", "ada", "--server", line?.address ?? address, "--transport", transport], columns: 120, rows: 60)
        number = try exchange.number(of: "ada")
        try ada.sees("Echo test")
    }

    func callers(
        _ scenario: String, _ keys: [String: String] = [:], calls: Int, atOnce: Int = 1, rate: Int = 500,
        options: [String] = []
    ) throws -> Sipp {
        try Sipp(
            scenario, to: exchange.address, over: transport,
            ["name": scenario, "callee": number].merging(keys) { $1 },
            load: Sipp.Load(calls: calls, rate: rate, atOnce: atOnce), options: options)
    }

    /// Somebody named guest, who is called.
    func guest(_ scenario: String, _ keys: [String: String] = [:]) throws -> Sipp {
        let guest = try Sipp(
            "registered", called: scenario, to: exchange.address, over: transport,
            ["name": "guest"].merging(keys) { $1 })
        try ada.sees("guest is ONLINE")
        return guest
    }

    /// Says yes to all calls, and in each does something more.
    func accepts(all calls: Sipp, then act: () throws -> Void = {}) throws {
        var isActing = false
        while calls.isRunning {
            // A key that comes as a dialog opens is no answer; looking more often would only cost time.
            usleep(100_000)
            let screen = ada.screen
            if screen.contains(", number") {
                usleep(350_000)
                try ada.presses("Enter")
                _ = eventually(within: 2) { !ada.screen.contains(", number") }
            } else if screen.contains("IN_CALL") {
                if !isActing { try act() }
                isActing = true
                continue
            }
            isActing = false
        }
        calls.succeeds()
    }

    /// Waits until a text is there so many times, and no more often.
    func shows(_ text: String, times: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        func count() -> Int { ada.screen.components(separatedBy: text).count - 1 }
        try ada.waits(for: "\(text) \(times) times", sourceLocation) { count() >= times }
        #expect(count() == times, sourceLocation: sourceLocation)
    }

    /// Nothing of any call is left, and the person can go on.
    func isQuiet() throws {
        try exchange.forgetsAll(but: transport == "udp" ? SippDesk.pings : 0)
        try ada.nolongerSees("IN_CALL")
        try ada.nolongerSees(", number")
        try ada.selects("Echo test")
        for _ in 0..<5 where !ada.screen.contains("You have sent a chat request to Echo test.") {
            // A key just behind a dialog starts nothing.
            try ada.presses("Enter")
            _ = eventually(within: 2) { ada.screen.contains("You have sent a chat request to Echo test.") }
        }
        try ada.sees("Echo test accepted your chat request.")
        try ada.presses("C-x")
        try ada.sees("You hung up. Your chat with Echo test has ended.")
    }
}
