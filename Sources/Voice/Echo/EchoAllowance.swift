/// What an echo may send: never more than came, so that nobody makes it louder than himself, and at no more than a pace.
struct EchoAllowance: Equatable {
    /// Octets that came and did not go back.
    private var octets = 0
    private var packets = Self.burst
    private var refilled: Duration

    /// What a sender of 5 ms packets needs, and what a network holds back for half a second.
    private static let pace = 200.0
    private static let burst = 100.0
    /// Enough for a report; more would be kept for nothing.
    private static let kept = 2_048

    init(at now: Duration) { refilled = now }

    mutating func received(_ count: Int) { octets = min(octets + count, Self.kept) }

    /// The other side is somewhere else: there nothing has come from.
    mutating func forget() { octets = 0 }

    /// Whether a packet that is as long as the one that came may go back.
    mutating func mayEcho(at now: Duration) -> Bool {
        packets = min(Self.burst, packets + (now - refilled) / .seconds(1) * Self.pace)
        refilled = now
        guard packets >= 1 else { return false }
        packets -= 1
        return true
    }

    /// Whether so much came that did not go back.
    func has(_ count: Int) -> Bool { octets >= count }

    /// So much went out.
    mutating func take(_ count: Int) { octets -= count }
}
