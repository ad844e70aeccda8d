import Glibc

/// Times as people and machines read them.
package enum Clock {
    /// `0:07`, `12:03`, `1:02:03` or `2d 01:02:03`.
    package static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60)
        let end = "\(two(minutes)):\(two(seconds % 60))"
        if days > 0 { return "\(days)d \(two(hours)):\(end)" }
        return hours > 0 ? "\(hours):\(end)" : "\(minutes):\(two(seconds % 60))"
    }

    /// `2026-01-31T10:41:07Z` (RFC 3339).
    /// - Parameter seconds: since the start of 1970, without leap seconds.
    package static func universal(_ seconds: Int) -> String {
        var time = time_t(seconds)
        var parts = tm()
        guard gmtime_r(&time, &parts) != nil else { return "unknown" }
        let date = "\(Int(parts.tm_year) + 1_900)-\(two(Int64(parts.tm_mon) + 1))-\(two(Int64(parts.tm_mday)))"
        return "\(date)T\(two(Int64(parts.tm_hour))):\(two(Int64(parts.tm_min))):\(two(Int64(parts.tm_sec)))Z"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
