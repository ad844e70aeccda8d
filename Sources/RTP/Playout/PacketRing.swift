/// Packets that wait to be played, in memory made once. A packet's index says where it goes.
struct PacketRing: Sendable {
    /// 2.5 seconds at 20 ms a packet.
    static let capacity = 128
    /// Octets of payload: all that an Ethernet frame holds.
    static let payloadLimit = 1_500

    struct Slot: Equatable, Sendable {
        var index: Int
        /// Its first sample, in ticks since the first packet; jumps of the sender's clock are taken out.
        var media: Int
        var ticks: Int
        /// Octets; none where the packet is no sound.
        var count: Int
        var payloadType: UInt8
        var marker: Bool
        var timestamp: UInt32
    }

    private var slots = [Slot?](repeating: nil, count: capacity)
    private var octets = [UInt8](repeating: 0, count: capacity * payloadLimit)
    private(set) var count = 0

    subscript(index: Int) -> Slot? {
        guard let slot = slots[Self.place(index)], slot.index == index else { return nil }
        return slot
    }

    /// The first of those that wait, from one index on through another.
    func first(from start: Int, through end: Int) -> Slot? {
        guard count > 0, start <= end else { return nil }
        for index in start...min(end, start + Self.capacity - 1) {
            if let slot = self[index] { return slot }
        }
        return nil
    }

    /// What stood there before is gone.
    mutating func store(_ slot: Slot, _ payload: Span<UInt8>) {
        let place = Self.place(slot.index)
        if slots[place] == nil { count += 1 }
        slots[place] = slot
        let start = place * Self.payloadLimit
        for offset in 0..<payload.count { octets[start + offset] = payload[offset] }
    }

    /// Its payload stays readable until something is stored there.
    mutating func remove(_ index: Int) {
        guard self[index] != nil else { return }
        slots[Self.place(index)] = nil
        count -= 1
    }

    mutating func removeAll() {
        for place in slots.indices { slots[place] = nil }
        count = 0
    }

    func withPayload<Result>(at index: Int, count: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        let start = Self.place(index) * Self.payloadLimit
        return body(octets.span.extracting(start..<(start + min(count, Self.payloadLimit))))
    }

    private static func place(_ index: Int) -> Int { index & (capacity - 1) }
}
