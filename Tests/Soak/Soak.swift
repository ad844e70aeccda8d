import Crowd
import Dispatch
import Foundation
import Journal
import SIPTransport
import Webphone

/// `make soak`: a crowd at a real exchange for a long time. Says what it finds, and ends with 1 when anything is wrong.
@main
struct Soak {
    static let usage = "Soak PROGRAM [SECONDS [CLIENTS [SEED]]]"
    /// When everybody has come, and what is kept for later use is there.
    static let warmUp = Duration.seconds(120)
    static let betweenPauses = Duration.seconds(120)
    /// Of the mean of the first quarter after the warm-up: what the last one may be at most, of what is allocated.
    static let largestGrowth = 1.03
    /// The same for the phones together: what each remembers of calls and texts reaches its bounds after some five
    /// minutes.
    static let largestGrowthOfPhones = 1.05
    /// The same of what the system keeps for a process: the allocator holds what the greatest rush so far took.
    static let largestResidentGrowth = 1.10
    static let clientsPerLine = 50

    let seconds: Int
    let exchange: ExchangeUnderTest
    let room: Switchroom
    var exchangeMemory = Records()
    var ownMemory = Records()
    /// Problems that were said already.
    var said = 0

    struct Records {
        var resident = MemoryRecord()
        var inUse = MemoryRecord()

        mutating func add(_ memory: Memory, at now: Duration) {
            resident.add(memory.resident, at: now)
            inUse.add(memory.inUse, at: now)
        }
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else {
            say(usage)
            exit(64)
        }
        let numbers = arguments.dropFirst(2).map { Int($0) ?? 0 } + [1_200, 2_000, 1].dropFirst(arguments.count - 2)
        var soak = try Soak(program: arguments[1], seconds: numbers[0], clients: numbers[1], seed: UInt64(numbers[2]))
        exit(try await soak.run() ? 0 : 1)
    }

    init(program: String, seconds: Int, clients: Int, seed: UInt64) throws {
        self.seconds = seconds
        let lines = max(1, (clients + Self.clientsPerLine - 1) / Self.clientsPerLine)
        let exchange = try ExchangeUnderTest(program, lines: (0..<lines).map(Crowd.line))
        self.exchange = exchange
        let crowd = Crowd(clients, on: lines, seed: seed) { name, line, index in
            Account(
                host: exchange.host, port: exchange.port, transport: index % 8 == 0 ? .udp : .tcp, line: line,
                displayName: name)
        }
        room = Switchroom(crowd, seed: seed, queue: DispatchQueue(label: "soak"))
        say("\(clients) clients on \(lines) lines for \(seconds) s, seed \(seed)")
    }

    private mutating func run() async throws -> Bool {
        let end = Duration.seconds(seconds)
        await room.on { $0.begin(within: .seconds(min(90, Double(end.components.seconds) / 4))) }
        var nextPause = Self.betweenPauses
        var now = Duration.zero
        while now < end {
            try await Task.sleep(for: .seconds(5))
            now = await room.on { room in
                room.tidy()
                return room.now
            }
            guard exchange.isRunning else {
                say("The exchange has ended.")
                return false
            }
            try await look(at: now)
            if now >= nextPause, now < end - Self.betweenPauses / 2 {
                try await pause()
                nextPause = now + Self.betweenPauses
            }
        }
        // Who vanished over UDP is listed until the registration runs out.
        await room.on { $0.rest(true) }
        while await room.on({ room in
            room.tidy()
            return room.crowd.hasGhosts
        }) { try await Task.sleep(for: .seconds(1)) }
        try await pause()
        try await leave()
        return await verdict()
    }

    /// Looks at the memory, and says how it goes.
    private mutating func look(at now: Duration) async throws {
        let memory = try exchange.status().memory
        exchangeMemory.add(Memory(resident: memory.resident, inUse: memory.inUse), at: now)
        ownMemory.add(.own, at: now)
        let crowd = await room.on { $0.crowd }
        let counts = crowd.ledger.counts
        let megabytes = [exchangeMemory, ownMemory].map { "\($0.resident.megabytes) MB (\($0.inUse.megabytes) in use)" }
        say(
            "\(now.components.seconds) s: \(crowd.present.count) there, \(crowd.calls) calls, "
                + "texts \(counts.sent) sent \(counts.delivered) delivered \(counts.failed) failed, "
                + "exchange \(megabytes[0]), phones \(megabytes[1]), \(crowd.problemCount) problems")
        for problem in crowd.problems.dropFirst(said) { say("PROBLEM: \(problem)") }
        said = crowd.problems.count
    }

