import Harness
import Testing

@Suite("Our client in a terminal and all that sipp's telephones do", .enabled(if: Strangers.takePart), .manyAtOnceFirst)
struct SippFeatureTests {
    @Test(
        "who answers a call otherwise than with yes is understood",
        arguments: [
            ("486 Busy Here", "guest is busy."), ("603 Decline", "guest refused your chat request."),
            ("404 Not Found", "guest cannot be reached: nobody answers under"),
            ("480 Temporarily Unavailable", "guest cannot be reached: nobody answers under"),
            ("500 Server Internal Error", "The chat with guest did not begin."),
        ])
    func refused(_ answer: String, _ words: String) throws {
        let desk = try SippDesk(over: "udp")
        let guest = try desk.guest("refuses", ["answer": answer])
        try desk.ada.calls("guest")
        try desk.ada.sees(words)
        try desk.isQuiet()
        guest.isContent()
    }

    @Test("sent on by 302, the person is asked and follows")
    func redirected() throws {
        let desk = try SippDesk(over: "tcp")
        let guest = try desk.guest("redirects", ["target": "600"])
        try desk.ada.calls("guest")
        try desk.ada.sees("guest sends you on to Echo test")
        try desk.ada.answersDialog("Enter")
        try desk.ada.sees("Echo test accepted your chat request.")
        try desk.ada.presses("C-x")
        try desk.ada.sees("You hung up. Your chat with Echo test has ended.")
        try desk.isQuiet()
        guest.isContent()
    }

    @Test("a text is echoed by who was called, and the person hangs up", arguments: ["udp", "tcp"])
    func called(over transport: String) throws {
        let desk = try SippDesk(over: transport)
        let guest = try desk.guest("called")
        for number in 1...3 {
            try desk.ada.calls("guest")
            // What was said of the call before may still be on the screen.
            try desk.ada.sees("IN_CALL")
            try desk.ada.says("grüße von \(number)")
            try desk.ada.sees("guest said: grüße von \(number)")
            try desk.ada.presses("C-x")
            try desk.ada.nolongerSees("IN_CALL")
        }
        try desk.isQuiet()
        guest.isContent()
    }

    @Test(
        "slow, reliable and with early media, then UPDATE, hold and resume, keys in INFO, OPTIONS, a text and BYE",
        arguments: ["udp", "tcp"])
    func features(over transport: String) throws {
        let desk = try SippDesk(over: transport)
        let guest = try desk.guest("features")
        try desk.ada.calls("guest")
        try desk.ada.sees("guest is being asked: RINGING.")
        try desk.ada.sees("guest accepted your chat request.")
        try desk.ada.sees("guest put the chat on hold.")
        try desk.ada.sees("The chat with guest goes on.")
        try desk.ada.sees("guest pressed 5.")
        try desk.ada.sees("guest said: fertig")
        try desk.ada.sees("guest hung up. Your chat with guest has ended.")
        try desk.isQuiet()
        guest.isContent()
    }

    @Test(
        "callers that leave the offer to us, and such as want to hear reliably that it rings",
        arguments: ["udp", "tcp"])
    func wishes(over transport: String) throws {
        let desk = try SippDesk(over: transport)
        for scenario in ["lateoffer", "reliable"] {
            try desk.accepts(all: try desk.callers(scenario, calls: 3))
            try desk.ada.sees("\(scenario) said: grüße von 4")
        }
        try desk.isQuiet()
    }

    @Test("500 questions what the client can do, and as many texts outside of calls", arguments: ["udp", "tcp"])
    func outside(over transport: String) throws {
        let desk = try SippDesk(over: transport)
        try desk.callers("asks", calls: 500, atOnce: 5).succeeds()
        try desk.ada.sees("writes outside of a chat: draussen 501")
        try desk.isQuiet()
    }
}
