extension PlayoutBuffer {
    /// So much more waiting than needed is cut at once, whatever it sounds like.
    private static let unbearable = 300_000
    /// So much is cut in speech too, a frame at a time.
    private static let annoying = 100_000
    /// From here on the player is asked to shorten, to lengthen.
    private static let noticeable = (above: 40_000, below: -15_000)
    /// How long playing waits for what is late before it takes the sender to be silent.
    private static let patience = 100_000

    /// What to play now, for as many ticks as it says.
    ///
    /// - Parameters:
    ///   - now: the moment of the call; of the clock that `put` is given.
    ///   - ahead: how long what the player still has will sound before this.
    ///   - lacking: how much the player wants now, where it takes any length; what begins with its next call has waited no
    ///     longer than it must. Nil for a player of whole frames.
    ///   - isQuiet: what was played last was so soft that a frame more or less will not be heard.
    package mutating func next(
        at now: Duration, ahead: Duration = .zero, lacking: Duration? = nil, isQuiet: Bool = false
    ) -> Output {
        let now = now.inMicroseconds
        let lacking = lacking.map { max(1, $0.ticks(clock)) }
        guard let head else { return .silence(ticks: lacking ?? clock / 50) }
        if !isRunning, let silence = wait(head, lacking: lacking, at: now) { return silence }
        pace.measure(
            now &- microseconds(playhead), ahead: ahead.inMicroseconds, wanted: estimator.base &+ wantedWait)
        if now &- microseconds(playhead) &- estimator.base &- wantedWait > Self.unbearable { skip(head, to: now) }
        while let slot = firstSound(head) {
            if let gap = bridge(to: slot, head) { return gap }
            if let silence = pause(before: slot) { return silence }
            held = 0
            let excess = excess
            if excess >= limit(for: slot, isQuiet: isQuiet), ring[slot.index + 1] != nil {
                leaveOut(slot)
                continue
            }
            if isQuiet, excess <= Self.noticeable.below {
                return putIn(min(ticks(-excess), slot.ticks))
            }
            return play(slot, excess: excess)
        }
        return starve(head)
    }

    /// How much longer the wait is than it should be, in microseconds; 0 while that is not known.
    private var excess: Int { pace.offset.map { $0 &- estimator.base &- wantedWait } ?? 0 }

    private func limit(for slot: PacketRing.Slot, isQuiet: Bool) -> Int {
        isQuiet ? microseconds(slot.ticks) + 5_000 : Self.annoying
    }

    /// The next packet that sounds; those before it that do not are done with.
    private mutating func firstSound(_ head: Head) -> PacketRing.Slot? {
        while let slot = ring.first(from: upcoming, through: head.index) {
            guard slot.count == 0 else { return slot }
            miss(slot.index - upcoming)
            ring.remove(slot.index)
            upcoming = slot.index + 1
        }
        return nil
    }

    private func frame(_ slot: PacketRing.Slot) -> Frame {
        Frame(
            payloadType: slot.payloadType, marker: slot.marker, timestamp: slot.timestamp, ticks: slot.ticks,
            count: slot.count, index: slot.index)
    }

    /// Playing stands still until the first packet has waited long enough.
    private mutating func wait(_ head: Head, lacking: Int?, at now: Int) -> Output? {
        guard let slot = firstSound(head) else { return .silence(ticks: lacking ?? head.ticks) }
        let due = ticks(now &- estimator.base &- wantedWait)
        guard slot.media <= due else { return .silence(ticks: lacking ?? min(slot.media - due, head.ticks)) }
        miss(slot.index - upcoming)
        upcoming = slot.index
        playhead = slot.media
        isRunning = true
        held = 0
        pace.restart()
        return nil
    }

    /// What is before `slot` did not come.
    private mutating func bridge(to slot: PacketRing.Slot, _ head: Head) -> Output? {
        // What was played while waiting stands for it.
        let covered = min(held, max(0, slot.media - playhead))
        playhead += covered
        held -= covered
        let absent = slot.index - upcoming
        guard absent > 0 else { return nil }
        let gap = slot.media - playhead
        guard gap * 2 >= head.ticks else {
            miss(absent)
            upcoming = slot.index
            return nil
        }
        let length = min(gap, head.ticks)
        playhead += length
        upcoming += 1
        miss(1)
        return .missing(ticks: length, following: absent == 1 ? frame(slot) : nil)
    }

    /// Nothing is missing, and yet `slot` sounds later: the sender was silent, which is where waiting more or less is not heard.
    private mutating func pause(before slot: PacketRing.Slot) -> Output? {
        guard slot.media > playhead else { return nil }
        let excess = excess
        if excess > 0 {
            playhead += min(slot.media - playhead, ticks(excess))
            pace.restart()
            guard slot.media > playhead else { return nil }
        } else if excess <= Self.noticeable.below {
            return putIn(min(ticks(-excess), slot.ticks))
        }
        let length = min(slot.media - playhead, slot.ticks)
        playhead += length
        return .silence(ticks: length)
    }

    private mutating func play(_ slot: PacketRing.Slot, excess: Int) -> Output {
        ring.remove(slot.index)
        upcoming = slot.index + 1
        playhead = slot.media + slot.ticks
        counts.played += 1
        recentLoss -= recentLoss / 128
        let stretch: Stretch =
            excess > Self.noticeable.above ? .shorten : excess < Self.noticeable.below ? .lengthen : .none
        return .frame(frame(slot), stretch)
    }

    private mutating func leaveOut(_ slot: PacketRing.Slot) {
        ring.remove(slot.index)
        upcoming = slot.index + 1
        playhead = slot.media + slot.ticks
        counts.dropped += 1
        pace.restart()
    }

    private mutating func putIn(_ ticks: Int) -> Output {
        counts.inserted += 1
        pace.restart()
        return .silence(ticks: max(1, ticks))
    }

    /// Nothing is there. Playing waits, so that what is late is played after all and the next ones have more time; when it
    /// was lost, `bridge` takes the wait back.
    private mutating func starve(_ head: Head) -> Output {
        held += head.ticks
        pace.restart()
        guard microseconds(held) <= Self.patience else {
            isRunning = false
            held = 0
            return .silence(ticks: head.ticks)
        }
        counts.held += 1
        return .missing(ticks: head.ticks, following: nil)
    }

    /// Goes on with what should be played now.
    private mutating func skip(_ head: Head, to now: Int) {
        let due = ticks(now &- estimator.base &- wantedWait)
        while let slot = firstSound(head), slot.media &+ slot.ticks <= due {
            miss(slot.index - upcoming)
            leaveOut(slot)
        }
        held = 0
        pace.restart()
    }

    private mutating func miss(_ count: Int) {
        guard count > 0 else { return }
        counts.missing += count
        recentLoss += (1 - recentLoss) * Double(min(count, 128)) / 128
    }
}
