import RTP
import Testing

@Suite("Whether a sequence number belongs to its stream") struct SequenceTrackerTests {
    @Test("two in sequence make a source, one does not") func probation() {
        var tracker = SequenceTracker(100, at: .zero)
        #expect(!tracker.isValid)
        #expect(tracker.receive(105, at: .zero) == .probation)
        #expect(tracker.receive(104, at: .zero) == .probation)
        #expect(tracker.receive(105, at: .zero) == .ahead)
        #expect(tracker.isValid)
    }

    @Test("numbers begin again at zero without being lost") func wraps() {
        var tracker = SequenceTracker(65_534, probation: 0, at: .zero)
        for sequence: UInt16 in [65_535, 0, 1] { #expect(tracker.receive(sequence, at: .zero) == .ahead) }
        #expect(tracker.highest == 65_537)
        #expect(tracker.receive(65_535, at: .zero) == .behind)
        #expect(tracker.highest == 65_537)
        #expect(tracker.expected == 4)
    }

    @Test("a gap of a minute is one, a longer one is another stream or nonsense") func gaps() {
        var tracker = SequenceTracker(0, probation: 0, at: .zero)
        #expect(tracker.receive(2_999, at: .zero) == .ahead)
        #expect(tracker.receive(2_999 + 3_000, at: .seconds(1)) == .astray)
        #expect(tracker.receive(3_000, at: .seconds(1)) == .ahead)
        #expect(tracker.receive(2_900, at: .seconds(1)) == .behind)
        #expect(tracker.receive(2_899, at: .seconds(1)) == .astray)
    }

    @Test("a sender that begins elsewhere is followed from its second packet on") func restart() {
        var tracker = SequenceTracker(10, probation: 0, at: .zero)
        #expect(tracker.receive(40_000, at: .seconds(1)) == .astray)
        #expect(tracker.receive(40_001, at: .seconds(1)) == .restarted)
        #expect(tracker.receive(40_002, at: .seconds(1)) == .ahead)
        #expect(tracker.expected == 2)
    }

    @Test("an old stretch said again does not throw back a stream that goes on") func replay() {
        var tracker = SequenceTracker(10_000, probation: 0, at: .zero)
        for step in 1...50 {
            let now: Duration = .milliseconds(20 * step)
            #expect(tracker.receive(UInt16(10_000 + step), at: now) == .ahead)
            #expect(tracker.receive(UInt16(5_000 + 2 * step), at: now) == .astray)
            #expect(tracker.receive(UInt16(5_001 + 2 * step), at: now) == .astray)
        }
        #expect(tracker.highest == 10_050)
    }
}

@Suite("How a stream is received") struct ReceptionStatisticsTests {
    static func header(_ sequence: Int, _ timestamp: Int) -> RTPHeader {
        RTPHeader(
            payloadType: 0, sequence: UInt16(truncatingIfNeeded: sequence),
            timestamp: UInt32(truncatingIfNeeded: timestamp), ssrc: 7)
    }

    /// A stream whose packet n is sent at 20 n ms, and comes after `delay(n)` ms; nil where it is lost.
    static func stream(_ count: Int, from start: Int = 65_500, delay: (Int) -> Int?) -> ReceptionStatistics {
        var statistics = ReceptionStatistics(header(start, -800), clock: 8_000, probation: 0, at: .zero)
        for index in 1..<count {
            guard let delay = delay(index) else { continue }
            _ = statistics.receive(
                header(start + index, -800 + 160 * index), clock: 8_000, at: .milliseconds(20 * index + delay))
        }
        return statistics
    }

    @Test("an even stream has neither loss nor jitter") func even() {
        var statistics = Self.stream(500) { _ in 0 }
        let report = statistics.report(at: .seconds(10))
        #expect(report == ReportBlock(ssrc: 7, highestSequence: 65_999))
        #expect(statistics.lost == 0)
    }

    @Test("a quarter lost is 64 of 256 since the last report, and all of them since the beginning") func loss() {
        var statistics = Self.stream(401) { $0 % 4 == 1 ? nil : 0 }
        let report = statistics.report(at: .seconds(8))
        #expect(report.lost == 100)
        #expect(report.fractionLost == 63)
        #expect(statistics.report(at: .seconds(8)).fractionLost == 0)
        #expect(statistics.report(at: .seconds(8)).lost == 100)
    }

