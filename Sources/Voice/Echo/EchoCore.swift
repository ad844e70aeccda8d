#if Voice
import RTP

/// A stream that sends back what comes, without thread and socket. Nothing is decoded: a packet goes back with what is in
/// it, under a source of our own and with our key.
///
/// It goes back to where it came from and nowhere else, once that is known for the other side's (`SourceLatch`). So no third
/// party hears it, and whoever names somebody else's address in its description has nothing sent there.
final class EchoCore {
    typealias Send = (UnsafeBufferPointer<UInt8>, StreamCore.Port, RemoteAddress) -> Void

    private(set) var parameters: StreamParameters
    private(set) var reception: ReceivingStream
    private var identity: StreamIdentity
    private var line: EchoLine
    private var security: SecureStream?
    private var collisions = Collisions()
    private var schedule: ControlSchedule
    private var allowance: EchoAllowance
    /// Whether the source is another one than that of the last packet that went back.
    private var begins = false
    /// Where the last packet of sound came from that was the other side's.
    private var heardFrom: RemoteAddress?
    /// When anything of the other side's came.
    private var lastHeard: Duration
    private var packet = [UInt8](repeating: 0, count: 2_048 + SecureStream.trailer)

    /// Octets, with its seal.
    private static let largestReport = 128

    /// How long nothing may come.
    private let patience: Duration

    /// - Parameter patience: how long nothing may come; programs that are silent send a report every few seconds.
    init(
        _ identity: StreamIdentity, _ parameters: StreamParameters, patience: Duration = .seconds(60), at now: Duration
    ) throws(StreamFault) {
        self.identity = identity
        self.patience = patience
        self.parameters = parameters
        line = EchoLine(identity, clock: parameters.codec.clockRate, at: now)
        schedule = ControlSchedule(seed: identity.seed, at: now)
        allowance = EchoAllowance(at: now)
        reception = parameters.makeReception()
        lastHeard = now
        security = try parameters.makeSecurity()
    }

    /// Goes on as agreed anew.
    func update(_ new: StreamParameters, at now: Duration) throws(StreamFault) {
        try new.follow(parameters, &security, &reception)
        lastHeard = now
        parameters = new
    }

    // MARK: - What comes

    /// Takes a datagram: `count` octets, which are changed.
    func receive(
        _ datagram: inout [UInt8], count: Int, from address: RemoteAddress, port: StreamCore.Port, at now: Duration,
        send: Send
    ) {
        guard count > 0 else { return }
        switch (DatagramKind(of: datagram.span.extracting(0..<count)), port) {
        case (.rtp, .voice): receiveVoice(&datagram, count, from: address, at: now, send)
        case (.rtcp, _): receiveControl(&datagram, count, from: address, at: now, send)
        case (.rtp, .control), (.stun, _), (.zrtp, _), (.dtls, _), (.turn, _), (.unknown, _): break
        }
    }

    /// The octets of the plain packet; nil for one that is dropped.
    private func open(_ datagram: inout [UInt8], _ count: Int, rtcp: Bool) -> Int? {
        guard let security else { return count }
        return try? security.unprotect(&datagram, count: count, rtcp: rtcp)
    }

    private func receiveVoice(
        _ datagram: inout [UInt8], _ count: Int, from address: RemoteAddress, at now: Duration, _ send: Send
    ) {
        guard let plain = open(&datagram, count, rtcp: false),
            let heard = try? RTPPacket(parsing: datagram.span.extracting(0..<plain))
        else { return }
        let codec = parameters.receiving[heard.header.payloadType]
        guard codec != nil || parameters.keysReceiving.contains(heard.header.payloadType) else { return }
        switch reception.receive(heard.header, clock: codec?.clockRate, from: address, at: now) {
        case .taken: break
        case .began: begins = true
        case .dropped: return
        }
        guard isTheirs(heard.header.ssrc, from: address, at: now, send) else { return }
        lastHeard = now
        guard address == reception.destination else { return }
        if address != heardFrom { allowance.forget() }
        heardFrom = address
        allowance.received(count)
        guard parameters.sends, parameters.receives, allowance.mayEcho(at: now) else { return }
        echo(heard, of: datagram, codec, to: address, at: now, send)
    }

