/// What a client is called by: the user part of its SIP URI, decimal digits without a leading zero.
package struct PhoneNumber: Hashable, Sendable {
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    /// Reads the user part of a URI; nil when it is no number of ours: empty, not digits, `01002`, over nine digits.
    package init?(user: String?) {
        guard let user, (1...9).contains(user.utf8.count), user.utf8.first != UInt8(ascii: "0") else { return nil }
        var value: UInt32 = 0
        for digit in user.utf8 {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value &* 10 &+ UInt32(digit &- UInt8(ascii: "0"))
        }
        self.value = value
    }
}

extension PhoneNumber: CustomStringConvertible, ExpressibleByIntegerLiteral {
    package var description: String { String(value) }
    package init(integerLiteral value: UInt32) { self.init(value) }
}
