import Harness
import Testing

/// Transfers among linphonec and two people.
@Suite("Handing over with linphonec", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneTransferTests {
    /// The office with carol in it as 1002.
    private final class Office {
        let pair: OfficeWithLinphone
        let carol: Person
        var ada: Person { pair.ada }
        var lin: Linphone { pair.lin }
        var address: String { pair.exchange.address }

        init(over transport: String = "tcp") throws {
            pair = try OfficeWithLinphone(over: transport)
            carol = try Person(
                ["--name", "carol", "--server", pair.exchange.address, "--transport", transport], columns: 160,
                rows: 30)
            try carol.sees("Webphone1 · 1002 · connected")
            try ada.sees("carol is ONLINE")
        }

        /// linphonec and carol talk, and ada does not.
        func linphoneTalksToCarol() throws {
            try ada.sees("lin and carol are connected.")
            try ada.nolongerSees("IN_CALL")
            try carol.says("so it is you")
            try lin.sees(": so it is you")
            try lin.writes("it is me", to: "1002")
            try carol.sees("lin said: it is me")
        }
    }

    @Test("we hand it over, and it follows unasked", arguments: ["udp", "tcp"])
    func blind(over transport: String) throws {
        let office = try Office(over: transport)
        try office.pair.asLinphoneAsked()
        try office.ada.says("/transfer carol")
        try office.carol.sees("lin, number 1001, asks you for a chat")
        try office.carol.answersDialog("Enter")
        try office.linphoneTalksToCarol()
    }

    @Test("we hand it over out of a chat that we began, from hold: else it crashes")
    func fromHold() throws {
        let office = try Office()
        try office.pair.asAdaAsked()
        try office.ada.presses("C-o")
        try office.lin.sees("Call 1 has been paused")
        try office.ada.sees("HOLD by you")
        try office.ada.says("/transfer carol")
        try office.carol.sees("lin, number 1001, asks you for a chat")
        try office.carol.answersDialog("Enter")
        try office.linphoneTalksToCarol()
    }

    @Test("we hand it over to somebody who says no: we keep it")
    func refused() throws {
        let office = try Office()
        try office.pair.asLinphoneAsked()
        try office.ada.says("/transfer carol")
        try office.carol.sees("lin, number 1001, asks you for a chat")
        try office.carol.answersDialog("Escape")
        try office.ada.sees("lin was not connected with carol.")
        try office.pair.exchangeTexts()
    }

    @Test("we join it with somebody: a chat that we began, aside on hold meanwhile")
    func attended() throws {
        let office = try Office()
        try office.pair.asAdaAsked()
        try office.ada.presses("C-o")
        try office.lin.sees("Call 1 has been paused")
        try office.ada.talks(to: "carol", office.carol)
        try office.ada.says("/transfer")
        try office.carol.sees("ada handed you over: you are in a chat with lin")
        try office.linphoneTalksToCarol()
    }

    @Test("it hands us over: we are asked, follow, and it is told", arguments: ["udp", "tcp"])
    func handsOver(over transport: String) throws {
        let office = try Office(over: transport)
        try office.pair.asLinphoneAsked()
        try office.lin.does("transfer sip:1002@\(office.address)")
        try office.ada.sees("lin, 1001, asks you to talk to carol, 1002, instead.")
        try office.ada.answersDialog("Enter")
        try office.carol.sees("ada, number 1000, asks you for a chat")
        try office.carol.answersDialog("Enter")
        try office.ada.sees("lin has handed you over.")
        try office.lin.sees("of call 1 has been transfered")
        try office.ada.says("hello carol")
        try office.carol.sees("ada said: hello carol")
    }

    @Test("it hands us over, we stay, and the chat goes on")
    func stays() throws {
        let office = try Office()
        try office.pair.asLinphoneAsked()
        try office.lin.does("transfer sip:1002@\(office.address)")
        try office.ada.sees("lin, 1001, asks you to talk to carol, 1002, instead.")
        try office.ada.answersDialog("Escape")
        try office.pair.exchangeTexts()
        #expect(!office.carol.screen.contains("asks you for a chat"))
    }

    @Test("it joins us with somebody whom it asked meanwhile")
    func joins() throws {
        let office = try Office()
        try office.pair.asLinphoneAsked()
        try office.lin.does("pause")
        try office.lin.sees("Call 1 with sip:1000@\(office.address) is now paused.")
        try office.lin.calls("1002")
        try office.carol.sees("lin, number 1001")
        try office.carol.answersDialog("Enter")
        try office.lin.sees("Call 2 with sip:1002@\(office.address) connected.")
        try office.lin.does("transfer 1 --to-call 2")
        try office.ada.sees("lin, 1001, asks you to talk to carol, 1002, instead.")
        try office.ada.answersDialog("Enter")
        try office.carol.sees("lin handed you over: you are in a chat with ada (1000) now.")
        try office.lin.sees("of call 1 has been transfered")
        try office.ada.says("it is me")
        try office.carol.sees("ada said: it is me")
    }
}
