/// A moment in seconds and 1/2^32 of them (RFC 3550 §4). Since when is the sender's affair: only differences are used.
package struct NTPTime: Equatable, Sendable {
    package var bits: UInt64

    package init(bits: UInt64) { self.bits = bits }

    /// - Parameter time: not negative; since 1900 where the clock on the wall is known, else since any fixed start.
    package init(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        let product = UInt64(max(0, attoseconds)).multipliedFullWidth(by: 1 << 32)
        let fraction = UInt64(1_000_000_000_000_000_000).dividingFullWidth(product).quotient
        bits = UInt64(truncatingIfNeeded: seconds) << 32 | fraction
    }

    /// The middle 32 bits, in 1/65,536 s: what reports carry.
    package var middle: UInt32 { UInt32(truncatingIfNeeded: bits >> 16) }
}
