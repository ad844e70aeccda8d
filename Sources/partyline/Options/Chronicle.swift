import Journal
import Logging
import SIP
import SIPTransport

/// Writes what passes by into the log: the story of each call, and each message whole where that was asked for.
struct Chronicle {
    let logger: Logger
    private let mask: Mask?
    private var story = CallStory()
    /// Without a log nothing needs to be looked at.
    var isOn: Bool

    /// - Parameter trace: how whole messages are written; nil for none.
    init(_ logger: Logger, trace mask: Mask?, isOn: Bool) {
        self.logger = logger
        self.mask = mask
        self.isOn = isOn
    }

    mutating func passes(_ message: Message, _ direction: CallStory.Direction, on flow: Flow) {
        guard isOn else { return }
        if let mask {
            let arrow = direction == .sent ? "to" : "from"
            logger.info(
                "\(direction.rawValue) \(arrow) \(flow.remote) over \(flow.transport.rawValue), at \(flow.local)")
            for line in mask.lines(of: message) { logger.info("| \(line)") }
        }
        let now = MachineTimers<Int>.now
        for line in story.observe(message, direction, on: flow, at: now) { logger.info("\(line)") }
    }
}
