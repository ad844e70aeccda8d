extension ControlPacket {
    /// More packets than anybody sends in one datagram.
    static let limit = 32

    /// Reads a datagram of RTCP: a compound packet.
    ///
    /// - Throws: where RFC 3550 A.2 calls it invalid: the caller drops the datagram as a whole.
    package static func parse(_ datagram: Span<UInt8>) throws(PacketFault) -> [ControlPacket] {
        var packets: [ControlPacket] = []
        var start = 0
        repeat {
            guard packets.count < limit else { throw .tooMany }
            let packet = try parse(datagram, at: &start)
            if packets.isEmpty {
                switch packet {
                case .senderReport, .receiverReport: break
                case .description, .goodbye, .other: throw .order
                }
            }
            packets.append(packet)
        } while start < datagram.count
        return packets
    }

    private static func parse(_ datagram: Span<UInt8>, at start: inout Int) throws(PacketFault) -> ControlPacket {
        guard datagram.count &- start >= 4 else { throw .short }
        let (first, type) = (datagram[start], datagram[start &+ 1])
        guard first >> 6 == 2 else { throw .version }
        let next = start &+ 4 &+ 4 &* Int(datagram.uint16(at: start &+ 2))
        guard next <= datagram.count else { throw .length }
        var end = next
        if first & 0x20 != 0 {
            // Only the last one may be padded, for whoever encrypts the whole (§6.4.1).
            let padding = Int(datagram[end &- 1])
            guard next == datagram.count, padding > 0, padding % 4 == 0, padding <= end &- start &- 4 else {
                throw .padding
            }
            end &-= padding
        }
        let body = datagram.extracting((start &+ 4)..<end)
        let count = Int(first & 0x1F)
        start = next
        switch type {
        case Kind.senderReport: return .senderReport(try SenderReport(parsing: body, count: count))
        case Kind.receiverReport:
            guard body.count >= 4 else { throw .length }
            return .receiverReport(ssrc: body.uint32(at: 0), try ReportBlock.parse(body, from: 4, count: count))
        case Kind.description: return .description(try SourceDescription.parse(body, count: count))
        case Kind.goodbye: return try goodbye(body, count: count)
        default: return .other(type: type)
        }
    }

    private static func goodbye(_ body: Span<UInt8>, count: Int) throws(PacketFault) -> ControlPacket {
        let end = 4 &* count
        guard end <= body.count else { throw .length }
        let sources = (0..<count).map { body.uint32(at: 4 &* $0) }
        guard end < body.count else { return .goodbye(sources, reason: nil) }
        let length = Int(body[end])
        guard end &+ 1 &+ length <= body.count else { throw .length }
        return .goodbye(sources, reason: body.text((end &+ 1)..<(end &+ 1 &+ length)))
    }
}

extension SenderReport {
    fileprivate init(parsing body: Span<UInt8>, count: Int) throws(PacketFault) {
        guard body.count >= 24 else { throw .length }
        self.init(
            ssrc: body.uint32(at: 0),
            time: NTPTime(bits: UInt64(body.uint32(at: 4)) << 32 | UInt64(body.uint32(at: 8))),
            timestamp: body.uint32(at: 12), packets: body.uint32(at: 16), octets: body.uint32(at: 20),
            reports: try ReportBlock.parse(body, from: 24, count: count))
    }
}

extension ReportBlock {
    /// What stands behind the reports is a profile's own and left alone (RFC 3550 §6.4.3).
    fileprivate static func parse(_ body: Span<UInt8>, from start: Int, count: Int) throws(PacketFault) -> [Self] {
        guard start &+ size &* count <= body.count else { throw .length }
        var reports: [Self] = []
        for index in 0..<count {
            let at = start &+ size &* index
            let loss = body.uint32(at: at &+ 4)
            reports.append(
                Self(
                    ssrc: body.uint32(at: at), fractionLost: UInt8(truncatingIfNeeded: loss >> 24),
                    lost: Int32(bitPattern: loss << 8) >> 8, highestSequence: body.uint32(at: at &+ 8),
                    jitter: body.uint32(at: at &+ 12), lastReport: body.uint32(at: at &+ 16),
                    delay: body.uint32(at: at &+ 20)))
        }
        return reports
    }
}

extension SourceDescription {
    /// Each chunk: a source, then items until a zero, then zeros up to a multiple of four (RFC 3550 §6.5).
    fileprivate static func parse(_ body: Span<UInt8>, count: Int) throws(PacketFault) -> [Self] {
        var sources: [Self] = []
        var offset = 0
        for _ in 0..<count {
            guard offset &+ 4 <= body.count else { throw .length }
            var source = Self(ssrc: body.uint32(at: offset), cname: nil)
            offset &+= 4
            while true {
                guard offset < body.count else { throw .length }
                if body[offset] == 0 { break }
                guard offset &+ 1 < body.count, offset &+ 2 &+ Int(body[offset &+ 1]) <= body.count else {
                    throw .length
                }
                let next = offset &+ 2 &+ Int(body[offset &+ 1])
                if body[offset] == 1 { source.cname = body.text((offset &+ 2)..<next) }
                offset = next
            }
            offset = (offset &+ 4) & ~3
            guard offset <= body.count else { throw .length }
            sources.append(source)
        }
        return sources
    }
}

extension Span where Element == UInt8 {
    /// As a stranger wrote it: whoever shows it makes it plain first.
    fileprivate func text(_ range: Range<Int>) -> String {
        String(decoding: range.map { self[$0] }, as: UTF8.self)
    }
}
