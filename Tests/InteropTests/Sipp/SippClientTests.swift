import Harness
import Testing

@Suite("sipp calls our client in a terminal", .enabled(if: Strangers.takePart), .manyAtOnceFirst)
struct SippClientTests {
    @Test("3,000 calls are told that the person is busy", arguments: ["udp", "tcp"])
    func busy(over transport: String) throws {
        let desk = try SippDesk(over: transport)
        try desk.ada.says("/dnd")
        try desk.ada.sees("do not disturb ·")
        try desk.callers("turnedaway", ["status": "486"], calls: 3_000, atOnce: 5).succeeds()
        try desk.ada.sees("turnedaway asked you for a chat and was told that you are busy.")
        try desk.isQuiet()
    }

    @Test("1,000 calls are taken back while they ring", arguments: ["udp", "tcp"])
    func takenBack(over transport: String) throws {
        let desk = try SippDesk(over: transport)
        try desk.callers("canceller", calls: 1_000).succeeds()
        try desk.ada.sees("canceller took the chat request back.")
        try desk.isQuiet()
    }

    @Test("calls are accepted by key and hung up by either side", arguments: ["udp", "tcp"])
    func accepted(over transport: String) throws {
        let desk = try SippDesk(over: transport)
        let talker = try desk.callers("talker", calls: 40)
        try desk.accepts(all: talker)
        try desk.ada.sees("talker said: grüße von 41")
        let listener = try desk.callers("listener", ["linger": "0"], calls: 40)
        try desk.accepts(all: listener) { try desk.ada.presses("C-x") }
        try desk.isQuiet()
    }
}
