/// Base64 (RFC 4648 §4) as strictly as a key deserves: of the many spellings that lenient readers take for the same
/// octets, only the one that we would write ourselves.
package enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// By letter; 64 for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()
    private static let pad = UInt8(ascii: "=")

    package static func encode(_ octets: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((octets.count + 2) / 3 * 4)
        for start in stride(from: 0, to: octets.count, by: 3) {
            let group = octets[start..<min(start + 3, octets.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let letter = letters[Int(bits >> UInt32(18 - 6 * place)) & 63]
                text.append(place <= group.count ? letter : pad)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil for anything that `encode` does not write: spaces, missing padding, bits that nobody reads.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let letters = Array(text.utf8)
        guard letters.count.isMultiple(of: 4) else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(letters.count / 4 * 3)
        for start in stride(from: 0, to: letters.count, by: 4) {
            let group = letters[start..<start + 4]
            let count = group.prefix { $0 != pad }.count
            let isPadded =
                count >= 2 && start + 4 == letters.count && group.dropFirst(count).allSatisfy { $0 == pad }
            guard count == 4 || isPadded else { return nil }
            var bits: UInt32 = 0
            for letter in group {
                let value = letter == pad ? 0 : values[Int(letter)]
                guard value < 64 else { return nil }
                bits = bits << 6 | UInt32(value)
            }
            guard bits & (UInt32(1) << UInt32(8 * (4 - count)) - 1) == 0 || count == 4 else { return nil }
            octets += [16, 8, 0].prefix(count - 1).map { UInt8(truncatingIfNeeded: bits >> $0) }
        }
        return octets
    }
}

extension FixedWidthInteger {
    /// A decimal number that fits; digits and nothing else, where `init(_:)` would take a sign.
    package init?(decimal text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ OctetSet.digit.contains($0) }) else { return nil }
        self.init(text, radix: 10)
    }
}
