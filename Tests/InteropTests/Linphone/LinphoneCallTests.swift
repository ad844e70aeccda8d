import Harness
import Testing

@Suite("linphonec on a line of our exchange, and our client", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneCallTests {
    @Test("it calls, is accepted, texts go both ways, and it hangs up", arguments: ["udp", "tcp"])
    func calls(over transport: String) throws {
        let office = try OfficeWithLinphone(over: transport)
        try office.asLinphoneAsked()
        #expect(!office.ada.screen.contains("MIC"), "accepted for text only")
        try office.exchangeTexts()
        try office.lin.does("terminate")
        try office.ada.sees("lin hung up. Your chat with lin has ended.")
        try office.lin.sees("Call 1 with sip:1000@\(office.exchange.address) ended (No error).")
    }

    @Test("it is called, answers, texts go both ways, and we hang up", arguments: ["udp", "tcp"])
    func isCalled(over transport: String) throws {
        let office = try OfficeWithLinphone(over: transport)
        try office.asAdaAsked()
        try office.exchangeTexts()
        try office.ada.presses("C-x")
        try office.ada.sees("You hung up. Your chat with lin has ended.")
        try office.lin.sees("Call 1 with \"ada\" <sip:1000@exchange.local> ended (No error).")
    }

    @Test("we refuse, it takes its call back, and we are busy")
    func callsInVain() throws {
        let office = try OfficeWithLinphone()
        let (ada, lin, address) = (office.ada, office.lin, office.exchange.address)
        try lin.calls("1000")
        try ada.sees("lin, number 1001")
        try ada.answersDialog("Escape")
        try lin.sees("Call 1 with sip:1000@\(address) ended (Call declined).")

        try lin.calls("1000")
        try lin.sees("Call 2 to sip:1000@\(address) ringing.")
        try ada.sees("lin, number 1001")
        try lin.does("terminate")
        try ada.sees("lin took the chat request back.")
        try ada.nolongerSees("lin, number 1001")
        try lin.sees("Call 2 with sip:1000@\(address) ended (No error).")

        try ada.says("/dnd")
        try ada.sees("do not disturb ·")
        try lin.calls("1000")
        try ada.sees("lin asked you for a chat and was told that you are busy.")
        // It has no word for 486 but this one.
        try lin.sees("Call 3 with sip:1000@\(address) error.")
    }

    @Test("it refuses, we take our request back, and it is busy")
    func isCalledInVain() throws {
        let office = try OfficeWithLinphone(more: ["[misc]", "max_calls=1"])
        let (ada, lin, address) = (office.ada, office.lin, office.exchange.address)
        try ada.says("/call 1001")
        try lin.sees("assigned id 1")
        try lin.does("terminate")
        try ada.sees("lin refused your chat request.")

        try ada.says("/call 1001")
        try lin.sees("assigned id 2")
        try ada.waits(for: "it to ring again") { ada.screen.components(separatedBy: "RINGING.").count == 3 }
        try ada.presses("C-x")
        try ada.sees("You took your chat request to lin back.")
        try lin.sees("Call 2 with \"ada\" <sip:1000@exchange.local> ended (Not answered).")

        try lin.calls("600")
        try lin.sees("Call 3 with sip:600@\(address) connected.")
        try ada.says("/call 1001")
        try ada.sees("lin is busy.")
        #expect(!lin.pane.screen.contains("assigned id 4"))
    }
}
