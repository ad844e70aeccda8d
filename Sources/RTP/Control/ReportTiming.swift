/// When to send the next report (RFC 3550 §6.2, §6.3, A.7): so seldom that reports never take more than their share, and not
/// all at once. Randomness and time are the caller's.
package struct ReportTiming: Sendable {
    /// More sources than a call has; others are reported on by nobody, and count for nothing here.
    static let limit = 16
    /// UDP's and IPv4's headers (§6.2).
    static let overhead = 28

    private struct Member {
        var ssrc: UInt32
        var heard: Duration
        var sent: Duration?
    }

    private let bandwidth: Double
    private let minimum: Double
    private var members: [Member] = []
    private var membersBefore = 1
    private var averageSize: Double
    private var last: Duration
    private var isInitial = true
    private var lastMedia: Duration?
    /// The last two reports, because who has sent nothing since the one before the last is no sender.
    private var reportBeforeLast: Duration
    /// When `check` has to be called.
    package private(set) var due: Duration

    /// - Parameters:
    ///   - bitsPerSecond: of the session, both directions of sound with their headers.
    ///   - size: octets of the first report, as near as is known.
    ///   - random: 0 to 1, below 1.
    package init(bitsPerSecond: Double, size: Int = 100, at now: Duration, random: Double) {
        bandwidth = max(1, bitsPerSecond) / 8 * 0.05
        // The reduced minimum where it is below five seconds (§6.2).
        minimum = min(5, 360 / (max(1, bitsPerSecond) / 1_000))
        averageSize = Double(size + Self.overhead)
        last = now
        reportBeforeLast = now
        due = now
        due = now + .seconds(interval(random: random))
    }

    /// We sent sound.
    package mutating func sentMedia(at now: Duration) { lastMedia = now }

    /// Sound came from a source.
    package mutating func receivedMedia(from ssrc: UInt32, at now: Duration) { note(ssrc, at: now, isSender: true) }

    /// Reports came.
    ///
    /// - Parameter octets: of the datagram.
    package mutating func received(_ octets: Int, from ssrc: UInt32, at now: Duration) {
        note(ssrc, at: now, isSender: false)
        average(octets)
    }

    /// A source has gone; the rest share what it leaves (§6.3.4).
    package mutating func goodbye(_ ssrc: UInt32, octets: Int, at now: Duration) {
        average(octets)
        guard let index = members.firstIndex(where: { $0.ssrc == ssrc }) else { return }
        members.remove(at: index)
        guard count < membersBefore else { return }
        let share = Double(count) / Double(membersBefore)
        due = now + (due - now) * share
        last = now - (now - last) * share
        membersBefore = count
    }

    /// The time has come.
    ///
    /// - Parameter random: 0 to 1, below 1.
    /// - Returns: whether to send a report now; then `sent` must follow. If not, `due` is later (§6.3.6).
    package mutating func check(at now: Duration, random: Double) -> Bool {
        guard now >= due else { return false }
        forget(at: now)
        let next = last + .seconds(interval(random: random))
        membersBefore = count
        guard next > now else { return true }
        due = next
        return false
    }

    /// A report went out.
    ///
    /// - Parameter random: another one than `check` was given (§6.3.6).
    package mutating func sent(_ octets: Int, at now: Duration, random: Double) {
        average(octets)
        reportBeforeLast = last
        last = now
        isInitial = false
        due = now + .seconds(interval(random: random))
    }

    /// Sources with ours.
    private var count: Int { members.count + 1 }
    private var isSender: Bool { lastMedia.map { $0 >= reportBeforeLast } ?? false }

    /// Seconds without randomness (§6.3.1).
    private var plainInterval: Double {
        let senders = members.filter { $0.sent != nil }.count + (isSender ? 1 : 0)
        var (sharing, share) = (count, bandwidth)
        if senders * 4 <= count {
            (sharing, share) = isSender ? (senders, bandwidth * 0.25) : (count - senders, bandwidth * 0.75)
        }
        return max(isInitial ? minimum / 2 : minimum, averageSize * Double(sharing) / share)
    }

    private func interval(random: Double) -> Double {
        // e - 3/2 makes up for what reconsideration adds.
        plainInterval * (0.5 + min(1, max(0, random))) / 1.21828
    }

    private mutating func average(_ octets: Int) {
        averageSize += (Double(min(65_535, max(0, octets)) + Self.overhead) - averageSize) / 16
    }

    private mutating func note(_ ssrc: UInt32, at now: Duration, isSender: Bool) {
        if let index = members.firstIndex(where: { $0.ssrc == ssrc }) {
            members[index].heard = now
            if isSender { members[index].sent = now }
        } else if members.count < Self.limit {
            members.append(Member(ssrc: ssrc, heard: now, sent: isSender ? now : nil))
        }
    }

    /// Who was silent for five intervals has gone, who sent nothing for two is no sender (§6.3.5).
    private mutating func forget(at now: Duration) {
        let interval: Duration = .seconds(max(plainInterval, minimum))
        members.removeAll { now - $0.heard > interval * 5 }
        for index in members.indices {
            if let sent = members[index].sent, now - sent > interval * 2 { members[index].sent = nil }
        }
    }
}
