import SIP

/// Slows down whoever guesses passwords, without shutting out those who know theirs.
///
/// Wrong passwords are counted for three things, and each count that has used up its free tries makes wait, twice as
/// long with every further one:
/// - an extension at an address: always;
/// - an address, whatever the extension; but not for an extension that logged in from there before, so that one guest
///   behind the office's NAT does not lock out the office;
/// - an extension at all addresses: never makes anybody wait, or a stranger could lock its owner out. It only leaves
///   each further address a single free try.
///
/// Where the extension is registered at this moment, nothing said elsewhere counts. Everything is bounded: of too many
/// counts the oldest is forgotten.
struct Throttle: Sendable, Equatable {
    /// Who tries what.
    struct Attempt: Hashable {
        var number: PhoneNumber
        /// An IPv4 address or the /64 of an IPv6 one.
        var source: NumericAddress?
        /// Whether it comes on the very flow on which the extension is registered.
        var isRegistered: Bool
    }

    private enum Key: Hashable {
        case registered(PhoneNumber)
        case pair(PhoneNumber, NumericAddress?)
        case source(NumericAddress?)
        case number(PhoneNumber)
    }

    private struct Count: Equatable {
        var failures = 0
        /// In seconds since the start.
        var last: UInt64 = 0
        var waits: UInt64 = 0
    }

    /// The first wait, in seconds.
    static let firstWait: UInt64 = 4
    /// So many failures at all addresses make an extension one that is being guessed.
    static let siege = 30
    /// The first wait for an extension that is being guessed, in seconds.
    static let firstWaitInSiege: UInt64 = 60
    /// Addresses remembered for an extension as those where it logged in.
    static let addresses = 8

    var limits: Exchange.Limits
    /// Counts without a new failure are forgotten after this time, in seconds.
    private var memory: UInt64 { 2 * UInt64(max(450, limits.longestWait)) }
    private var counts: [Key: Count] = [:]
    /// The keys of `counts` in the order they came, as a ring; some may be gone since.
    private var order: [Key] = []
    private var oldest = 0
    private var homes: [PhoneNumber: [NumericAddress?]] = [:]
    /// When nothing of this counts any more, in seconds since the start.
    private(set) var remembersUntil: UInt64 = 0

    init(limits: Exchange.Limits) { self.limits = limits }

    /// How many counts there are.
    var count: Int { counts.count }

    /// How long this attempt has to wait, in seconds; nil when it may be judged.
    func wait(_ attempt: Attempt, at now: UInt64) -> UInt64? {
        let end = keys(of: attempt).compactMap { counts[$0]?.waits }.max() ?? 0
        return end > now ? end - now : nil
    }

    /// The password was wrong.
    ///
    /// - Returns: how long the next attempt has to wait, in seconds; nil while there are free tries.
    mutating func failed(_ attempt: Attempt, at now: UInt64) -> UInt64? {
        let isSiege = note(.number(attempt.number), at: now) >= Self.siege
        var longest: UInt64 = 0
        for key in keys(of: attempt) {
            let failures = note(key, at: now)
            let wait: UInt64
            switch key {
            case .registered, .source, .number:
                wait = self.wait(failures, free: limits.wrongPasswordsPerAddress, first: Self.firstWait)
            case .pair where isSiege: wait = self.wait(failures, free: 1, first: Self.firstWaitInSiege)
            case .pair: wait = self.wait(failures, free: limits.wrongPasswords, first: Self.firstWait)
            }
            counts[key]?.waits = now + wait
            longest = max(longest, wait)
        }
        remembersUntil = now + memory
        return longest > 0 ? longest : nil
    }

    /// The password was right: the extension has its free tries again. The address's count stays, or whoever has one
    /// password could guess others for ever.
    mutating func succeeded(_ attempt: Attempt) {
        counts[.registered(attempt.number)] = nil
        counts[.pair(attempt.number, attempt.source)] = nil
        var known = homes[attempt.number] ?? []
        guard known.last != attempt.source else { return }
        known.removeAll { $0 == attempt.source }
        known.append(attempt.source)
        homes[attempt.number] = known.suffix(Self.addresses)
    }

    /// Time has come to `now`.
    mutating func advance(to now: UInt64) {
        guard now > remembersUntil, !counts.isEmpty else { return }
        counts = [:]
        order = []
        oldest = 0
    }

    /// The extension is gone, or has another password.
    mutating func forget(_ number: PhoneNumber) {
        homes[number] = nil
    }

    private func keys(of attempt: Attempt) -> [Key] {
        if attempt.isRegistered { return [.registered(attempt.number)] }
        let pair = Key.pair(attempt.number, attempt.source)
        return homes[attempt.number]?.contains(attempt.source) == true ? [pair] : [pair, .source(attempt.source)]
    }

    private func wait(_ failures: Int, free: Int, first: UInt64) -> UInt64 {
        guard failures >= free else { return 0 }
        return min(UInt64(limits.longestWait), first << UInt64(min(failures - free, 24)))
    }

    private mutating func note(_ key: Key, at now: UInt64) -> Int {
        if let known = counts[key], now > known.last, now - known.last > memory { counts[key] = nil }
        if counts[key] == nil { add(key) }
        counts[key]?.failures += 1
        counts[key]?.last = now
        return counts[key]?.failures ?? 0
    }

    private mutating func add(_ key: Key) {
        if order.count < max(1, limits.countedPasswords) {
            order.append(key)
        } else {
            oldest %= order.count
            counts[order[oldest]] = nil
            order[oldest] = key
            oldest += 1
        }
        counts[key] = Count()
    }
}
