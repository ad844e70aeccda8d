#if Voice
import RTP

extension StreamCore {
    /// Where packets go; nil while nobody knows. Control packets that do not share the port go to the one that was named
    /// for them, on the host where the stream is.
    func destination(of port: Port) -> RemoteAddress? {
        guard port == .control, let control = parameters.remoteControl else { return reception.destination }
        guard let destination = reception.destination, destination != parameters.remote else { return control }
        return RemoteAddress(destination.host, port: control.port)
    }

    /// When `tick` has something to do.
    var nextTick: Duration { leaving == nil ? min(schedule.due, keepAlive.due) : .zero }

    /// Sends what is due without anybody speaking: reports, and something where nothing else is sent.
    func tick(at now: Duration, send: Send) {
        if let ssrc = leaving {
            leaving = nil
            leave(ssrc, at: now, send)
        }
        if schedule.isDue(at: now) { report(at: now, send) }
        switch keepAlive.way(isShared: parameters.isMuxed, at: now) {
        case nil: break
        case .report: report(at: now, send)
        case .empty:
            keepAlive.sent(at: now)
            send(UnsafeBufferPointer(start: nil, count: 0), .voice)
        }
    }

    /// Says that nothing more will come (RFC 3550 §6.6).
    func end(at now: Duration, send: Send) { report(goodbye: true, at: now, send) }

    /// Says goodbye with an SSRC that is somebody else's too (RFC 3550 §8.2).
    private func leave(_ ssrc: UInt32, at now: Duration, _ send: Send) {
        let description = SourceDescription(ssrc: ssrc, cname: identity.cname)
        self.send(
            [.receiverReport(ssrc: ssrc, []), .description([description]), .goodbye([ssrc], reason: nil)], at: now, send
        )
    }

    private func report(goodbye: Bool = false, at now: Duration, _ send: Send) {
        let blocks = [reception.report(at: now)].compactMap(\.self)
        var packets: [ControlPacket] = [
            outgoing.stream.packets > 0
                ? .senderReport(outgoing.stream.report(time: NTPTime(now), at: now, reports: blocks))
                : .receiverReport(ssrc: identity.ssrc, blocks),
            .description([SourceDescription(ssrc: identity.ssrc, cname: identity.cname)]),
        ]
        if goodbye { packets.append(.goodbye([identity.ssrc], reason: nil)) }
        self.send(packets, at: now, send)
    }

    /// How the stream fares; levels count from the call before.
    func measure(at now: Duration) -> StreamStatistics {
        let counts = incoming.playout.counts
        gauge.add(played: counts.played, missing: counts.missing)
        statistics.receiving = incoming.codec
        statistics.security = parameters.security?.receiving.suite
        statistics.said = outgoing.meter.read()
        statistics.heard = incoming.meter.read()
        statistics.isAlive = lastHeard.map { now - $0 < .seconds(1) } ?? false
        statistics.loss = gauge.loss
        statistics.jitter = reception.statistics?.jitter ?? .zero
        statistics.wait = incoming.playout.wait
        statistics.counts.missing = counts.missing
        statistics.counts.late = counts.late
        statistics.quality = incoming.codec.map { codec in
            // A frame that is gathered, and what devices keep: 40 ms.
            let delay = (statistics.roundTrip ?? .zero) / 2 + statistics.wait + .milliseconds(40)
            return Quality(loss: gauge.loss, delay: delay, codec: codec == .opus ? .opus : .g711)
        }
        return statistics
    }
}

/// What share of the frames was missing lately: the last ten seconds count most.
struct LossGauge: Equatable {
    private(set) var loss = 0.0
    private var played = 0
    private var missing = 0

    /// - Parameters: all since the beginning.
    mutating func add(played: Int, missing: Int) {
        let (newlyPlayed, newlyMissing) = (played - self.played, missing - self.missing)
        let frames = newlyPlayed + newlyMissing
        guard frames > 0 else { return }
        (self.played, self.missing) = (played, missing)
        let weight = min(1, Double(frames) / 250)
        loss += (Double(newlyMissing) / Double(frames) - loss) * weight
    }
}
#endif
