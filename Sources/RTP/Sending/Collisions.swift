/// Somebody else with our SSRC (RFC 3550 §8.2): two in four thousand million choose the same one, and a network may send us
/// back what we sent.
package struct Collisions: Sendable {
    package enum Finding: Equatable, Sendable {
        /// Another SSRC than ours.
        case none
        /// Say goodbye with the old SSRC, and go on with a new random one.
        case collision
        /// From an address with which we collided before: our own packets come back. Drop it, and change nothing.
        case loop
    }

    /// Ten intervals between reports (§8.2).
    private static let memory: Duration = .seconds(50)
    private static let limit = 8
    private var addresses: [(address: RemoteAddress, at: Duration)] = []

    package init() {}

    /// Judges a packet or a report that was taken as the peer's: strangers cannot make us change.
    package mutating func judge(
        _ ssrc: UInt32, from address: RemoteAddress, own: UInt32, at now: Duration
    ) -> Finding {
        guard ssrc == own else { return .none }
        addresses.removeAll { now - $0.at > Self.memory }
        if let index = addresses.firstIndex(where: { $0.address == address }) {
            addresses[index].at = now
            return .loop
        }
        if addresses.count == Self.limit { addresses.removeFirst() }
        addresses.append((address, now))
        return .collision
    }
}
