/// A key of a telephone (RFC 4733 §3.2).
package struct TelephoneKey: Hashable, Sendable {
    /// 0 to 15; 16 is a hook's flash, which is no key and not offered to people.
    package let code: UInt8

    /// - Returns: nil for what is no key.
    package init?(code: UInt8) {
        guard code < 16 else { return nil }
        self.code = code
    }

    /// 0 to 9, *, #, A to D, small ones too; nil for anything else.
    package init?(_ character: Character) {
        guard let index = Self.characters.firstIndex(of: Character(character.uppercased())) else { return nil }
        self.init(code: UInt8(index))
    }

    package var character: Character { Self.characters[Int(code)] }

    private static let characters = Array("0123456789*#ABCD")
}

/// One report of a key on the wire: four octets (RFC 4733 §2.3).
package struct TelephoneEvent: Equatable, Sendable {
    package static let size = 4
    /// dBm0 below zero: how loud a key is said to be. Telephones agree about ten.
    static let volume: UInt8 = 10

    package var code: UInt8
    package var isEnd: Bool
    /// Ticks since its timestamp.
    package var duration: UInt16

    package init(code: UInt8, isEnd: Bool, duration: UInt16) {
        self.code = code
        self.isEnd = isEnd
        self.duration = duration
    }

    /// - Returns: nil where four octets are not there.
    package init?(parsing payload: Span<UInt8>, at offset: Int = 0) {
        guard offset >= 0, payload.count >= Self.size, offset <= payload.count &- Self.size else { return nil }
        code = payload[offset]
        isEnd = payload[offset &+ 1] & 0x80 != 0
        duration = payload.uint16(at: offset &+ 2)
    }

    /// - Returns: false, and nothing written, where there is no room from `offset` on.
    @discardableResult
    package func write(into buffer: inout MutableSpan<UInt8>, at offset: Int = 0) -> Bool {
        guard offset >= 0, buffer.count >= Self.size, offset <= buffer.count &- Self.size else { return false }
        buffer[offset] = code
        buffer[offset &+ 1] = (isEnd ? 0x80 : 0) | Self.volume
        buffer.put(duration, at: offset &+ 2)
        return true
    }
}
