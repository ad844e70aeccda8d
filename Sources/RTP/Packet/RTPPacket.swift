/// What every RTP packet of ours begins with: twelve octets (RFC 3550 §5.1).
package struct RTPHeader: Equatable, Sendable {
    /// Octets that `write` takes: we send neither contributing sources nor extensions.
    package static let size = 12

    /// With audio: the first packet after silence (RFC 3551 §4.1).
    package var marker: Bool
    /// 0 to 127.
    package var payloadType: UInt8
    package var sequence: UInt16
    /// When the first sample was taken, in ticks of the payload's clock.
    package var timestamp: UInt32
    package var ssrc: UInt32

    package init(marker: Bool = false, payloadType: UInt8, sequence: UInt16, timestamp: UInt32, ssrc: UInt32) {
        self.marker = marker
        self.payloadType = payloadType & 0x7F
        self.sequence = sequence
        self.timestamp = timestamp
        self.ssrc = ssrc
    }

    /// Writes it to the buffer's beginning; the payload goes behind it, at `RTPHeader.size`.
    ///
    /// - Returns: false, and nothing written, where there is no room.
    @discardableResult
    package func write(into buffer: inout MutableSpan<UInt8>) -> Bool {
        guard buffer.count >= Self.size else { return false }
        buffer[0] = 2 << 6
        buffer[1] = (marker ? 0x80 : 0) | (payloadType & 0x7F)
        buffer.put(sequence, at: 2)
        buffer.put(timestamp, at: 4)
        buffer.put(ssrc, at: 8)
        return true
    }
}

/// A received RTP packet: its header, and where in the datagram its payload stands. Nothing is copied.
package struct RTPPacket: Equatable, Sendable {
    package var header: RTPHeader
    /// May be empty: some keep their NAT's mapping so (RFC 6263 §4).
    package var payload: Range<Int>

    /// Reads one whole datagram; contributing sources and the header extension are stepped over.
    ///
    /// - Throws: where RFC 3550 A.1 calls the header invalid: the caller drops the datagram.
    package init(parsing datagram: Span<UInt8>) throws(PacketFault) {
        guard datagram.count >= RTPHeader.size else { throw .short }
        let first = datagram[0]
        guard first >> 6 == 2 else { throw .version }
        var start = RTPHeader.size &+ 4 &* Int(first & 0x0F)
        if first & 0x10 != 0 {
            guard start &+ 4 <= datagram.count else { throw .length }
            start &+= 4 &+ 4 &* Int(datagram.uint16(at: start &+ 2))
        }
        guard start <= datagram.count else { throw .length }
        var end = datagram.count
        if first & 0x20 != 0 {
            let padding = Int(datagram[end &- 1])
            guard padding > 0, padding <= end &- start else { throw .padding }
            end &-= padding
        }
        header = RTPHeader(
            marker: datagram[1] & 0x80 != 0, payloadType: datagram[1] & 0x7F, sequence: datagram.uint16(at: 2),
            timestamp: datagram.uint32(at: 4), ssrc: datagram.uint32(at: 8))
        payload = start..<end
    }
}
