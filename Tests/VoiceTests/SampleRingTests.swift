#if Voice
import Dispatch
import Testing

@testable import Voice

@Suite struct SampleRingTests {
    @Test("what is written is read in order, around the end too") func order() {
        let ring = SampleRing(capacity: 8)
        var expected: [Int16] = []
        var heard: [Int16] = []
        for round in 0..<20 {
            let samples = (0..<5).map { Int16(round * 5 + $0) }
            expected += samples
            #expect(ring.write(samples) == 5)
            var frame = [Int16](repeating: 0, count: 5)
            #expect(ring.read(into: &frame) == 5)
            heard += frame
        }
        #expect(heard == expected)
    }

    @Test("a full ring takes no more, an empty one gives nothing") func bounds() {
        let ring = SampleRing(capacity: 8)
        #expect(ring.write([Int16](repeating: 1, count: 12)) == 8)
        var frame = [Int16](repeating: 0, count: 12)
        #expect(ring.read(into: &frame) == 8)
        #expect(ring.read(into: &frame) == 0)
    }

    @Test("skipping keeps the newest") func skip() {
        let ring = SampleRing(capacity: 16)
        ring.write((0..<10).map { Int16($0) })
        ring.skip(keeping: 3)
        var frame = [Int16](repeating: 0, count: 5)
        #expect(ring.read(into: &frame) == 3)
        #expect(frame[..<3] == [7, 8, 9])
    }

    @Test("two threads that never wait for each other lose nothing") func threads() async {
        let ring = SampleRing(capacity: 64)
        let total = 200_000
        let writer = Task.detached {
            var next = 0
            while next < total {
                let chunk = (next..<min(next + 7, total)).map { Int16(truncatingIfNeeded: $0) }
                let written = ring.write(chunk)
                next += written
                if written == 0 { await Task.yield() }
            }
        }
        var next = 0
        var isInOrder = true
        var frame = [Int16](repeating: 0, count: 5)
        while next < total {
            let count = ring.read(into: &frame)
            for index in 0..<count where frame[index] != Int16(truncatingIfNeeded: next + index) { isInOrder = false }
            next += count
            if count == 0 { await Task.yield() }
        }
        await writer.value
        #expect(isInOrder)
    }
}
#endif
