/// Sends keys, one after the other (RFC 4733 §2.5.1): asked once per frame, instead of sound.
package struct KeySender: Equatable, Sendable {
    /// What goes out instead of a frame.
    package struct Packet: Equatable, Sendable {
        /// When the key, or this segment of it, began.
        package var timestamp: UInt32
        /// The first one of a key carries the marker.
        package var isFirst: Bool
        package var event: TelephoneEvent
    }

    /// How long a key is pressed, and the pause behind it: what telephones and announcements understand.
    package static let pressed: Duration = .milliseconds(100)
    package static let pause: Duration = .milliseconds(60)
    /// Keys that may wait.
    static let limit = 64
    /// The end is said three times, because nothing comes after it (§2.5.1.4).
    private static let ends = 3

    private struct Press: Equatable {
        var key: TelephoneKey
        var ticks: Int
    }

    private enum State: Equatable {
        case idle
        /// Since `start`, of which `passed` ticks were reported; `total` counts those of earlier segments too.
        case pressing(Press, start: UInt32, passed: Int, total: Int)
        case ending(Packet, left: Int, paused: Int)
        case pausing(paused: Int)
    }

    private let clock: Int
    private var waiting: [Press] = []
    private var state: State = .idle

    /// - Parameter clock: ticks a second of the events' payload, which is the sound's.
    package init(clock: Int) { self.clock = clock }

    /// Whether keys are on their way or wait.
    package var isBusy: Bool { state != .idle || !waiting.isEmpty }

    /// - Parameter duration: 40 ms to 10 s.
    /// - Returns: false where too many wait.
    @discardableResult
    package mutating func press(_ key: TelephoneKey, for duration: Duration = pressed) -> Bool {
        guard waiting.count < Self.limit else { return false }
        let bounded = min(.seconds(10), max(.milliseconds(40), duration))
        waiting.append(Press(key: key, ticks: bounded.ticks(clock)))
        return true
    }

    /// Ends all that wait; the key that is pressed is let go.
    package mutating func clear() { waiting.removeAll() }

    /// What to send for the frame that begins now.
    ///
    /// - Parameters:
    ///   - timestamp: of the frame.
    ///   - ticks: its length.
    /// - Returns: nil where sound is sent as ever: no key, or the pause behind one.
    package mutating func next(at timestamp: UInt32, ticks: Int) -> Packet? {
        switch state {
        case .idle:
            guard !waiting.isEmpty else { return nil }
            return report(waiting.removeFirst(), start: timestamp, passed: ticks, total: ticks, isFirst: true)
        case .pressing(let press, let start, let passed, let total):
            guard passed + ticks <= 0xFFFF else {
                // Sixteen bits are full: a new segment begins where this one ends (§2.5.1.3).
                let next = start &+ UInt32(truncatingIfNeeded: passed)
                return report(press, start: next, passed: ticks, total: total + ticks, isFirst: false)
            }
            return report(press, start: start, passed: passed + ticks, total: total + ticks, isFirst: false)
        case .ending(var packet, let left, let paused):
            packet.isFirst = false
            state =
                left > 1
                ? .ending(packet, left: left - 1, paused: paused + ticks) : .pausing(paused: paused + ticks)
            return packet
        case .pausing(let paused):
            guard paused + ticks > Self.pause.ticks(clock) else {
                state = .pausing(paused: paused + ticks)
                return nil
            }
            state = .idle
            return next(at: timestamp, ticks: ticks)
        }
    }

    private mutating func report(
        _ press: Press, start: UInt32, passed: Int, total: Int, isFirst: Bool
    ) -> Packet {
        let isEnd = total >= press.ticks
        let event = TelephoneEvent(
            code: press.key.code, isEnd: isEnd, duration: UInt16(truncatingIfNeeded: min(passed, 0xFFFF)))
        let packet = Packet(timestamp: start, isFirst: isFirst, event: event)
        state =
            isEnd
            ? .ending(packet, left: Self.ends - 1, paused: 0)
            : .pressing(press, start: start, passed: passed, total: total)
        return packet
    }
}
