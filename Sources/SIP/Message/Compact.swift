/// A range of offsets in half the room. Layouts are handed from function to function for every field of every message;
/// what is read is never larger than `UInt32` counts.
@propertyWrapper
struct Compact: Sendable {
    private var lower: UInt32
    private var upper: UInt32

    @inline(__always)
    init(wrappedValue: Range<Int>) {
        lower = UInt32(wrappedValue.lowerBound)
        upper = UInt32(wrappedValue.upperBound)
    }

    @inline(__always)
    var wrappedValue: Range<Int> {
        get { Range(uncheckedBounds: (Int(lower), Int(upper))) }
        set { self = Compact(wrappedValue: newValue) }
    }
}

/// As `Compact`, or nil.
@propertyWrapper
struct CompactOptional: Sendable {
    private var lower: UInt32
    private var upper: UInt32

    @inline(__always)
    init(wrappedValue: Range<Int>?) {
        // No range has its upper bound first.
        lower = UInt32(wrappedValue?.lowerBound ?? 1)
        upper = UInt32(wrappedValue?.upperBound ?? 0)
    }

    @inline(__always)
    var wrappedValue: Range<Int>? {
        get { lower <= upper ? Range(uncheckedBounds: (Int(lower), Int(upper))) : nil }
        set { self = CompactOptional(wrappedValue: newValue) }
    }
}
