/// The names of `KnownHeader` laid out flat, so that looking one up follows no reference and counts none.
struct KnownHeaderIndex: Sendable {
    static let shared = KnownHeaderIndex()

    private static let none: UInt8 = 0xFF
    /// For each hash of a name the first field that has it.
    private var first = [UInt8](repeating: none, count: 256)
    /// For each entry the next one with the same hash. An entry is a field's raw value, or that of its compact form.
    private var next: [UInt8] = []
    /// Names in lower case, one after the other, and where each begins.
    private var letters: [UInt8] = []
    private var starts: [Int] = [0]
    private var owners: [KnownHeader] = []
    private var flags: [UInt8] = []

    private init() {
        for known in KnownHeader.allCases {
            let row = known.row
            flags.append((row.isList ? 1 : 0) | (row.isSingle ? 2 : 0))
            add(row.name.utf8.map(\.asciiLowercased), of: known)
        }
        for known in KnownHeader.allCases where known.row.compact != 0 { add([known.row.compact], of: known) }
    }

    private mutating func add(_ name: [UInt8], of known: KnownHeader) {
        let hash = KnownHeaderIndex.hash(count: name.count, first: name[0], last: name[name.count - 1])
        next.append(first[hash])
        first[hash] = UInt8(owners.count)
        owners.append(known)
        letters += name
        starts.append(letters.count)
    }

    private static func hash(count: Int, first: UInt8, last: UInt8) -> Int {
        (count &* 7 ^ Int(first.asciiLowercased) &* 5 ^ Int(last.asciiLowercased) &* 31) & 0xFF
    }

    func isList(_ known: KnownHeader) -> Bool { flags[Int(known.rawValue)] & 1 != 0 }

    func isSingle(_ known: KnownHeader) -> Bool { flags[Int(known.rawValue)] & 2 != 0 }

    func lookUp(_ bytes: Span<UInt8>, _ range: Range<Int>) -> KnownHeader? {
        guard !range.isEmpty else { return nil }
        let hash = KnownHeaderIndex.hash(
            count: range.count, first: bytes[range.lowerBound], last: bytes[range.upperBound &- 1])
        var entry = first[hash]
        while entry != KnownHeaderIndex.none {
            if isSpelled(Int(entry), bytes, range) { return owners[Int(entry)] }
            entry = next[Int(entry)]
        }
        return nil
    }

    private func isSpelled(_ entry: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let start = starts[entry]
        guard starts[entry &+ 1] &- start == range.count else { return false }
        let expected = letters.span
        for index in 0..<range.count
        where bytes[range.lowerBound &+ index].asciiLowercased != expected[start &+ index] {
            return false
        }
        return true
    }
}
