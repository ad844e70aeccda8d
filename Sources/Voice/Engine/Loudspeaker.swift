/// How much is kept ready for the loudspeaker, and when more is due: as little and as late as it takes. What is made early is
/// heard late.
///
/// A device asks for a frame every 10 ms, so that it is known when it will be without sound: when what waits and what is left
/// of the frame that it got last are over. A busy machine, or a device that asks for several frames at once, makes it more.
struct Loudspeaker: Equatable {
    /// Samples that there must be between now and silence: at least 3 ms.
    private(set) var reserve = least
    private var underruns = 0
    private var sinceChange: Duration = .zero
    /// Until then the device begins, and takes at once what it buffers itself: nothing is learned from that.
    private var begun: Duration = .zero
    /// What was not needed for so long will not be. It is longer each time that this was wrong: on a machine that is busy now
    /// and then, every time is a gap that is heard.
    private var patience: Duration = .seconds(10)
    private var hasGivenUp = false

    private static let least = 3 * Sound.rate / 1_000
    /// A device that did not ask for so long is not counted on to ask again.
    private static let pause: Duration = .milliseconds(50)
    private static let most = 10 * Sound.deviceFrame
    private static let longestPatience: Duration = .seconds(160)
    private static let beginning: Duration = .milliseconds(300)

    /// - Parameters:
    ///   - underruns: samples that were not there, since the beginning.
    ///   - left: the fewest that were left when the device had got its own since `reserve` changed last.
    ///   - asked: how long ago the device asked last.
    /// - Returns: whether `left` counts anew from now.
    mutating func learn(underruns: Int, left: Int, asked: Duration, at now: Duration) -> Bool {
        if asked > Self.pause { begun = now + Self.beginning }
        if now < begun {
            // It counts anew.
        } else if underruns > self.underruns {
            // What was wanted at once will be again; a machine that stood still for long tells nothing.
            reserve = min(Self.most, reserve + min(underruns - self.underruns, Sound.deviceFrame))
            if hasGivenUp { patience = min(patience * 2, Self.longestPatience) }
            hasGivenUp = false
        } else if now - sinceChange >= patience, reserve > Self.least, left != .max {
            reserve = max(Self.least, reserve - min(left, Sound.deviceFrame))
            hasGivenUp = true
        } else {
            return false
        }
        self.underruns = underruns
        sinceChange = now
        return true
    }

    /// How long until a frame has to be made; zero or less when it is time. Nil when only the device can tell: it does not
    /// ask now, and there is enough for when it does.
    ///
    /// - Parameters:
    ///   - ready: samples that wait.
    ///   - asked: how long ago the device asked last; it may be wrong by the time that a thread takes to wake up.
    func due(ready: Int, asked: Duration) -> Duration? {
        let frame = Duration.milliseconds(10)
        let spare = Duration.nanoseconds((ready - reserve) * 1_000_000_000 / Sound.rate)
        guard asked <= Self.pause else { return spare < .zero ? .zero : nil }
        return spare + max(.zero, frame - asked)
    }
}
