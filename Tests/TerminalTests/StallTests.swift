import Foundation
import Harness
import Testing

/// As a stalled connection or Ctrl-S have it.
@Suite("A terminal that takes nothing")
struct StallTests {
    /// ada and bob in a chat, and bob's terminal has taken of what she said last no more than the first part of a frame.
    private struct Stall {
        let exchange: ExchangeProcess
        let ada: Typist
        let bob: Typist
        /// What she said last.
        let line: String
        /// bob's.
        let number: String

        init(_ orders: String...) throws {
            let exchange = try ExchangeProcess()
            let ada = try Typist("ada", ["--server", exchange.address])
            let bob = try Typist("bob", ["--server", exchange.address], rows: 24)
            var dialling = Dialling()
            let isChat = eventually(within: 20) { dialling.look(at: ada, bob) }
            try #require(isChat)
            (self.exchange, self.ada, self.bob, number) = (exchange, ada, bob, try #require(bob.number))
            for order in orders { bob.types(order + "\r") }
            // From here on nobody reads what bob's program paints. No two lines that follow each other have a character
            // in common, so that every frame is painted whole.
            var line = ""
            var count = 0
            let isFull = eventually(within: 60) {
                count += 1
                let letter = Character(UnicodeScalar(UInt8(97 + count % 26)))
                line = String(repeating: letter, count: 40) + "\(count)"
                ada.types(line + "\r")
                return !eventually(within: 2) { ada.said.last == Typist.Said(text: line, mark: "✓") }
            }
            try #require(isFull, "\(count) lines, and bob's terminal takes them all")
            self.line = line
        }
    }

    @Test("a line that it has not taken is not shown as delivered")
    func lines() throws {
        let stall = try Stall()
        stall.bob.kill()
        let confirmed = stall.ada.said.filter { $0.mark == "✓" }.map(\.text)
        let shown = stall.bob.heard(from: "ada")
        #expect(
            confirmed.last.map(shown.contains) == true, "\(confirmed.suffix(3)), bob's screen has \(shown.suffix(3))")
        #expect(eventually(within: 20) { stall.ada.said.last == Typist.Said(text: stall.line, mark: "✗") })
    }

    @Test("calls go on meanwhile, and behind it is all that came, once")
    func calls() throws {
        let stall = try Stall("/dnd")
        let (ada, bob) = (stall.ada, stall.bob)
        let carol = try Typist("carol", ["--server", stall.exchange.address])
        #expect(eventually(within: 20) { carol.number != nil })
        carol.types("/call \(stall.number)\r")
        #expect(eventually(within: 4) { carol.sees("bob is busy.") }, "\(carol.lines)")
        #expect(ada.said.last?.mark != "✓")
        ada.types("the last one\r")
        #expect(eventually(within: 20) { bob.heard(from: "ada").last == "the last one" }, "\(bob.lines)")
        #expect(bob.heard(from: "ada").count { $0 == stall.line } == 1)
        #expect(bob.sees("carol asked you for a chat and was told that you are busy."))
        #expect(eventually(within: 20) { ada.said.last == Typist.Said(text: "the last one", mark: "✓") })
        bob.types("\u{11}")
        #expect(eventually(within: 20) { ada.sees("Your chat with bob has ended.") }, "\(ada.lines)")
    }
}
