import SIP

/// Who is online on our line: turns the exchange's full lists into a first list and the differences that follow.
///
///     away ──connected──> waiting ──list with ourselves in it, or `settle`──> live
///      ^                     └─────────── after a reconnect ────────> reconciling ──`grace`──> live
///      └──lost──────────────────────────────────────────────────────────────┘
///
/// The exchange may send a list before it has put us on it; a list that lacks ourselves is taken for unfinished
/// until `settle` has run out. When an exchange comes back, its clients come back one by one: those still missing
/// are called OFFLINE only when `grace` has run out, so that a restart is no storm of OFFLINE and ONLINE.
package struct Roster: Sendable, Equatable {
    package enum Timer: Hashable, Sendable { case settle, grace }

    package enum Event: Equatable, Sendable {
        /// Registered, under this number; after an outage the others come back within the time of `grace`.
        case connected(number: String, grace: Duration)
        /// The body of a NOTIFY; empty when the exchange has nothing to say yet.
        case notified([UInt8])
        /// The connection is gone; what is known stays, to be compared with the next list.
        case lost
        /// Disconnected on purpose: the next list is a first one.
        case left
        case fired(Timer)
    }

    package enum Effect: Equatable, Sendable {
        case start(Timer, after: Duration)
        case cancel(Timer)
        case report(PhoneReport)
        /// Some, or all that will, have come back after an outage.
        case returned
    }

    package static let settle: Duration = .seconds(1)

    private enum Phase: Equatable { case away, waiting, reconciling, live }

    private var phase = Phase.away
    private var grace = Duration.zero
    /// Those seen since the reconnect: when they leave, they have left.
    private var returned: Set<String> = []
    private var number = ""
    /// The list as reported, by number; nil before the first one.
    private var known: [String: Party]?
    /// The newest list of the exchange.
    private var latest: [Party] = []
    private var isSettling = false
    private var wasUnreadable = false

    package init() {}

    /// Whether others are still expected back after an outage.
    package var isReconciling: Bool { known != nil && (phase == .waiting || phase == .reconciling) }

    package func party(_ number: String) -> Party? { known?[number] }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .connected(let number, let grace):
            let effects = stopTimers()
            self.number = number
            self.grace = grace
            returned = []
            phase = .waiting
            latest = []
            return effects
        case .notified(let body):
            return phase == .away ? [] : read(body)
        case .lost:
            defer { phase = .away }
            return stopTimers()
        case .left:
            defer { self = Roster() }
            return stopTimers()
        case .fired(.settle):
            isSettling = false
            return phase == .waiting ? begin() : []
        case .fired(.grace):
            guard phase == .reconciling else { return [] }
            phase = .live
            return apply() + [.returned]
        }
    }

    private mutating func stopTimers() -> [Effect] {
        defer { isSettling = false }
        return (isSettling ? [.cancel(.settle)] : []) + (phase == .reconciling ? [.cancel(.grace)] : [])
    }

    private mutating func read(_ body: [UInt8]) -> [Effect] {
        var hasOurselves = false
        if !body.isEmpty {
            do {
                let document = try PresenceDocument(parsing: body)
                (latest, hasOurselves) = Self.parties(in: document, without: number)
                wasUnreadable = false
            } catch {
                // Said once: an exchange that sends nonsense does so with every change.
                defer { wasUnreadable = true }
                return wasUnreadable ? [] : [.report(.fault(Reasons.unreadableList))]
            }
        }
        switch phase {
        case .away:
            return []
        case .waiting where hasOurselves:
            return begin()
        case .waiting:
            guard !isSettling else { return [] }
            isSettling = true
            return [.start(.settle, after: Self.settle)]
        case .reconciling, .live:
            return body.isEmpty ? [] : apply()
        }
    }

    /// The list is full: the first one is reported as such, a later one as its differences.
    private mutating func begin() -> [Effect] {
        var effects: [Effect] = isSettling ? [.cancel(.settle)] : []
        isSettling = false
        if known == nil {
            known = Dictionary(latest.map { ($0.number, $0) }) { first, _ in first }
            phase = .live
            effects.append(.report(.roster(latest)))
        } else {
            phase = .reconciling
            effects += apply()
            effects.append(.start(.grace, after: grace))
        }
        return effects
    }

    private mutating func apply() -> [Effect] {
        var online: [Effect] = []
        var missing = known ?? [:]
        var present = known ?? [:]
        for party in latest {
            missing[party.number] = nil
            guard present[party.number] != party else { continue }
            present[party.number] = party
            online.append(.report(.online(party)))
        }
        let isLive = phase == .live
        let isReturn = !isLive && !returned.isSuperset(of: latest.map(\.number))
        let gone = missing.values.filter { isLive || returned.contains($0.number) }.sorted { $0.number < $1.number }
        returned = isLive ? [] : Set(latest.map(\.number))
        for party in gone { present[party.number] = nil }
        known = present
        return gone.map { .report(.offline($0)) } + online + (isReturn ? [.returned] : [])
    }

    /// The open tuples by number, in the document's order, names made safe to show. One number counts once.
    private static func parties(
        in document: PresenceDocument, without own: String
    ) -> (parties: [Party], hasOwn: Bool) {
        var seen: Set<String> = []
        var parties: [Party] = []
        for tuple in document.tuples where tuple.isOpen {
            guard let user = (try? URI(parsing: tuple.contact))?.user, let number = RemoteText.number(user),
                seen.insert(number).inserted, number != own
            else { continue }
            parties.append(Party(number: number, name: RemoteText.name(tuple.note, number: number)))
        }
        return (parties, seen.contains(own))
    }
}
