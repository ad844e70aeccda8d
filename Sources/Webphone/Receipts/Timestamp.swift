/// A moment in UTC as RFC 3339 writes it, from seconds since 1970: `2026-11-22T16:02:49Z`.
struct Timestamp: CustomStringConvertible {
    let description: String

    /// The years that four digits hold; nil for others.
    init?(secondsSince1970 seconds: Int64) {
        guard (0..<253_402_300_800).contains(seconds) else { return nil }
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        // Days are counted from 1 March of year 0, so that the leap day is a year's last (400 years: 146,097 days).
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        func digits(_ value: Int64, _ count: Int = 2) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let date = "\(digits(year, 4))-\(digits(month))-\(digits(day))"
        description = "\(date)T\(digits(rest / 3_600)):\(digits(rest / 60 % 60)):\(digits(rest % 60))Z"
    }
}