    /// Everybody rests until all that was begun has come to its end: then lists, calls and marks must agree.
    private func pause() async throws {
        await room.on { $0.rest(true) }
        var disagreements: [String] = []
        for _ in 0..<120 {
            try await Task.sleep(for: .milliseconds(500))
            disagreements = await room.on { $0.crowd.disagreements() }
            if disagreements.isEmpty { break }
        }
        for words in disagreements.prefix(20) { await room.on { $0.complain("at a pause: \(words)") } }
        try await compareStatus()
        await room.on { $0.rest(false) }
    }

    private func compareStatus() async throws {
        let crowd = await room.on { $0.crowd }
        guard !crowd.hasGhosts else { return }
        let status = try exchange.status()
        let there = Set(
            crowd.present.map { guest in
                ExchangeUnderTest.Status.Client(
                    number: guest.number ?? "", name: guest.name, line: guest.account.line)
            })
        let said = Set(status.clients)
        for client in said.symmetricDifference(there) {
            let side = said.contains(client) ? "only in the status" : "not in the status"
            await room.on { $0.complain("\(client.name), \(client.number), is \(side)") }
        }
        if status.calls.count != crowd.calls {
            await room.on { $0.complain("the status has \(status.calls.count) calls, the phones \(crowd.calls)") }
        }
        if !crowd.subscriptions.contains(status.subscriptions) {
            await room.on { $0.complain("\(there.count) are there, with \(status.subscriptions) subscriptions") }
        }
    }

    /// All go, and nothing may be left of them.
    private func leave() async throws {
        await room.on { room in
            room.rest(true)
            room.leave()
        }
        var status = try exchange.status()
        for _ in 0..<100 where !status.isEmpty {
            try await Task.sleep(for: .seconds(1))
            status = try exchange.status()
        }
        guard !status.isEmpty else { return }
        let left = [status.clients.count, status.calls.count, status.subscriptions, status.transactions]
        await room.on {
            $0.complain("clients, calls, subscriptions, transactions that are left when all have gone: \(left)")
        }
    }

    private func verdict() async -> Bool {
        let crowd = await room.on { $0.crowd }
        let counts = crowd.ledger.counts
        say(
            "texts: \(counts.sent) sent, \(counts.delivered) delivered, \(counts.failed) marked failed "
                + "(\(counts.failedAndHeard) of them heard), \(counts.abandoned) of people who vanished")
        for (name, count) in crowd.events.sorted(by: { $0.key < $1.key }) { say("\(name): \(count)") }
        for (words, count) in crowd.faults.sorted(by: { $0.key < $1.key }) { say("fault: \(words) \(count)") }
        for problem in crowd.problems.dropFirst(said) { say("PROBLEM: \(problem)") }
        var isFlat = true
        let judged = [
            ("in use by the exchange", exchangeMemory.inUse, Self.largestGrowth),
            ("of the exchange", exchangeMemory.resident, Self.largestResidentGrowth),
            ("in use by the phones", ownMemory.inUse, Self.largestGrowthOfPhones),
            // What the system keeps for two thousand phones in one process tells of the allocator alone.
            ("of the phones", ownMemory.resident, .infinity),
        ]
        for (name, record, limit) in judged {
            guard let growth = record.growth(after: Self.warmUp) else {
                say("memory \(name): too short a time to tell")
                continue
            }
            let percent = String(format: "%+.1f", (growth - 1) * 100)
            say("memory \(name): \(percent) %, last quarter to first, after the first two minutes")
            if growth > limit { isFlat = false }
        }
        exchange.stop()
        say(crowd.problemCount == 0 && isFlat ? "All is well." : "\(crowd.problemCount) problems; flat: \(isFlat)")
        return crowd.problemCount == 0 && isFlat
    }
}

/// At once, also into a pipe.
private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
