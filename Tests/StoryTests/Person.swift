import SIP
import Webphone

/// Somebody at a phone: what they saw, and what they do about it.
struct Person {
    enum Act {
        case answer(CallID)
        /// Follows the other side's wish.
        case follow(CallID)
    }

    let name: String
    let transport: TransportProtocol
    var phone: Phone
    var reports: [PhoneReport] = []
    var connection = ConnectionState.disconnected
    /// The list as the reports make it.
    var online: [String: Party] = [:]
    /// Every call ever heard of, as last reported.
    var calls: [CallID: CallState] = [:]
    var sent: [MessageID: String] = [:]
    var deliveries: [MessageID: [Delivery]] = [:]
    var heard: [String] = []
    /// Of a hundred requests.
    var rejects = 0
    /// Answers nobody.
    var isAway = false
    /// Does not let itself be sent on.
    var staysPut = false
    /// The other party of each call, as last reported.
    var parties: [CallID: Party] = [:]
    var lastCall = 0
    var lastMessage = 0

    init(name: String, transport: TransportProtocol, phone: Phone) {
        self.name = name
        self.transport = transport
        self.phone = phone
    }

    /// Numeric addresses, the most wanted first.
    var servers = ["192.0.2.1"]

    var account: Account {
        Account(
            servers: servers.map { Target(host: $0, port: 7777, transport: transport) }, line: "Webphone1",
            displayName: name)
    }

    /// Which server the phone uses, or used last.
    var server: Endpoint? {
        reports.compactMap { if case .connected(let endpoint) = $0 { endpoint } else { nil } }.last
    }

    var number: String? {
        if case .accessGranted(let number) = connection { return number }
        return nil
    }

    var alive: [CallID] { calls.filter { $0.value.isAlive }.map(\.key) }
    /// Accepted by both sides; also while set aside.
    var talking: [CallID] { calls.filter { $0.value == .inCall || $0.value == .hold }.map(\.key) }
    var notes: [CallNote] { reports.compactMap { if case .note(_, let note) = $0 { note } else { nil } } }
    /// What was told of voice, questions of the other side aside.
    var voice: [VoiceState] { reports.compactMap { if case .voice(_, let state) = $0 { state } else { nil } } }
    /// How often the other side asked for voice.
    var questions: Int { reports.count { if case .voiceAsked = $0 { true } else { false } } }
    /// The voice that there is, as last told.
    var stream: AudioStream? {
        guard case .on(let stream)? = voice.last else { return nil }
        return stream
    }
    var turnedAway: [PhoneReport] { reports.filter { if case .turnedAway = $0 { true } else { false } } }

    /// What was told of one call, in order.
    func states(_ id: CallID) -> [CallState] {
        reports.compactMap { if case .call(id, let state, _) = $0 { state } else { nil } }
    }

    /// Notes what is told; what the person will do about it, in a while.
    mutating func hear(_ report: PhoneReport) -> Act? {
        reports.append(report)
        switch report {
        case .connection(let state): connection = state
        case .roster(let parties): online = Dictionary(parties.map { ($0.number, $0) }) { first, _ in first }
        case .online(let party): online[party.number] = party
        case .offline(let party): online[party.number] = nil
        case .incoming(let id, let party):
            calls[id] = .ringing
            parties[id] = party
            return isAway ? nil : .answer(id)
        case .call(let id, let state, _): calls[id] = state
        case .message(_, _, let text): heard.append(text)
        case .delivery(let id, let delivery): deliveries[id, default: []].append(delivery)
        case .party(let id, let party): parties[id] = party
        case .transferAsked(let id, _): return isAway ? nil : .follow(id)
        case .voiceAsked, .voice, .note, .typing, .turnedAway, .connected, .untrusted, .fault: break
        }
        return nil
    }
}

extension World {
    /// Calls whoever is listed under a name, after ending the chat in progress.
    func call(_ me: Int, _ name: String) {
        guard let party = people[me].online.values.first(where: { $0.name == name }) else { return }
        for (id, state) in people[me].calls where state.isAlive {
            if case .received = id, state == .ringing { continue }
            command(me, .hangUp(id))
        }
        people[me].lastCall += 1
        people[me].parties[.placed(people[me].lastCall)] = party
        command(me, .call(.placed(people[me].lastCall), number: party.number))
    }

    /// Answers a request, after ending the chat in progress; some are refused.
    func perform(_ act: Person.Act, _ me: Int) {
        switch act {
        case .answer(let id):
            guard people[me].calls[id]?.isAlive == true else { return }
            if Int.random(in: 0..<100, using: &random) < people[me].rejects { return command(me, .reject(id)) }
            for other in people[me].alive where other != id {
                if case .received = other, people[me].calls[other] == .ringing { continue }
                command(me, .hangUp(other))
            }
            command(me, .accept(id))
        case .follow(let id):
            if people[me].staysPut { return command(me, .refuseTransfer(id)) }
            people[me].lastCall += 1
            command(me, .acceptTransfer(id, as: .placed(people[me].lastCall)))
        }
    }

    /// Says something that nobody said before, in the call in progress.
    func say(_ me: Int, length: Int = 0) {
        guard let call = people[me].talking.first else { return }
        people[me].lastMessage += 1
        let id = MessageID(people[me].lastMessage)
        let text = "\(people[me].name) \(people[me].lastMessage)" + String(repeating: ".", count: length)
        people[me].sent[id] = text
        command(me, .send(id, text, in: call))
    }

    func hangUp(_ me: Int) {
        for id in people[me].talking { command(me, .hangUp(id)) }
    }
}
