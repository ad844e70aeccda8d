import SIP

/// Lets through what an address, and one port or connection of it, may ask for in a second; whoever goes on beyond is
/// banned for a while.
///
/// Over a connection, where nothing is lost by waiting, messages that come too fast are only read more slowly. A
/// datagram beyond the pace is dropped unread, and a connection refused; whoever keeps on at more than twice the pace is
/// banned. Time is the caller's, since any fixed start.
struct Turnstile: Sendable {
    /// An address, or one port of it.
    struct Source: Hashable, Sendable {
        /// An IPv4 address or the /64 of an IPv6 one.
        var address: NumericAddress
        /// Nil for all of them.
        var port: UInt16?
    }

    /// What somebody is banned for.
    enum Reason: Hashable, Sendable {
        /// Anybody may have written this address on them, so that the ban is for datagrams only.
        case datagrams
        /// Who connects has shown that the address is theirs: the ban is for datagrams too.
        case connections
    }

    struct Ban: Equatable, Sendable {
        var source: Source
        var reason: Reason
        var end: Duration
        /// Datagrams and connections since it began.
        var turnedAway = 0
    }

    enum Verdict: Equatable {
        case passes
        /// There were too many in a second.
        case excessive
        case banned
    }

    /// What belongs in a log.
    enum Notice: Equatable, Sendable {
        case banned(Ban)
        case lifted(Ban)
    }

    /// What a connection that we had to end costs its address, in connections.
    static let costOfViolation = 10.0
    /// Seconds' worth of messages that may come at once.
    static let burst = 2.0
    /// The longest that a connection waits for what others at its address did.
    static let longestShare = Duration.seconds(1)

    var limits: Configuration.Limits { didSet { if limits.ban == 0 { lift { _ in true } } } }
    /// They have all the time in the world; for a proxy or an office with many behind one address.
    var trusted: [AddressRange] {
        didSet { lift { [trusted] ban in trusted.contains { $0.contains(ban.source.address) } } }
    }
    private var notices: [Notice] = []
    private var ports = Ledger<Source>()
    private var messages = Ledger<NumericAddress>()
    private var connections = Ledger<NumericAddress>()
    private var bans: [Source: Ban] = [:]

    init(limits: Configuration.Limits, trusted: [AddressRange] = AddressRange.loopback) {
        self.limits = limits
        self.trusted = trusted
    }

    /// Of one connection, or one port over UDP.
    var paceOfFlow: Pace { Self.pace(limits.messagesPerSecond) }
    private var paceOfAddress: Pace { Self.pace(limits.messagesPerSecondPerAddress) }
    /// A whole office may come back at once.
    private var paceOfConnections: Pace {
        Pace(rate: Double(limits.connectionsPerSecond), burst: Double(limits.connectionsPerAddress))
    }

    private static func pace(_ rate: Int) -> Pace { Pace(rate: Double(rate), burst: burst * Double(rate)) }

    func trusts(_ address: NumericAddress) -> Bool { trusted.contains { $0.contains(address) } }

    // MARK: - Passing

    /// Whether a datagram is to be read.
    mutating func judge(datagramFrom address: NumericAddress, port: UInt16, at now: Duration) -> Verdict {
        if trusts(address) { return .passes }
        let all = Source(address: address.peer)
        let one = Source(address: address.peer, port: port)
        if !bans.isEmpty, turnsAway(all, at: now) || turnsAway(one, at: now) { return .banned }
        switch ports.judge(one, paceOfFlow, at: now, upTo: limits.rememberedRemotes) {
        // What one port may not send is not held against the others.
        case .excessive: return .excessive
        case .banned:
            ban(one, .datagrams, at: now)
            return .excessive
        case .passes: break
        }
        let verdict = messages.judge(all.address, paceOfAddress, at: now, upTo: limits.rememberedRemotes)
        guard verdict == .banned else { return verdict }
        ban(all, .datagrams, at: now)
        return .excessive
    }

    /// Whether a connection may be had.
    mutating func judge(connectionFrom address: NumericAddress, at now: Duration) -> Verdict {
        if trusts(address) { return .passes }
        let source = Source(address: address.peer)
        if bans[source]?.reason == .connections, turnsAway(source, at: now) { return .banned }
        let verdict = connections.judge(source.address, paceOfConnections, at: now, upTo: limits.rememberedRemotes)
        guard verdict == .banned else { return verdict }
        ban(source, .connections, at: now)
        return .excessive
    }

    /// A connection had to be ended for what it did or did not do.
    mutating func broke(_ address: NumericAddress, at now: Duration) {
        let source = Source(address: address.peer)
        guard !trusts(address), bans[source]?.reason != .connections else { return }
        let pace = paceOfConnections
        let isTooMuch = connections.accuse(
            source.address, Self.costOfViolation, pace, at: now, upTo: limits.rememberedRemotes)
        if isTooMuch { ban(source, .connections, at: now) }
    }

