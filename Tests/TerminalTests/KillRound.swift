import Foundation
import Harness

/// Two people who write to each other as fast as they can, until the exchange or one of them is killed (SIGKILL) at a
/// moment that a seed chooses; then what each screen says of each line is compared with what the other screen shows.
final class KillRound {
    private struct Killed: Error {}
    /// What was waited for never came, which is among the problems.
    struct Stuck: Error {}
    private enum Victim: String, CaseIterable { case exchange, ada, bob, exchangeAndBob }

    /// What was wrong, in words.
    private(set) var problems: [String] = []
    /// Lines of both, by their last marks.
    private(set) var marks: [Character: Int] = [:]

    private var random: SplitMix
    private let seed: UInt64
    private let victim: Victim
    private let transport: String
    private let exchange: ExchangeProcess
    /// The one who is there, after those whom he replaced.
    private var ada: [Typist] = []
    private var bob: [Typist] = []
    private var written = 0
    /// When to kill; nil once it was done.
    private var moment: Date?

    init(seed: UInt64) throws {
        self.seed = seed
        random = SplitMix(state: seed)
        victim = [.exchange, .exchange, .ada, .bob, .bob, .exchangeAndBob].randomElement(using: &random) ?? .exchange
        // Over UDP it takes long until a death is noticed.
        transport = seed % 12 == 11 ? "udp" : "tcp"
        exchange = try ExchangeProcess()
        ada = [try seat("ada")]
        bob = [try seat("bob")]
    }

    private func seat(_ name: String) throws -> Typist {
        try Typist(name, ["--server", exchange.address, "--transport", transport])
    }

    func play() throws {
        // Some are killed on the way into the chat.
        let isEarly = Int.random(in: 0..<6, using: &random) == 0
        moment = isEarly ? Date().addingTimeInterval(.random(in: 0...1, using: &random)) : nil
        do {
            try beginChat()
            if !isEarly { moment = Date().addingTimeInterval(.random(in: 0.05...1.2, using: &random)) }
            while true {
                write(.random(in: 0...3, using: &random))
                try wait(milliseconds: .random(in: 5...60, using: &random))
            }
        } catch is Killed {}
        try comeBack()
        compare()
        try beginChat()
        for people in [ada, bob] { people.last?.types("\u{15}back as \(people[0].name)\r") }
        let isBack = eventually(within: 20) {
            [ada, bob].allSatisfy { people in
                people.last?.said.contains { $0.text == "back as \(people[0].name)" && $0.mark == "✓" } == true
            }
        }
        if !isBack { complain("they cannot talk afterwards") }
        compare()
        for line in (ada + bob).flatMap(\.said) { marks[line.mark ?? "?", default: 0] += 1 }
    }

    private func complain(_ words: String) {
        problems.append("seed \(seed), \(victim.rawValue) killed over \(transport): \(words)")
    }

    // MARK: What they do

    /// Connects, calls, accepts, until both are in one call; fails when that does not come about.
    private func beginChat() throws {
        try until("both are connected") { ada.last?.number != nil && bob.last?.number != nil }
        guard let caller = ada.last, let callee = bob.last else { return }
        var dialling = Dialling()
        try until("both are in the chat") { dialling.look(at: caller, callee) }
    }

    private func write(_ count: Int) {
        for _ in 0..<count {
            written += 1
            let writer = Bool.random(using: &random) ? ada : bob
            writer.last?.types("\u{15}line \(written)\r")
        }
    }

    /// Lets time pass; kills when the moment has come.
    private func wait(milliseconds: Int) throws {
        if let moment, Date() >= moment { try killNow() }
        usleep(UInt32(milliseconds) * 1_000)
    }

    private func until(_ what: String, _ condition: () -> Bool) throws {
        // Over UDP a request that rings as the exchange dies rings until its caller has waited long enough (90 s): the
        // exchange that comes knows nothing of it, and drops the answer (RFC 6026 §7.3).
        let deadline = Date().addingTimeInterval(150)
        while !condition() {
            guard Date() < deadline else {
                complain("waited in vain until \(what):\n" + (ada + bob).map(shown).joined(separator: "\n"))
                throw Stuck()
            }
            try wait(milliseconds: 10)
        }
    }

    private func shown(_ person: Typist) -> String {
        person.lines.filter { !$0.allSatisfy { " │".contains($0) } }.joined(separator: "\n")
    }

    private func killNow() throws {
        moment = nil
        // Something is under way when it happens, at all stages of its way.
        write(4)
        usleep(UInt32.random(in: 0...6_000, using: &random))
        switch victim {
        case .exchange: exchange.kill()
        case .ada: ada.last?.kill()
        case .bob: bob.last?.kill()
        case .exchangeAndBob:
            exchange.kill()
            bob.last?.kill()
        }
        throw Killed()
    }

    /// Those who were killed are started again, and those who were not have settled what they wrote.
    private func comeBack() throws {
        // People go on writing for a moment.
        for _ in 0..<4 {
            write(1)
            usleep(UInt32.random(in: 0...60_000, using: &random))
        }
        switch victim {
        case .exchange: try exchange.start()
        case .ada: ada.append(try seat("ada"))
        case .bob: bob.append(try seat("bob"))
        case .exchangeAndBob:
            try exchange.start()
            bob.append(try seat("bob"))
        }
        let isSettled = eventually(within: 70) {
            [ada, bob].allSatisfy { $0.last?.said.allSatisfy { $0.mark == "✓" || $0.mark == "✗" } == true }
        }
        if !isSettled { complain("lines are left without a mark: \([ada, bob].map { $0.last?.said ?? [] })") }
    }

    // MARK: What is compared

    private func compare() {
        compare(ada, bob)
        compare(bob, ada)
    }

    private func compare(_ writers: [Typist], _ readers: [Typist]) {
        let name = writers[0].name
        let heard = readers.flatMap { $0.heard(from: name) }
        let said = writers.flatMap(\.said)
        for line in said {
            let copies = heard.count { $0 == line.text }
            if line.mark == "✓" ? copies != 1 : copies > 1 {
                complain("\(name) has \(line.mark ?? "?") behind “\(line.text)”, which is shown \(copies) times")
            }
        }
        for text in heard where !said.contains(where: { $0.text == text }) {
            complain("“\(text)” is shown as \(name)'s, whose screen never showed it")
        }
    }
}

/// How one calls another and is accepted, whatever gets lost on the way.
struct Dialling {
    private var asked = Date.distantPast
    private var answered = Date.distantPast

    /// Looks at both screens, and does what is next.
    ///
    /// - Returns: whether both are in the chat with each other.
    mutating func look(at caller: Typist, _ callee: Typist) -> Bool {
        guard let one = caller.number, let other = callee.number else { return false }
        if caller.isTalking(to: other), callee.isTalking(to: one) { return true }
        // A key that comes as the dialog opens is no answer; a request may be lost with what was killed.
        if callee.sees("Cancel"), Date().timeIntervalSince(answered) > 0.5 {
            answered = Date()
            // Who was writing when the request came has the line first, for as long as something is left in it.
            callee.types(callee.sees("› line") ? "\u{15}\r" : "\r")
        } else if !caller.sees(" \(other) · "), Date().timeIntervalSince(asked) > 2 {
            asked = Date()
            caller.types("\u{15}/call \(other)\r")
        }
        return false
    }
}

/// Random numbers from a seed (SplitMix64; Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
