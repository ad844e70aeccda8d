#if Voice
import Testing

@testable import Voice

@Suite struct ConcealmentTests {
    private let voice = Voices.tone(125, seconds: 1, rate: 8_000)

    @Test("a lost packet of a steady voice is hardly heard") func steady() {
        var concealment = Concealment()
        var heard: [Int16] = []
        for (number, start) in stride(from: 0, to: 4_800, by: 160).enumerated() {
            var frame = Array(voice[start..<(start + 160)])
            if number % 10 == 9 {
                concealment.fill(&frame, count: 160)
            } else {
                concealment.heard(&frame, count: 160)
            }
            heard += frame
        }
        #expect(Likeness.correlation(voice[1_000..<4_800], heard[1_000..<4_800]) > 0.98)
    }

    @Test("a long gap falls silent within 60 ms") func long() {
        var concealment = Concealment()
        var frame = Array(voice[..<800])
        concealment.heard(&frame, count: 800)
        concealment.fill(&frame, count: 800)
        #expect(frame[..<80].contains { abs($0) > 5_000 })
        #expect(frame[480...].allSatisfy { $0 == 0 })
    }

    @Test("a loss before anything was heard is silence") func first() {
        var concealment = Concealment()
        var frame = [Int16](repeating: 9, count: 160)
        concealment.fill(&frame, count: 160)
        #expect(frame.allSatisfy { $0 == 0 })
    }
}
#endif
