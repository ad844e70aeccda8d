#if Voice
import Testing

@testable import Voice

@Suite("What is kept ready for the loudspeaker") struct LoudspeakerTests {
    private func settled(underruns: Int = 0) -> Loudspeaker {
        var loudspeaker = Loudspeaker()
        _ = loudspeaker.learn(underruns: 0, left: .max, asked: .seconds(9), at: .zero)
        if underruns > 0 {
            _ = loudspeaker.learn(underruns: underruns, left: 0, asked: .milliseconds(10), at: .seconds(1))
        }
        return loudspeaker
    }

    @Test("a frame is made 3 ms before the device asks for it")
    func justInTime() {
        let loudspeaker = settled()
        #expect(loudspeaker.due(ready: 0, asked: .zero) == .milliseconds(7))
        #expect(loudspeaker.due(ready: 0, asked: .milliseconds(7)) == .zero)
        #expect(loudspeaker.due(ready: 480, asked: .milliseconds(7)) == .milliseconds(10))
    }

    @Test("a device that does not ask is given one frame and waited for")
    func standingStill() {
        let loudspeaker = settled()
        #expect(loudspeaker.due(ready: 0, asked: .seconds(1)) == .zero)
        #expect(loudspeaker.due(ready: 480, asked: .seconds(1)) == nil)
    }

    @Test("what was missing is kept ready from then on, and given up when ten seconds show that it was too much")
    func learning() {
        var loudspeaker = settled(underruns: 480)
        #expect(loudspeaker.reserve == 144 + 480)
        let isEarly = !loudspeaker.learn(underruns: 480, left: 480, asked: .zero, at: .seconds(5))
        #expect(isEarly && loudspeaker.reserve == 144 + 480)
        let isOver = loudspeaker.learn(underruns: 480, left: 480, asked: .zero, at: .seconds(11))
        #expect(isOver && loudspeaker.reserve == 144)
    }

    @Test("one that was given up too early is kept for twice as long the next time") func patience() {
        var loudspeaker = settled(underruns: 480)
        _ = loudspeaker.learn(underruns: 480, left: 480, asked: .zero, at: .seconds(11))
        _ = loudspeaker.learn(underruns: 960, left: 0, asked: .zero, at: .seconds(12))
        #expect(loudspeaker.reserve == 144 + 480)
        let isEarly = !loudspeaker.learn(underruns: 960, left: 480, asked: .zero, at: .seconds(31))
        #expect(isEarly && loudspeaker.reserve == 144 + 480)
        let isOver = loudspeaker.learn(underruns: 960, left: 480, asked: .zero, at: .seconds(32))
        #expect(isOver && loudspeaker.reserve == 144)
    }

    @Test("a reserve that was needed stays") func needed() {
        var loudspeaker = settled(underruns: 480)
        _ = loudspeaker.learn(underruns: 480, left: 0, asked: .zero, at: .seconds(11))
        #expect(loudspeaker.reserve == 144 + 480)
    }

    @Test("what a device buffers as it begins teaches nothing") func beginning() {
        var loudspeaker = settled()
        _ = loudspeaker.learn(underruns: 960, left: 0, asked: .zero, at: .milliseconds(200))
        _ = loudspeaker.learn(underruns: 960, left: 0, asked: .zero, at: .milliseconds(400))
        #expect(loudspeaker.reserve == 144)
    }
}
#endif
