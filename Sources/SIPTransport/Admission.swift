/// Who may connect: counts the accepted connections, together and per address, and knows the ones that have not
/// sent a whole message yet, oldest first.
struct Admission: Sendable {
    enum Verdict: Equatable {
        case admitted
        /// Admitted in the place of this older connection, which has said nothing so far and is to be closed.
        case admittedInsteadOf(UInt64)
        case refused
    }

    private let limits: Configuration.Limits
    private var holders: [UInt64: AddressBlock] = [:]
    private var perBlock: [AddressBlock: Int] = [:]
    private var silent: Set<UInt64> = []
    private var arrivals: [UInt64] = []
    private var oldest = 0

    init(limits: Configuration.Limits) { self.limits = limits }

    var count: Int { holders.count }

    mutating func admit(_ connection: UInt64, from block: AddressBlock) -> Verdict {
        let limit = block.isLoopback ? limits.connectionsFromLoopback : limits.connectionsPerAddress
        guard perBlock[block, default: 0] < limit else { return .refused }
        var verdict = Verdict.admitted
        if holders.count >= limits.connections {
            guard let victim = oldestSilent() else { return .refused }
            leave(victim)
            verdict = .admittedInsteadOf(victim)
        }
        holders[connection] = block
        perBlock[block, default: 0] += 1
        silent.insert(connection)
        arrivals.append(connection)
        forgetDepartedArrivals()
        return verdict
    }

    /// The connection sent a whole message: it is no longer the first to go.
    mutating func spoke(_ connection: UInt64) { silent.remove(connection) }

    mutating func leave(_ connection: UInt64) {
        guard let block = holders.removeValue(forKey: connection) else { return }
        silent.remove(connection)
        let left = perBlock[block, default: 1] - 1
        perBlock[block] = left > 0 ? left : nil
    }

    private mutating func oldestSilent() -> UInt64? {
        while oldest < arrivals.count {
            if silent.contains(arrivals[oldest]) { return arrivals[oldest] }
            oldest += 1
        }
        return nil
    }

    /// Keeps the queue as short as a few times what it stands for.
    private mutating func forgetDepartedArrivals() {
        guard arrivals.count > 64, arrivals.count > 4 * silent.count else { return }
        arrivals = arrivals[oldest...].filter(silent.contains)
        oldest = 0
    }
}

/// What is counted as one peer: an IPv4 address, or the /64 an IPv6 host has for itself.
struct AddressBlock: Hashable, Sendable {
    var bits: UInt64
    var isLoopback: Bool
}
