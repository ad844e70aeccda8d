/// The transactions of one kind, by what their messages match.
package struct TransactionTable<ID: Hashable & Sendable, Machine: Transaction>: Sendable {
    private var machines: [ID: Machine] = [:]

    /// What a transaction did about one event.
    package struct Outcome {
        package let effects: [Machine.Effect]
        package let flow: Flow
        /// Whether that was its last act; it is out of the table by now.
        package let isTerminated: Bool
    }

    package init() {}

    package subscript(_ id: ID) -> Machine? { machines[id] }

    package func contains(_ id: ID) -> Bool { machines.index(forKey: id) != nil }

    package mutating func insert(_ machine: Machine, as id: ID) {
        machines[id] = machine
    }

    /// - Returns: nil when nobody has that name (any more).
    package mutating func handle(_ event: Machine.Event, for id: ID) -> Outcome? {
        guard let index = machines.index(forKey: id) else { return nil }
        let effects = machines.values[index].handle(event)
        let flow = machines.values[index].flow
        let isTerminated = machines.values[index].isTerminated
        if isTerminated { machines.remove(at: index) }
        return Outcome(effects: effects, flow: flow, isTerminated: isTerminated)
    }
}

extension TransactionTable: Equatable where Machine: Equatable {}

/// Which transactions live on which flow: what a closed flow takes with it, and how much room each flow and each address
/// uses, in transactions and in octets.
package struct FlowIndex: Sendable, Equatable {
    package typealias Member = TransactionLayer.Member

    private struct Entry: Sendable, Equatable {
        /// With the octets that each keeps.
        var members: [Member: Int] = [:]
        /// How many of them the peer began.
        var servers = 0
    }

    /// What the peers at one address began.
    private struct Share: Sendable, Equatable {
        var count = 0
        var octets = 0
    }

    private var entries: [Flow: Entry] = [:]
    private var shares: [String: Share] = [:]
    /// What those keep that peers began, on all flows.
    package private(set) var octets = 0
    /// How many there are on all flows.
    package private(set) var count = 0

    package init() {}

    package func count(on flow: Flow) -> Int { entries[flow]?.members.count ?? 0 }

    /// How many the peer began on a flow, and from its address on all flows.
    package func servers(on flow: Flow) -> Int { entries[flow]?.servers ?? 0 }
    package func servers(from flow: Flow) -> Int { shares[flow.remote.peerHost]?.count ?? 0 }
    /// What those keep that peers at the flow's address began.
    package func octets(from flow: Flow) -> Int { shares[flow.remote.peerHost]?.octets ?? 0 }

    /// - Parameter octets: what it keeps, where the peer began it.
    package mutating func insert(_ member: Member, on flow: Flow, octets: Int = 0) {
        guard entries[flow]?.members[member] == nil else { return }
        entries[flow, default: Entry()].members[member] = octets
        count += 1
        guard case .server = member else { return }
        entries[flow]?.servers += 1
        shares[flow.remote.peerHost, default: Share()].count += 1
        account(octets, on: flow)
    }

    /// From now on the transaction, which a peer began, keeps so many octets.
    package mutating func weigh(_ member: Member, on flow: Flow, octets: Int) {
        guard let entry = entries.index(forKey: flow),
            let index = entries.values[entry].members.index(forKey: member)
        else { return }
        let former = entries.values[entry].members.values[index]
        entries.values[entry].members.values[index] = octets
        account(octets - former, on: flow)
    }

    private mutating func account(_ change: Int, on flow: Flow) {
        guard change != 0 else { return }
        octets += change
        shares[flow.remote.peerHost, default: Share()].octets += change
    }

    package mutating func remove(_ member: Member, on flow: Flow) {
        guard let index = entries.index(forKey: flow),
            let kept = entries.values[index].members.removeValue(forKey: member)
        else { return }
        count -= 1
        if case .server = member {
            entries.values[index].servers -= 1
            account(-kept, on: flow)
            let host = flow.remote.peerHost
            shares[host]?.count -= 1
            if shares[host]?.count == 0 { shares[host] = nil }
        }
        if entries.values[index].members.isEmpty { entries.remove(at: index) }
    }

    /// The flow's transactions: clients first, by branch, so that a replay sees the same order.
    package func members(on flow: Flow) -> [Member] {
        var clients: [TransactionLayer.ClientID] = []
        var servers: [Member] = []
        for member in (entries[flow]?.members ?? [:]).keys {
            switch member {
            case .client(let id): clients.append(id)
            case .server: servers.append(member)
            }
        }
        clients.sort { ($0.branch, $0.method.rawValue) < ($1.branch, $1.method.rawValue) }
        return clients.map { .client($0) } + servers
    }
}
