import Crypto

/// The SHA-256 of a certificate, by which people and files tell certificates apart.
public struct Fingerprint: Hashable, Sendable {
    /// 32 of them.
    public let bytes: [UInt8]

    /// The fingerprint of a whole certificate in DER.
    public init(of der: [UInt8]) {
        bytes = Array(SHA256.hash(data: der))
    }

    /// Reads 64 hexadecimal digits; colons and spaces between them do not count. Nil for anything else.
    public init?(_ text: String) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: " ") }.map(\.hexDigit)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// The 64 digits, with nothing between.
    public var digits: String { text(digitsPerGroup: 64) }

    private func text(digitsPerGroup: Int) -> String {
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if index > 0, 2 * index % digitsPerGroup == 0 { text.append(UInt8(ascii: " ")) }
            text += [UInt8.hexDigits[Int(byte >> 4)], UInt8.hexDigits[Int(byte & 15)]]
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Fingerprint: CustomStringConvertible {
    /// In groups of four digits, which people can compare: `1A2B 3C4D …`.
    public var description: String { text(digitsPerGroup: 4) }
}
