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

/// Which transactions live on which flow: what a closed flow takes with it, and how much room each one uses.
package struct FlowIndex: Sendable, Equatable {
    package enum Member: Hashable, Sendable {
        case client(TransactionLayer.ClientID)
        case server(TransactionLayer.ServerID)
    }

    private var members: [Flow: Set<Member>] = [:]
    /// How many there are on all flows.
    package private(set) var count = 0

    package init() {}

    package func count(on flow: Flow) -> Int { members[flow]?.count ?? 0 }

    package mutating func insert(_ member: Member, on flow: Flow) {
        if members[flow, default: []].insert(member).inserted { count += 1 }
    }

    package mutating func remove(_ member: Member, on flow: Flow) {
        guard let index = members.index(forKey: flow), members.values[index].remove(member) != nil else { return }
        count -= 1
        if members.values[index].isEmpty { members.remove(at: index) }
    }

    /// The flow's transactions: clients first, by branch, so that a replay sees the same order.
    package func members(on flow: Flow) -> (clients: [TransactionLayer.ClientID], servers: [TransactionLayer.ServerID])
    {
        var clients: [TransactionLayer.ClientID] = []
        var servers: [TransactionLayer.ServerID] = []
        for member in members[flow] ?? [] {
            switch member {
            case .client(let id): clients.append(id)
            case .server(let id): servers.append(id)
            }
        }
        clients.sort { ($0.branch, $0.method.rawValue) < ($1.branch, $1.method.rawValue) }
        return (clients, servers)
    }
}
