/// The headers of what we send: one numbered and timed line of packets (RFC 3550 §5.1).
///
/// Another codec with the same clock goes on with it; for one with another clock the caller begins a new one with another SSRC,
/// because nobody could tell what its timestamps mean (RFC 7160 §4.1).
package struct SendingStream: Sendable {
    package let ssrc: UInt32
    /// Ticks a second.
    package let clock: Int
    /// Of the next frame.
    package private(set) var timestamp: UInt32
    /// Sent since the beginning.
    package private(set) var packets: UInt32 = 0
    /// Of payload, since the beginning; begins again at zero.
    package private(set) var octets: UInt32 = 0
    private var sequence: UInt16
    private var isPaused = true
    /// A moment, and the timestamp that belongs to it.
    private var anchor: (time: Duration, timestamp: UInt32)?

    /// - Parameters: all random but the clock (RFC 3550 §5.1), so that nobody guesses what is encrypted or whose it is.
    package init(ssrc: UInt32, sequence: UInt16, timestamp: UInt32, clock: Int) {
        self.ssrc = ssrc
        self.sequence = sequence
        self.timestamp = timestamp
        self.clock = clock
    }

    /// The header of the next frame; marked where it is the first after silence (RFC 3551 §4.1).
    ///
    /// - Parameters:
    ///   - ticks: how long the frame sounds.
    ///   - octets: of its payload.
    ///   - now: when its first sample was taken, or as near to that as is known.
    package mutating func header(payloadType: UInt8, ticks: Int, octets: Int, at now: Duration) -> RTPHeader {
        let header = next(payloadType, marker: isPaused, timestamp: timestamp, octets: octets)
        isPaused = false
        pass(ticks, at: now)
        return header
    }

    /// The header of a key's packet: time goes on beside it, and no sound is sent meanwhile (RFC 4733 §2.5.1.2).
    package mutating func header(
        payloadType: UInt8, key: KeySender.Packet, ticks: Int, at now: Duration
    ) -> RTPHeader {
        let header = next(
            payloadType, marker: key.isFirst, timestamp: key.timestamp, octets: TelephoneEvent.size)
        isPaused = true
        pass(ticks, at: now)
        return header
    }

    /// Nothing is sent for so long: silence, muted, on hold. The next frame is marked.
    package mutating func pause(ticks: Int, at now: Duration) {
        isPaused = true
        pass(ticks, at: now)
    }

    private mutating func next(_ payloadType: UInt8, marker: Bool, timestamp: UInt32, octets: Int) -> RTPHeader {
        defer {
            sequence &+= 1
            packets &+= 1
            self.octets &+= UInt32(truncatingIfNeeded: octets)
        }
        return RTPHeader(
            marker: marker, payloadType: payloadType, sequence: sequence, timestamp: timestamp, ssrc: ssrc)
    }

    private mutating func pass(_ ticks: Int, at now: Duration) {
        anchor = (now, timestamp)
        timestamp &+= UInt32(truncatingIfNeeded: ticks)
    }

    /// What to say of it now.
    ///
    /// - Parameters:
    ///   - time: the same moment as `now`, of whatever clock our reports carry.
    ///   - reports: how the peer is received.
    package func report(time: NTPTime, at now: Duration, reports: [ReportBlock] = []) -> SenderReport {
        let elapsed = anchor.map { (now - $0.time).ticks(clock) } ?? 0
        return SenderReport(
            ssrc: ssrc, time: time,
            timestamp: (anchor?.timestamp ?? timestamp) &+ UInt32(truncatingIfNeeded: elapsed),
            packets: packets, octets: octets, reports: reports)
    }
}
