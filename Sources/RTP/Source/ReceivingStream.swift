/// What comes from the peer: tells its packets from everybody else's, each once, and measures how they come.
package struct ReceivingStream: Sendable {
    /// What to do with a packet.
    package enum Verdict: Equatable, Sendable {
        /// It is the peer's next, or one from behind: play it.
        case taken
        /// The same, and with it something new begins: another sender or other numbers.
        case began
        case dropped(Reason)
    }

    /// Why a packet is not played; counted, and nobody is answered.
    package enum Reason: Equatable, Sendable, CaseIterable {
        /// From an address that is not the peer's.
        case stranger
        /// It has been played, or is so old that nobody knows.
        case duplicate
        /// Its number is far from the others, and alone there.
        case astray
        /// Another sender at the peer's address, which has not shown that it is one, or speaks while the known one does.
        case otherSource
    }

    package private(set) var latch: SourceLatch
    /// Of the source that is played; nil before anything came.
    package private(set) var statistics: ReceptionStatistics?
    private let isProtected: Bool
    private var window = ReplayWindow(0)
    private var heard: Duration = .zero
    private var newcomer: (ssrc: UInt32, sequence: UInt16)?
    /// The one that was heard before the present one.
    private var former: (ssrc: UInt32, sequence: UInt16)?

    /// - Parameters: see `SourceLatch`.
    package init(signalled: RemoteAddress?, isProtected: Bool, vouched: [RemoteAddress.Host] = []) {
        latch = SourceLatch(signalled: signalled, isProtected: isProtected, vouched: vouched)
        self.isProtected = isProtected
    }

    /// Where to send; nil before anything is known.
    package var destination: RemoteAddress? { latch.destination }

    /// The peer's description says another address, or the same again.
    package mutating func signal(_ address: RemoteAddress?) { latch.signal(address) }

    /// A packet whose header is valid, whose payload was agreed upon, and which authenticated where the stream is protected.
    ///
    /// - Parameter clock: ticks a second of its payload; nil for telephone events.
    package mutating func receive(
        _ header: RTPHeader, clock: Int?, from address: RemoteAddress, at now: Duration
    ) -> Verdict {
        let known = statistics.map { ($0.ssrc, UInt16(truncatingIfNeeded: $0.sequences.highest)) }
        guard latch.takes(header, from: address, after: known, at: now) else { return .dropped(.stranger) }
        guard var statistics, statistics.ssrc == header.ssrc else {
            return meet(header, clock: clock, at: now)
        }
        let verdict = statistics.receive(header, clock: clock, at: now)
        self.statistics = statistics
        let highest = statistics.sequences.highest
        switch verdict {
        case .probation, .astray: return .dropped(.astray)
        case .restarted:
            window = ReplayWindow(highest)
            heard = now
            return .began
        case .ahead, .behind:
            guard window.insert(Wrapping.extended(header.sequence, near: highest)) else { return .dropped(.duplicate) }
            heard = now
            return .taken
        }
    }

    /// Another sender than the present one. The first one, and one that authenticated, need no proof; another one takes two
    /// packets in sequence (RFC 3550 A.1) and that the present one is silent, so that no single packet ends what is heard. The
    /// one before need not wait for silence: who spoke up in its pause, with the peer's address forged, is not to keep it out.
    private mutating func meet(_ header: RTPHeader, clock: Int?, at now: Duration) -> Verdict {
        let isProven = newcomer.map { $0.ssrc == header.ssrc && $0.sequence == header.sequence } ?? false
        let isSilent = now - heard >= SequenceTracker.silence
        let isBack = former.map { goesOn(header, after: $0) } ?? false
        guard statistics == nil || isProtected || isProven && (isSilent || isBack) else {
            newcomer = (header.ssrc, header.sequence &+ 1)
            return .dropped(.otherSource)
        }
        former = isBack ? nil : statistics.map { ($0.ssrc, UInt16(truncatingIfNeeded: $0.sequences.highest)) }
        newcomer = nil
        let statistics = ReceptionStatistics(header, clock: clock ?? 0, probation: 0, at: now)
        self.statistics = statistics
        window = ReplayWindow(statistics.sequences.highest)
        heard = now
        return .began
    }

    private func goesOn(_ header: RTPHeader, after stream: (ssrc: UInt32, sequence: UInt16)) -> Bool {
        let step = Wrapping.distance(from: stream.sequence, to: header.sequence)
        return header.ssrc == stream.ssrc && step > 0 && step < SequenceTracker.maxDropout
    }

    /// Whether a report is the peer's; see `SourceLatch`.
    package func takesControl(from address: RemoteAddress, control: RemoteAddress? = nil) -> Bool {
        latch.takesControl(from: address, control: control)
    }

    /// A sender report that was taken; of another source than the one that is played it says nothing.
    package mutating func receive(_ report: SenderReport, at now: Duration) {
        guard statistics?.ssrc == report.ssrc else { return }
        statistics?.receive(report, at: now)
    }

    /// What to report of the source; nil before anything came.
    package mutating func report(at now: Duration) -> ReportBlock? { statistics?.report(at: now) }
}
