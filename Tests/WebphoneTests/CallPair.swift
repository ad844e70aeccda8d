import SIP

@testable import Webphone

/// The calls of two people, joined by a wire that keeps order in each direction and nothing else: which packet
/// arrives next, and what the people do meanwhile, the test chooses. Sessions are reduced to what calls see of them.
struct CallPair {
    enum Packet: Hashable {
        case invite(Int), ringing(Int), answer(Int), refuse(Int, Int), cancel(Int), bye(Int)
    }

    struct End {
        var calls: Calls
        var reports: [PhoneReport] = []
        /// The request (the same number on both ends) that each session belongs to.
        var links: [SessionID: Int] = [:]
        var sessions: [Int: SessionID] = [:]
        var established: Set<Int> = []
        var plan: [Calls.Event]
        var again: CallID?
        var received: UInt64 = 0
    }

    enum Step: Hashable {
        case deliver(to: Int), person(Int), accept(Int, CallID), again(Int)
    }

    var ends: [End]
    var inboxes: [[Packet]] = [[], []]
    var lastLink = 0
    /// How often somebody had to ask again after a 491.
    var retries = 0
    let numbers: [String]

    init(_ numbers: [String], plans: [[Calls.Event]]) {
        self.numbers = numbers
        ends = (0..<2).map { side in
            var calls = Calls(identifiers: .seeded(UInt64(side)))
            _ = calls.handle(.established(number: numbers[side]))
            return End(calls: calls, plan: plans[side])
        }
    }

    var steps: [Step] {
        var steps: [Step] = []
        for side in 0..<2 {
            if !inboxes[side].isEmpty { steps.append(.deliver(to: side)) }
            if !ends[side].plan.isEmpty { steps.append(.person(side)) }
            for (id, call) in ends[side].calls.calls where id.isReceived && call.state == .ringing && !call.isAccepted {
                steps.append(.accept(side, id))
            }
        }
        // Seconds later, so only when all else is done.
        if steps.isEmpty { for side in 0..<2 where ends[side].again != nil { steps.append(.again(side)) } }
        return steps
    }

    mutating func take(_ step: Step) {
        switch step {
        case .deliver(let side):
            receive(inboxes[side].removeFirst(), side)
        case .person(let side):
            let event = ends[side].plan.removeFirst()
            // Who calls ends the chat in progress first, as the chat program does.
            if case .call = event {
                for (id, call) in ends[side].calls.calls where call.state == .inCall { handle(.hangUp(id), side) }
            }
            handle(event, side)
        case .accept(let side, let id):
            handle(.accept(id), side)
        case .again(let side):
            guard let id = ends[side].again else { return }
            ends[side].again = nil
            retries += 1
            handle(.fired(.again(id)), side)
        }
    }

    private mutating func handle(_ event: Calls.Event, _ side: Int) {
        for effect in ends[side].calls.handle(event) { perform(effect, side) }
    }

    private mutating func perform(_ effect: Calls.Effect, _ side: Int) {
        switch effect {
        case .invite(let session, _):
            lastLink += 1
            ends[side].links[session] = lastLink
            ends[side].sessions[lastLink] = session
            inboxes[1 - side].append(.invite(lastLink))
        case .ring(let session):
            send(session, side) { .ringing($0) }
        case .accept(let session, _):
            guard let link = ends[side].links[session] else { return }
            ends[side].established.insert(link)
            inboxes[1 - side].append(.answer(link))
            handle(.session(session, .established), side)
        case .reject(let session, let status):
            send(session, side) { .refuse($0, status) }
            drop(session, side)
        case .hangUp(let session):
            guard let link = ends[side].links[session] else { return }
            inboxes[1 - side].append(ends[side].established.contains(link) ? .bye(link) : .cancel(link))
            drop(session, side)
        case .start(.again(let id), _):
            ends[side].again = id
        case .cancel(.again):
            ends[side].again = nil
        case .report(let report):
            ends[side].reports.append(report)
        case .start, .cancel, .renew, .ended, .tooLarge, .disowned, .hold, .resume, .redirect, .refer, .join, .follow,
            .refuse, .dtmf, .learned, .offerVoice, .acceptVoice, .refuseVoice, .endVoice:
            break
        }
    }

    private mutating func send(_ session: SessionID, _ side: Int, _ packet: (Int) -> Packet) {
        if let link = ends[side].links[session] { inboxes[1 - side].append(packet(link)) }
    }

    private mutating func drop(_ session: SessionID, _ side: Int) {
        if let link = ends[side].links.removeValue(forKey: session) { ends[side].sessions[link] = nil }
    }

    private mutating func receive(_ packet: Packet, _ side: Int) {
        switch packet {
        case .invite(let link):
            ends[side].received += 1
            let session = SessionID.received(ends[side].received)
            ends[side].links[session] = link
            ends[side].sessions[link] = session
            let caller = Party(number: numbers[1 - side], name: "")
            handle(.incoming(session, from: caller), side)
        case .ringing(let link):
            if let session = ends[side].sessions[link] { handle(.session(session, .ringing), side) }
        case .answer(let link):
            // The answer to a request that was taken back: it crossed the CANCEL, and is ended by BYE.
            guard let session = ends[side].sessions[link] else { return inboxes[1 - side].append(.bye(link)) }
            ends[side].established.insert(link)
            handle(.session(session, .established), side)
        case .refuse(let link, let status):
            end(link, side, .refused(status: status, reason: ""))
        case .cancel(let link):
            if !ends[side].established.contains(link) { end(link, side, .cancelled) }
        case .bye(let link):
            end(link, side, .hungUp)
        }
    }

    private mutating func end(_ link: Int, _ side: Int, _ cause: SessionEnd.Cause) {
        guard let session = ends[side].sessions[link] else { return }
        drop(session, side)
        handle(.session(session, .ended(SessionEnd(cause, by: .them))), side)
    }

    /// The requests through which one end is in calls.
    func links(_ side: Int) -> [Int] {
        ends[side].calls.calls.values.compactMap { call in
            call.session.flatMap { ends[side].links[$0] }
        }.sorted()
    }
}
