/// The packets of one source, sent back as our own: under our SSRC, and under numbers and times of our own which are as far
/// apart as theirs are. So what was lost, overtook another or was left out as silence on the way here is so on the way back,
/// and whoever hears it can tell.
package struct EchoLine: Equatable, Sendable {
    package let ssrc: UInt32
    /// Sent since the beginning, and octets of payload; they begin again at zero.
    package private(set) var packets: UInt32 = 0
    package private(set) var octets: UInt32 = 0
    /// What theirs differ from ours by.
    private var sequenceShift: UInt16 = 0
    private var timestampShift: UInt32 = 0
    /// The next number, and the time that belongs to a moment: where a new source goes on.
    private var next: UInt16
    private var anchor: (timestamp: UInt32, at: Duration)
    package let clock: Int
    private var hasBegun = false

    /// - Parameters: all random but the clock, in ticks a second (RFC 3550 §5.1).
    package init(ssrc: UInt32, sequence: UInt16, timestamp: UInt32, clock: Int, at now: Duration) {
        self.ssrc = ssrc
        self.clock = clock
        next = sequence
        anchor = (timestamp, now)
    }

    /// The header under which a packet goes back.
    ///
    /// - Parameters:
    ///   - payloadType: the sender's number for what is in it.
    ///   - octets: of its payload.
    ///   - begins: whether its source is another than before, or counts anew: ours goes on all the same.
    package mutating func header(
        for heard: RTPHeader, payloadType: UInt8, octets: Int, begins: Bool, at now: Duration
    ) -> RTPHeader {
        if begins || !hasBegun {
            hasBegun = true
            sequenceShift = next &- heard.sequence
            timestampShift = timestamp(at: now) &- heard.timestamp
        }
        let header = RTPHeader(
            marker: heard.marker, payloadType: payloadType, sequence: heard.sequence &+ sequenceShift,
            timestamp: heard.timestamp &+ timestampShift, ssrc: ssrc)
        packets &+= 1
        self.octets &+= UInt32(truncatingIfNeeded: octets)
        if Wrapping.distance(from: next, to: header.sequence) >= 0 {
            next = header.sequence &+ 1
            anchor = (header.timestamp, now)
        }
        return header
    }

    private func timestamp(at now: Duration) -> UInt32 {
        anchor.timestamp &+ UInt32(truncatingIfNeeded: (now - anchor.at).ticks(clock))
    }

    /// What to say of it now; see `SendingStream.report`.
    package func report(time: NTPTime, at now: Duration, reports: [ReportBlock] = []) -> SenderReport {
        SenderReport(
            ssrc: ssrc, time: time, timestamp: timestamp(at: now), packets: packets, octets: octets, reports: reports)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.ssrc == right.ssrc && left.packets == right.packets && left.next == right.next
            && left.anchor == right.anchor
    }
}
