/// Which of the last 128 packets have been seen: each is played once.
struct ReplayWindow: Equatable, Sendable {
    static let size = 128
    private var highest: Int
    private var recent: UInt64 = 1
    private var older: UInt64 = 0

    /// - Parameter index: the first packet's extended sequence number.
    init(_ index: Int) { highest = index }

    /// - Returns: whether it is seen for the first time; false too where that cannot be told any more.
    mutating func insert(_ index: Int) -> Bool {
        if index > highest {
            shift(index - highest)
            highest = index
            recent |= 1
            return true
        }
        let age = highest - index
        guard age < Self.size else { return false }
        let bit: UInt64 = 1 << UInt64(age & 63)
        if age < 64 {
            guard recent & bit == 0 else { return false }
            recent |= bit
        } else {
            guard older & bit == 0 else { return false }
            older |= bit
        }
        return true
    }

    private mutating func shift(_ count: Int) {
        // Swift's shifts by 64 and more give zero.
        let far = count < Self.size ? UInt64(count) : UInt64(Self.size)
        older = older << far | (far <= 64 ? recent >> (64 - far) : recent << (far - 64))
        recent <<= far
    }
}
