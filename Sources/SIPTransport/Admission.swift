import SIP

/// Who may hold connections: counts the accepted ones, together and per address, and knows those that have not sent a
/// whole message yet, oldest first. Handshakes of TLS and WebSocket are under way in those too.
struct Admission: Sendable {
    enum Verdict: Equatable {
        case admitted
        /// Admitted in the place of this older connection, which has said nothing so far and is to be closed.
        case admittedInsteadOf(UInt64)
        case refused
    }

    private struct Account {
        var count = 0
        var silent = Queue()
    }

    var limits: Configuration.Limits
    private var holders: [UInt64: NumericAddress] = [:]
    private var accounts: [NumericAddress: Account] = [:]
    private var silent = Queue()

    init(limits: Configuration.Limits) { self.limits = limits }

    var count: Int { holders.count }
    /// How many have not sent a whole message yet.
    var silentCount: Int { silent.count }

    /// - Parameter isTrusted: whether the address may hold as many as there is room for.
    mutating func admit(_ connection: UInt64, from address: NumericAddress, isTrusted: Bool = false) -> Verdict {
        let account = accounts[address, default: Account()]
        let victim: UInt64?
        if !isTrusted, account.count >= limits.connectionsPerAddress {
            // Of their own: others shall not pay for it.
            victim = accounts[address]?.silent.first()
            if victim == nil { return .refused }
        } else if holders.count >= limits.connections || silent.count >= limits.halfOpenConnections {
            victim = silent.first()
            if victim == nil { return .refused }
        } else {
            victim = nil
        }
        if let victim { leave(victim) }
        holders[connection] = address
        accounts[address, default: Account()].count += 1
        accounts[address]?.silent.append(connection)
        silent.append(connection)
        return victim.map { .admittedInsteadOf($0) } ?? .admitted
    }

    /// Takes out the oldest connection that has said nothing so far; it is to be closed.
    mutating func makeRoom() -> UInt64? {
        guard let victim = silent.first() else { return nil }
        leave(victim)
        return victim
    }

    /// The connection sent a whole message: it is no longer the first to go.
    mutating func spoke(_ connection: UInt64) {
        silent.remove(connection)
        if let address = holders[connection] { accounts[address]?.silent.remove(connection) }
    }

    mutating func leave(_ connection: UInt64) {
        spoke(connection)
        guard let address = holders.removeValue(forKey: connection) else { return }
        accounts[address]?.count -= 1
        if accounts[address]?.count == 0 { accounts[address] = nil }
    }
}

/// Connections in the order they came; any may leave.
private struct Queue: Sendable {
    private var members: Set<UInt64> = []
    private var arrivals: [UInt64] = []
    private var start = 0

    var count: Int { members.count }

    mutating func append(_ connection: UInt64) {
        members.insert(connection)
        arrivals.append(connection)
        // As short as a few times what it stands for.
        guard arrivals.count > 64, arrivals.count > 4 * members.count else { return }
        arrivals = arrivals[start...].filter(members.contains)
        start = 0
    }

    mutating func remove(_ connection: UInt64) { members.remove(connection) }

    mutating func first() -> UInt64? {
        while start < arrivals.count {
            if members.contains(arrivals[start]) { return arrivals[start] }
            start += 1
        }
        return nil
    }
}
