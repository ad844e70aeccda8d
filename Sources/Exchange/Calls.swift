import SIP

/// The calls that pass through the exchange, as far as a proxy sees them: for whoever asks what goes on. Nothing is
/// routed by it.
struct Calls: Sendable {
    enum State: Hashable, Sendable {
        /// The INVITE is on its way.
        case asked
        case ringing
        case talking
    }

    struct Call: Sendable, Equatable {
        let id: String
        let caller: PhoneNumber
        let callee: PhoneNumber
        var state = State.asked
        /// When it was asked for, on the exchange's clock.
        let began: Duration
        /// When it was answered.
        var answered: Duration?
    }

    /// A Call-ID is the caller's choice: another one's with the same is another call.
    private struct Key: Hashable {
        var id: String
        var caller: PhoneNumber
    }

    private let limit: Int
    private var table: [Key: Call] = [:]
    private var asked: [TransactionLayer.ServerID: Key] = [:]
    private var keysByNumber: [PhoneNumber: Set<Key>] = [:]
    /// Calls that were not noted for want of room, counted since the start.
    private(set) var overlooked = 0

    /// - Parameter limit: calls at a time; a call beyond takes place all the same, and is not told of.
    init(limit: Int) { self.limit = limit }

    /// In the order in which they began.
    var all: [Call] { table.values.sorted { ($0.began, $0.caller.value) < ($1.began, $1.caller.value) } }

    mutating func ask(_ invite: Request, _ parties: Parties, as id: TransactionLayer.ServerID, at now: Duration) {
        guard let callID = invite.callID else { return }
        let key = Key(id: callID, caller: parties.caller)
        if let former = table[key] { forget(key, former) }
        guard table.count < limit else { return overlooked += 1 }
        table[key] = Call(id: callID, caller: parties.caller, callee: parties.callee, began: now)
        asked[id] = key
        keysByNumber[parties.caller, default: []].insert(key)
        keysByNumber[parties.callee, default: []].insert(key)
    }

    /// A response to the INVITE went back to the caller.
    mutating func answer(_ id: TransactionLayer.ServerID, _ status: Int, at now: Duration) {
        guard let key = asked[id], let call = table[key] else { return }
        switch status {
        case ..<101: break
        case 101..<200: if call.state == .asked { table[key]?.state = .ringing }
        case 200..<300:
            asked[id] = nil
            table[key]?.state = .talking
            table[key]?.answered = now
        default:
            asked[id] = nil
            forget(key, call)
        }
    }

    /// The caller of an INVITE that awaits its answer is gone.
    mutating func abandon(_ id: TransactionLayer.ServerID) {
        guard let key = asked.removeValue(forKey: id), let call = table[key] else { return }
        forget(key, call)
    }

    /// One of the two has sent a BYE.
    mutating func end(_ callID: String, _ parties: Parties) {
        let key = Key(id: callID, caller: parties.caller)
        guard let call = table[key], call.callee == parties.callee else { return }
        forget(key, call)
    }

    /// Takes out what cannot go on: a call survives that one of its two comes back on another flow, but not that
    /// neither is there.
    mutating func sweep(_ number: PhoneNumber, isOnline: (PhoneNumber) -> Bool) {
        for key in keysByNumber[number] ?? [] {
            guard let call = table[key], !isOnline(call.caller), !isOnline(call.callee) else { continue }
            forget(key, call)
        }
    }

    private mutating func forget(_ key: Key, _ call: Call) {
        table[key] = nil
        for number in [call.caller, call.callee] {
            keysByNumber[number]?.remove(key)
            if keysByNumber[number]?.isEmpty == true { keysByNumber[number] = nil }
        }
    }
}
