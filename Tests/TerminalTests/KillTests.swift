import Foundation
import Harness
import Testing

/// `make soak` has five hundred rounds of it (`PARTYLINE_KILLS`); `340-380` are those of these seeds.
@Suite("Killed at any moment, with SIGKILL")
struct KillTests {
    static let seeds: ClosedRange<UInt64> = {
        let asked = ProcessInfo.processInfo.environment["PARTYLINE_KILLS"] ?? ""
        let ends = asked.split(separator: "-").compactMap { UInt64($0) }
        guard let last = ends.last, let first = ends.count > 1 ? ends.first : 1, first <= last else { return 1...5 }
        return first...last
    }()
    /// Rounds at a time: most of a round is waiting.
    static let width = 8

    @Test("no line is shown as delivered that the other did not see, none is left without a mark, none comes twice")
    func killed() {
        let tally = Tally(Self.seeds)
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<Self.width {
            // A thread each: rounds wait, and other tests want the few threads that tasks share.
            Thread.detachNewThread {
                while let seed = tally.next() {
                    do {
                        let round = try KillRound(seed: seed)
                        do { try round.play() } catch is KillRound.Stuck {}
                        tally.add(round.problems, round.marks)
                    } catch {
                        tally.add(["seed \(seed): \(error)"], [:])
                    }
                }
                done.signal()
            }
        }
        for _ in 0..<Self.width { done.wait() }
        for problem in tally.problems { Issue.record("\(problem)") }
        #expect(
            tally.marks["✓"] ?? 0 > Self.seeds.count, "rounds in which nothing is said prove nothing: \(tally.marks)")
        if Self.seeds.count > 5 { print("\(Self.seeds.count) kills, lines by their marks: \(tally.marks)") }
    }

    private final class Tally: @unchecked Sendable {
        // Unchecked: the lock guards everything.
        private let lock = NSLock()
        private var seeds: Range<UInt64>
        private(set) var problems: [String] = []
        private(set) var marks: [Character: Int] = [:]

        init(_ seeds: ClosedRange<UInt64>) { self.seeds = Range(seeds) }

        func next() -> UInt64? { lock.withLock { seeds.popFirst() } }

        func add(_ problems: [String], _ marks: [Character: Int]) {
            lock.withLock {
                self.problems += problems
                self.marks.merge(marks, uniquingKeysWith: +)
            }
        }
    }
}
