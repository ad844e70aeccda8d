import Dispatch
import Glibc
import SIPTransport
import Synchronization
import Testing

extension RealSockets {
    @Suite("Timers")
    struct TimersTests {
        @Test("timers come in the order of their deadlines, equal ones as they were started")
        func order() {
            var deadlines = Deadlines<String>()
            deadlines.start("late", due: .seconds(3))
            deadlines.start("first", due: .seconds(1))
            deadlines.start("second", due: .seconds(1))
            #expect(deadlines.next() == .seconds(1))
            #expect(deadlines.expire(at: .milliseconds(999)) == [])
            #expect(deadlines.expire(at: .seconds(2)) == ["first", "second"])
            #expect(deadlines.expire(at: .seconds(3)) == ["late"])
            #expect(deadlines.next() == nil)
            #expect(deadlines.isEmpty)
        }

        @Test("a cancelled timer never comes, a restarted one only at its new time")
        func cancelAndRestart() {
            var deadlines = Deadlines<String>()
            deadlines.start("A", due: .seconds(1))
            deadlines.start("B", due: .seconds(1))
            deadlines.cancel("A")
            deadlines.cancel("never started")
            deadlines.start("B", due: .seconds(5))
            #expect(deadlines.next() == .seconds(5))
            #expect(deadlines.expire(at: .seconds(4)) == [])
            #expect(deadlines.expire(at: .seconds(5)) == ["B"])
        }

        @Test("whatever is started and cancelled, what comes is what a sorted list would give", arguments: 1...20)
        func againstModel(_ seed: Int) {
            var random = Seeded(state: UInt64(seed))
            var deadlines = Deadlines<Int>()
            var model: [(due: Int, order: Int, timer: Int)] = []
            for step in 0..<3_000 {
                let timer = Int.random(in: 0..<200, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    model.removeAll { $0.timer == timer }
                    deadlines.cancel(timer)
                case 1:
                    let now = step
                    let due = model.filter { $0.due <= now }.sorted { ($0.due, $0.order) < ($1.due, $1.order) }
                    model.removeAll { $0.due <= now }
                    #expect(deadlines.expire(at: .seconds(now)) == due.map(\.timer))
                default:
                    let due = step + Int.random(in: 0..<500, using: &random)
                    model.removeAll { $0.timer == timer }
                    model.append((due, step, timer))
                    deadlines.start(timer, due: .seconds(due))
                }
                #expect(deadlines.count == model.count)
            }
        }

        @Test("real timers fire on their queue, in order, and a cancelled one does not")
        func real() throws {
            let queue = DispatchQueue(label: "owner")
            let fired = Mutex<[String]>([])
            let done = DispatchSemaphore(value: 0)
            let timers = MachineTimers<String>(queue: queue) { batch in
                dispatchPrecondition(condition: .onQueue(queue))
                fired.withLock { $0 += batch }
                if batch.contains("last") { done.signal() }
            }
            queue.sync {
                timers.start("last", after: .milliseconds(60))
                timers.start("second", after: .milliseconds(20))
                timers.start("never", after: .milliseconds(10))
                timers.start("first", after: .zero)
                timers.cancel("never")
            }
            #expect(done.wait(timeout: .now() + 10) == .success)
            #expect(fired.withLock { $0 } == ["first", "second", "last"])
            #expect(queue.sync { timers.isEmpty })
        }

        @Test("who is busy takes what is due from them, in order, and it does not fire any more")
        func taken() {
            let queue = DispatchQueue(label: "owner")
            let fired = Mutex<[String]>([])
            let done = DispatchSemaphore(value: 0)
            let timers = MachineTimers<String>(queue: queue) { batch in
                fired.withLock { $0 += batch }
                if batch.contains("last") { done.signal() }
            }
            let taken = queue.sync {
                timers.start("last", after: .seconds(1))
                timers.start("second", after: .milliseconds(10))
                timers.start("first", after: .zero)
                usleep(20_000)
                return (0..<3).map { _ in timers.expire() }
            }
            #expect(taken == ["first", "second", nil])
            #expect(done.wait(timeout: .now() + 10) == .success)
            #expect(fired.withLock { $0 } == ["last"])
        }

        @Test("of many that are due together a few fire between two turns of whatever else wants the queue")
        func together() {
            let bystander = Bystander(DispatchQueue(label: "owner"), timers: 50 * MachineTimers<Int>.batch)
            #expect(bystander.done.wait(timeout: .now() + 60) == .success)
            #expect((48...50).contains(bystander.turns), "\(bystander.turns)")
        }

        @Test("a timer started from a timer fires too, and a delay of centuries is no crash")
        func rearming() throws {
            let queue = DispatchQueue(label: "owner")
            let chain = Chain(queue)
            queue.sync {
                chain.timers?.start(3, after: .milliseconds(1))
                chain.timers?.start(-1, after: .seconds(Int64.max / 1_000))
            }
            #expect(chain.done.wait(timeout: .now() + 10) == .success)
            #expect(chain.fired.withLock { $0 } == [3, 2, 1])
        }
    }
}

/// Each timer starts the next smaller one.
private final class Chain: @unchecked Sendable {
    let done = DispatchSemaphore(value: 0)
    let fired = Mutex<[Int]>([])
    var timers: MachineTimers<Int>?

    init(_ queue: DispatchQueue) {
        timers = MachineTimers(queue: queue) { [weak self] batch in
            guard let self else { return }
            for timer in batch {
                fired.withLock { $0.append(timer) }
                if timer > 1 { timers?.start(timer - 1, after: .milliseconds(1)) } else { done.signal() }
            }
        }
    }
}

/// Wants the queue again and again, and counts its turns from the first timers that fire to the last.
private final class Bystander: @unchecked Sendable {
    let done = DispatchSemaphore(value: 0)
    private(set) var turns = 0
    private let queue: DispatchQueue
    private var timers: MachineTimers<Int>?
    private var left: Int
    private let all: Int

    init(_ queue: DispatchQueue, timers count: Int) {
        self.queue = queue
        all = count
        left = count
        timers = MachineTimers(queue: queue) { [weak self] in self?.left -= $0.count }
        queue.sync {
            for timer in 0..<count { timers?.start(timer, after: .zero) }
            turn()
        }
    }

    private func turn() {
        if left == 0 { return _ = done.signal() }
        if left < all { turns += 1 }
        queue.async { self.turn() }
    }
}

private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 33)
    }
}
