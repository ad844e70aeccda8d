import Foundation
import Testing

/// Threads that tests run on, one test each at a time.
///
/// Without them as many tests run at once as the machine has cores, and nearly all that these do is to wait for other
/// processes.
final class Lanes: TaskExecutor {
    /// For tests that wait most of the time.
    static let waiting = Lanes(5)
    /// For the longest, which so begin at once: last of all, they would keep everybody waiting.
    static let loads = Lanes(3)

    private let condition = NSCondition()
    private nonisolated(unsafe) var jobs: [UnownedJob] = []

    private init(_ count: Int) {
        for _ in 0..<count {
            let thread = Thread { [unowned self] in self.runForEver() }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock {
            jobs.append(job)
            condition.signal()
        }
    }

    private func runForEver() {
        while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob {
        condition.withLock {
            while jobs.isEmpty { condition.wait() }
            return jobs.removeFirst()
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
    static var waitsMostly: Self { OnLanes(lanes: .waiting) }
    static var isLoad: Self { OnLanes(lanes: .loads) }
}
