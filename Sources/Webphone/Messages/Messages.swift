import SIP

/// Messages on their way out. Each one ends as delivered or failed, exactly once, and those of one call go in order.
///
/// In each call one message is under way at a time, over TCP too: RFC 3428 §8 allows more only when every hop is
/// congestion-controlled, and the last hop, from the exchange to the other side, may be UDP where we cannot see it;
/// there two messages under way could change places.
package struct Messages: Sendable, Equatable {
    package enum Event: Equatable, Sendable {
        case send(MessageID, String, in: CallID)
        /// `wasWrapped`: it was sent as CPIM, and goes as plain text if the other side does not take that.
        case result(MessageToken, UserAgent.MessageResult, wasWrapped: Bool = false)
        /// The other side's notification of what became of a message (RFC 5438).
        case notified(MessageID, arrived: Bool)
        /// The other side takes no MESSAGE in the session.
        case outside(CallID)
        /// The call is over: what waits will not be sent, what is under way may still be confirmed.
        case ended(CallID)
        /// On TCP now: what was too large goes again.
        case moved
        case moveFailed
        /// The exchange knows us again, or those we wait for: what it refused goes once more.
        case renewed
        /// Nobody else is expected back: what the other side of the call was not there for goes a last time.
        case reconciled(CallID)
        /// The connection is gone: nothing more will be confirmed.
        case lost
        case fired(Timer)
    }

    package enum Timer: Hashable, Sendable {
        /// The other side has settled what it asks us in the call: what it would not take meanwhile goes again.
        case again(CallID)
    }

    package enum Effect: Equatable, Sendable {
        case sendInside(MessageToken, String, CallID)
        case sendOutside(MessageToken, String, CallID)
        case report(PhoneReport)
        case tooLarge
        /// Refused as a stranger's.
        case disowned
        /// The exchange that knows us again does not know the other side yet.
        case awaited(CallID)
        case start(Timer, after: Duration)
        case cancel(Timer)
    }

    /// Bytes of UTF-8 in one message. Kamailio reads at most 16,384 bytes of one SIP message over TCP, as other
    /// exchanges do; half of that leaves the header fields, which grow with every hop, room enough.
    package static let longestText = 8_192
    /// Messages of one call that wait for their turn.
    package static let waitingLimit = 10_000
    /// Messages that somebody between keeps: of older ones a notification means nothing any more.
    package static let acceptedLimit = 1_000
    /// Some programs answer 491 to a MESSAGE while they wait for our answer to a re-INVITE of theirs, though nothing
    /// forbids the two at once. How often it goes again, each time after twice the time, up to 4 s: 28 s in all, which
    /// is about how long that INVITE can last.
    static let pauses = 10

    static func pause(_ number: Int) -> Duration { min(.milliseconds(250 << min(number, 4)), .seconds(4)) }

    /// What programs answer who take no such message, or not there.
    static let noText: Set = [405, 415, 488, 501]

    struct Outgoing: Equatable {
        var id: MessageID
        var text: String
        var call: CallID
        /// Refused once as a stranger's, so that nobody has it: it may go again.
        var wasDisowned = false
        /// And then because the other side had not come back either, though nobody else is expected.
        var wasAwaited = false
        /// How often it was answered 491.
        var pauses = 0
        /// What the other side's notification said, which overtook the answer.
        var arrived: Bool?
    }

    struct Queue: Equatable {
        /// From `head` on; compacted now and then, so that a long queue costs no more than a short one.
        private var items: [Outgoing] = []
        private var head = 0
        /// What the user agent has, or what waits for the move to TCP, or to be known to the exchange again.
        var underWay: Outgoing?
        /// Nil while `underWay` waits.
        var token: MessageToken?
        /// It waits for a timer.
        var isPausing = false
        /// The other side takes no MESSAGE in the dialog.
        var goesOutside = false
        /// Nor outside of it, which was told.
        var isMute = false

        var count: Int { items.count - head }
        var waiting: ArraySlice<Outgoing> { items[head...] }

        mutating func append(_ message: Outgoing) { items.append(message) }

        mutating func next() -> Outgoing? {
            guard head < items.count else { return nil }
            defer {
                head += 1
                if head == items.count {
                    items.removeAll(keepingCapacity: true)
                    head = 0
                } else if head >= 256, head * 2 > items.count {
                    items.removeFirst(head)
                    head = 0
                }
            }
            return items[head]
        }
    }

    private var queues: [CallID: Queue] = [:]
    /// What the user agent has; also of calls that are over.
    private var underWay: [MessageToken: Outgoing] = [:]
    /// What somebody between keeps for the other side.
    private var accepted: Set<MessageID> = []
    private var lastToken: UInt64 = 0

    package init() {}

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .send(let id, let text, let call): send(Outgoing(id: id, text: text, call: call))
        case .result(let token, let result, let wasWrapped): received(result, for: token, wasWrapped)
        case .notified(let id, let arrived): notified(id, arrived)
        case .outside(let call): goOutside(call)
        case .ended(let call): ended(call)
        case .moved, .renewed: resume()
        case .reconciled(let call): lastTry(call)
        case .moveFailed: moveFailed()
        case .lost: lost()
        case .fired(.again(let call)): goOn(call)
        }
    }

    private mutating func send(_ message: Outgoing) -> [Effect] {
        let size = message.text.utf8.count
        guard size <= Self.longestText else {
            return [Self.failed(message, Reasons.tooLong(by: size - Self.longestText, of: Self.longestText))]
        }
        var queue = queues[message.call] ?? Queue()
        guard queue.count < Self.waitingLimit else { return [Self.failed(message, Reasons.tooManyMessages)] }
        queue.append(message)
        queues[message.call] = queue
        return [.report(.delivery(message.id, .sending))] + advance(message.call)
    }

    /// Hands the next message of a call to the user agent when nothing of that call is under way.
    private mutating func advance(_ call: CallID) -> [Effect] {
        guard queues[call]?.underWay == nil, let message = queues[call]?.next() else { return [] }
        return [handOver(message)]
    }

    private mutating func handOver(_ message: Outgoing) -> Effect {
        lastToken &+= 1
        let token = MessageToken(lastToken)
        underWay[token] = message
        queues[message.call]?.underWay = message
        queues[message.call]?.token = token
        queues[message.call]?.isPausing = false
        return queues[message.call]?.goesOutside == true
            ? .sendOutside(token, message.text, message.call) : .sendInside(token, message.text, message.call)
    }

    /// The message that the user agent knows by this token.
    package func message(_ token: MessageToken) -> MessageID? { underWay[token]?.id }

    /// The call that it is sent in.
    package func call(of token: MessageToken) -> CallID? { underWay[token]?.call }

    /// Whether texts of a call are under way, or wait.
    package func isBusy(_ call: CallID) -> Bool {
        queues[call].map { $0.underWay != nil || $0.count > 0 } ?? false
    }

    private mutating func received(
        _ result: UserAgent.MessageResult, for token: MessageToken, _ wasWrapped: Bool
    ) -> [Effect] {
        guard let message = underWay.removeValue(forKey: token) else { return [] }  // marked failed before
        let isCurrent = queues[message.call]?.token == token
        switch result {
        case .failed(.tooLarge) where isCurrent:
            queues[message.call]?.token = nil
            return [.tooLarge]
        case .failed(.refused(status: 403, _)) where isCurrent && !message.wasDisowned:
            queues[message.call]?.underWay?.wasDisowned = true
            queues[message.call]?.token = nil
            return [.disowned]
        case .failed(.refused(status: 480, _)) where isCurrent && message.wasDisowned && !message.wasAwaited:
            queues[message.call]?.token = nil
            return [.awaited(message.call)]
        case .failed(.refused(status: 491, _)) where isCurrent && message.pauses < Self.pauses:
            queues[message.call]?.underWay?.pauses += 1
            queues[message.call]?.token = nil
            queues[message.call]?.isPausing = true
            return [.start(.again(message.call), after: Self.pause(message.pauses))]
        case .failed(.refused(status: 415, _)) where isCurrent && wasWrapped:
            return [handOver(message)]
        case .failed(.refused(let status, _)) where isCurrent && Self.noText.contains(status):
            guard queues[message.call]?.goesOutside == true else {
                return goOutside(message.call) + [handOver(message)]
            }
            return mute(message.call) + [Self.failed(message, Reasons.message(status))] + finish(message, true)
        case .delivered:
            return [.report(.delivery(message.id, .delivered))] + finish(message, isCurrent)
        case .accepted:
            return keep(message) + finish(message, isCurrent)
        case .failed(let failure):
            return [Self.failed(message, Self.words(for: failure))] + finish(message, isCurrent)
        }
    }

    private mutating func goOn(_ call: CallID) -> [Effect] {
        guard let queue = queues[call], queue.isPausing, let message = queue.underWay else { return [] }
        return [handOver(message)]
    }

    private mutating func goOutside(_ call: CallID) -> [Effect] {
        guard queues[call]?.goesOutside != true else { return [] }
        queues[call, default: Queue()].goesOutside = true
        return [.report(.note(call, .textOutside))]
    }

    private mutating func mute(_ call: CallID) -> [Effect] {
        guard queues[call]?.isMute == false else { return [] }
        queues[call]?.isMute = true
        return [.report(.note(call, .noText))]
    }

    /// Somebody between has it; a notification may follow, or came already.
    private mutating func keep(_ message: Outgoing) -> [Effect] {
        if let arrived = message.arrived { return [Self.told(message.id, arrived)] }
        if accepted.count == Self.acceptedLimit, let oldest = accepted.min(by: { $0.value < $1.value }) {
            accepted.remove(oldest)
        }
        accepted.insert(message.id)
        return [.report(.delivery(message.id, .accepted))]
    }

    private mutating func notified(_ id: MessageID, _ arrived: Bool) -> [Effect] {
        if accepted.remove(id) != nil { return [Self.told(id, arrived)] }
        if let token = underWay.first(where: { $0.value.id == id })?.key { underWay[token]?.arrived = arrived }
        return []
    }

    private static func told(_ id: MessageID, _ arrived: Bool) -> Effect {
        .report(.delivery(id, arrived ? .delivered : .failed(Reasons.notPassedOn)))
    }

    private mutating func finish(_ message: Outgoing, _ isCurrent: Bool) -> [Effect] {
        guard isCurrent else { return [] }
        queues[message.call]?.underWay = nil
        queues[message.call]?.token = nil
        return advance(message.call)
    }

    private mutating func ended(_ call: CallID) -> [Effect] {
        guard let queue = queues.removeValue(forKey: call) else { return [] }
        let held = queue.token == nil ? queue.underWay.map { [$0] } ?? [] : []
        return Self.stopped(call, queue) + (held + queue.waiting).map { Self.failed($0, Reasons.endedMessage) }
    }

    private mutating func resume() -> [Effect] {
        held.map { handOver($0) }
    }

    private mutating func lastTry(_ call: CallID) -> [Effect] {
        guard let queue = queues[call], queue.token == nil, var message = queue.underWay else { return [] }
        message.wasAwaited = true
        return [handOver(message)]
    }

    private mutating func moveFailed() -> [Effect] {
        held.flatMap { message in
            message.wasDisowned || queues[message.call]?.isPausing == true
                ? [handOver(message)] : [Self.failed(message, Reasons.tooLarge)] + finish(message, true)
        }
    }

    private var held: [Outgoing] {
        queues.values.compactMap { $0.token == nil ? $0.underWay : nil }.sorted { $0.id.value < $1.id.value }
    }

    private mutating func lost() -> [Effect] {
        let sent = underWay.sorted { $0.key.value < $1.key.value }.map(\.value)
        let waiting = held + queues.values.flatMap(\.waiting)
        let stopped = queues.flatMap { Self.stopped($0.key, $0.value) }
        underWay = [:]
        queues = [:]
        let unconfirmed = sent.map { Self.failed($0, Reasons.lostMessage) }
        return stopped + unconfirmed + waiting.map { Self.failed($0, Reasons.lost) }
    }

    private static func stopped(_ call: CallID, _ queue: Queue) -> [Effect] {
        queue.isPausing ? [.cancel(.again(call))] : []
    }

    private static func failed(_ message: Outgoing, _ reason: String) -> Effect {
        .report(.delivery(message.id, .failed(reason)))
    }

    private static func words(for failure: UserAgent.MessageFailure) -> String {
        switch failure {
        case .refused(let status, _): Reasons.message(status)
        case .timedOut: Reasons.noAnswerInTime
        case .lost: Reasons.lostMessage
        case .tooLarge: Reasons.tooLarge
        case .noSession: Reasons.endedMessage
        case .overloaded: Reasons.tooManyMessages
        }
    }
}
