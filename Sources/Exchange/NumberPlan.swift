/// The numbers given to clients of the lines, used as a ring: a number comes back into use only after all others
/// had their turn, so that a call to somebody who has just left does not reach a stranger.
///
/// Each number remembers the client that held it last, which is bounded by the size of the ring and needs no timer.
package struct NumberPlan: Sendable, Equatable {
    /// What a client that returns is recognised by (RFC 5626 §4.1, RFC 3261 §10.2.4).
    package struct ClientKey: Hashable, Sendable {
        package var callID: String
        /// The `+sip.instance` of its Contact; nil for clients without one.
        package var instance: String?

        package init(callID: String, instance: String?) {
            self.callID = callID
            self.instance = instance
        }

        /// Octets that remembering it takes.
        package var length: Int { callID.utf8.count + (instance?.utf8.count ?? 0) }
    }

    private var range: ClosedRange<UInt32>
    private var reserved: Set<PhoneNumber>
    private var next: UInt32
    private var numbers: [ClientKey: PhoneNumber] = [:]
    private var holders: [PhoneNumber: ClientKey] = [:]
    private var live: Set<PhoneNumber> = []

    package init(range: ClosedRange<UInt32>, reserved: Set<PhoneNumber> = []) {
        self.range = range
        self.reserved = reserved
        next = range.lowerBound
    }

    /// Other numbers from now on. Who holds one keeps it until it is released, and finds it again only if it still is
    /// one to be given.
    package mutating func configure(range: ClosedRange<UInt32>, reserved: Set<PhoneNumber>) {
        self.range = range
        self.reserved = reserved
        if !range.contains(next) { next = range.lowerBound }
        for (number, key) in holders where !live.contains(number) && !isFree(number) {
            holders[number] = nil
            numbers[key] = nil
        }
    }

    /// The number this client holds, or held last if nobody took it since.
    package func number(of key: ClientKey) -> PhoneNumber? { numbers[key] }

    /// Gives the client a number: the one it had, else the one it prefers if that is free, else the next in the ring.
    ///
    /// - Returns: nil when every number is taken.
    package mutating func take(for key: ClientKey, preferring preferred: PhoneNumber?) -> PhoneNumber? {
        if let own = numbers[key] {
            live.insert(own)
            return own
        }
        if let preferred, isFree(preferred) {
            assign(preferred, to: key)
            return preferred
        }
        for _ in range {
            let candidate = PhoneNumber(next)
            next = next >= range.upperBound ? range.lowerBound : next &+ 1
            if isFree(candidate) {
                assign(candidate, to: key)
                return candidate
            }
        }
        return nil
    }

    /// Whoever holds the number is known by another key from now on.
    package mutating func hand(_ number: PhoneNumber, to key: ClientKey) {
        guard let former = holders[number], former != key else { return }
        numbers[former] = nil
        if let other = numbers[key] { holders[other] = nil }
        holders[number] = key
        numbers[key] = number
    }

    /// The client is gone; its number stays remembered for it until somebody else takes it.
    package mutating func release(_ number: PhoneNumber) {
        live.remove(number)
        guard !isFree(number), let key = holders.removeValue(forKey: number) else { return }
        numbers[key] = nil
    }

    private func isFree(_ number: PhoneNumber) -> Bool {
        range.contains(number.value) && !live.contains(number) && !reserved.contains(number)
    }

    private mutating func assign(_ number: PhoneNumber, to key: ClientKey) {
        if let former = holders[number] { numbers[former] = nil }
        holders[number] = key
        numbers[key] = number
        live.insert(number)
    }
}
