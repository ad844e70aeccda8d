import Journal
import SIP

/// Whatever passes by, a log keeps one line a line, and nothing in it is obeyed by a terminal.
func fuzzJournal(_ bytes: [UInt8]) {
    let flow = Flow(
        transport: .ws, local: SocketAddress(host: "192.0.2.1", port: 1),
        remote: SocketAddress(host: "192.0.2.7", port: 2))
    var framer = StreamFramer()
    framer.append(bytes)
    var story = CallStory(limit: 4)
    var now = Duration.zero
    while case .some(let frame) = try? framer.next() {
        guard case .message(let octets) = frame, let message = try? Message.parse(octets) else { continue }
        now += .seconds(1)
        let lines = [true, false].flatMap { Mask(hidesBodies: $0).lines(of: message) }
        for line in lines + story.observe(message, .received, on: flow, at: now)
            + story.observe(message, .sent, on: flow, at: now)
        {
            for scalar in line.unicodeScalars {
                require(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value), "a control character in \(line)")
            }
        }
    }
}
