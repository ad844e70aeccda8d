/// Numbers that begin again at zero (RFC 1982), made to go on for ever.
enum Wrapping {
    /// The number nearest to `reference` that ends in these 16 bits.
    static func extended(_ value: UInt16, near reference: Int) -> Int {
        reference &+ Int(Int16(truncatingIfNeeded: Int(value) &- reference))
    }

    /// How far `later` is behind `earlier`; negative where it is before it.
    static func distance(from earlier: UInt16, to later: UInt16) -> Int { Int(Int16(bitPattern: later &- earlier)) }

    /// How far `later` is behind `earlier`; negative where it is before it.
    static func distance(from earlier: UInt32, to later: UInt32) -> Int { Int(Int32(bitPattern: later &- earlier)) }
}
