import SIP
import Testing

@testable import Webphone

@Suite("Waiting before the next attempt")
struct BackOffTests {
    @Test("waits double from 0.5 s to 30 s, with up to a quarter of jitter")
    func doubling() {
        for seed in 0..<100 {
            var backOff = BackOff(identifiers: .seeded(UInt64(seed)))
            for base in [0.5, 1, 2, 4, 8, 16, 24, 24, 24] {
                let wait = backOff.next()
                #expect(wait >= .seconds(base) && wait <= .seconds(base * 1.25) && wait <= .seconds(30))
            }
            backOff.reset()
            #expect(backOff.next() < .seconds(0.7))
        }
    }

    @Test("two clients do not wait equally long")
    func jitter() {
        var one = BackOff(identifiers: .seeded(1))
        var other = BackOff(identifiers: .seeded(2))
        let first = (0..<5).map { _ in one.next() }
        let second = (0..<5).map { _ in other.next() }
        #expect(first != second)
    }
}
