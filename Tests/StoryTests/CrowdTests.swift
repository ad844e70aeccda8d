import Crowd
import Exchange
import SIP
import Testing
import Webphone

/// The people of `make soak`, in memory and in virtual time.
@Suite("A crowd that comes, calls, talks and goes")
struct CrowdTests {
    @Test("lists, calls and marks agree whenever all pause, and nothing is left of it at the end", arguments: 1...3)
    func agreement(seed: Int) async {
        let square = Square(seed: UInt64(seed), people: 10, lines: 2)
        square.begin()
        for _ in 0..<4 {
            square.world.run(for: .seconds(100))
            square.pause()
            await Task.yield()  // other tests want the processor too
        }
        let crowd = square.crowd
        #expect(crowd.problems.isEmpty, "seed \(seed)")
        let events = crowd.events
        let isEventful =
            crowd.ledger.counts.delivered > 30 && events["inCall"] ?? 0 > 10
            && (events["cancelled"] ?? 0) + (events["rejected"] ?? 0) > 0
        #expect(
            isEventful,
            "seed \(seed): stories in which nothing happens prove nothing: \(events), \(crowd.ledger.counts)")
        square.end()
    }

    @Test("a text that is heard twice, or by nobody, or marked by nobody, is found")
    func ledger() {
        func letter(_ number: Int) -> Ledger.Letter {
            Ledger.Letter(text: "g0 \(number) ..", call: .placed(1), to: "1001", sent: .zero)
        }
        var ledger = Ledger()
        for number in 1...5 { ledger.sends(0, MessageID(number), letter(number)) }
        #expect(ledger.heard("g0 1 ..", by: "1001") == nil)
        #expect(ledger.told(0, MessageID(1), .delivered, at: .zero) == nil)
        #expect(ledger.heard("g0 1 ..", by: "1001") == "text 1 of g0 is heard 2 times")
        #expect(
            ledger.told(0, MessageID(2), .delivered, at: .zero)
                == "text 2 of g0 is marked delivered, and was heard 0 times")
        #expect(ledger.told(0, MessageID(2), .failed(""), at: .zero) == "text 2 of g0 is marked twice")
        #expect(ledger.heard("g0 4 ..", by: "1001") == nil)
        #expect(ledger.heard("g0 3 ..", by: "1001") == "text 3 of g0 is heard after 4")
        #expect(ledger.heard("g0 5 ..", by: "1002") == "text 5 of g0 was for 1001, and is heard by 1002")
        #expect(ledger.heard("g0 6 ..", by: "1001") == "somebody heard what nobody wrote: g0 6 ..")
        #expect(ledger.told(0, MessageID(4), .failed(""), at: .zero) == nil)
        #expect(
            ledger.tidy(at: Ledger.patience + .seconds(1)).sorted()
                == ["text 3 of g0 is lost without a mark", "text 5 of g0 is lost without a mark"])
        #expect(ledger.heard("g0 4 ..", by: "1001") == "text 4 of g0 is heard long after its end")
    }

    @Test("memory that grows is told from memory that is needed for a moment")
    func memory() {
        var (flat, leaky, young) = (MemoryRecord(), MemoryRecord(), MemoryRecord())
        for second in 0..<1_200 {
            let start = min(second, 100) * 1_000
            flat.add(start + 50_000 + second % 7 * 100, at: .seconds(second))
            leaky.add(start + 50_000 + second * 10, at: .seconds(second))
            if second < 130 { young.add(start, at: .seconds(second)) }
        }
        #expect((flat.growth(after: .seconds(120)) ?? 0).distance(to: 1).magnitude < 0.001)
        #expect((leaky.growth(after: .seconds(120)) ?? 0) > 1.03)
        #expect(young.growth(after: .seconds(120)) == nil)
    }
}

/// A crowd in a world of memory.
final class Square {
    let world: World
    let seed: UInt64
    private(set) var crowd: Crowd
    private var alarms: [Int: Int] = [:]
    private var alarmCount = 0

    init(seed: UInt64, people: Int, lines: Int) {
        self.seed = seed
        world = World(seed: seed)
        world.isWritten = false
        world.startExchange(.init(lines: (0..<lines).map(Crowd.line)))
        crowd = Crowd(people, on: lines, seed: seed) { name, line, index in
            Account(
                host: "192.0.2.1", port: 7777, transport: index % 4 == 0 ? .udp : .tcp, line: line, displayName: name)
        }
        for guest in crowd.guests {
            let seat = world.seat(guest.name, over: guest.account.servers[0].transport ?? .tcp)
            // The crowd decides, not the person who sits there.
            world.people[seat].isAway = true
        }
    }

    func begin() {
        world.listener = { [unowned self] world, person, report in
            perform(crowd.handle(.told(report), of: person, at: world.now), person)
        }
        for index in crowd.guests.indices { perform(crowd.begin(index, within: .seconds(5)), index) }
    }

    private func perform(_ effects: [Guest.Effect], _ index: Int) {
        for effect in effects {
            switch effect {
            // Later: the phone is still telling us something.
            case .command(let command): world.after(.zero) { $0.command(index, command) }
            case .cut: world.after(.zero) { $0.cutConnection(index) }
            case .vanish: world.after(.zero) { $0.replacePhone(index) }
            case .wake(let delay):
                alarmCount += 1
                let alarm = alarmCount
                alarms[index] = alarm
                world.after(delay) { [unowned self] world in
                    guard alarms[index] == alarm else { return }
                    perform(crowd.handle(.woke, of: index, at: world.now), index)
                }
            }
        }
    }

    /// Everybody rests until what they did has come to its end; then they must agree with each other and the exchange.
    func pause() {
        rest(true)
        let patience = 40
        for second in 0...patience {
            world.run(for: .seconds(1))
            if crowd.disagreements().isEmpty || second == patience { break }
        }
        #expect(crowd.disagreements() == [], "seed \(seed) at \(world.now)")
        crowd.tidy(at: world.now)
        guard !crowd.hasGhosts, let status = world.exchange?.status(at: world.now) else { return rest(false) }
        #expect(status.clients.map(\.name.description).sorted() == crowd.present.map(\.name).sorted(), "seed \(seed)")
        #expect(status.calls.count == crowd.calls, "seed \(seed): \(status.calls)")
        #expect(crowd.subscriptions.contains(status.subscriptions), "seed \(seed)")
        rest(false)
    }

    private func rest(_ isResting: Bool) {
        for index in crowd.guests.indices { perform(crowd.rest(isResting, index), index) }
    }

    /// Everybody leaves; nothing may be left of them.
    func end() {
        rest(true)
        for index in crowd.guests.indices { perform(crowd.leave(index), index) }
        world.run(for: .seconds(200))
        #expect(crowd.guests.allSatisfy { $0.presence == .away }, "seed \(seed)")
        for index in crowd.guests.indices {
            #expect(world.runningTimers(index).isEmpty, "seed \(seed): timers of \(crowd.guests[index].name) run on")
        }
        guard let status = world.exchange?.status(at: world.now) else { return }
        #expect(status.clients.isEmpty && status.calls.isEmpty, "seed \(seed): \(status.clients) \(status.calls)")
        #expect(status.subscriptions == 0 && status.transactions == 0, "seed \(seed)")
    }
}
