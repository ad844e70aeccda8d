/// The local time of day; the host reads it once for each batch of inputs.
package struct WallClock: Hashable, Sendable {
    package var hour: UInt8
    package var minute: UInt8
    package var second: UInt8

    package init(hour: UInt8, minute: UInt8, second: UInt8) {
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// `09:41`, as it stands before a line of the log.
    package var hoursAndMinutes: String { Self.padded(hour) + ":" + Self.padded(minute) }

    /// Seconds from `earlier` to this time, over midnight too; nil when the clock was set back.
    func seconds(since earlier: WallClock) -> Int? {
        let day = 86_400
        let difference = (secondOfDay - earlier.secondOfDay + day) % day
        return difference > day / 2 ? nil : difference
    }

    private var secondOfDay: Int { Int(hour) * 3_600 + Int(minute) * 60 + Int(second) }

    private static func padded(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
