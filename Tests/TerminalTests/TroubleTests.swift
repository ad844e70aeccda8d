import Foundation
import Harness
import Testing

@Suite("When things break")
struct TroubleTests {
    @Test("an exchange killed and started again: said, reconnected, number, log and draft kept")
    func exchangeKilled() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address], columns: 100, rows: 40)
        try ada.sees("Echo test")
        let guest = try Person(["--name", "guest", "--server", exchange.address])
        try ada.sees("guest is ONLINE")
        let number = try #require(ada.number)
        try ada.types("half a thought")
        exchange.kill()
        try ada.sees("CONNECTION_CLOSED")
        try guest.sees("CONNECTION_CLOSED")
        try exchange.start()
        try ada.sees("you are again connected")
        try guest.sees("you are again connected")
        try ada.waits(for: "the old number") { ada.number == number }
        #expect(ada.screen.contains("half a thought"))
        #expect(ada.screen.contains("guest is ONLINE"))
        #expect(!ada.screen.contains("guest is OFFLINE"), "who stayed is not announced again")
    }

    @Test("a line under way when the exchange dies is marked failed")
    func messageUnderWay() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address], columns: 100, rows: 40)
        try ada.sees("Echo test")
        try ada.selects("Echo test")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        exchange.freeze()
        try ada.types("into the void")
        try ada.presses("Enter")
        try ada.sees("You said: into the void")
        exchange.kill()
        try ada.sees("✗")
    }

    @Test("nobody there: said in words, with the next attempt")
    func nobodyThere() throws {
        let ada = try Person(["--name", "ada", "--server", Loopback.next()])
        try ada.sees("CONNECTION_FAILED")
        try ada.sees("again in")
    }

    @Test("an unknown line is refused in words, and not tried again")
    func unknownLine() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address, "--line", "Nowhere"])
        try ada.sees("ACCESS_DENIED")
        #expect(!ada.screen.contains("again in"))
    }

    @Test(
        "SIGTERM and SIGHUP leave the terminal clean and the client unregistered, within a second",
        arguments: [SIGTERM, SIGHUP])
    func signals(_ number: Int32) throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        let bob = try Person(["--name", "bob", "--server", exchange.address])
        try ada.sees("bob")
        try bob.sees("ada")
        let process = try ada.program()
        let begun = Date()
        kill(process, number)
        try ada.sees("[left with 0]")
        #expect(Date().timeIntervalSince(begun) < 3, "the second, and what it takes a busy machine to look")
        try bob.sees("ada is OFFLINE")
        #expect(!ada.screen.contains("Welcome"), "the shell's screen is back")
    }

    @Test(
        "what was switched on in the terminal is switched off by every way out",
        arguments: ["C-q", "TERM", "HUP", "INT"])
    func modesRestored(_ way: String) throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        try ada.sees("Echo test")
        try ada.waits(for: "the mouse") { try ada.modes().hasPrefix("111") }
        if way == "C-q" { try ada.presses(way) } else { try run(["kill", "-\(way)", "\(ada.program())"]) }
        try ada.sees("[left with 0]")
        #expect(try ada.modes() == "00001")
        try ada.types("echoed")
        try ada.presses("Enter")
        try ada.sees("echoed\nechoed")
    }

    @Test(
        "a crash gives the terminal back too, and is told by its status",
        arguments: [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGQUIT])
    func crash(_ number: Int32) throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        try ada.sees("Echo test")
        try ada.waits(for: "the mouse") { try ada.modes().hasPrefix("111") }
        kill(try ada.program(), number)
        try ada.sees("[left with \(128 + number)]")
        #expect(try ada.modes() == "00001")
        #expect(!ada.screen.contains("Welcome"), "the shell's screen is back")
        try ada.types("echoed")
        try ada.presses("Enter")
        try ada.sees("echoed\nechoed")
    }

    @Test("a closed terminal ends the program within a second, unregistered")
    func closedTerminal() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        let bob = try Person(["--name", "bob", "--server", exchange.address])
        try bob.sees("ada")
        try ada.sees("bob")
        let process = try ada.program()
        let begun = Date()
        try ada.closesTerminal()
        try bob.waits(for: "the process to end") { kill(process, 0) != 0 }
        #expect(Date().timeIntervalSince(begun) < 3, "the second, and what it takes a busy machine to look")
        try bob.sees("ada is OFFLINE")
    }

    @Test("Ctrl-Z gives the shell its screen, fg brings the chat back")
    func suspend() throws {
        let exchange = try ExchangeProcess()
        let shell = try Person(command: ["bash", "--norc", "-i"])
        try shell.types("PS1='shell> '; \(Program.path) --name ada --server \(exchange.address)")
        try shell.presses("Enter")
        try shell.sees("Echo test")
        try shell.presses("C-z")
        try shell.sees("Stopped")
        try shell.types("echo still $((20 + 3)) here")
        try shell.presses("Enter")
        try shell.sees("still 23 here")
        try shell.types("fg")
        try shell.presses("Enter")
        try shell.sees("Welcome ada to the chatroom!")
        try shell.types("typed after fg")
        try shell.sees("typed after fg")
    }
}
