/// A set of ASCII characters as a 128-bit mask. Octets from 0x80 on are in none.
struct OctetSet: Sendable {
    let low: UInt64
    let high: UInt64

    @inline(__always)
    func contains(_ octet: UInt8) -> Bool {
        let mask = octet < 64 ? low : high
        return octet < 128 && (mask &>> UInt64(octet & 63)) & 1 == 1
    }
}

/// The character classes of RFC 3261 §25.1, by the names of its grammar.
extension OctetSet {
    static let digit = OctetSet(low: 0x03FF_0000_0000_0000, high: 0)
    /// Letters, digits and `-.!%*_+` and backtick, quote, tilde.
    static let token = OctetSet(low: 0x03FF_6CA2_0000_0000, high: 0x47FF_FFFF_87FF_FFFE)
    /// What a Call-ID is made of, on both sides of its `@`: every visible character but that. Wider than `word`: base64
    /// with its `=` is met in the wild, and a Call-ID is only ever compared and repeated.
    static let callID = OctetSet(low: 0xFFFF_FFFE_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFE)
    static let unreserved = OctetSet(low: 0x03FF_6782_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    /// `unreserved` and `user-unreserved`.
    static let user = OctetSet(low: 0xABFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    /// `unreserved` and `&=+$,`.
    static let password = OctetSet(low: 0x23FF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    /// `paramchar` without `escaped`.
    static let uriParameter = OctetSet(low: 0x07FF_EFD2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE)
    /// `hnv-unreserved` and `unreserved`.
    static let uriHeader = OctetSet(low: 0x87FF_EF92_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE)
    /// Letters, digits, `-`, `.`, and the underscore that container and Windows networks put into names.
    static let hostname = OctetSet(low: 0x03FF_6000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
    /// `unreserved`, and the `+` and `#` that a telephone number may have (RFC 3966 §3).
    static let telephone = OctetSet(low: 0x03FF_6F8A_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    static let scheme = OctetSet(low: 0x03FF_6800_0000_0000, high: 0x07FF_FFFE_07FF_FFFE)
    /// Every visible character that cannot end an unquoted parameter value. Wider than `gen-value`: bare IPv6
    /// addresses (RFC 5118 §4.5) and unquoted URNs are met in the wild and do no harm.
    static let parameterValue = OctetSet(low: 0xA7FF_EFFA_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)
    static let opaque = OctetSet(low: 0xAFFF_FFFA_0000_0000, high: 0x47FF_FFFE_AFFF_FFFF)
}
