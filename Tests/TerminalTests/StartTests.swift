import Foundation
import Harness
import Testing

@Suite("Starting in a real terminal")
struct StartTests {
    @Test("a name of 17 characters is refused with the reason, one of 16 opens the room")
    func namePrompt() throws {
        let exchange = try ExchangeProcess()
        let person = try Person(["--server", exchange.address])
        try person.sees("Under which name do you join?")
        try person.types("seventeen letters")
        try person.presses("Enter")
        try person.sees("at most 16 characters; this one has")
        try person.types("sixteen lettters")
        try person.presses("Enter")
        try person.sees("Welcome sixteen lettters to the chatroom!")
        try person.sees("Echo test")
        try person.sees("connected")
    }

    @Test("an empty name is user")
    func emptyName() throws {
        let exchange = try ExchangeProcess()
        let person = try Person(["--server", exchange.address])
        try person.sees("Under which name do you join?")
        try person.presses("Enter")
        try person.sees("Welcome user to the chatroom!")
    }

    @Test("leaving the prompt leaves the program cleanly", arguments: ["Escape", "C-c", "C-q"])
    func leavesPrompt(_ key: String) throws {
        let person = try Person(["--server", Loopback.next()])
        try person.sees("Under which name do you join?")
        try person.presses(key)
        try person.sees("[left with 0]")
        #expect(person.complaints == "")
    }

    @Test("without --server the first one starts an exchange, and two at once end up on the same one")
    func localExchange() throws {
        let address = Loopback.next()
        let environment = ["PARTYLINE_LOCAL": address]
        let ada = try Person(["--name", "ada"], environment: environment)
        let bob = try Person(["--name", "bob"], environment: environment)
        defer { stopExchange(at: address) }
        try ada.sees("Echo test")
        try ada.sees("bob")
        try bob.sees("Echo test")
        try bob.sees("ada")
        // The one that came second says why it ends, and is gone in a moment.
        try ada.waits(for: "the slower exchange to end") { exchanges(at: address).count == 1 }
        try ada.presses("C-q")
        try ada.sees("[left with 0]")
        try bob.sees("ada is OFFLINE")
        #expect(exchanges(at: address).count == 1, "it outlives the chat that started it")
    }

    @Test("an exchange that is killed is started again by those who are left")
    func localExchangeAgain() throws {
        let address = Loopback.next()
        let ada = try Person(["--name", "ada"], environment: ["PARTYLINE_LOCAL": address])
        defer { stopExchange(at: address) }
        try ada.sees("Echo test")
        let first = try #require(exchanges(at: address).first)
        kill(first, SIGKILL)
        try ada.sees("CONNECTION_CLOSED")
        try ada.waits(for: "a new exchange") { exchanges(at: address).contains { $0 != first } }
        try ada.sees("again connected")
    }

    @Test("another program on the port is named")
    func portTaken() throws {
        let address = Loopback.next()
        let stranger = try Stranger(at: address)
        let ada = try Person(["--name", "ada"], columns: 120, environment: ["PARTYLINE_LOCAL": address])
        try ada.sees("is taken by")
        try ada.sees("process \(stranger.process)")
    }

    @Test("an exchange serves the lines it is told, and writes the log it is told")
    func linesOfItsOwn() throws {
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let exchange = try ExchangeProcess("--line", "Support", "--line", "Sales", "--log", log.path)
        let ada = try Person(["--name", "ada", "--server", exchange.address, "--line", "Sales"])
        try ada.sees("Sales · 1000 · connected")
        let bob = try Person(["--name", "bob", "--server", exchange.address])
        try bob.sees("ACCESS_DENIED")
        #expect(try String(contentsOf: log, encoding: .utf8).contains("joined"))
    }

    @Test("an exchange with idle exit ends by itself when the last client has left")
    func idleExit() throws {
        let exchange = try ExchangeProcess("--idle-exit", "1")
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        try ada.sees("Echo test")
        #expect(exchange.isRunning)
        try ada.presses("C-q")
        try ada.sees("[left with 0]")
        try ada.waits(for: "the exchange to end") { !exchange.isRunning }
    }
}

@Suite("Refusing to start")
struct RefusalTests {
    @Test(
        "each bad option is a sentence",
        arguments: [
            (["--name", "a name too long by far"], "A name has at most 16"),
            (["--server", "host:0"], "A port is a number from 1 to 65535."),
            (["--server", "host:99999"], "A port is a number from 1 to 65535."),
            (["--server", ""], "names no host"),
            (["--server", "[::1"], "lacks the ]"),
            (["--line", "two words"], "cannot be a line's name"),
            (["--transport", "pigeon"], "'pigeon' is invalid"),
            (["--log", "/nowhere/at/all"], "cannot be written"),
            (["exchange", "--idle-exit", "0"], "a whole number of seconds"),
            (["exchange", "--line", "1002"], "cannot be a line's name"),
        ])
    func badOption(_ arguments: [String], _ words: String) throws {
        let person = try Person(arguments, columns: 160)
        try person.sees("[left with ")
        #expect(person.complaints.contains(words), "it said: \(person.complaints)")
        #expect(!person.screen.contains("[left with 0]"))
    }

    @Test("not a terminal: said in words, status 2")
    func notATerminal() throws {
        let (status, _, errors) = try Child([Program.path, "--name", "ada"]).outcome()
        #expect(status == 2)
        #expect(errors.contains("needs a terminal"))
    }

    @Test("an unknown terminal type: said in words, status 2")
    func unknownTerminal() throws {
        let person = try Person(["--name", "ada"], terminal: "no-such-terminal")
        try person.sees("[left with 2]")
        #expect(person.complaints.contains("no-such-terminal"))
    }

    @Test("--version and --help answer on standard output")
    func version() throws {
        #expect(try run([Program.path, "--version"]).hasPrefix("partyline "))
        let help = try run([Program.path, "--help"])
        for option in ["--name", "--server", "--line", "--transport", "--log", "exchange"] {
            #expect(help.contains(option))
        }
    }

    @Test("an exchange at an address in use says so and ends with status 1")
    func addressInUse() throws {
        let exchange = try ExchangeProcess()
        let (status, _, errors) = try Child([Program.path, "exchange", "--listen", exchange.address]).outcome()
        #expect(status == 1)
        #expect(errors.contains("is in use"))
    }
}
