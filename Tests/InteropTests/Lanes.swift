import Foundation
import Testing

/// Threads that tests run on, one test each at a time.
///
/// Without them as many tests run at once as the machine has cores, and nearly all that these do is to wait for other
/// processes.
final class Lanes: TaskExecutor {
    /// For tests of a minute and more: begun last, they would keep everybody waiting.
    static let first = Lanes(0, of: threads)
    static let then = Lanes(1, of: threads)

    /// For what listens in real time.
    static let few = Lanes(0, of: Threads(3))

    private static let threads = Threads(6)

    private let rank: Int
    private let threads: Threads

    private init(_ rank: Int, of threads: Threads) {
        self.rank = rank
        self.threads = threads
    }

    func enqueue(_ job: consuming ExecutorJob) { threads.append((UnownedJob(job), self), rank) }

    /// They take what is of the first rank before all else.
    private final class Threads: @unchecked Sendable {
        typealias Job = (job: UnownedJob, lanes: Lanes)

        private let condition = NSCondition()
        private var jobs: [[Job]] = [[], []]

        init(_ count: Int) {
            for _ in 0..<count {
                let thread = Thread { [self] in
                    while true {
                        let next = next()
                        next.job.runSynchronously(on: next.lanes.asUnownedTaskExecutor())
                    }
                }
                thread.stackSize = 8 << 20
                thread.start()
            }
        }

        func append(_ job: Job, _ rank: Int) {
            condition.withLock {
                jobs[rank].append(job)
                condition.signal()
            }
        }

        private func next() -> Job {
            condition.withLock {
                while true {
                    if let rank = jobs.firstIndex(where: { !$0.isEmpty }) { return jobs[rank].removeFirst() }
                    condition.wait()
                }
            }
        }
    }
}

/// The tests of a suite run on these threads.
struct OnLanes: TestTrait, SuiteTrait, TestScoping {
    let lanes: Lanes
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await withTaskExecutorPreference(lanes) { try await function() }
    }
}

extension Trait where Self == OnLanes {
    /// Many at once.
    static var manyAtOnce: Self { OnLanes(lanes: .then) }
    /// Many at once, and these before the others.
    static var manyAtOnceFirst: Self { OnLanes(lanes: .first) }
    static var fewAtOnce: Self { OnLanes(lanes: .few) }
}
