import Testing

@testable import SIP

@Suite("Ranges of addresses")
struct AddressRanges {
    @Test(
        "contain what begins with the same bits",
        arguments: [
            ("192.0.2.0/24", "192.0.2.0", true), ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
            ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "192.0.2.7", false),
            ("::/0", "2001:db8::1", true), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("2001:DB8:0:0::1", "2001:db8::1", true),
            ("::ffff:192.0.2.7", "192.0.2.7", true), ("192.0.2.0/31", "::ffff:c000:201", true),
            ("fe80::/10", "fe80::1%2", true),
        ])
    func contain(_ range: String, _ address: String, _ isIn: Bool) throws {
        #expect(try AddressRange(range).contains(try #require(NumericAddress(address))) == isIn)
    }

    @Test(
        "are refused with what would be right",
        arguments: [
            ("", .notNumeric), ("localhost", .notNumeric), ("192.0.2", .notNumeric), ("fe80::1%2", .notNumeric),
            ("192.0.2.0/33", .badLength(most: 32)), ("::/129", .badLength(most: 128)),
            ("192.0.2.0/", .badLength(most: 32)), ("192.0.2.0/-1", .badLength(most: 32)),
            ("192.0.2.0/99999999999999999999", .badLength(most: 32)), ("192.0.2.0/24/8", .badLength(most: 32)),
            ("192.0.2.1/24", .notItsStart), ("2001:db8::1/64", .notItsStart),
        ] as [(String, AddressRange.Fault)])
    func refused(_ text: String, _ fault: AddressRange.Fault) {
        #expect(throws: fault) { try AddressRange(text) }
    }

    @Test("denied ones count before allowed ones, and without allowed ones everybody is let in")
    func lists() throws {
        let inside = try #require(NumericAddress("192.0.2.7"))
        let outside = try #require(NumericAddress("198.51.100.7"))
        #expect(AccessList().admits(inside))
        let allowing = AccessList(allowed: [try AddressRange("192.0.2.0/24")])
        #expect(allowing.admits(inside) && !allowing.admits(outside))
        let both = AccessList(allowed: allowing.allowed, denied: [try AddressRange("192.0.2.7")])
        #expect(!both.admits(inside))
        let denying = AccessList(denied: [try AddressRange("192.0.2.0/28")])
        #expect(!denying.admits(inside) && denying.admits(outside))
    }

    @Test("an IPv6 host has its /64 for itself")
    func peers() throws {
        let one = try #require(NumericAddress("2001:db8::1"))
        let other = try #require(NumericAddress("2001:db8::ffff:1:2"))
        #expect(one != other && one.peer == other.peer)
        #expect(NumericAddress("192.0.2.1")?.peer != NumericAddress("192.0.2.2")?.peer)
    }
}
