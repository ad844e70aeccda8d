import Harness
import Testing

@Suite("baresip on a line of our exchange, and our client", .enabled(if: Strangers.takePart), .manyAtOnce)
struct BaresipCallTests {
    @Test(
        "it is called: keys and texts arrive, both hold and resume, and it hangs up", arguments: ["udp", "tcp", "tls"])
    func isCalled(over transport: String) throws {
        let office = try OfficeWithBaresip(over: transport)
        let (ada, bare) = (office.ada, office.bare)
        try office.asAdaAsked()
        try office.exchangeTexts()
        try ada.says("/dtmf 7#")
        try bare.prints("received DTMF: '7'")
        try bare.prints("received DTMF: '#'")

        try ada.presses("C-o")
        try ada.sees("HOLD by you")
        try bare.prints("a=sendonly")
        try bare.prints("a=recvonly")
        try ada.presses("C-o")
        try ada.sees("The chat with bare goes on.")
        try ada.sees("bare 1001 · IN_CALL")

        try bare.does("hangup")
        try ada.sees("bare hung up. Your chat with bare has ended.")
        try office.isOver()
    }

    @Test(
        "it calls: the dialog names it, it holds and resumes with texts between, and we hang up",
        arguments: ["udp", "tcp", "tls"])
    func calls(over transport: String) throws {
        let office = try OfficeWithBaresip(over: transport)
        let (ada, bare) = (office.ada, office.bare)
        try office.asBaresipAsked()
        #expect(!ada.screen.contains("MIC"), "accepted for text only")
        try bare.does("hold")
        try bare.hears("CALL_REMOTE_SDP", "answer")
        try ada.sees("bare put the chat on hold.")
        try ada.sees("HOLD by them")
        try office.exchangeTexts()
        try ada.presses("C-o")
        try ada.sees("HOLD by you")
        // A resume of its that met ours would be refused with 491, and it does not try again.
        try bare.does("resume")
        try bare.hears("CALL_REMOTE_SDP", "answer")
        try ada.presses("C-o")
        try ada.sees("The chat with bare goes on.")
        try ada.sees("bare 1001 · IN_CALL")
        try ada.presses("C-x")
        try ada.sees("You hung up. Your chat with bare has ended.")
        try bare.hears("CALL_CLOSED")
        try office.isOver()
    }

    @Test("it calls in vain: refused, taken back, not to be disturbed, and nobody there", arguments: ["udp", "tcp"])
    func callsInVain(over transport: String) throws {
        let office = try OfficeWithBaresip(over: transport)
        let (ada, bare) = (office.ada, office.bare)
        try office.calls("1000")
        try ada.sees("bare, number 1001, asks you for a chat")
        try ada.answersDialog("Escape")
        try bare.hears("CALL_CLOSED", "603")

        try office.calls("1000")
        try ada.sees("bare, number 1001, asks you for a chat")
        try bare.hears("CALL_RINGING")
        try bare.does("hangup")
        try ada.sees("bare took the chat request back.")
        try ada.nolongerSees("bare, number 1001")

        try ada.says("/dnd")
        try ada.sees("do not disturb ·")
        try office.calls("1000")
        try bare.hears("CALL_CLOSED", "486")
        try ada.sees("bare asked you for a chat and was told that you are busy.")

        try office.calls("9998")
        try bare.hears("CALL_CLOSED", "404")

        try ada.says("/block bare")
        try ada.sees("bare (1001) is blocked")
        try office.calls("1000")
        try bare.hears("CALL_CLOSED", "603")
        try bare.does("message", "and now?")
        try bare.prints("403 Forbidden")
        #expect(!ada.screen.contains("and now?"))
        try office.isOver()
    }

    @Test(
        "it is called in vain: a refusal of its is told as busy, and a request is taken back",
        arguments: ["udp", "tcp"])
    func isCalledInVain(over transport: String) throws {
        let office = try OfficeWithBaresip(over: transport)
        let (ada, bare) = (office.ada, office.bare)
        try ada.calls("bare")
        try ada.sees("bare is being asked: RINGING.")
        try bare.hears("CALL_INCOMING")
        try bare.does("hangup")
        try ada.sees("bare is busy.")

        try ada.says("/call 1001")
        try bare.hears("CALL_INCOMING")
        try ada.presses("C-x")
        try ada.sees("You took your chat request to bare back.")
        try bare.hears("CALL_CLOSED")
        try office.isOver()
    }

    @Test("both call each other: one call is left, whoever has the lower number", arguments: [false, true])
    func crossing(baresipFirst: Bool) throws {
        let office = try OfficeWithBaresip(over: "udp", baresipFirst: baresipFirst)
        let (ada, bare) = (office.ada, office.bare)
        try ada.says(baresipFirst ? "/call 1000" : "/call 1001")
        try bare.hears("CALL_INCOMING")
        try office.calls(baresipFirst ? "1001" : "1000")
        if baresipFirst {
            try bare.hears("CALL_ESTABLISHED")
        } else {
            try bare.hears("CALL_CLOSED", "491")
            try bare.does("accept")
        }
        try ada.sees("IN_CALL")
        try office.exchangeTexts()
        try bare.says("Active calls (1)", asked: "listcalls")
    }

    @Test("a text too long for a datagram arrives whole")
    func long() throws {
        let office = try OfficeWithBaresip(over: "udp")
        try office.asAdaAsked()
        let text = String(repeating: "far too long for one line, ", count: 60) + "and whole"
        try office.ada.says(text)
        try office.bare.receives(text)
        try office.exchangeTexts()
    }

    @Test("a text of its outside of any call is shown, and it dies in a call: the list and the chat tell")
    func textsAndDies() throws {
        let office = try OfficeWithBaresip(over: "tcp")
        try office.bare.does("message", "are you there?")
        try office.ada.sees("are you there?")
        try office.asAdaAsked()
        office.bare.kill()
        try office.ada.sees("bare is OFFLINE")
        try office.ada.nolongerSees("IN_CALL")
    }
}
