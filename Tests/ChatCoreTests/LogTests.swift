import Testing

@testable import ChatCore

@Suite("The log") struct LogTests {
    static let noon = WallClock(hour: 12, minute: 0, second: 0)

    @Test("keeps the newest 100,000 lines, whatever comes") func limit() {
        var log = Log()
        for number in 0..<250_000 { log.append(Entry(.notice, "\(number)", at: Self.noon)) }
        #expect(log.count >= Log.limit)
        #expect(log.count <= Log.limit + Log.chunkSize)
        #expect(log.end == 250_000)
        #expect(log[log.first].text == "\(log.first)")
        #expect(log[249_999].text == "249999")
    }
}