    /// Whether it is not our own that comes back. Where it is somebody else's with our SSRC we go on with another one.
    private func isTheirs(_ ssrc: UInt32, from address: RemoteAddress, at now: Duration, _ send: Send) -> Bool {
        switch collisions.judge(ssrc, from: address, own: identity.ssrc, at: now) {
        case .none: return true
        case .collision:
            report(goodbye: true, at: now, send)
            renumber(clock: line.clock, at: now)
            return true
        case .loop: return false
        }
    }

    private func echo(
        _ heard: RTPPacket, of datagram: [UInt8], _ codec: Codec?, to address: RemoteAddress, at now: Duration,
        _ send: Send
    ) {
        // Nobody could tell what the times of two clocks in one source mean (RFC 7160 §4.1).
        if let codec, codec.clockRate != line.clock { renumber(clock: codec.clockRate, at: now) }
        let octets = heard.payload.count
        let number = codec == parameters.codec ? parameters.payloadType : heard.header.payloadType
        let header = line.header(for: heard.header, payloadType: number, octets: octets, begins: begins, at: now)
        begins = false
        var target = packet.mutableSpan
        header.write(into: &target)
        for index in 0..<octets { target[RTPHeader.size + index] = datagram[heard.payload.lowerBound + index] }
        dispatch(RTPHeader.size + octets, .voice, to: address, send)
    }

    private func receiveControl(
        _ datagram: inout [UInt8], _ count: Int, from address: RemoteAddress, at now: Duration, _ send: Send
    ) {
        guard let plain = open(&datagram, count, rtcp: true),
            reception.takesControl(from: address, control: parameters.remoteControl),
            let packets = try? ControlPacket.parse(datagram.span.extracting(0..<plain)),
            let source = packets.first?.ssrc, isTheirs(source, from: address, at: now, send)
        else { return }
        lastHeard = now
        if address.host == heardFrom?.host { allowance.received(count) }
        for packet in packets { if case .senderReport(let report) = packet { reception.receive(report, at: now) } }
    }

    /// Goes on under other numbers.
    private func renumber(clock: Int, at now: Duration) {
        identity = identity.renewed()
        line = EchoLine(identity, clock: clock, at: now)
    }

    // MARK: - What goes out by itself

    /// When `tick` has something to do.
    var nextTick: Duration { min(schedule.due, isPatient ? schedule.due : lastHeard + patience) }

    /// Whether nothing has come for so long that nothing will. Who is on hold may be silent.
    func isForgotten(at now: Duration) -> Bool { !isPatient && now - lastHeard >= patience }

    private var isPatient: Bool { !parameters.sends || !parameters.receives }

    /// Says how the other side is received, if that is due.
    func tick(at now: Duration, send: Send) {
        if schedule.isDue(at: now) { report(at: now, send) }
    }

    /// Says that nothing more will come (RFC 3550 §6.6).
    func end(at now: Duration, send: Send) { report(goodbye: true, at: now, send) }

    /// Only to where sound came from, and only for what came.
    private func report(goodbye: Bool = false, at now: Duration, _ send: Send) {
        guard let heardFrom, heardFrom == reception.destination, allowance.has(Self.largestReport) else { return }
        var packets: [ControlPacket] = [
            .senderReport(
                line.report(time: NTPTime(now), at: now, reports: [reception.report(at: now)].compactMap(\.self))),
            .description([SourceDescription(ssrc: identity.ssrc, cname: identity.cname)]),
        ]
        if goodbye { packets.append(.goodbye([identity.ssrc], reason: nil)) }
        var target = packet.mutableSpan
        guard let count = ControlPacket.write(packets, into: &target) else { return }
        let control = parameters.remoteControl.map { RemoteAddress(heardFrom.host, port: $0.port) }
        dispatch(count, .control, to: control ?? heardFrom, send)
    }

    /// Seals the packet and lets it go.
    private func dispatch(_ count: Int, _ port: StreamCore.Port, to address: RemoteAddress, _ send: Send) {
        var count = count
        if let security {
            guard let sealed = try? security.protect(&packet, count: count, rtcp: port == .control) else { return }
            count = sealed
        }
        allowance.take(count)
        packet.withUnsafeBufferPointer { send(UnsafeBufferPointer(rebasing: $0[..<count]), port, address) }
    }
}

extension EchoLine {
    fileprivate init(_ identity: StreamIdentity, clock: Int, at now: Duration) {
        self.init(
            ssrc: identity.ssrc, sequence: identity.sequence, timestamp: identity.timestamp, clock: clock, at: now)
    }
}
#endif
