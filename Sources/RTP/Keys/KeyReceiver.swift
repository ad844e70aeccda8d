/// Tells each key once, whatever of its packets is lost, repeated or out of order (RFC 4733 §2.5.2).
///
/// A key is known by its timestamp, so one packet of the many is enough, and an end that never comes is missed by nobody.
package struct KeyReceiver: Equatable, Sendable {
    private struct Heard: Equatable {
        var ssrc: UInt32
        var code: UInt8
        var timestamp: UInt32
        var isEnded: Bool
        var at: Duration
    }

    /// How long a key may be silent and still go on.
    private static let patience: Duration = .milliseconds(500)
    /// After that a key that seems to be from before is a new one: timestamps begin again, or jumped.
    private static let memory: Duration = .seconds(60)
    /// Keys in one packet (§2.5.1.5); what is behind them is left alone.
    private static let limit = 16

    private var last: Heard?

    package init() {}

    /// - Parameters:
    ///   - header: of a packet that was taken as the peer's.
    ///   - payload: one report or several, each beginning where the one before ends.
    /// - Returns: keys that were not told yet; nothing for most packets.
    package mutating func receive(_ header: RTPHeader, _ payload: Span<UInt8>, at now: Duration) -> [TelephoneKey] {
        var keys: [TelephoneKey] = []
        var timestamp = header.timestamp
        var offset = 0
        while offset < Self.limit &* TelephoneEvent.size, let event = TelephoneEvent(parsing: payload, at: offset) {
            if let key = receive(event, at: timestamp, of: header.ssrc, now: now) { keys.append(key) }
            timestamp &+= UInt32(event.duration)
            offset &+= TelephoneEvent.size
        }
        return keys
    }

    private mutating func receive(
        _ event: TelephoneEvent, at timestamp: UInt32, of ssrc: UInt32, now: Duration
    ) -> TelephoneKey? {
        let heard = Heard(ssrc: ssrc, code: event.code, timestamp: timestamp, isEnded: event.isEnd, at: now)
        guard var last, last.ssrc == ssrc else {
            last = heard
            return TelephoneKey(code: event.code)
        }
        let distance = Wrapping.distance(from: last.timestamp, to: timestamp)
        if distance == 0 {
            last.isEnded = last.isEnded || event.isEnd
            last.at = now
            self.last = last
            return nil
        }
        if distance < 0, now - last.at < Self.memory { return nil }
        let goesOn = isSegment(event, distance: distance, behind: last, at: now)
        self.last = heard
        return goesOn ? nil : TelephoneKey(code: event.code)
    }

    /// The next segment of a key that is held down: the same one, not let go, where sixteen bits of duration ended. Segments
    /// are never shorter than that, keys that follow each other always are, or a pause is between.
    private func isSegment(_ event: TelephoneEvent, distance: Int, behind last: Heard, at now: Duration) -> Bool {
        event.code == last.code && !last.isEnded && now - last.at < Self.patience && distance > 0xF000
            && distance <= 0xFFFF
    }
}
