import Foundation
import Harness
import Testing

@Suite("A client on a bare socket that shares no code with ours")
struct RawClientTests {
    @Test("it calls the Echo test and hears itself")
    func callsEcho() throws {
        let exchange = try ExchangeProcess()
        let raw = try RawClient(exchange, "call", "raw", "600")
        #expect(
            try raw.result() == [
                "REGISTERED 1000", "SUBSCRIBED", "IN CALL", "ANSWERED 200 MESSAGE", "HEARD grüße von der Leitung",
                "ANSWERED 200 BYE", "DONE",
            ])
    }

    @Test("it breaks the rules and is answered as the RFC says")
    func rude() throws {
        let exchange = try ExchangeProcess()
        let raw = try RawClient(exchange, "rude")
        #expect(try raw.result().last == "DONE")
    }

    @Test("a person calls it, the two talk, the person hangs up")
    func called() throws {
        let exchange = try ExchangeProcess()
        let raw = try RawClient(exchange, "answer", "bare socket")
        let ada = try Person(["--name", "ada", "--server", exchange.address], columns: 100)
        try ada.selects("bare socket")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        try ada.types("ping")
        try ada.presses("Enter")
        try ada.sees("bare socket said: you wrote: ping")
        try ada.presses("C-x")
        let said = try raw.result()
        #expect(said.contains("HEARD ping"))
        #expect(said.suffix(2) == ["BYE", "DONE"])
        #expect(said.contains { $0.hasPrefix("INVITED by") && $0.contains("\"ada\" <sip:1") })
    }

    @Test("it calls a person, whose dialog names it as the exchange does")
    func calls() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address], columns: 100)
        try ada.sees("Echo test")
        let number = try #require(ada.number)
        let raw = try RawClient(exchange, "call", "stranger", number)
        try ada.sees("stranger, number")
        try ada.answersDialog("Enter")
        try ada.sees("stranger said: grüße von der Leitung")
        try ada.types("well met")
        try ada.presses("Enter")
        #expect(try raw.result().contains("HEARD well met"))
        try ada.nolongerSees("IN_CALL")
    }
}
