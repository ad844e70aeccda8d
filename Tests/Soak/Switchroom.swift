import Crowd
import Dispatch
import Foundation
import SIP
import SIPTransport
import Webphone

/// The crowd's phones on real sockets and real timers, all on one queue.
final class Switchroom: @unchecked Sendable {
    // Unchecked: everything is confined to `queue`.
    private enum Timer: Hashable, Sendable {
        /// A phone that ended leaves its timers behind: they are of a life that is over.
        case phone(Int, life: Int, Phone.Timer)
        case guest(Int)
    }

    let queue: DispatchQueue
    private(set) var crowd: Crowd
    private var phones: [Phone]
    private var lives: [Int]
    private var random: Identifiers
    private var owners: [Flow: Int] = [:]
    private var flows: [Int: Set<Flow>] = [:]
    private var outgoing: [TransportCommand] = []
    private var timers: MachineTimers<Timer>?
    private var transport: Transport?
    private let began = MachineTimers<Timer>.now

    init(_ crowd: Crowd, seed: UInt64, queue: DispatchQueue) {
        self.crowd = crowd
        self.queue = queue
        random = .seeded(seed)
        phones = []
        lives = crowd.guests.map { _ in 0 }
        for _ in crowd.guests { phones.append(Phone(identifiers: random.split())) }
        timers = MachineTimers(queue: queue) { @Sendable [unowned self] in fire($0) }
        transport = Transport { @Sendable [unowned self] events in
            queue.async { @Sendable in self.receive(events) }
        }
    }

    /// Since the start.
    var now: Duration { MachineTimers<Timer>.now - began }

    /// Looks at the room, or changes it, on its queue.
    func on<Result: Sendable>(_ body: @escaping @Sendable (Switchroom) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { @Sendable in continuation.resume(returning: body(self)) }
        }
    }

    func begin(within spread: Duration) {
        let time = Int64(Foundation.time(nil))
        // Every other one knows the time of day, and so asks for delivery notices (RFC 5438).
        for index in phones.indices where index % 2 == 0 { perform(phones[index].handle(.time(time)), index) }
        for index in phones.indices { perform(crowd.begin(index, within: spread), index) }
    }

    func rest(_ isResting: Bool) {
        for index in phones.indices { perform(crowd.rest(isResting, index), index) }
        flush()
    }

    func tidy() { crowd.tidy(at: now) }

    func complain(_ words: String) { crowd.complain(words) }

    func leave() {
        for index in phones.indices { perform(crowd.leave(index), index) }
        flush()
    }

    // MARK: What comes

    private func fire(_ due: [Timer]) {
        for timer in due {
            switch timer {
            case .phone(let index, let life, let timer):
                if life == lives[index] { perform(phones[index].handle(.fired(timer)), index) }
            case .guest(let index): perform(crowd.handle(.woke, of: index, at: now), index)
            }
        }
        flush()
    }

    private func receive(_ events: [TransportEvent]) {
        for event in events {
            guard let (index, event) = addressed(event) else { continue }
            perform(phones[index].handle(.transport(event)), index)
        }
        transport?.handled(events.count)
        flush()
    }

    /// Whose it is, with the attempt as that phone counts it; nil for what belonged to a phone that is gone.
    private func addressed(_ event: TransportEvent) -> (Int, TransportEvent)? {
        switch event {
        case .located(let endpoints, let attempt):
            return owner(of: attempt).map { ($0.index, .located(endpoints, attempt: $0.attempt)) }
        case .failed(let failure, let attempt):
            return owner(of: attempt).map { ($0.index, .failed(failure, attempt: $0.attempt)) }
        case .opened(let flow, let attempt):
            guard let owner = owner(of: attempt) else {
                outgoing.append(.close(flow))
                return nil
            }
            owners[flow] = owner.index
            flows[owner.index, default: []].insert(flow)
            return (owner.index, .opened(flow, attempt: owner.attempt))
        case .received(_, let flow):
            return owners[flow].map { ($0, event) }
        case .closed(let flow, _):
            guard let index = owners.removeValue(forKey: flow) else { return nil }
            flows[index]?.remove(flow)
            return (index, event)
        }
    }

    /// Every phone counts its attempts from one: the transport gets them with the phone and its life in front.
    private func mark(_ attempt: UInt64, _ index: Int) -> UInt64 {
        UInt64(index) << 48 | UInt64(lives[index]) << 32 | attempt
    }

    private func owner(of mark: UInt64) -> (index: Int, attempt: UInt64)? {
        let index = Int(mark >> 48)
        return lives[index] == Int(mark >> 32 & 0xFFFF) ? (index, mark & 0xFFFF_FFFF) : nil
    }

    // MARK: What is done

    private func perform(_ effects: [Phone.Effect], _ index: Int) {
        for effect in effects {
            switch effect {
            case .transport(.locate(let attempt, let target)):
                outgoing.append(.locate(attempt: mark(attempt, index), target))
            case .transport(.connect(let attempt, let endpoint)):
                outgoing.append(.connect(attempt: mark(attempt, index), endpoint))
            case .transport(let command): outgoing.append(command)
            case .start(let timer, let delay): timers?.start(.phone(index, life: lives[index], timer), after: delay)
            case .cancel(let timer): timers?.cancel(.phone(index, life: lives[index], timer))
            case .report(let report): perform(crowd.handle(.told(report), of: index, at: now), index)
            }
        }
    }

    private func perform(_ effects: [Guest.Effect], _ index: Int) {
        for effect in effects {
            switch effect {
            case .command(let command): perform(phones[index].handle(.command(command)), index)
            case .cut: for flow in flows[index] ?? [] { outgoing.append(.close(flow)) }
            case .vanish: replacePhone(index)
            case .wake(let delay): timers?.start(.guest(index), after: delay)
            }
        }
    }

    /// A program that ended without a word: its sockets are closed, and somebody new sits there.
    private func replacePhone(_ index: Int) {
        for flow in flows.removeValue(forKey: index) ?? [] {
            owners[flow] = nil
            outgoing.append(.close(flow))
        }
        lives[index] += 1
        phones[index] = Phone(identifiers: random.split())
    }

    private func flush() {
        guard !outgoing.isEmpty else { return }
        transport?.perform(outgoing)
        outgoing.removeAll(keepingCapacity: true)
    }
}
