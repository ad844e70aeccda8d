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
        // Begun ticks count whole: a rest would have to be pulled by itself.
        let lacking = lacking.map { max(1, ($0.inMicroseconds &* clock &+ 999_999) / 1_000_000) }
        guard let head else { return .silence(ticks: lacking ?? clock / 50) }
        let pull = Pull(now: now, lacking: lacking, head: head)
        if !isRunning, let silence = wait(pull) { return silence }
        if held == 0 { pace.measure(offset(at: now), ahead: ahead.inMicroseconds, wanted: wantedOffset) }
        if margin(at: now) > Self.unbearable { skip(pull) }
        while let slot = firstSound(head) {
            if let gap = bridge(to: slot, pull) { return gap }
            if let silence = pause(before: slot, pull) { return silence }
            let excess = excess
            if excess >= limit(for: slot, isQuiet: isQuiet), ring[slot.index + 1] != nil {
                leaveOut(slot)
                continue
            }
            if isQuiet, excess < (lacking == nil ? Self.noticeable.below : PlayoutPace.tolerated.least) {
                return putIn(lacking ?? min(ticks(-excess), slot.ticks))
            }
            return play(slot, excess: excess)
        }
        return starve(pull)
    }

    /// What `next` is asked for.
    private struct Pull {
        let now: Int
        let lacking: Int?
        let head: Head

        /// Of what is made up at a time: what lacks, or a packet's.
        var length: Int { lacking ?? head.ticks }
    }

    /// Now less the media time at the playhead, in microseconds, and what that should be.
    private func offset(at now: Int) -> Int { now &- microseconds(playhead) }
    private var wantedOffset: Int { estimator.base &+ wantedWait }

    /// How much longer the wait is than it should be, in microseconds; 0 while that is not known.
    private var excess: Int { pace.offset.map { $0 &- wantedOffset } ?? 0 }

    /// How much longer what is played now will have waited than it should, in microseconds.
    private func margin(at now: Int) -> Int { offset(at: now) &- wantedOffset }

    /// Whether what is played now has had its time, whatever became of it.
    private func isDue(at now: Int) -> Bool { margin(at: now) >= PlayoutPace.tolerated.least }

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

    private func content(_ slot: PacketRing.Slot) -> Frame {
        Frame(
            payloadType: slot.payloadType, marker: slot.marker, timestamp: slot.timestamp, ticks: slot.ticks,
            count: slot.count, index: slot.index)
    }

    /// Playing stands still until the first packet has waited long enough.
    private mutating func wait(_ pull: Pull) -> Output? {
        guard let slot = firstSound(pull.head) else { return .silence(ticks: pull.length) }
        let due = ticks(pull.now &- wantedOffset)
        guard slot.media <= due else {
            return .silence(ticks: pull.lacking ?? min(slot.media - due, pull.head.ticks))
        }
        miss(slot.index - upcoming)
        upcoming = slot.index
        playhead = slot.media
        isRunning = true
        held = 0
        pace.restart()
        return nil
    }

    /// What is before `slot` did not come: it is lost once it has had all its time.
    private mutating func bridge(to slot: PacketRing.Slot, _ pull: Pull) -> Output? {
        // What was played while waiting stands for it.
        let covered = min(held, max(0, slot.media - playhead))
        playhead += covered
        pace.move(by: -microseconds(covered))
        held = 0
        let absent = slot.index - upcoming
        guard absent > 0 else { return nil }
        let gap = slot.media - playhead
        let frame = pull.head.ticks
        guard gap * 2 >= frame else {
            miss(absent)
            upcoming = slot.index
            return nil
        }
        if !isDue(at: pull.now) { return stand(pull) }
        // Where the sender was silent as well, nobody knows when: as if before, so that the others have all their time.
        let silent = gap - absent * frame
        let isSilence = silent * 2 >= frame
        let length = min(isSilence ? silent : gap, frame)
        playhead += length
        guard !isSilence else { return .missing(ticks: length, following: nil) }
        let isLast = absent == 1 || gap <= frame
        miss(isLast ? absent : 1)
        upcoming = isLast ? slot.index : upcoming + 1
        return .missing(ticks: length, following: isLast ? content(slot) : nil)
    }

    /// Nothing is missing, and yet `slot` sounds later: the sender was silent, which is where waiting more or less is not heard.
    private mutating func pause(before slot: PacketRing.Slot, _ pull: Pull) -> Output? {
        guard slot.media > playhead else { return nil }
        isRunning = false
        return wait(pull)
    }

    private mutating func play(_ slot: PacketRing.Slot, excess: Int) -> Output {
        ring.remove(slot.index)
        upcoming = slot.index + 1
        playhead = slot.media + slot.ticks
        counts.played += 1
        recentLoss -= recentLoss / 128
        let stretch: Stretch =
            excess > Self.noticeable.above ? .shorten : excess < Self.noticeable.below ? .lengthen : .none
        return .frame(content(slot), stretch)
    }

    private mutating func leaveOut(_ slot: PacketRing.Slot) {
        ring.remove(slot.index)
        upcoming = slot.index + 1
        playhead = slot.media + slot.ticks
        pace.move(by: -microseconds(slot.ticks))
        counts.dropped += 1
    }

    private mutating func putIn(_ ticks: Int) -> Output {
        counts.inserted += 1
        pace.move(by: microseconds(ticks))
        return .silence(ticks: max(1, ticks))
    }

    /// Nothing is there. Playing waits, so that what is late is played after all and the next ones have more time; when it
    /// was lost, `bridge` takes back what was more than it should wait.
    private mutating func starve(_ pull: Pull) -> Output {
        if isDue(at: pull.now) { held += pull.length }
        guard microseconds(held) <= Self.patience else {
            isRunning = false
            held = 0
            return .silence(ticks: pull.length)
        }
        return stand(pull)
    }

    /// Something is played without going on.
    private mutating func stand(_ pull: Pull) -> Output {
        counts.held += 1
        pace.move(by: microseconds(pull.length))
        return .missing(ticks: pull.length, following: nil)
    }

    /// Goes on with what should be played now.
    private mutating func skip(_ pull: Pull) {
        let due = ticks(pull.now &- wantedOffset)
        while let slot = firstSound(pull.head), slot.media &+ slot.ticks <= due {
            miss(slot.index - upcoming)
            leaveOut(slot)
        }
        held = 0
    }

    private mutating func miss(_ count: Int) {
        guard count > 0 else { return }
        counts.missing += count
        recentLoss += (1 - recentLoss) * Double(min(count, 128)) / 128
    }
}
