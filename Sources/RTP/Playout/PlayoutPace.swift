/// How far playing is behind the packets' arrival, and how much faster or slower it should go for that. Times in microseconds.
///
/// Two clocks never agree: at 200 ppm a buffer grows or shrinks by 12 ms a minute. What plays at `speed` follows the
/// sender without anybody hearing it.
struct PlayoutPace: Sendable {
    /// Pulls of which the one with the least delay counts: some players pull several frames at once.
    private static let window = 12
    /// Between these nothing is done, so that sound over a good network stays what it was, sample by sample.
    private static let tolerated = -4_000...12_000
    /// Where doing something ends.
    private static let reached = -1_000...2_000
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
    private var count = 0

    /// A frame is pulled.
    mutating func measure(_ offset: Int, wanted: Int) {
        least = min(least, offset)
        count += 1
        guard count >= Self.window else { return }
        self.offset = least
        (least, count) = (.max, 0)
        adjust(excess: (self.offset ?? wanted) - wanted)
    }

    private mutating func adjust(excess: Int) {
        let isCorrecting = speed != 1
        let isEnough = (isCorrecting ? Self.reached : Self.tolerated).contains(excess)
        if isEnough || isCorrecting && (excess > 0) != (speed > 1) {
            speed = 1
        } else {
            let change = min(Self.fastest, max(Self.gentlest, 0.2 * Double(abs(excess)) / 1_000_000))
            speed = excess > 0 ? 1 + change : 1 - change
        }
        drift += (speed - 1 - drift) * Self.driftWeight
    }

    /// Playing was moved against the arrival; it is measured anew.
    mutating func restart() {
        offset = nil
        (least, count) = (.max, 0)
    }
}
