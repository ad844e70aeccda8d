import RTP

/// A stream of datagrams from whoever wants: each is an octet of length, one that says from where, one of time, then what it
/// holds. Whatever they are, what is played has a length, is bounded, and comes only from the peer.
func fuzzStream(_ bytes: [UInt8]) {
    var listener = Listener(isProtected: bytes.first.map { $0 & 1 == 1 } ?? false)
    var rest = bytes.dropFirst()
    while rest.count >= 3 {
        let (length, from, pause) = (Int(rest.removeFirst()), rest.removeFirst(), Int(rest.removeFirst()))
        let datagram = Array(rest.prefix(length))
        rest = rest.dropFirst(length)
        listener.elapse(.milliseconds(pause))
        listener.receive(datagram, from: from)
    }
    listener.elapse(.seconds(1))
    listener.judge()
}

/// A report that parses is written to the same again, and nothing in it breaks what is reckoned with it.
func fuzzReports(_ bytes: [UInt8]) {
    guard let packets = try? ControlPacket.parse(bytes.span) else { return }
    require(packets.count <= 32, "more packets than are read")
    var timing = ReportTiming(bitsPerSecond: 64_000, at: .zero, random: 0.5)
    let now: Duration = .seconds(Int64(bytes.count))
    for packet in packets {
        for report in packet.reports {
            guard let trip = report.roundTrip(at: NTPTime(now)) else { continue }
            require(trip >= .zero && trip <= .seconds(30), "a round trip of \(trip)")
        }
        timing.received(bytes.count, from: packet.ssrc ?? 0, at: now)
        if case .goodbye(let sources, _) = packet {
            for source in sources { timing.goodbye(source, octets: bytes.count, at: now) }
        }
    }
    require(timing.due > .zero && timing.due < .seconds(100_000), "reports at \(timing.due)")
    let written = packets.filter {
        switch $0 {
        case .senderReport, .receiverReport, .description, .goodbye: true
        case .other: false
        }
    }
    var buffer = [UInt8](repeating: 0, count: 4 * bytes.count + 64)
    var span = buffer.mutableSpan
    // Names that are no UTF-8 grow by what was repaired in them, and may then be too long to be said.
    guard let count = ControlPacket.write(written, into: &span) else { return }
    require((try? ControlPacket.parse(Array(buffer[..<count]).span)) == written, "writing changes what is said")
}

/// The receiving end of a call.
private struct Listener {
    static let peer = RemoteAddress(.init(ipv4: 0xC000_0201), port: 4_000)
    let isProtected: Bool
    var stream: ReceivingStream
    var buffer = PlayoutBuffer(clock: 8_000)
    var keys = KeyReceiver()
    var now: Duration = .zero
    var played: Duration = .zero
    var stored = 0

    init(isProtected: Bool) {
        self.isProtected = isProtected
        stream = ReceivingStream(signalled: Self.peer, isProtected: isProtected)
        buffer.awaitsFollowing = isProtected
    }

    mutating func receive(_ datagram: [UInt8], from: UInt8) {
        switch DatagramKind(of: datagram.span) {
        case .rtp: receiveSound(datagram, from: from)
        case .rtcp: _ = try? ControlPacket.parse(datagram.span)
        case .stun, .zrtp, .dtls, .turn, .unknown: break
        }
    }

    private mutating func receiveSound(_ datagram: [UInt8], from: UInt8) {
        guard var packet = try? RTPPacket(parsing: datagram.span) else { return }
        require(packet.payload.upperBound <= datagram.count, "a payload behind the end")
        let address = from < 128 ? Self.peer : RemoteAddress(.init(ipv4: UInt32(from)), port: UInt16(from))
        // Who does not read along does not know the stream's SSRC; who does may take it over.
        if !isProtected { packet.header.ssrc = packet.header.ssrc & 0x7FFF_FFFF | (from < 128 ? 0 : 0x8000_0000) }
        let payload = datagram.span.extracting(packet.payload)
        switch packet.header.payloadType {
        case 101:
            guard isTaken(packet.header, clock: nil, from: address) else { return }
            require(keys.receive(packet.header, payload, at: now).count <= 16, "too many keys")
            buffer.pass(packet.header)
        case 96:
            guard let ticks = PayloadLength.opus(payload) else { return }
            put(packet.header, payload, ticks: ticks, clock: 48_000, from: address)
        default:
            put(packet.header, payload, ticks: PayloadLength.g711(payload), clock: 8_000, from: address)
        }
    }

    private mutating func isTaken(_ header: RTPHeader, clock: Int?, from address: RemoteAddress) -> Bool {
        switch stream.receive(header, clock: clock, from: address, at: now) {
        case .taken, .began: return true
        case .dropped: return false
        }
    }

    private mutating func put(
        _ header: RTPHeader, _ payload: Span<UInt8>, ticks: Int, clock: Int, from address: RemoteAddress
    ) {
        guard isTaken(header, clock: clock, from: address) else { return }
        if buffer.put(header, payload, ticks: ticks, clock: clock, at: now) == .stored { stored += 1 }
        _ = stream.report(at: now)
    }

    mutating func elapse(_ pause: Duration) {
        now += pause
        while played < now {
            let (ticks, count) = pull()
            require(ticks > 0 && ticks <= 6_000, "\(ticks) ticks at once")
            require(count <= 1_500, "\(count) octets in a frame")
            // Opus' ticks are shorter; that playing may stand still for less than a millisecond is this target's limit.
            played += max(.milliseconds(1), .microseconds(ticks * 125))
        }
    }

    private mutating func pull() -> (ticks: Int, count: Int) {
        // Of whole packets, and of any length.
        let lacking: Duration? = stored % 2 == 0 ? nil : .microseconds(1 + stored * 997 % 10_000)
        switch buffer.next(at: played, ahead: lacking ?? .zero, lacking: lacking, isQuiet: stored % 3 == 0) {
        case .frame(let frame, _):
            let count = buffer.withPayload(of: frame) { $0.count }
            require(count == frame.count, "another payload")
            return (frame.ticks, count)
        case .missing(let ticks, let following):
            return (ticks, following.map { frame in buffer.withPayload(of: frame) { $0.count } } ?? 0)
        case .silence(let ticks): return (ticks, 0)
        }
    }

    func judge() {
        require(buffer.counts.played + buffer.counts.dropped <= stored, "more was played than came")
        require((0.995...1.005).contains(buffer.speed), "a speed of \(buffer.speed)")
        require(buffer.target <= .milliseconds(400), "a wait of \(buffer.target)")
        if !isProtected { require(stream.destination == Self.peer, "a stranger is the peer") }
    }
}
