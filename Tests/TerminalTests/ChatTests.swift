import Foundation
import Harness
import Testing

@Suite("Two people in their terminals")
struct ChatTests {
    /// ada and guest, online with each other, ada having guest selected.
    private func couple() throws -> (exchange: ExchangeProcess, ada: Person, guest: Person) {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address], columns: 100, rows: 30)
        try ada.sees("Echo test")
        let guest = try Person(["--name", "guest", "--server", exchange.address], columns: 80, rows: 24)
        try guest.sees("ada")
        try ada.sees("guest is ONLINE")
        try ada.selects("guest")
        return (exchange, ada, guest)
    }

    @Test("a request is asked about, accepted, talked in both directions, and hung up")
    func wholeCall() throws {
        let (exchange, ada, guest) = try couple()
        withExtendedLifetime(exchange) {}
        try ada.presses("Enter")
        try ada.sees("You have sent a chat request to guest.")
        try ada.sees("RINGING")
        try guest.sees("ada, number")
        try guest.answersDialog("Enter")
        try ada.sees("guest accepted your chat request.")
        try ada.sees("IN_CALL")
        try guest.sees("IN_CALL")
        try ada.types("lunch? 日本語 😀")
        try ada.presses("Enter")
        try ada.sees("You said: lunch? 日本語 😀")
        try ada.sees("✓")
        try guest.sees("ada said: lunch? 日本語 😀")
        try guest.types("at one")
        try guest.presses("Enter")
        try ada.sees("guest said: at one")
        try guest.presses("C-x")
        try guest.sees("You hung up.")
        try ada.sees("guest hung up")
        try ada.nolongerSees("IN_CALL")
    }

    @Test("a refused request says so")
    func refused() throws {
        let (exchange, ada, guest) = try couple()
        withExtendedLifetime(exchange) {}
        try ada.presses("Enter")
        try guest.sees("ada, number")
        try guest.answersDialog("Escape")
        try ada.sees("guest refused your chat request.")
        try ada.sees("▸ guest · Enter starts a chat")
    }

    @Test("a request taken back closes the other's dialog")
    func takenBack() throws {
        let (exchange, ada, guest) = try couple()
        withExtendedLifetime(exchange) {}
        try ada.presses("Enter")
        try guest.sees("ada, number")
        try ada.presses("C-x")
        try guest.sees("ada took the chat request back.")
        try guest.nolongerSees("ada, number")
    }

    @Test("both call each other at once: one call")
    func glare() throws {
        let (exchange, ada, guest) = try couple()
        withExtendedLifetime(exchange) {}
        try guest.selects("ada")
        try ada.presses("Enter")
        try guest.presses("Enter")
        try ada.waits(for: "a call, or a question about it") {
            ada.screen.contains("IN_CALL") || ada.screen.contains("Chat request")
                || guest.screen.contains("Chat request")
        }
        for person in [ada, guest] where person.screen.contains("Chat request") { try person.answersDialog("Enter") }
        try ada.sees("IN_CALL")
        try guest.sees("IN_CALL")
        try ada.types("one line")
        try ada.presses("Enter")
        try guest.sees("ada said: one line")
    }

    @Test("the Echo test answers at once with what it is told")
    func echoTest() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        try ada.sees("Echo test")
        try ada.selects("Echo test")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        try ada.types("is anybody there?")
        try ada.presses("Enter")
        try ada.sees("Echo test said: is anybody there?")
    }

    @Test("a line with no call stays in the input and says why")
    func noCall() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        try ada.sees("Echo test")
        try ada.types("nobody hears this")
        try ada.presses("Enter")
        try ada.waits(for: "the reason, with the text kept") {
            ada.screen.contains("nobody hears this") && ada.screen.lowercased().contains("not sent")
        }
    }

    @Test("whoever leaves is OFFLINE, and the chat with them ends")
    func partnerLeaves() throws {
        let (exchange, ada, guest) = try couple()
        withExtendedLifetime(exchange) {}
        try ada.presses("Enter")
        try guest.sees("ada, number")
        try guest.answersDialog("Enter")
        try ada.sees("IN_CALL")
        try guest.closesTerminal()
        try ada.sees("guest is OFFLINE")
        try ada.nolongerSees("IN_CALL")
    }

    @Test("a paste of several lines is asked about before it is sent")
    func paste() throws {
        let (exchange, ada, guest) = try couple()
        withExtendedLifetime(exchange) {}
        try ada.presses("Enter")
        try guest.sees("ada, number")
        try guest.answersDialog("Enter")
        try ada.sees("IN_CALL")
        try ada.pastes("one\ntwo\nthree")
        try ada.sees("3 lines")
        try ada.presses("Enter")
        try ada.sees("Send your line with 3 pasted lines")
        #expect(!guest.screen.contains("three"))
        try ada.answersDialog("Enter")
        try guest.sees("three")
    }

    @Test("over UDP, text too long for a datagram still arrives")
    func longOverUDP() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(
            ["--name", "ada", "--server", exchange.address, "--transport", "udp"], columns: 200, rows: 60)
        try ada.sees("Echo test")
        try ada.selects("Echo test")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        try ada.types(String(repeating: "a long story ", count: 150) + "with its end")
        try ada.presses("Enter")
        try ada.waits(for: "the echo of it") {
            ada.screen.contains("Echo test said: a long story") && ada.screen.contains("✓")
                && ada.screen.components(separatedBy: "with its end").count == 3
        }
    }
}
