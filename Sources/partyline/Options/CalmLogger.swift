import Journal
import Logging
import SIP
import SIPTransport
import Synchronization

/// A log for what strangers can bring about as often as they like: so many lines a second, and how many were left out.
final class CalmLogger: Sendable {
    private let logger: Logger
    private let brake = Mutex(LogBrake(at: elapsed))

    init(_ logger: Logger) { self.logger = logger }

    private static var elapsed: Duration { MachineTimers<Int>.now }

    func notice(_ words: @autoclosure () -> String) { write(words(), .notice) }
    func info(_ words: @autoclosure () -> String) { write(words(), .info) }

    private func write(_ words: @autoclosure () -> String, _ level: Logger.Level) {
        guard let leftOut = brake.withLock({ $0.admit(at: Self.elapsed) }) else { return }
        if leftOut > 0 { logger.notice("\(leftOut) lines of this kind were left out") }
        logger.log(level: level, "\(words())")
    }
}
