extension ReportBlock {
    /// How long our sender report and this answer were under way, without the time the other kept it (RFC 3550 §6.4.1).
    ///
    /// - Parameter now: of the clock that our sender reports carry.
    /// - Returns: nil before our first report came there, and where the figures make no round trip below 30 seconds: the
    ///   other may write what it likes.
    package func roundTrip(at now: NTPTime) -> Duration? {
        guard lastReport != 0 else { return nil }
        let elapsed = Int(Int32(bitPattern: now.middle &- lastReport &- delay))
        // The two clocks tick differently by a little, so that a path of no length can seem to take less than nothing.
        guard elapsed > -66, elapsed < 30 << 16 else { return nil }
        return .microseconds(max(0, elapsed) * 15_625 / 1_024)
    }
}
