extension ControlPacket {
    /// Writes a compound packet to the buffer's beginning. It begins with a report and describes who sends it, as
    /// RFC 3550 §6.1 demands: that is the caller's to keep.
    ///
    /// - Returns: the octets written; nil where there is no room, which 600 octets always are for one report, one name
    ///   and one goodbye.
    package static func write(_ packets: [ControlPacket], into buffer: inout MutableSpan<UInt8>) -> Int? {
        var end = 0
        for packet in packets {
            guard let size = packet.size, size <= buffer.count &- end else { return nil }
            packet.write(into: &buffer, at: end, size: size)
            end &+= size
        }
        return end
    }

    /// Octets on the wire; nil for what we do not write, or cannot: more than 31 reports or sources, long names.
    private var size: Int? {
        switch self {
        case .senderReport(let report): report.reports.count < 32 ? 28 + ReportBlock.size * report.reports.count : nil
        case .receiverReport(_, let reports): reports.count < 32 ? 8 + ReportBlock.size * reports.count : nil
        case .description(let sources):
            sources.count < 32 && sources.allSatisfy { $0.cname.map { $0.utf8.count < 256 } ?? true }
                ? sources.reduce(4) { $0 + $1.size } : nil
        case .goodbye(let sources, let reason):
            sources.count < 32 && (reason?.utf8.count ?? 0) < 256
                ? 4 + 4 * sources.count + (reason.map { ($0.utf8.count + 4) & ~3 } ?? 0) : nil
        case .other: nil
        }
    }

    private func write(into buffer: inout MutableSpan<UInt8>, at start: Int, size: Int) {
        for offset in start..<(start + size) { buffer[offset] = 0 }
        func head(_ buffer: inout MutableSpan<UInt8>, _ type: UInt8, count: Int) {
            buffer[start] = 2 << 6 | UInt8(count)
            buffer[start + 1] = type
            buffer.put(UInt16(size / 4 - 1), at: start + 2)
        }
        switch self {
        case .senderReport(let report):
            head(&buffer, Kind.senderReport, count: report.reports.count)
            buffer.put(report.ssrc, at: start + 4)
            buffer.put(UInt32(truncatingIfNeeded: report.time.bits >> 32), at: start + 8)
            buffer.put(UInt32(truncatingIfNeeded: report.time.bits), at: start + 12)
            buffer.put(report.timestamp, at: start + 16)
            buffer.put(report.packets, at: start + 20)
            buffer.put(report.octets, at: start + 24)
            report.reports.write(into: &buffer, at: start + 28)
        case .receiverReport(let ssrc, let reports):
            head(&buffer, Kind.receiverReport, count: reports.count)
            buffer.put(ssrc, at: start + 4)
            reports.write(into: &buffer, at: start + 8)
        case .description(let sources):
            head(&buffer, Kind.description, count: sources.count)
            var offset = start + 4
            for source in sources {
                source.write(into: &buffer, at: offset)
                offset += source.size
            }
        case .goodbye(let sources, let reason):
            head(&buffer, Kind.goodbye, count: sources.count)
            for (index, ssrc) in sources.enumerated() { buffer.put(ssrc, at: start + 4 + 4 * index) }
            if let reason { buffer.put(text: reason, at: start + 4 + 4 * sources.count) }
        case .other: break  // has no size, so nobody comes here
        }
    }
}

extension ReportBlock {
    fileprivate func write(into buffer: inout MutableSpan<UInt8>, at start: Int) {
        buffer.put(ssrc, at: start)
        buffer.put(UInt32(fractionLost) << 24 | UInt32(bitPattern: lost) & 0xFF_FFFF, at: start + 4)
        buffer.put(highestSequence, at: start + 8)
        buffer.put(jitter, at: start + 12)
        buffer.put(lastReport, at: start + 16)
        buffer.put(delay, at: start + 20)
    }
}

extension [ReportBlock] {
    fileprivate func write(into buffer: inout MutableSpan<UInt8>, at start: Int) {
        for (index, block) in enumerated() { block.write(into: &buffer, at: start + ReportBlock.size * index) }
    }
}

extension SourceDescription {
    /// Its chunk, with at least one zero behind its items.
    fileprivate var size: Int { (4 + (cname.map { 2 + $0.utf8.count } ?? 0) + 4) & ~3 }

    fileprivate func write(into buffer: inout MutableSpan<UInt8>, at start: Int) {
        buffer.put(ssrc, at: start)
        guard let cname else { return }
        buffer[start + 4] = 1
        buffer.put(text: cname, at: start + 5)
    }
}

extension MutableSpan where Element == UInt8 {
    /// Its length in one octet, then its octets.
    fileprivate mutating func put(text: String, at start: Int) {
        self[start] = UInt8(truncatingIfNeeded: text.utf8.count)
        for (index, octet) in text.utf8.enumerated() { self[start + 1 + index] = octet }
    }
}
