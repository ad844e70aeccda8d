/// How one source is received, as reports to it say (RFC 3550 §6.4, A.3, A.8).
package struct ReceptionStatistics: Equatable, Sendable {
    package let ssrc: UInt32
    package private(set) var sequences: SequenceTracker

    /// Interarrival jitter in 1/16 tick; A.8's way to round.
    private var scaledJitter = 0
    private var clock = 0
    private var lastArrival: Duration = .zero
    private var lastTimestamp: UInt32?
    private var expectedBefore = 0
    private var receivedBefore = 0
    private var reported: (middle: UInt32, arrival: Duration)?

    /// The source's first packet; `receive` is called for the next ones only.
    package init(_ header: RTPHeader, clock: Int, probation: Int = 1, at now: Duration) {
        ssrc = header.ssrc
        sequences = SequenceTracker(header.sequence, probation: probation, at: now)
        measure(header.timestamp, clock: clock, at: now)
    }

    /// - Parameter clock: ticks a second of its payload; nil leaves jitter alone, because the timestamps of telephone
    ///   events stand still (RFC 4733 §2.2.1).
    package mutating func receive(_ header: RTPHeader, clock: Int?, at now: Duration) -> SequenceTracker.Verdict {
        let verdict = sequences.receive(header.sequence, at: now)
        switch verdict {
        case .probation, .astray: return verdict
        case .restarted:
            lastTimestamp = nil
            (expectedBefore, receivedBefore) = (0, 0)
        case .ahead, .behind: break
        }
        if let clock { measure(header.timestamp, clock: clock, at: now) }
        return verdict
    }

    /// The transit's change against the packet before it, in ticks; a sixteenth of it counts.
    private mutating func measure(_ timestamp: UInt32, clock: Int, at now: Duration) {
        defer { (lastTimestamp, lastArrival) = (timestamp, now) }
        if clock != self.clock {
            // Another codec: its ticks are others, so what was measured is turned into them.
            scaledJitter = self.clock > 0 ? scaledJitter * clock / self.clock : 0
            self.clock = clock
        } else if let lastTimestamp {
            let elapsed = (now - lastArrival).ticks(clock)
            let change = abs(elapsed - Wrapping.distance(from: lastTimestamp, to: timestamp))
            // A sender whose timestamps jump, or that pauses without letting them run, did not jitter.
            guard change < clock else { return }
            scaledJitter += change - (scaledJitter + 8) >> 4
        }
    }

    /// What the other's sender report says of time; it is given back in our reports so that the other can tell the round trip.
    package mutating func receive(_ report: SenderReport, at now: Duration) {
        reported = (report.time.middle, now)
    }

    package var jitter: Duration { clock > 0 ? .microseconds(scaledJitter * 62_500 / clock) : .zero }
    /// Since it began; below zero where more came twice than was lost.
    package var lost: Int { sequences.expected - sequences.received }
    package var received: Int { sequences.received }

    /// What to report of it now; the next report's fraction counts from here.
    package mutating func report(at now: Duration) -> ReportBlock {
        let (expected, received) = (sequences.expected, sequences.received)
        let expectedSince = expected - expectedBefore
        let lostSince = expectedSince - (received - receivedBefore)
        (expectedBefore, receivedBefore) = (expected, received)
        let fraction = expectedSince > 0 && lostSince > 0 ? min(255, lostSince << 8 / expectedSince) : 0
        return ReportBlock(
            ssrc: ssrc, fractionLost: UInt8(fraction), lost: Int32(max(-0x80_0000, min(0x7F_FFFF, lost))),
            highestSequence: sequences.extendedHighest, jitter: UInt32(truncatingIfNeeded: scaledJitter >> 4),
            lastReport: reported?.middle ?? 0,
            delay: reported.map { UInt32(truncatingIfNeeded: (now - $0.arrival).ticks(65_536)) } ?? 0)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.ssrc == right.ssrc && left.sequences == right.sequences && left.scaledJitter == right.scaledJitter
    }
}

extension Duration {
    /// Whole ticks of a clock with so many a second.
    func ticks(_ clock: Int) -> Int {
        let (seconds, attoseconds) = components
        return Int(seconds) &* clock &+ Int(attoseconds / 1_000_000_000) &* clock / 1_000_000_000
    }

    /// Whole microseconds.
    var inMicroseconds: Int { ticks(1_000_000) }
}
