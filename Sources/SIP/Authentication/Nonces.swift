import Crypto

/// The nonces of a server. An unused one costs nothing: it carries its own time and number, and a code that nobody
/// else can make. Of those that were used right, the counts are kept, in a table that cannot grow beyond its bound.
struct Nonces: Equatable, Sendable {
    /// The counts that were used with one nonce: the highest, and which of the 63 below it, since requests may
    /// overtake each other.
    struct Uses: Equatable, Sendable {
        private var highest: UInt32
        private var seen: UInt64 = 1

        init(_ count: UInt32) { highest = count }

        /// Takes a count; false when it was taken before, or is too old to tell.
        mutating func take(_ count: UInt32) -> Bool {
            if count > highest {
                let step = count - highest
                seen = step < 64 ? seen << UInt64(step) | 1 : 1
                highest = count
                return true
            }
            let age = highest - count
            guard age < 64, seen & (1 << UInt64(age)) == 0 else { return false }
            seen |= 1 << UInt64(age)
            return true
        }
    }

    private let key: [UInt8]
    private let lifetime: Duration
    private let capacity: Int
    private var issued: UInt64 = 0
    /// Nonces with this number and those before it are not taken any more: what is known of them was dropped.
    private var forgotten: UInt64 = 0
    private var uses: [UInt64: Uses] = [:]
    /// The numbers in `uses` in the order they came, as a ring.
    private var order: [UInt64] = []
    private var oldest = 0

    /// - Parameter lifetime: how long a nonce is good; whole seconds.
    init(lifetime: Duration, capacity: Int, identifiers: inout Identifiers) {
        self.lifetime = lifetime
        self.capacity = max(1, capacity)
        var key: [UInt8] = []
        for _ in 0..<4 { key += identifiers.next().octets }
        self.key = key
    }

    /// A nonce that nobody had before, good for one source only.
    mutating func issue(for source: String, at now: Duration) -> String {
        issued &+= 1
        let payload = UInt64(clamping: now.components.seconds).octets + issued.octets
        return hexadecimal(payload + code(of: payload, for: source))
    }

    /// Whether it is one of ours, given to this source, and not too old.
    func isFresh(_ nonce: String, for source: String, at now: Duration) -> Bool {
        number(of: nonce, for: source, at: now) != nil
    }

    /// Uses a nonce.
    ///
    /// - Parameter count: nc; nil from a client that does not count, for which a nonce is good once.
    /// - Returns: false when it is not fresh, or used with this count before.
    mutating func use(_ nonce: String, count: UInt32?, for source: String, at now: Duration) -> Bool {
        guard let number = number(of: nonce, for: source, at: now) else { return false }
        // Once without a count means never again: no count is above the greatest.
        guard uses[number] != nil else {
            remember(number, Uses(count ?? .max))
            return true
        }
        guard let count else { return false }
        return uses[number]?.take(count) ?? false
    }

    private func number(of nonce: String, for source: String, at now: Duration) -> UInt64? {
        guard let octets = Self.octets(of: nonce), octets.count == 32 else { return nil }
        let payload = octets[..<16]
        guard isEqualInConstantTime(octets[16...], code(of: Array(payload), for: source)) else { return nil }
        let time = UInt64(octets: payload.prefix(8))
        let number = UInt64(octets: payload.suffix(8))
        let present = UInt64(clamping: now.components.seconds)
        guard time <= present, present - time < UInt64(clamping: lifetime.components.seconds), number > forgotten
        else { return nil }
        return number
    }

    private mutating func remember(_ number: UInt64, _ first: Uses) {
        if order.count < capacity {
            order.append(number)
        } else {
            let evicted = order[oldest]
            uses[evicted] = nil
            forgotten = max(forgotten, evicted)
            order[oldest] = number
            oldest = (oldest + 1) % capacity
        }
        uses[number] = first
    }

    private func code(of payload: [UInt8], for source: String) -> [UInt8] {
        let text = payload + source.utf8
        return Array(HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: key)).prefix(16))
    }

    /// Reads pairs of lower-case hexadecimal digits: one nonce has one spelling.
    private static func octets(of text: String) -> [UInt8]? {
        guard text.utf8.count == 64 else { return nil }
        var octets: [UInt8] = []
        var high: UInt8?
        for digit in text.utf8 {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                octets.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return octets
    }
}

extension UInt64 {
    /// In network order.
    fileprivate var octets: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(56 - 8 * $0)) } }

    fileprivate init(octets: some Sequence<UInt8>) { self = octets.reduce(0) { $0 << 8 | UInt64($1) } }
}
