import SIP

/// The requests passed on that await their final response: the response contexts of RFC 3261 §16, one branch each.
struct Relays: Sendable {
    /// How far the called client has come.
    enum Phase: Hashable, Sendable {
        /// Nothing heard yet.
        case waiting
        /// A provisional response came; for an INVITE, timer C runs.
        case proceeding
        /// The caller has taken the INVITE back.
        case cancelled
    }

    struct Relay: Sendable {
        /// As it came, for answers of our own.
        let request: Request
        let branch: TransactionLayer.ClientID
        let callee: PhoneNumber
        /// Outside of a dialog, where a request may come by two ways.
        var isInitial = false
        var phase = Phase.waiting
        /// Counts the relays, so that a story goes the same way each time.
        fileprivate(set) var order: UInt64 = 0
    }

    /// What the copies of a request that came by different ways have in common (RFC 3261 §8.2.2.2); the Request-URI too,
    /// since a proxy before us may have sent one request to several numbers.
    private struct Origin: Hashable {
        let method: Method
        let callID: String?
        let tag: String?
        let cseq: UInt32?
        let target: String

        init(_ request: Request) {
            method = request.method
            callID = request.callID
            tag = request.from?.tag
            cseq = request.cseq?.number
            target = request.uri.description
        }
    }

    private struct Load {
        var count = 0
        /// By when they came.
        var invites: [UInt64: TransactionLayer.ServerID] = [:]
    }

    private var table: [TransactionLayer.ServerID: Relay] = [:]
    private var servers: [TransactionLayer.ClientID: TransactionLayer.ServerID] = [:]
    private var loads: [Flow: Load] = [:]
    /// By where the callers are.
    private var perAddress: [String: Int] = [:]
    /// Of all.
    private(set) var octets = 0
    private var origins: [Origin: TransactionLayer.ServerID] = [:]
    private var last: UInt64 = 0

    var count: Int { table.count }

    func count(from flow: Flow) -> Int { loads[flow]?.count ?? 0 }

    /// How many come from an address; over UDP, where anybody has as many ports as they like, and over connections.
    func count(fromAddressOf flow: Flow) -> Int { perAddress[flow.remote.peerHost] ?? 0 }

    subscript(_ id: TransactionLayer.ServerID) -> Relay? { table[id] }

    func server(of branch: TransactionLayer.ClientID) -> TransactionLayer.ServerID? { servers[branch] }

    /// Whether the same request is being relayed already, come another way.
    func isMerged(_ request: Request) -> Bool { origins[Origin(request)] != nil }

    /// The INVITEs of one flow that await their final response, in the order in which they came.
    func invites(from flow: Flow) -> [TransactionLayer.ServerID] {
        (loads[flow]?.invites ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }

    mutating func add(_ relay: Relay, as id: TransactionLayer.ServerID) {
        var relay = relay
        last &+= 1
        relay.order = last
        table[id] = relay
        servers[relay.branch] = id
        if relay.isInitial { origins[Origin(relay.request)] = id }
        loads[id.flow, default: Load()].count += 1
        perAddress[id.flow.remote.peerHost, default: 0] += 1
        octets += relay.request.octets
        if id.method == .invite { loads[id.flow]?.invites[relay.order] = id }
    }

    mutating func enter(_ phase: Phase, _ id: TransactionLayer.ServerID) {
        table[id]?.phase = phase
    }

    mutating func remove(_ id: TransactionLayer.ServerID) -> Relay? {
        guard let relay = table.removeValue(forKey: id) else { return nil }
        servers[relay.branch] = nil
        if relay.isInitial { origins[Origin(relay.request)] = nil }
        if id.method == .invite { loads[id.flow]?.invites[relay.order] = nil }
        octets -= relay.request.octets
        let host = id.flow.remote.peerHost
        perAddress[host, default: 1] -= 1
        if perAddress[host] == 0 { perAddress[host] = nil }
        loads[id.flow]?.count -= 1
        if loads[id.flow]?.count == 0 { loads[id.flow] = nil }
        return relay
    }
}
