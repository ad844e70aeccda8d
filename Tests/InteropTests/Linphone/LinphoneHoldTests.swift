import Harness
import Testing

@Suite("Hold and transfer with linphonec", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneHoldTests {
    @Test("it holds a chat that it began, texts go on, and it resumes", arguments: ["udp", "tcp"])
    func holds(over transport: String) throws {
        let office = try OfficeWithLinphone(over: transport)
        let (ada, lin, address) = (office.ada, office.lin, office.exchange.address)
        try office.asLinphoneAsked()
        try lin.does("pause")
        try lin.sees("Call 1 with sip:1000@\(address) is now paused.")
        try ada.sees("lin put the chat on hold.")
        try ada.sees("HOLD by them")
        try office.exchangeTexts()
        try lin.does("resume")
        try ada.sees("The chat with lin goes on.")
        try ada.sees("lin 1001 · IN_CALL")
    }

    @Test("we hold a chat, it sees that, texts go on, and we resume", arguments: ["udp", "tcp"])
    func isHeld(over transport: String) throws {
        let office = try OfficeWithLinphone(over: transport)
        let (ada, lin) = (office.ada, office.lin)
        try office.asAdaAsked()
        #expect(!lin.pane.screen.contains("paused"))
        try ada.presses("C-o")
        try ada.sees("HOLD by you")
        try lin.sees("Call 1 has been paused by \"ada\" <sip:1000@exchange.local>.")
        try office.exchangeTexts()
        try ada.presses("C-o")
        try ada.sees("The chat with lin goes on.")
        try ada.sees("lin 1001 · IN_CALL")
    }

    @Test("both hold; the chat goes on when both have resumed")
    func bothHold() throws {
        let office = try OfficeWithLinphone()
        let (ada, lin, address) = (office.ada, office.lin, office.exchange.address)
        try office.asLinphoneAsked()
        try lin.does("pause")
        try lin.sees("Call 1 with sip:1000@\(address) is now paused.")
        try ada.sees("HOLD by them")
        try ada.presses("C-o")
        try ada.sees("HOLD by you")
        try lin.does("resume")
        try lin.sees("Resuming call 1")
        try ada.presses("C-o")
        try ada.sees("lin 1001 · IN_CALL")
        try office.exchangeTexts()
    }
}