    @Test("what comes twice counts as received, so that loss may be below zero") func duplicates() {
        var statistics = Self.stream(10) { _ in 0 }
        for _ in 0..<5 { _ = statistics.receive(Self.header(65_505, 0), clock: nil, at: .seconds(1)) }
        let report = statistics.report(at: .seconds(1))
        #expect(report.lost == -5)
        #expect(report.fractionLost == 0)
    }

    @Test("jitter comes near the mean change of transit, as A.8 reckons it") func jitter() {
        var statistics = Self.stream(2_000) { $0 % 2 == 0 ? 10 : 0 }
        // 10 ms are 80 ticks, at every packet.
        #expect(abs(Int(statistics.report(at: .seconds(40)).jitter) - 80) <= 2)
        #expect(abs(statistics.jitter / .milliseconds(10) - 1) < 0.05)
    }

    @Test("timestamps that begin again, jump or stand still are no jitter") func jumps() {
        var statistics = Self.stream(100) { _ in 0 }
        _ = statistics.receive(Self.header(65_600, 1_000_000_000), clock: 8_000, at: .seconds(2))
        _ = statistics.receive(Self.header(65_601, 1_000_000_160), clock: 8_000, at: .seconds(2) + .milliseconds(20))
        _ = statistics.receive(Self.header(65_602, 1_000_000_160), clock: nil, at: .seconds(2) + .milliseconds(40))
        #expect(statistics.report(at: .seconds(3)).jitter == 0)
    }

    @Test("another codec's clock keeps the jitter's length in time") func clocks() {
        var statistics = Self.stream(2_000) { $0 % 2 == 0 ? 10 : 0 }
        let before = statistics.jitter
        _ = statistics.receive(Self.header(67_500, 0), clock: 48_000, at: .seconds(40))
        #expect(abs(statistics.jitter / before - 1) < 0.01)
    }

    @Test("a report carries the other's last one, and how long it lay here") func lastReport() {
        var statistics = Self.stream(10) { _ in 0 }
        #expect(statistics.report(at: .seconds(1)).lastReport == 0)
        let report = SenderReport(ssrc: 7, time: NTPTime(.seconds(5)), timestamp: 0, packets: 0, octets: 0)
        statistics.receive(report, at: .seconds(1))
        let block = statistics.report(at: .milliseconds(1_500))
        #expect(block.lastReport == 5 << 16)
        #expect(block.delay == 32_768)
    }
}

@Suite("The round trip") struct RoundTripTests {
    @Test("is what RFC 3550's figure 2 makes of its example: 6.125 seconds") func example() {
        let block = ReportBlock(ssrc: 1, lastReport: 0xB705_2000, delay: 0x0005_4000)
        let now = NTPTime(bits: 0x0000_B710_8000_0000)
        #expect(block.roundTrip(at: now) == .milliseconds(6_125))
    }

    @Test("is unknown before a report came there, and when the other writes nonsense") func unknown() {
        let now = NTPTime(.seconds(100))
        #expect(ReportBlock(ssrc: 1).roundTrip(at: now) == nil)
        #expect(ReportBlock(ssrc: 1, lastReport: 1 << 16, delay: 0).roundTrip(at: now) == nil)
        #expect(ReportBlock(ssrc: 1, lastReport: 100 << 16, delay: 5 << 16).roundTrip(at: now) == nil)
        #expect(ReportBlock(ssrc: 1, lastReport: 100 << 16, delay: 60).roundTrip(at: now) == .zero)
    }
}

@Suite("The quality of a call") struct QualityTests {
    @Test(
        "is one word for loss and delay",
        arguments: [
            (0, 50, .good), (0.01, 100, .good), (0.02, 150, .good), (0.05, 100, .fair), (0, 300, .fair),
            (0.1, 100, .poor), (0.2, 100, .bad), (0.05, 400, .bad), (0, 1_000, .bad), (1, 0, .bad),
        ] as [(Double, Int, Quality)])
    func word(_ loss: Double, _ delay: Int, _ quality: Quality) {
        #expect(Quality(loss: loss, delay: .milliseconds(delay), codec: .g711) == quality)
    }

    @Test("the rating never rises with loss or delay, and the words are in its order") func order() {
        var before = 100.0
        for step in 0...100 {
            let rating = Quality.rating(loss: Double(step) / 100, delay: .milliseconds(5 * step), codec: .opus)
            #expect(rating <= before)
            before = rating
        }
        #expect(Quality.bad < .poor && .poor < .fair && .fair < .good)
    }

    @Test("without loss and delay the rating is 93.2, G.107's for a perfect line") func perfect() {
        #expect(Quality.rating(loss: 0, delay: .zero, codec: .g711) == 93.2)
    }
}
