/// The names of `KnownHeader` laid out flat, so that looking one up follows no reference and counts none.
struct KnownHeaderIndex: Sendable {
    /// A name, long or compact.
    private struct Entry: Sendable {
        /// The first eight letters in lower case in one word, as `Span.eightOctets` reads them; zeros behind a shorter
        /// name.
        let head: UInt64
        /// 0x20 for each letter of `head`: what makes an upper-case one lower. A hyphen has no case.
        let fold: UInt64
        /// Where the name begins in `letters` and `folds`.
        let start: Int
        let count: Int
        let known: KnownHeader
        /// The next entry with the same hash.
        let next: UInt8
    }

    static let shared = KnownHeaderIndex()

    private static let none: UInt8 = 0xFF
    /// For each hash the first entry that has it.
    private var first = [UInt8](repeating: none, count: 256)
    private var entries: [Entry] = []
    /// Names in lower case, one after the other, and for each letter in them 0x20.
    private var letters: [UInt8] = []
    private var folds: [UInt8] = []
    private var flags: [UInt8] = []

    private init() {
        for known in KnownHeader.allCases {
            flags.append((known.row.isList ? 1 : 0) | (known.row.isSingle ? 2 : 0))
            add(known.row.name.utf8.map(\.asciiLowercased), of: known)
        }
        for known in KnownHeader.allCases where known.row.compact != 0 { add([known.row.compact], of: known) }
    }

    private mutating func add(_ name: [UInt8], of known: KnownHeader) {
        let fold = name.map { $0 &- 0x61 < 26 ? UInt8(0x20) : 0 }
        let hash = KnownHeaderIndex.hash(count: name.count, first: name[0], last: name[name.count - 1])
        let entry = Entry(
            head: KnownHeaderIndex.word(name), fold: KnownHeaderIndex.word(fold), start: letters.count,
            count: name.count, known: known, next: first[hash])
        first[hash] = UInt8(entries.count)
        entries.append(entry)
        letters += name
        folds += fold
    }

    private static func word(_ octets: [UInt8]) -> UInt64 {
        octets.prefix(8).reversed().reduce(0) { $0 &<< 8 | UInt64($1) }
    }

    private static func hash(count: Int, first: UInt8, last: UInt8) -> Int {
        (count &* 7 ^ Int(first | 0x20) &* 5 ^ Int(last | 0x20) &* 31) & 0xFF
    }

    func isList(_ known: KnownHeader) -> Bool { flags[Int(known.rawValue)] & 1 != 0 }

    func isSingle(_ known: KnownHeader) -> Bool { flags[Int(known.rawValue)] & 2 != 0 }

    func lookUp(_ bytes: Span<UInt8>, _ range: Range<Int>) -> KnownHeader? {
        guard !range.isEmpty else { return nil }
        var index = first[
            KnownHeaderIndex.hash(
                count: range.count, first: bytes[range.lowerBound], last: bytes[range.upperBound &- 1])]
        guard index != KnownHeaderIndex.none else { return nil }
        let head = KnownHeaderIndex.head(bytes, range)
        while index != KnownHeaderIndex.none {
            let entry = entries[Int(index)]
            if entry.count == range.count, head | entry.fold == entry.head, hasSameTail(entry, bytes, range) {
                return entry.known
            }
            index = entry.next
        }
        return nil
    }

    /// The first eight octets, zeros behind a shorter name.
    private static func head(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        if range.lowerBound &+ 8 <= bytes.count {
            let word = bytes.eightOctets(at: range.lowerBound)
            return range.count >= 8 ? word : word & ((1 &<< UInt64(range.count &* 8)) &- 1)
        }
        var word: UInt64 = 0
        for offset in range.prefix(8).reversed() { word = word &<< 8 | UInt64(bytes[offset]) }
        return word
    }

    private func hasSameTail(_ entry: Entry, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = 8
        while index < range.count {
            // The last eight letters overlap those before them.
            let place = min(index, range.count &- 8)
            let word = bytes.eightOctets(at: range.lowerBound &+ place)
            let fold = folds.span.eightOctets(at: entry.start &+ place)
            if word | fold != letters.span.eightOctets(at: entry.start &+ place) { return false }
            index &+= 8
        }
        return true
    }
}
