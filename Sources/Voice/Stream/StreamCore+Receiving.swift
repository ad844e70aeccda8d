#if Voice
import RTP

extension StreamCore {
    /// Takes a datagram.
    ///
    /// - Parameters:
    ///   - datagram: `count` octets of it, which are changed.
    ///   - port: where it came to; control packets are told from voice where they share one (RFC 5761 §4).
    /// - Returns: keys that the other side pressed.
    func receive(
        _ datagram: inout [UInt8], count: Int, from address: RemoteAddress, port: Port, at now: Duration
    ) -> [TelephoneKey] {
        // Nothing keeps a NAT's mapping (RFC 6263 §4.1).
        guard count > 0 else { return [] }
        switch (DatagramKind(of: datagram.span.extracting(0..<count)), port) {
        case (.rtp, .voice): return receiveVoice(&datagram, count, from: address, at: now)
        case (.rtcp, _): receiveControl(&datagram, count, from: address, at: now)
        case (.rtp, .control), (.stun, _), (.zrtp, _), (.dtls, _), (.turn, _), (.unknown, _):
            statistics.counts.refused += 1
        }
        return []
    }

    /// The octets of the plain packet; nil for one that is dropped.
    private func open(_ datagram: inout [UInt8], _ count: Int, rtcp: Bool) -> Int? {
        guard let security else { return count }
        do throws(SecurityFault) {
            return try security.unprotect(&datagram, count: count, rtcp: rtcp)
        } catch {
            switch error {
            case .unauthenticated: statistics.counts.unauthenticated += 1
            case .replayed: statistics.counts.replayed += 1
            case .refused, .missing: statistics.counts.refused += 1
            }
            return nil
        }
    }

    private func receiveVoice(
        _ datagram: inout [UInt8], _ count: Int, from address: RemoteAddress, at now: Duration
    ) -> [TelephoneKey] {
        guard let plain = open(&datagram, count, rtcp: false) else { return [] }
        let octets = datagram.span.extracting(0..<plain)
        guard let packet = try? RTPPacket(parsing: octets) else {
            statistics.counts.refused += 1
            return []
        }
        let header = packet.header
        let isKey = parameters.keysReceiving.contains(header.payloadType)
        let codec = incoming.codec(for: header.payloadType)
        guard isKey || codec != nil, takes(header, codec, from: address, at: now) else { return [] }
        lastHeard = now
        let payload = octets.extracting(packet.payload)
        if let codec, parameters.receives { incoming.put(header, payload, codec, at: now) }
        guard isKey else { return [] }
        incoming.pass(header)
        return keys.receive(header, payload, at: now)
    }

    /// Whether it is the other side's, and here for the first time.
    private func takes(_ header: RTPHeader, _ codec: Codec?, from address: RemoteAddress, at now: Duration) -> Bool {
        switch reception.receive(header, clock: codec?.clockRate, from: address, at: now) {
        case .taken, .began: break
        case .dropped(.stranger), .dropped(.otherSource):
            statistics.counts.strangers += 1
            return false
        case .dropped(.duplicate):
            statistics.counts.duplicates += 1
            return false
        case .dropped(.astray): return false
        }
        statistics.counts.received += 1
        return isTheirs(header.ssrc, from: address, at: now)
    }

    /// Whether it is not our own that comes back. Where it is somebody else's with our SSRC we go on with another one.
    private func isTheirs(_ ssrc: UInt32, from address: RemoteAddress, at now: Duration) -> Bool {
        switch collisions.judge(ssrc, from: address, own: identity.ssrc, at: now) {
        case .none: return true
        case .collision:
            leaving = identity.ssrc
            renumber()
            return true
        case .loop:
            statistics.counts.refused += 1
            return false
        }
    }

    private func receiveControl(_ datagram: inout [UInt8], _ count: Int, from address: RemoteAddress, at now: Duration)
    {
        guard let plain = open(&datagram, count, rtcp: true) else { return }
        guard reception.takesControl(from: address, control: parameters.remoteControl) else {
            statistics.counts.strangers += 1
            return
        }
        guard let packets = try? ControlPacket.parse(datagram.span.extracting(0..<plain)) else {
            statistics.counts.refused += 1
            return
        }
        if let source = packets.first?.ssrc, !isTheirs(source, from: address, at: now) { return }
        for packet in packets {
            if case .senderReport(let report) = packet { reception.receive(report, at: now) }
            for block in packet.reports where block.ssrc == identity.ssrc { learn(block, at: now) }
        }
    }

    private func learn(_ block: ReportBlock, at now: Duration) {
        if let roundTrip = block.roundTrip(at: NTPTime(now)) { statistics.roundTrip = roundTrip }
        // What came before weighs as much as what comes now: one report is five seconds.
        statistics.remoteLoss = (statistics.remoteLoss + Double(block.fractionLost) / 256) / 2
        outgoing.expect(loss: statistics.remoteLoss)
    }
}
#endif
