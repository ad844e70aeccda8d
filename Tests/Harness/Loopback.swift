import Foundation

/// Addresses of the loopback range, a new one for each exchange, so that tests never meet.
package enum Loopback {
    private static let counter = Counter()

    package static func next(port: UInt16 = 7777) -> String {
        let number = counter.next()
        let process = Int(getpid())
        // Strangers do not listen where a connection ended a moment ago: no address comes a second time.
        let block = (process >> 8) + 97 * (number / 250)
        return "127.\(1 + block % 250).\(1 + process % 250).\(1 + number % 250):\(port)"
    }

    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0
        func next() -> Int {
            lock.withLock {
                value += 1
                return value
            }
        }
    }
}
