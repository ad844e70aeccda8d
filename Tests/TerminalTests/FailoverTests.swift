import Foundation
import Harness
import Testing

@Suite("Two exchanges, of which one dies")
struct FailoverTests {
    @Test("in the middle of a chat: both are told, are at the other one with their numbers, and lose no line")
    func failover() throws {
        let first = try ExchangeProcess()
        let second = try ExchangeProcess()
        let servers = ["--server", "\(first.address),\(second.address)"]
        // Takes 1000, so that the numbers that are kept are not those that anybody would get.
        let other = try TextClient("carl", at: first.address)
        try other.registers()
        let ada = try Person(["--name", "ada"] + servers, columns: 110, rows: 30)
        try ada.sees("Webphone1 · 1001 · connected")
        let guest = try Person(["--name", "guest"] + servers, columns: 110, rows: 30)
        try guest.sees("Webphone1 · 1002 · connected")
        try ada.sees("guest is ONLINE")
        try ada.selects("guest")
        try ada.presses("Enter")
        try guest.sees("ada, number")
        try guest.answersDialog("Enter")
        try ada.sees("IN_CALL")
        try ada.types("before it died")
        try ada.presses("Enter")
        try guest.sees("ada said: before it died")
        try ada.types("half a thou")
        try ada.sees("half a thou")

        let killed = Date()
        first.kill()
        let words = "You are connected through \(second.address) now, over tcp."
        for person in [ada, guest] { try person.sees(words) }
        #expect(Date().timeIntervalSince(killed) < 5)
        try ada.sees("Webphone1 · 1001 · connected")
        try guest.sees("Webphone1 · 1002 · connected")
        #expect(ada.screen.contains("CONNECTION_CLOSED") && ada.screen.contains("You said: before it died"))
        try ada.nolongerSees("IN_CALL")

        try ada.sees("half a thou")
        try ada.presses("C-c")
        try ada.selects("guest")
        try ada.presses("Enter")
        try guest.sees("ada, number")
        try guest.answersDialog("Enter")
        try ada.sees("IN_CALL")
        try ada.types("after it died")
        try ada.presses("Enter")
        try guest.sees("ada said: after it died")
    }

    @Test("one that is not there is passed over, and the one that is there is named")
    func notThere() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", "\(Loopback.next()),\(exchange.address)"], columns: 110)
        try ada.sees("You are connected through \(exchange.address) now")
        try ada.sees("Echo test")
    }

    @Test("when none is there, each is named with what is wrong")
    func noneThere() throws {
        let (one, two) = (Loopback.next(), Loopback.next(port: 7778))
        let ada = try Person(["--name", "ada", "--server", "\(one),\(two)"], columns: 200)
        let host = { (address: String) in address.prefix { $0 != ":" } }
        try ada.sees("Nobody answers at \(host(one)) port 7777.")
        try ada.sees("Nobody answers at \(host(two)) port 7778.")
    }
}
