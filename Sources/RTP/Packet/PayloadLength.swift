/// How much sound a payload holds, as its format tells without decoding.
package enum PayloadLength {
    /// G.711: an octet a sample at 8 kHz (RFC 3551 §4.5.14).
    ///
    /// - Returns: ticks of the 8 kHz clock.
    package static func g711(_ payload: Span<UInt8>) -> Int { payload.count }

    /// Opus: by its first octets, the TOC (RFC 6716 §3.1, §3.2).
    ///
    /// - Returns: ticks of the 48 kHz clock; nil where the packet is none, or longer than 120 ms.
    package static func opus(_ payload: Span<UInt8>) -> Int? {
        guard payload.count > 0 else { return nil }
        let frames: Int
        switch payload[0] & 3 {
        case 0: frames = 1
        case 1, 2: frames = 2
        default:
            guard payload.count > 1 else { return nil }
            frames = Int(payload[1] & 0x3F)
        }
        let ticks = frames &* opusFrame(configuration: payload[0] >> 3)
        return ticks > 0 && ticks <= 5_760 ? ticks : nil
    }

    /// Ticks of one frame: SILK 10 to 60 ms, hybrid 10 and 20 ms, CELT 2.5 to 20 ms.
    private static func opusFrame(configuration: UInt8) -> Int {
        switch configuration {
        case 0...11: configuration & 3 == 3 ? 2_880 : 480 << Int(configuration & 3)
        case 12...15: configuration & 1 == 0 ? 480 : 960
        default: 120 << Int(configuration & 3)
        }
    }
}