    /// Messages were read from a connection.
    ///
    /// - Parameter bucket: the connection's own.
    /// - Returns: how long it is to be left unread.
    mutating func read(
        _ count: Int, from address: NumericAddress, by bucket: inout TokenBucket, at now: Duration
    ) -> Duration {
        if trusts(address) { return .zero }
        let ofOne = paceOfFlow
        let level = bucket.take(Double(count), ofOne, at: now)
        let ofAll = paceOfAddress
        let all = messages.take(Double(count), ofAll, of: address.peer, at: now, upTo: limits.rememberedRemotes)
        let wait = level < 0 ? bucket.wait(ofOne, at: now) : .zero
        // Who asks for little does not wait for what others at the same address do.
        guard level < ofOne.burst / 2, all < 0 else { return wait }
        return max(wait, min(Self.longestShare, .seconds(-all / ofAll.rate)))
    }

    // MARK: - Bans

    /// How many are banned.
    var banned: Int { bans.count }

    /// When the next ban ends.
    var nextEnd: Duration? { bans.values.map(\.end).min() }

    /// Time has come to `now`.
    mutating func advance(to now: Duration) { lift { $0.end <= now } }

    /// What happened since this was asked last.
    mutating func takeNotices() -> [Notice] {
        guard !notices.isEmpty else { return [] }
        defer { notices = [] }
        return notices
    }

    private mutating func ban(_ source: Source, _ reason: Reason, at now: Duration) {
        guard limits.ban > 0, bans.count < limits.bans || bans[source] != nil else { return }
        let ban = Ban(
            source: source, reason: reason, end: now + .seconds(limits.ban), turnedAway: bans[source]?.turnedAway ?? 0)
        bans[source] = ban
        notices.append(.banned(ban))
    }

    private mutating func turnsAway(_ source: Source, at now: Duration) -> Bool {
        guard let ban = bans[source], ban.end > now else { return false }
        bans[source]?.turnedAway += 1
        return true
    }

    private mutating func lift(_ isOver: (Ban) -> Bool) {
        let over = bans.values.filter(isOver).sorted { $0.end < $1.end }
        for ban in over {
            bans[ban.source] = nil
            notices.append(.lifted(ban))
        }
    }
}

/// What passed and what did not, for each of many; bounded.
private struct Ledger<Key: Hashable & Sendable>: Sendable {
    private struct Account: Sendable {
        var passed: TokenBucket
        /// What came beyond the pace, which has a pace of its own.
        var excess: TokenBucket
    }

    private var accounts: [Key: Account] = [:]

    /// Lets one pass, or not.
    ///
    /// - Returns: `banned` for one too much beyond the pace.
    mutating func judge(_ key: Key, _ pace: Pace, at now: Duration, upTo limit: Int) -> Turnstile.Verdict {
        let index = place(of: key, pace, at: now, upTo: limit)
        if accounts.values[index].passed.level(pace, at: now) >= 1 {
            accounts.values[index].passed.take(1, pace, at: now)
            return .passes
        }
        return accounts.values[index].excess.take(1, pace, at: now) < 0 ? .banned : .excessive
    }

    /// Something passes that cannot be stopped any more.
    ///
    /// - Returns: what may still pass; below zero when it was too much.
    mutating func take(_ count: Double, _ pace: Pace, of key: Key, at now: Duration, upTo limit: Int) -> Double {
        let index = place(of: key, pace, at: now, upTo: limit)
        return accounts.values[index].passed.take(count, pace, at: now)
    }

    /// Counts so much beyond the pace.
    ///
    /// - Returns: whether it is too much.
    mutating func accuse(_ key: Key, _ count: Double, _ pace: Pace, at now: Duration, upTo limit: Int) -> Bool {
        let index = place(of: key, pace, at: now, upTo: limit)
        return accounts.values[index].excess.take(count, pace, at: now) < 0
    }

    private mutating func place(
        of key: Key, _ pace: Pace, at now: Duration, upTo limit: Int
    ) -> Dictionary<Key, Account>.Index {
        if let index = accounts.index(forKey: key) { return index }
        if accounts.count >= limit { forget(pace, at: now, downTo: limit / 2) }
        let full = TokenBucket(pace, at: now)
        accounts[key] = Account(passed: full, excess: full)
        return accounts.index(forKey: key) ?? accounts.startIndex
    }

    /// An account that has everything again tells no more than one that is not there. Where there are hardly any,
    /// somebody writes addresses that are not theirs, and to count them is of no use.
    private mutating func forget(_ pace: Pace, at now: Duration, downTo few: Int) {
        accounts = accounts.filter { _, account in
            min(account.passed.level(pace, at: now), account.excess.level(pace, at: now)) < pace.burst
        }
        if accounts.count > few { accounts = [:] }
    }
}
