/// PCMA: G.711's A-law, 13 bits of sound in eight (ITU-T G.711, table 1).
package enum ALaw {
    /// What stands for no sound; the law has no zero.
    package static let silence: UInt8 = 0xD5

    package static func encode(_ sample: Int16) -> UInt8 {
        let sign: UInt8 = sample < 0 ? 0 : 0x80
        // Negative ones count from -1, so that each has its mirror.
        let magnitude = Int(sample < 0 ? ~sample : sample) >> 3
        guard magnitude >= 32 else { return (sign | UInt8(magnitude >> 1)) ^ 0x55 }
        let exponent = Int.bitWidth - 5 - magnitude.leadingZeroBitCount
        let mantissa = (magnitude >> exponent) & 0x0F
        return (sign | UInt8(exponent << 4 | mantissa)) ^ 0x55
    }

    package static func decode(_ octet: UInt8) -> Int16 {
        let bits = Int(octet ^ 0x55)
        let (exponent, mantissa) = ((bits & 0x70) >> 4, (bits & 0x0F) << 4)
        let magnitude = exponent == 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1)
        return Int16(bits & 0x80 == 0 ? -magnitude : magnitude)
    }
}
