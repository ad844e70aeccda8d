/// How far playing is behind the packets' arrival, and how much faster or slower it should go for that. Times in microseconds.
///
/// Two clocks never agree: at 200 ppm a buffer grows or shrinks by 12 ms a minute. What plays at `speed` follows the
/// sender without anybody hearing it.
struct PlayoutPace: Sendable {
    /// Pulls of which the one with the least delay counts: some players pull several frames at once.
    private static let window = 12
    /// The margin below which it is too little, and the whole wait above which it is too much. Between these nothing is
    /// done, so that sound over a good network stays what it was, sample by sample: a player that pulls 10 ms at a time
    /// may have to wait so much longer than the packets do.
    static let tolerated = (least: -1_000, most: 13_000)
    /// Where doing something ends.
    private static let reached = (least: 0, most: 10_000)
    private static let gentlest = 0.001
    private static let fastest = 0.005
    /// A minute of windows, of which the drift is the mean.
    private static let driftWeight = 0.004

    /// Now less the media time at the playhead, the least of the last window; nil when playing has just moved.
    private(set) var offset: Int?
    /// How fast the sound should be played: 0.995 to 1.005.
    private(set) var speed = 1.0
    /// The mean of what the speed was beside 1.
    private(set) var drift = 0.0
    private var least = Int.max
    private var aheadOfLeast = 0
    private var count = 0

    /// A frame is pulled.
    ///
    /// - Parameters:
    ///   - offset: now less the media time of what is played next: the margin that packets have.
    ///   - ahead: what is played before it.
    mutating func measure(_ offset: Int, ahead: Int, wanted: Int) {
        if offset < least { (least, aheadOfLeast) = (offset, ahead) }
        count += 1
        guard count >= Self.window else { return }
        self.offset = least
        adjust(margin: least - wanted, wait: least + aheadOfLeast - wanted)
        (least, count) = (.max, 0)
    }

    private mutating func adjust(margin: Int, wait: Int) {
        let bounds = speed == 1 ? Self.tolerated : Self.reached
        if margin < bounds.least, speed <= 1 {
            speed = 1 - Self.change(margin)
        } else if wait > bounds.most, margin > 0, speed >= 1 {
            speed = 1 + Self.change(wait)
        } else {
            speed = 1
        }
        drift += (speed - 1 - drift) * Self.driftWeight
    }

    private static func change(_ excess: Int) -> Double {
        min(fastest, max(gentlest, 0.2 * Double(abs(excess)) / 1_000_000))
    }

    /// Playing was moved against the arrival: everything waits so much longer from now on.
    mutating func move(by change: Int) {
        offset = offset.map { $0 &+ change }
        if count > 0 { least = least &+ change }
    }

    /// Playing begins; it is measured anew.
    mutating func restart() {
        offset = nil
        (least, count) = (.max, 0)
    }
}
