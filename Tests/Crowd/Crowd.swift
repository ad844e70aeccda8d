import SIP
import Webphone

/// Many guests of an exchange's lines, and what has to hold between them.
///
/// The host has a phone for each; what those report goes in here, what the guests do comes out.
package struct Crowd: Sendable {
    package private(set) var guests: [Guest]
    package private(set) var ledger = Ledger()
    /// What was wrong, in words; of many the first.
    package private(set) var problems: [String] = []
    package private(set) var problemCount = 0
    /// How often each complaint was heard that belongs to no call and no message.
    package private(set) var faults: [String: Int] = [:]
    /// How often calls came to each of their ends, and how often people came and went.
    package private(set) var events: [String: Int] = [:]
    /// Numbers of those who vanished over UDP, of whom nobody tells the exchange: until when they may be listed.
    var ghosts: [String: Duration] = [:]
    /// Subscriptions over UDP sockets that were closed, of which nobody tells the exchange either: until when they last.
    private var forsaken: [Duration] = []

    package static let echoTest = "600"
    static let problemLimit = 40
    /// The longest registration that an exchange gives, and the time between two looks at it.
    static let ghostlyTime = Duration.seconds(95)
    /// A subscription's time over UDP, and the time between two looks at it.
    static let forsakenTime = Duration.seconds(65)

    /// - Parameters:
    ///   - lines: each has as many guests as the others, or one more.
    ///   - account: how a guest reaches the exchange.
    package init(
        _ count: Int, on lines: Int, seed: UInt64, account: (_ name: String, _ line: String, _ index: Int) -> Account
    ) {
        var random = Identifiers.seeded(seed)
        guests = (0..<count).map { index in
            let name = "g\(index)"
            return Guest(name: name, account: account(name, Self.line(index % lines), index), seed: random.split())
        }
    }

    package static func line(_ index: Int) -> String { "Line\(index + 1)" }

    package mutating func begin(_ index: Int, within spread: Duration) -> [Guest.Effect] {
        guests[index].begin(within: spread)
    }

    package mutating func handle(_ event: Guest.Event, of index: Int, at now: Duration) -> [Guest.Effect] {
        if case .told(let report) = event { hear(report, index, now) }
        let number = guests[index].number
        let effects = guests[index].handle(event)
        for effect in effects {
            switch effect {
            case .command(.send(let id, let text, in: let call)):
                let to = guests[index].calls[call]?.number ?? "nobody"
                ledger.sends(index, id, Ledger.Letter(text: text, call: call, to: to, sent: now))
            case .command, .wake: break
            case .cut:
                events["cut", default: 0] += 1
                forsake(index, now)
            case .vanish:
                events["vanished", default: 0] += 1
                ledger.vanished(index, at: now)
                forsake(index, now)
                if let number, guests[index].account.servers.first?.transport == .udp {
                    ghosts[number] = now + Self.ghostlyTime
                }
            }
        }
        return effects
    }

    private mutating func hear(_ report: PhoneReport, _ index: Int, _ now: Duration) {
        switch report {
        case .message(_, _, let text):
            // The Echo test says back what was said to it.
            if !text.hasPrefix("\(guests[index].name) ") { note(ledger.heard(text, by: guests[index].number)) }
        case .delivery(let id, let delivery): note(told(index, id, delivery, now))
        case .fault(let words): faults[words, default: 0] += 1
        case .connection(.accessDenied(let reason)): note("\(guests[index].name) was denied: \(reason)")
        case .connection(.accessGranted): events["came", default: 0] += 1
        case .call(_, let state, _):
            switch state {
            case .calling, .ringing, .hold: break
            case .inCall, .completed, .rejected, .busy, .notFound, .noAnswer, .cancelled:
                events["\(state)", default: 0] += 1
            case .forwarded: note("\(guests[index].name) was sent on by nobody")
            case .failed(let words): events["failed: \(words)", default: 0] += 1
            }
        case .connection, .online, .offline, .roster, .incoming, .note, .transferAsked, .voiceAsked, .voice, .typing,
            .turnedAway,
            .untrusted, .connected, .party:
            break
        }
    }

    private mutating func forsake(_ index: Int, _ now: Duration) {
        if guests[index].account.servers.first?.transport == .udp { forsaken.append(now + Self.forsakenTime) }
    }

    /// How many subscriptions the exchange may have.
    package var subscriptions: ClosedRange<Int> {
        let there = guests.count { $0.presence == .there }
        return there...(there + forsaken.count)
    }

    private mutating func told(_ index: Int, _ id: MessageID, _ delivery: Delivery, _ now: Duration) -> String? {
        ledger.told(index, id, delivery, at: now)
    }

    private mutating func note(_ problem: String?) {
        guard let problem else { return }
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append(problem) }
    }

    /// Something that the host found.
    package mutating func complain(_ problem: String) { note(problem) }

    /// To be called now and then.
    package mutating func tidy(at now: Duration) {
        for lost in ledger.tidy(at: now) { note(lost) }
        ghosts = ghosts.filter { $0.value > now }
        forsaken.removeAll { $0 <= now }
    }

    /// From now on the guest begins nothing, or goes on.
    package mutating func rest(_ isResting: Bool, _ index: Int) -> [Guest.Effect] { guests[index].rest(isResting) }

    package mutating func leave(_ index: Int) -> [Guest.Effect] { guests[index].leave() }
}
