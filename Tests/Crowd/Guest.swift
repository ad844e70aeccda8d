import SIP
import Webphone

/// Somebody of a crowd, who comes, calls, talks and goes as a seed says: what they see on their phone, and what they do
/// next. A machine without clock and socket, like the phone that it uses.
package struct Guest: Sendable {
    package enum Event: Equatable, Sendable {
        case told(PhoneReport)
        /// The time that was asked for with `wake` is over.
        case woke
    }

    package enum Effect: Equatable, Sendable {
        case command(PhoneCommand)
        /// The connection breaks under the phone, which notices.
        case cut
        /// The program ends without a word. Whoever comes back has a new phone.
        case vanish
        /// The one alarm, set anew.
        case wake(after: Duration)
    }

    package enum Presence: Equatable, Sendable { case away, coming, there, leaving }

    package struct Talk: Equatable, Sendable {
        package var state: CallState
        package var number: String
        /// Nobody has said yes or no to it, and we will not let it ring.
        var waitsForUs = false
        /// Rings on, until whoever calls has enough of it.
        var isIgnored = false

        package var isEstablished: Bool { state == .inCall || state == .hold }
    }

    package let name: String
    package let account: Account
    package private(set) var presence = Presence.away
    /// As last granted; kept while the connection comes back.
    package private(set) var number: String?
    /// The list as the reports make it.
    package private(set) var online: [String: Party] = [:]
    package private(set) var calls: [CallID: Talk] = [:]
    package private(set) var lastMessage = 0
    /// Begins nothing new, so that what is there can be looked at.
    package private(set) var isResting = false

    private var lastCall = 0
    private var isBusy = false
    private var random: Identifiers
    /// Of a thousand moments in a call, those in which it is ended.
    private let brevity: Int

    package init(name: String, account: Account, seed: Identifiers) {
        self.name = name
        self.account = account
        random = seed
        // Some talk for so long that the session timers come to say something (RFC 4028).
        brevity = Int.random(in: 0..<4, using: &random) == 0 ? 5 : 100
    }

    /// When somebody first does something.
    ///
    /// - Parameter spread: over how long a time all of a crowd come.
    package mutating func begin(within spread: Duration) -> [Effect] {
        [.wake(after: spread * Int.random(in: 0...1_000, using: &random) / 1_000)]
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .told(let report): return hear(report)
        case .woke:
            let effects = act()
            let pause = isResting ? 1_000...3_000 : presence == .away ? 5_000...60_000 : 2_000...24_000
            return effects + [wake(pause)]
        }
    }

    /// Comes to rest, or goes on.
    package mutating func rest(_ isResting: Bool) -> [Effect] {
        self.isResting = isResting
        return [wake(isResting ? 0...2_000 : 0...20_000)]
    }

    private mutating func wake(_ milliseconds: ClosedRange<Int>) -> Effect {
        .wake(after: .milliseconds(Int.random(in: milliseconds, using: &random)))
    }

    private mutating func chance(_ perMille: Int) -> Bool { Int.random(in: 0..<1_000, using: &random) < perMille }

    // MARK: What is seen

    private mutating func hear(_ report: PhoneReport) -> [Effect] {
        switch report {
        case .connection(let state): changed(state)
        case .roster(let parties): online = Dictionary(parties.map { ($0.number, $0) }) { first, _ in first }
        case .online(let party): online[party.number] = party
        case .offline(let party): online[party.number] = nil
        case .incoming(let id, let party):
            calls[id] = Talk(state: .ringing, number: party.number, waitsForUs: true)
            return [wake(100...2_500)]
        case .call(let id, let state, _):
            calls[id]?.state = state
            if !state.isAlive { calls[id] = nil }
        case .party(let id, let party): calls[id]?.number = party.number
        case .transferAsked(let id, _): return [.command(.refuseTransfer(id))]
        case .voiceAsked, .voice, .message, .delivery, .note, .typing, .turnedAway, .connected, .untrusted, .fault:
            break
        }
        return []
    }

    private mutating func changed(_ state: ConnectionState) {
        switch state {
        case .connecting, .connectionFailed(_, .some), .connectionClosed(_, .some): presence = .coming
        case .accessGranted(let number):
            presence = .there
            self.number = number
        case .disconnected, .accessDenied, .connectionFailed(_, nil), .connectionClosed(_, nil): forget()
        }
    }

    private mutating func forget() {
        presence = .away
        number = nil
        online = [:]
        calls = [:]
        isBusy = false
    }

    // MARK: What is done

    private mutating func act() -> [Effect] {
        switch presence {
        case .away:
            guard !isResting else { return [] }
            presence = .coming
            return [.command(.connect(account))]
        case .leaving: return []
        case .coming: return !isResting && chance(20) ? leave() : []
        case .there: break
        }
        if let id = first(where: \.waitsForUs) { return answer(id) }
        if let id = first(where: { !$0.isEstablished && !$0.isIgnored }) {
            return isResting || chance(250) ? [.command(.hangUp(id))] : []
        }
        if isResting { return rest() }
        if chance(15) { return go() }
        if chance(isBusy ? 500 : 20) {
            isBusy.toggle()
            return [.command(.preferences(Preferences(doNotDisturb: isBusy)))]
        }
        let talks = sorted.filter(\.value.isEstablished)
        guard let (id, talk) = talks.randomElement(using: &random) else { return call() }
        return self.talk(id, talk)
    }

    /// In the order of their names: the same from the same seed.
    private var sorted: [(key: CallID, value: Talk)] { calls.sorted { "\($0.key)" < "\($1.key)" } }

    private func first(where condition: (Talk) -> Bool) -> CallID? { sorted.first { condition($0.value) }?.key }

    /// What rings is refused, and nobody is busy any more.
    private mutating func rest() -> [Effect] {
        var effects: [Effect] = sorted.filter(\.value.isIgnored).map { .command(.reject($0.key)) }
        if isBusy {
            isBusy = false
            effects.append(.command(.preferences(Preferences())))
        }
        return effects
    }

    private mutating func answer(_ id: CallID) -> [Effect] {
        calls[id]?.waitsForUs = false
        if chance(200) { return [.command(.reject(id))] }
        if !isResting, chance(60) {
            calls[id]?.isIgnored = true
            return []
        }
        // The chat in progress ends, or waits aside.
        let others = sorted.filter { $0.key != id && $0.value.isEstablished }.map(\.key)
        let staysAside = others.count == 1 && chance(200)
        return others.map { .command(staysAside ? .hold($0) : .hangUp($0)) } + [.command(.accept(id))]
    }

    private mutating func call() -> [Effect] {
        let others = online.keys.sorted().filter { $0 != Crowd.echoTest }
        guard chance(700), let number = chance(50) ? Crowd.echoTest : others.randomElement(using: &random) else {
            return []
        }
        lastCall += 1
        calls[.placed(lastCall)] = Talk(state: .calling, number: number)
        return [.command(.call(.placed(lastCall), number: number))]
    }

    private mutating func talk(_ id: CallID, _ talk: Talk) -> [Effect] {
        if chance(brevity) { return [.command(.hangUp(id))] }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<55: return (0..<Int.random(in: 1...3, using: &random)).map { _ in .command(write(in: id)) }
        case 55..<65: return [.command(talk.state == .hold ? .resume(id) : .hold(id))]
        case 65..<70: return [.command(.typing(id, true))]
        case 70..<72: return [.command(.dtmf(id, "42#"))]
        default: return []
        }
    }

    /// Something that nobody wrote before. Now and then it is too long for a datagram.
    private mutating func write(in call: CallID) -> PhoneCommand {
        lastMessage += 1
        let length = chance(10) ? Int.random(in: 1_400...3_000, using: &random) : Int.random(in: 0...80, using: &random)
        let text = "\(name) \(lastMessage) " + String(repeating: ".", count: length)
        return .send(MessageID(lastMessage), text, in: call)
    }

    private mutating func go() -> [Effect] {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6: return leave()
        case 6..<9: return [.cut]
        default:
            forget()
            return [.vanish]
        }
    }

    package mutating func leave() -> [Effect] {
        guard presence == .there || presence == .coming else { return [] }
        presence = .leaving
        return [.command(.disconnect)]
    }
}
