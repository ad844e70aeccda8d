#if Voice
import RTP

/// A voice stream without thread, socket and device: sound in, packets out; packets in, sound out; the time comes with every
/// call. Whoever owns it calls it from one thread. Nothing is allocated for a packet of voice or a frame.
final class StreamCore {
    /// Where a packet goes to; one port where they are shared.
    enum Port: Equatable { case voice, control }
    typealias Send = (UnsafeBufferPointer<UInt8>, Port) -> Void

    private(set) var identity: StreamIdentity
    private(set) var parameters: StreamParameters
    /// While it is set nothing of the microphone goes out: silence does, or nothing at all.
    var isMuted = false

    let outgoing: OutgoingVoice
    let incoming: IncomingVoice
    var reception: ReceivingStream
    var keys = KeyReceiver()
    var collisions = Collisions()
    var security: SecureStream?
    var schedule: ControlSchedule
    var keepAlive: KeepAlive
    var statistics: StreamStatistics
    var gauge = LossGauge()
    /// The SSRC that we left to somebody else and have not said goodbye with.
    var leaving: UInt32?
    /// When voice came last.
    var lastHeard: Duration?
    /// What is being sent.
    private var packet = [UInt8](repeating: 0, count: 2_048)
    private let silence = [Int16](repeating: 0, count: Sound.deviceFrame)

    init(_ identity: StreamIdentity, _ parameters: StreamParameters, at now: Duration) throws(StreamFault) {
        self.identity = identity
        self.parameters = parameters
        schedule = ControlSchedule(seed: identity.seed, at: now)
        // The first one goes out at once: a NAT opens only from within.
        keepAlive = KeepAlive(at: now - KeepAlive.interval)
        statistics = StreamStatistics(sending: parameters.codec)
        reception = parameters.makeReception()
        do throws(CodecError) {
            outgoing = try OutgoingVoice(identity, parameters)
            incoming = try IncomingVoice(parameters.receiving)
        } catch {
            throw .codec(error)
        }
        security = try parameters.makeSecurity()
    }

    /// Goes on as agreed anew, in the same stream: rollovers and what was learned of the network stay.
    func update(_ new: StreamParameters) throws(StreamFault) {
        do throws(CodecError) {
            try incoming.accept(new.receiving)
            try outgoing.change(from: parameters, to: new)
        } catch {
            throw .codec(error)
        }
        try new.follow(parameters, &security, &reception)
        if !new.receives { incoming.forget() }
        statistics.sending = new.codec
        parameters = new
        if outgoing.stream.clock != new.codec.clockRate { renumber() }
    }

    /// Goes on under other numbers.
    func renumber() {
        identity = identity.renewed()
        outgoing.renumber(identity)
    }

    /// Takes a device frame of the microphone.
    func say(_ frame: [Int16], at now: Duration, send: Send) {
        guard parameters.sends else { return outgoing.pass(at: now) }
        let count = outgoing.take(isMuted ? silence : frame, into: &packet, at: now)
        if count > 0 { dispatch(count, .voice, at: now, send) }
    }

    /// Fills a device frame for the loudspeaker.
    func play(_ frame: inout [Int16], at now: Duration) {
        guard parameters.receives else {
            return frame.silence(frame.indices)
        }
        incoming.play(&frame, at: now)
    }

    /// Sends telephone keys, one after the other, in place of the voice.
    ///
    /// - Returns: how many of them go out.
    func press(_ keys: [TelephoneKey]) -> Int { keys.count { outgoing.press($0) } }

    /// Sends control packets.
    func send(_ packets: [ControlPacket], at now: Duration, _ send: Send) {
        var target = packet.mutableSpan
        guard let count = ControlPacket.write(packets, into: &target) else { return }
        dispatch(count, .control, at: now, send)
    }

    /// Seals the packet and lets it go.
    private func dispatch(_ count: Int, _ port: Port, at now: Duration, _ send: Send) {
        var count = count
        if let security {
            do throws(SecurityFault) {
                count = try security.protect(&packet, count: count, rtcp: port == .control)
            } catch {
                statistics.counts.unsent += 1
                return
            }
        }
        if port == .voice || parameters.isMuxed { keepAlive.sent(at: now) }
        statistics.counts.sent += 1
        packet.withUnsafeBufferPointer { send(UnsafeBufferPointer(rebasing: $0[..<count]), port) }
    }
}

extension StreamParameters {
    func makeReception() -> ReceivingStream {
        ReceivingStream(signalled: remote, isProtected: security != nil, vouched: vouched)
    }

    func makeSecurity() throws(StreamFault) -> SecureStream? {
        do throws(SecurityFault) {
            return try security.map { keys throws(SecurityFault) in try SecureStream(keys) }
        } catch {
            throw .security(error)
        }
    }

    /// Goes on in the same stream as agreed anew, where that was agreed on before: rollovers stay, and whose it is.
    func follow(
        _ before: StreamParameters, _ secured: inout SecureStream?, _ reception: inout ReceivingStream
    ) throws(StreamFault) {
        if let secured, let keys = security {
            do throws(SecurityFault) { try secured.change(keys) } catch { throw .security(error) }
        } else if security != before.security {
            secured = try makeSecurity()
        }
        if (security == nil) == (before.security == nil), vouched == before.vouched {
            reception.signal(remote)
        } else {
            reception = makeReception()
        }
    }
}
#endif
