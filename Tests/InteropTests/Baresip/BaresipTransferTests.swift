import Harness
import Testing

@Suite("baresip hands over, and is handed over", .enabled(if: Strangers.takePart), .manyAtOnce)
struct BaresipTransferTests {
    @Test("we hand it over: it asks nobody, follows, and goes on with whom we named", arguments: ["udp", "tcp", "tls"])
    func isHandedOver(over transport: String) throws {
        let office = try OfficeWithBaresip(over: transport)
        let carol = try office.guest("carol")
        try office.asAdaAsked()
        try office.ada.says("/transfer carol")
        try carol.sees("bare, number 1001, asks you for a chat")
        try carol.answersDialog("Enter")
        try office.ada.sees("bare and carol are connected.")
        try office.ada.nolongerSees("IN_CALL")
        try carol.says("hello, bare")
        try office.bare.receives("hello, bare")
        try office.bare.says("Active calls (1)", asked: "listcalls")
    }

    @Test("whom we named refuses: it stays with us, and we are told")
    func stays() throws {
        let office = try OfficeWithBaresip(over: "udp")
        let carol = try office.guest("carol")
        try office.asBaresipAsked()
        try office.ada.presses("C-o")
        try office.ada.sees("HOLD by you")
        try office.ada.says("/transfer carol")
        try carol.sees("bare, number 1001, asks you for a chat")
        try carol.answersDialog("Escape")
        try office.ada.sees("bare was not connected with carol.")
        try office.ada.presses("C-o")
        try office.ada.sees("The chat with bare goes on.")
        try office.exchangeTexts()
    }

    @Test("its call is sent on: it asks nobody, and calls whom we named")
    func forward() throws {
        let office = try OfficeWithBaresip(over: "tcp")
        try office.calls("1000")
        try office.ada.sees("bare, number 1001, asks you for a chat")
        try office.ada.types("/forward 600")
        try office.ada.answersDialog("Enter")
        try office.ada.sees("You sent bare on to Echo test (600).")
        try office.bare.hears("CALL_ESTABLISHED")
        try office.bare.prints("INVITE sip:600@exchange.local")
    }

    @Test("it hands us over: we are asked, follow, and it lets go", arguments: ["udp", "tcp", "tls"])
    func handsOver(over transport: String) throws {
        let office = try OfficeWithBaresip(over: transport)
        let carol = try office.guest("carol")
        try office.asAdaAsked()
        try office.transfers(to: "1002")
        try office.ada.sees("bare asks you to talk to carol (1002) instead.")
        try office.ada.answersDialog("Enter")
        try carol.sees("ada, number 1000")
        try carol.answersDialog("Enter")
        try office.ada.sees("bare has handed you over.")
        try office.bare.says("Active calls (0)", asked: "listcalls")
        try office.ada.says("hello, carol")
        try carol.sees("ada said: hello, carol")
    }

    @Test("it hands us over, we stay: it is told 603, and hangs up for that")
    func handsOverInVain() throws {
        let office = try OfficeWithBaresip(over: "tcp")
        let carol = try office.guest("carol")
        try office.asBaresipAsked()
        try office.transfers(to: "1002")
        try office.ada.sees("bare asks you to talk to carol (1002) instead.")
        try office.ada.answersDialog("Escape")
        try office.bare.hears("TRANSFER_FAILED", "603")
        try office.ada.sees("bare hung up.")
        #expect(!carol.screen.contains("ada, number"))
    }

    @Test("it cannot take somebody's place in a call: we are told, and both chats stay")
    func attended() throws {
        let office = try OfficeWithBaresip(over: "udp")
        let carol = try office.guest("carol")
        try office.asAdaAsked()
        try office.ada.presses("C-o")
        try office.ada.sees("HOLD by you")
        try office.ada.talks(to: "carol", carol)
        try office.ada.says("/transfer")
        try office.ada.sees("bare was not connected with carol.")
        try office.ada.sees("‖ bare is put aside")
        try office.ada.says("he cannot")
        try carol.sees("ada said: he cannot")
    }

    @Test("somebody is to take our place in a call with it: it rings anew, and takes that one")
    func target() throws {
        let office = try OfficeWithBaresip(over: "tcp")
        let carol = try office.guest("carol")
        try office.ada.talks(to: "carol", carol)
        try office.ada.presses("C-o")
        try office.ada.sees("HOLD by you")
        try office.ada.calls("bare")
        try office.bare.hears("CALL_INCOMING", "sip:1000@")
        try office.bare.does("accept")
        try office.ada.sees("bare accepted your chat request.")
        try office.ada.says("/transfer")
        try carol.sees("asks you to talk to bare, 1001, instead.")
        try carol.answersDialog("Enter")
        try office.bare.hears("CALL_INCOMING", "sip:1002@")
        try office.bare.does("accept")
        try office.ada.sees("carol and bare are connected.")
        try carol.says("it is me now")
        try office.bare.receives("it is me now")
        try office.bare.says("Active calls (1)", asked: "listcalls")
    }
}
