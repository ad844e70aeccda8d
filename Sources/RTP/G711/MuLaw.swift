/// PCMU: G.711's mu-law, 14 bits of sound in eight (ITU-T G.711, table 2).
package enum MuLaw {
    /// What stands for no sound.
    package static let silence: UInt8 = 0xFF
    private static let bias = 0x84
    private static let clip = 32_635

    package static func encode(_ sample: Int16) -> UInt8 {
        let sign: UInt8 = sample < 0 ? 0x80 : 0
        let magnitude = min(clip, abs(Int(sample))) + bias
        // 0 to 7: which power of two; bit 7 to 14 is its highest.
        let exponent = Int.bitWidth - 8 - magnitude.leadingZeroBitCount
        let mantissa = (magnitude >> (exponent + 3)) & 0x0F
        return ~(sign | UInt8(exponent << 4 | mantissa))
    }

    package static func decode(_ octet: UInt8) -> Int16 {
        let bits = Int(~octet)
        let magnitude = ((bits & 0x0F) << 3 + bias) << ((bits & 0x70) >> 4) - bias
        return Int16(bits & 0x80 == 0 ? magnitude : -magnitude)
    }
}
