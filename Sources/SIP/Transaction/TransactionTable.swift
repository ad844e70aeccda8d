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
/// uses.
package struct FlowIndex: Sendable, Equatable {
    package enum Member: Hashable, Sendable {
        case client(TransactionLayer.ClientID)
        case server(TransactionLayer.ServerID)
    }

    private struct Entry: Sendable, Equatable {
        var members: Set<Member> = []
        /// How many of them the peer began.
        var servers = 0
    }

    private var entries: [Flow: Entry] = [:]
    /// Those that peers began, by where they are.
    private var servers: [String: Int] = [:]
    /// How many there are on all flows.
    package private(set) var count = 0

    package init() {}

    package func count(on flow: Flow) -> Int { entries[flow]?.members.count ?? 0 }

    /// How many the peer began on a flow, and from its address on all flows.
    package func servers(on flow: Flow) -> Int { entries[flow]?.servers ?? 0 }
    package func servers(from flow: Flow) -> Int { servers[flow.remote.peerHost] ?? 0 }

    package mutating func insert(_ member: Member, on flow: Flow) {
        guard entries[flow, default: Entry()].members.insert(member).inserted else { return }
        count += 1
        guard case .server = member else { return }
        entries[flow]?.servers += 1
        servers[flow.remote.peerHost, default: 0] += 1
    }

    package mutating func remove(_ member: Member, on flow: Flow) {
        guard let index = entries.index(forKey: flow), entries.values[index].members.remove(member) != nil else {
            return
        }
        count -= 1
        if case .server = member {
            entries.values[index].servers -= 1
            let host = flow.remote.peerHost
            servers[host, default: 1] -= 1
            if servers[host] == 0 { servers[host] = nil }
        }
        if entries.values[index].members.isEmpty { entries.remove(at: index) }
    }

    /// The flow's transactions: clients first, by branch, so that a replay sees the same order.
    package func members(on flow: Flow) -> (clients: [TransactionLayer.ClientID], servers: [TransactionLayer.ServerID])
    {
        var clients: [TransactionLayer.ClientID] = []
        var servers: [TransactionLayer.ServerID] = []
        for member in entries[flow]?.members ?? [] {
            switch member {
            case .client(let id): clients.append(id)
            case .server(let id): servers.append(id)
            }
        }
        clients.sort { ($0.branch, $0.method.rawValue) < ($1.branch, $1.method.rawValue) }
        return (clients, servers)
    }
}
