/// Gives what comes unevenly back evenly: the jitter buffer of one stream.
///
/// The network side calls `put` with each packet, the playing side `next` each time that it has played all of what it got,
/// both on one thread. All memory is made at the beginning. How long packets wait follows how unevenly they come
/// (`DelayEstimator`); that the sender's and the player's clock differ is taken out by playing at `speed`, or where the
/// player cannot, by leaving out and putting in frames.
package struct PlayoutBuffer: Sendable {
    /// Between which a packet's wait is chosen.
    package struct Limits: Equatable, Sendable {
        /// Where the network is perfect.
        package var minimum: Duration
        /// Before anything is known.
        package var initial: Duration
        /// What comes later than that is lost.
        package var maximum: Duration

        package init(
            minimum: Duration = .milliseconds(10), initial: Duration = .milliseconds(20),
            maximum: Duration = .milliseconds(400)
        ) {
            self.minimum = minimum
            self.initial = initial
            self.maximum = maximum
        }
    }

    /// A packet's payload as it was sent; `withPayload` reads it, until the next `put`.
    package struct Frame: Equatable, Sendable {
        package var payloadType: UInt8
        package var marker: Bool
        /// As the sender wrote it.
        package var timestamp: UInt32
        /// How long it sounds, in ticks of its clock.
        package var ticks: Int
        /// Octets of payload.
        package var count: Int
        let index: Int
    }

    /// What to do with a frame's length, where the player can change it without changing its pitch.
    package enum Stretch: Equatable, Sendable {
        case none
        /// The wait has become longer than needed: leave out what nobody misses.
        case shorten
        /// It is too short: repeat a period.
        case lengthen
    }

    /// What is played next.
    package enum Output: Equatable, Sendable {
        case frame(Frame, Stretch)
        /// Something should be there and is not: conceal so many ticks. `following` is the packet behind it where it is
        /// there already: its forward error correction, if it has any, holds this one.
        case missing(ticks: Int, following: Frame?)
        /// The sender is silent, or has not begun: so many ticks of nothing, or of the decoder's own comfort noise.
        case silence(ticks: Int)
    }

    /// What became of a packet.
    package enum Arrival: Equatable, Sendable {
        case stored
        /// Its time had gone by.
        case late
        case duplicate
        /// Its number is far from the others: it counts when the next one follows it.
        case astray
        /// Empty, longer than an Ethernet frame, or of a length that no sound has.
        case refused
    }

    /// What happened since the beginning; quality is judged by differences of it.
    package struct Counts: Equatable, Sendable {
        /// Frames given out.
        package var played = 0
        /// Packets that were not there in time, so that something else was played or time skipped.
        package var missing = 0
        /// Of those the ones that came after all.
        package var late = 0
        package var duplicates = 0
        /// Times that nothing was there and playing waited instead of going on, which makes the wait longer.
        package var held = 0
        /// Frames left out to make the wait shorter.
        package var dropped = 0
        /// Times that silence was put in to make it longer.
        package var inserted = 0
        /// Times that numbers, timestamps or the sender jumped.
        package var jumps = 0
    }

    /// The highest packet's numbers, from which the next one's meaning follows.
    struct Head: Sendable {
        var index: Int
        var media: Int
        var ticks: Int
        var ssrc: UInt32
        var sequence: UInt16
        var timestamp: UInt32
        var arrival: Int
        /// The first index since the last jump: no earlier packet can be told from a later one.
        var lineStart: Int
    }

    package internal(set) var counts = Counts()
    /// Whether packets hold what can restore the one before them: then it is worth to wait for the next one when some
    /// are lost.
    package var awaitsFollowing = false

    var estimator: DelayEstimator
    var pace = PlayoutPace()
    var ring = PacketRing()
    var head: Head?
    /// Ticks a second.
    var clock: Int
    /// The index that is played next.
    var upcoming = 0
    /// Where playing is, in ticks of media time.
    var playhead = 0
    /// Whether time goes on by what was played; else the next packet begins it.
    var isRunning = false
    /// Ticks of concealment played without going on.
    var held = 0
    /// Of the last hundred or so packets those that were missing: 0 to 1.
    var recentLoss = 0.0 {
        didSet { isLossy = recentLoss > (isLossy ? Self.lossy.least : Self.lossy.most) }
    }
    /// Whether so much is lost that it is worth to wait for what restores it. What is lost once in a while is not: each time
    /// that the wait changes, it is heard.
    private(set) var isLossy = false
    private static let lossy = (least: 0.01, most: 0.03)
    private var suspect: (ssrc: UInt32, sequence: UInt16)?

    /// - Parameter clock: ticks a second of the stream; another one may come with any packet.
    package init(clock: Int, limits: Limits = Limits()) {
        self.clock = clock
        estimator = DelayEstimator(limits)
    }

    /// How fast the player should play, 0.995 to 1.005: 1 unless the wait is not what it should be.
    package var speed: Double { pace.speed }
    /// How much faster the sender's clock goes than the player's, in millionths, where the player plays at `speed`.
    package var drift: Double { pace.drift * 1_000_000 }
    /// What a packet should wait that came as fast as any.
    package var target: Duration { .microseconds(wantedWait) }
    /// What such a packet waits in fact; the target before that is known.
    package var wait: Duration { pace.offset.map { .microseconds($0 - estimator.base) } ?? target }

    var wantedWait: Int {
        let frame = awaitsFollowing && isLossy ? microseconds(head?.ticks ?? 0) : 0
        return min(estimator.limits.maximum.inMicroseconds, estimator.target + frame)
    }

    func microseconds(_ ticks: Int) -> Int { ticks &* 1_000_000 / clock }
    func ticks(_ microseconds: Int) -> Int { microseconds &* clock / 1_000_000 }

    /// Reads a frame's octets where they are.
    package func withPayload<Result>(of frame: Frame, _ body: (Span<UInt8>) -> Result) -> Result {
        ring.withPayload(at: frame.index, count: frame.count, body)
    }

    /// Takes a packet.
    ///
    /// - Parameters:
    ///   - ticks: how long it sounds; `PayloadLength` tells.
    ///   - clock: ticks a second of its payload. Where it changes, what still waits is gone.
    ///   - arrival: of the clock that `next` is given.
    @discardableResult
    package mutating func put(
        _ header: RTPHeader, _ payload: Span<UInt8>, ticks: Int, clock: Int, at arrival: Duration
    ) -> Arrival {
        guard (1...PacketRing.payloadLimit).contains(payload.count), clock > 0, ticks > 0, ticks <= clock / 8 else {
            return .refused
        }
        if clock != self.clock { change(to: clock) }
        let now = arrival.inMicroseconds
        switch place(header, ticks: ticks, at: now) {
        case .refused(let reason):
            if reason == .late { counts.late += 1 }
            return reason
        case .at(let index, let media):
            let isLate = index < upcoming
            estimator.add(transit: now &- microseconds(media), at: now)
            guard !isLate else {
                counts.late += 1
                return .late
            }
            guard ring[index] == nil else {
                counts.duplicates += 1
                return .duplicate
            }
            makeRoom(for: index)
            ring.store(
                PacketRing.Slot(
                    index: index, media: media, ticks: ticks, count: payload.count, payloadType: header.payloadType,
                    marker: header.marker, timestamp: header.timestamp), payload)
            return .stored
        }
    }

    /// A packet of the stream that is no sound, a key's: its number is not missing, and the time it takes is silence.
    package mutating func pass(_ header: RTPHeader) {
        guard let head, header.ssrc == head.ssrc else { return }
        let index = head.index + Wrapping.distance(from: head.sequence, to: header.sequence)
        guard index >= upcoming, index - upcoming < PacketRing.capacity, ring[index] == nil else { return }
        let nothing: [UInt8] = []
        ring.store(
            PacketRing.Slot(
                index: index, media: 0, ticks: 0, count: 0, payloadType: header.payloadType, marker: header.marker,
                timestamp: header.timestamp), nothing.span)
    }

    /// What still waits is gone: the sender has begun something else.
    package mutating func removeAll() {
        ring.removeAll()
        if let head { upcoming = head.index + 1 }
        isRunning = false
        held = 0
        pace.restart()
    }

    private mutating func change(to clock: Int) {
        removeAll()
        head = nil
        self.clock = clock
    }

    /// What lies too far back gives way.
    private mutating func makeRoom(for index: Int) {
        guard index - upcoming >= PacketRing.capacity else { return }
        let first = index - PacketRing.capacity + 1
        for old in upcoming..<min(first, upcoming + PacketRing.capacity) {
            counts.missing += ring[old] == nil ? 1 : 0
            counts.dropped += ring[old].map { $0.count > 0 ? 1 : 0 } ?? 0
            ring.remove(old)
        }
        upcoming = first
        isRunning = false
    }

    private enum Place {
        case at(index: Int, media: Int)
        case refused(Arrival)
    }

    /// Which one it is, and when it sounds.
    private mutating func place(_ header: RTPHeader, ticks: Int, at now: Int) -> Place {
        guard let head else {
            begin(header, index: upcoming, media: 0, ticks: ticks, at: now)
            estimator.restart(transit: now, at: now)
            return .at(index: upcoming, media: 0)
        }
        let step = Wrapping.distance(from: head.sequence, to: header.sequence)
        guard header.ssrc == head.ssrc, step > -PacketRing.capacity, step < SequenceTracker.maxDropout else {
            return astray(header, from: head, ticks: ticks, at: now)
        }
        suspect = nil
        let progress = Wrapping.distance(from: head.timestamp, to: header.timestamp)
        let index = head.index + step
        guard step > 0 else {
            guard index >= head.lineStart, progress <= 0, progress > -PacketRing.capacity * clock / 8 else {
                return .refused(.late)
            }
            return .at(index: index, media: head.media + progress)
        }
        var media = head.media &+ progress
        let isJump = !isPlausible(progress, step: step, media: media, from: head, at: now)
        if isJump {
            media = resumed(behind: head, at: now)
            counts.jumps += 1
        }
        begin(header, index: index, media: media, ticks: ticks, at: now, lineStart: isJump ? index : head.lineStart)
        if isJump { estimator.restart(transit: now &- microseconds(media), at: now) }
        return .at(index: index, media: media)
    }

    /// Its timestamp went on as time did, or as the packets between did. After a pause only the first counts: some let
    /// timestamps stand still while they are silent.
    private func isPlausible(_ progress: Int, step: Int, media: Int, from head: Head, at now: Int) -> Bool {
        guard progress > 0 else { return false }
        let lateness = now &- microseconds(media) &- estimator.base
        if !isRunning { return abs(lateness) < 500_000 }
        return abs(microseconds(progress) &- (now &- head.arrival)) < 1_000_000 || progress == step &* head.ticks
    }

    /// When a packet sounds whose timestamp says nothing: as if it had come in time, and not before the last one's end.
    private func resumed(behind head: Head, at now: Int) -> Int {
        max(head.media &+ head.ticks, ticks(now &- estimator.base))
    }

    /// A new sender, or new numbers: taken when a second one follows the first.
    private mutating func astray(_ header: RTPHeader, from head: Head, ticks: Int, at now: Int) -> Place {
        guard let suspect, suspect.ssrc == header.ssrc, suspect.sequence == header.sequence else {
            suspect = (header.ssrc, header.sequence &+ 1)
            return .refused(.astray)
        }
        self.suspect = nil
        counts.jumps += 1
        let (index, media) = (head.index + 1, resumed(behind: head, at: now))
        begin(header, index: index, media: media, ticks: ticks, at: now, lineStart: index)
        estimator.restart(transit: now &- microseconds(media), at: now)
        return .at(index: index, media: media)
    }

    private mutating func begin(
        _ header: RTPHeader, index: Int, media: Int, ticks: Int, at now: Int, lineStart: Int? = nil
    ) {
        head = Head(
            index: index, media: media, ticks: ticks, ssrc: header.ssrc, sequence: header.sequence,
            timestamp: header.timestamp, arrival: now, lineStart: lineStart ?? index)
    }
}
