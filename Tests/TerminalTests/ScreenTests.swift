import Foundation
import Harness
import Testing

@Suite("The screen in a real terminal")
struct ScreenTests {
    /// ada in a chat with the Echo test.
    private func talking(
        columns: Int = 100, rows: Int = 30, environment: [String: String] = [:], terminal: String? = nil
    ) throws -> (exchange: ExchangeProcess, ada: Person) {
        let exchange = try ExchangeProcess()
        let ada = try Person(
            ["--name", "ada", "--server", exchange.address], columns: columns, rows: rows, environment: environment,
            terminal: terminal)
        try ada.sees("Echo test")
        try ada.selects("Echo test")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        return (exchange, ada)
    }

    private func says(_ ada: Person, _ lines: ClosedRange<Int>) throws {
        for number in lines {
            try ada.types("line number \(number)")
            try ada.presses("Enter")
        }
        try ada.sees("Echo test said: line number \(lines.upperBound)")
    }

    @Test("wide, joined, varied and combined characters leave every row as wide as the screen")
    func wideCharacters() throws {
        let (exchange, ada) = try talking()
        withExtendedLifetime(exchange) {}
        for text in ["日本語テスト", "👩‍👩‍👧 family", "❤️ heart", "🇩🇪🇫🇷 flags", "e\u{301}\u{302}n\u{303}", "👍🏽 tone", "한국어 ｆｕｌｌ"] {
            try ada.says(text + " |end")
        }
        try ada.waits(for: "all of them to come back") { ada.screen.components(separatedBy: "|end").count == 15 }
        for row in ada.screen.split(separator: "\n") where row.contains("│") {
            // Terminals paint a flag's two letters in two cells or in four; either way the frame is to be straight.
            #expect([1, 2].contains { cells(row, letterOfFlag: $0) == 100 }, "\(row)")
            #expect(row.last == "│")
        }
    }

    /// How many columns a terminal gives to a row of these characters.
    private func cells(_ row: Substring, letterOfFlag: Int) -> Int {
        row.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x300...0x36F, 0x200D, 0xFE0F, 0x1F3FB...0x1F3FF: sum
            case 0x1F1E6...0x1F1FF: sum + letterOfFlag
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xFF01...0xFF60, 0x1F300...0x1FAFF: sum + 2
            case _: sum + 1
            }
        }
    }

    @Test("scrolling back shows older lines and marks new ones; End returns")
    func scrolling() throws {
        let (exchange, ada) = try talking(rows: 20)
        withExtendedLifetime(exchange) {}
        try says(ada, 1...20)
        #expect(!ada.screen.contains("line number 1 "))
        try ada.presses("PPage", "PPage", "PPage", "PPage")
        try ada.sees("You said: line number 1 ")
        let guest = try Person(["--name", "guest", "--server", exchange.address])
        try guest.sees("Echo test")
        try ada.sees("1 new line")
        #expect(!ada.screen.contains("guest is ONLINE"))
        try ada.presses("End")
        try ada.sees("guest is ONLINE")
        #expect(!ada.screen.contains("new line"))
    }

    @Test("a storm of resizes from 200x60 to 20x6 and below leaves a whole screen")
    func resizeStorm() throws {
        let (exchange, ada) = try talking()
        withExtendedLifetime(exchange) {}
        try says(ada, 1...10)
        let program = try ada.program()
        for round in 0..<6 {
            for (columns, rows) in [
                (200, 60), (20, 6), (19, 5), (5, 2), (40, 10), (81, 7), (100, 30), (60, 24), (59, 24),
            ] {
                try ada.resizes(columns: columns + round, rows: rows)
            }
        }
        try ada.resizes(columns: 100, rows: 30)
        try ada.sees("Echo test said: line number 10")
        try ada.sees("Welcome ada to the chatroom!")
        #expect(try ada.program() == program, "it is still the same process")
        try says(ada, 11...11)
    }

    @Test("a storm of resizes while it starts leaves a whole screen") func resizedAtStart() throws {
        let exchange = try ExchangeProcess()
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        for round in 0..<30 { try ada.resizes(columns: 1 + round * 7, rows: 1 + (round * 13) % 60) }
        try ada.resizes(columns: 100, rows: 30)
        try ada.sees("Welcome ada to the chatroom!")
        try ada.sees("Echo test")
    }

    @Test("small screens stay usable, too small ones say so", arguments: [(40, 10), (20, 6)])
    func small(_ columns: Int, _ rows: Int) throws {
        let (exchange, ada) = try talking()
        withExtendedLifetime(exchange) {}
        try ada.resizes(columns: columns, rows: rows)
        try ada.waits(for: "the narrow layout") { !ada.screen.contains("Online clients") }
        try ada.types("hi")
        try ada.presses("Enter")
        try ada.waits(for: "the echo") { ada.screen.contains("hi") }
        try ada.resizes(columns: 19, rows: 5)
        try ada.sees("Too small")
    }

    @Test("below 60 columns the sidebar comes back on Tab")
    func sidebarOnTab() throws {
        let (exchange, ada) = try talking()
        withExtendedLifetime(exchange) {}
        try ada.resizes(columns: 50, rows: 20)
        try ada.nolongerSees("Online clients")
        try ada.presses("Tab", "Tab")
        try ada.sees("Online clients")
        try ada.presses("Tab")
        try ada.nolongerSees("Online clients")
    }

    @Test("on a vt100 there is no colour and nothing but ASCII, and it works")
    func vt100() throws {
        let (exchange, ada) = try talking(
            environment: ["LANG": "C", "LC_ALL": "C"], terminal: "vt100")
        withExtendedLifetime(exchange) {}
        try ada.types("hello")
        try ada.presses("Enter")
        try ada.sees("Echo test said: hello")
        #expect(!ada.showsColours)
        #expect(!ada.screen.contains("✓") && !ada.screen.contains("▸"))
    }

    @Test("NO_COLOR is honoured, otherwise ONLINE is green")
    func colours() throws {
        let exchange = try ExchangeProcess()
        let plain = try Person(["--name", "ada", "--server", exchange.address], environment: ["NO_COLOR": "1"])
        let coloured = try Person(
            ["--name", "bob", "--server", exchange.address], environment: ["NO_COLOR": ""])
        try coloured.sees("Echo test")
        try plain.sees("bob")
        let guest = try Person(["--name", "guest", "--server", exchange.address])
        try guest.sees("Echo test")
        try coloured.sees("guest is ONLINE")
        try plain.sees("guest is ONLINE")
        #expect(coloured.showsColours)
        #expect(!plain.showsColours)
    }

    @Test("F1 shows all keys, Escape closes it")
    func help() throws {
        let (exchange, ada) = try talking()
        withExtendedLifetime(exchange) {}
        try ada.presses("F1")
        try ada.sees("hang up, or take the request back")
        try ada.presses("Escape")
        try ada.nolongerSees("hang up, or take the request back")
    }
}
