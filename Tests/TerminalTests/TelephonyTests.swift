import Foundation
import Harness
import Testing

@Suite("Three people and what telephones can do")
struct TelephonyTests {
    /// ada, bob and carol, online with each other.
    private final class Office {
        let exchange: ExchangeProcess
        let ada: Person
        let bob: Person
        let carol: Person

        init() throws {
            exchange = try ExchangeProcess()
            ada = try Person(["--name", "ada", "--server", exchange.address], columns: 160, rows: 30)
            try ada.sees("Echo test")
            bob = try Person(["--name", "bob", "--server", exchange.address], columns: 160, rows: 30)
            try ada.sees("bob is ONLINE")
            carol = try Person(["--name", "carol", "--server", exchange.address], columns: 160, rows: 30)
            try ada.sees("carol is ONLINE")
            try bob.sees("carol is ONLINE")
            try carol.sees("Echo test")
        }
    }

    @Test("hold shows on both sides and whose it is; texts go on, and so does the chat")
    func hold() throws {
        let office = try Office()
        try office.ada.talks(to: "bob", office.bob)
        try office.ada.presses("C-o")
        try office.ada.sees("HOLD by you")
        try office.bob.sees("HOLD by them")
        try office.bob.sees("ada put the chat on hold.")
        try office.bob.says("still there?")
        try office.ada.sees("bob said: still there?")
        try office.bob.says("/hold")
        try office.bob.sees("HOLD by you")
        try office.ada.presses("C-o")
        try office.ada.sees("HOLD by them")
        try office.bob.says("/resume")
        try office.bob.sees("IN_CALL")
        try office.ada.sees("The chat with bob goes on.")
        try office.ada.sees("IN_CALL")
    }

    @Test("one chat waits aside while another is on, and comes back when that ends")
    func aside() throws {
        let office = try Office()
        try office.ada.talks(to: "bob", office.bob)
        try office.carol.calls("ada")
        try office.ada.sees("Accepting ends your chat with bob.")
        try office.ada.presses("C-o")
        try office.ada.sees("Accepting puts your chat with bob aside, on hold.")
        try office.ada.answersDialog("Enter")
        try office.ada.sees("bob is put aside")
        try office.carol.sees("IN_CALL")
        try office.bob.says("I wait")
        try office.ada.sees("bob said: I wait")
        try office.carol.presses("C-x")
        try office.ada.sees("Your chat with bob is back, still on hold")
        try office.ada.says("/resume")
        try office.bob.sees("The chat with ada goes on.")
    }

    @Test("a blind transfer: the other side is asked, follows, and talks to somebody else")
    func blind() throws {
        let office = try Office()
        try office.ada.talks(to: "bob", office.bob)
        try office.ada.says("/transfer carol")
        try office.bob.sees("asks you to talk to carol, ")
        try office.bob.answersDialog("Enter")
        try office.carol.sees("bob, number")
        try office.ada.sees("carol is being asked by bob")
        try office.carol.answersDialog("Enter")
        try office.ada.sees("bob and carol are connected.")
        try office.ada.nolongerSees("IN_CALL")
        try office.bob.sees("ada has handed you over.")
        try office.bob.says("hello carol")
        try office.carol.sees("bob said: hello carol")
    }

    @Test("who does not follow a transfer stays, and the one who asked is told")
    func stays() throws {
        let office = try Office()
        try office.ada.talks(to: "bob", office.bob)
        try office.ada.says("/transfer carol")
        try office.bob.sees("asks you to talk to carol, ")
        try office.bob.answersDialog("Escape")
        try office.ada.sees("bob was not connected with carol.")
        try office.bob.says("no, you")
        try office.ada.sees("bob said: no, you")
    }

    @Test("an attended transfer joins the one put aside with the other")
    func attended() throws {
        let office = try Office()
        try office.ada.talks(to: "bob", office.bob)
        try office.ada.presses("C-o")
        try office.bob.sees("HOLD by them")
        try office.ada.talks(to: "carol", office.carol)
        try office.ada.says("/transfer")
        try office.bob.sees("asks you to talk to carol, ")
        try office.bob.answersDialog("Enter")
        try office.carol.sees("ada handed you over: you are in a chat with bob")
        try office.ada.sees("bob and carol are connected.")
        try office.ada.nolongerSees("‖")
        try office.carol.says("so it is you")
        try office.bob.sees("carol said: so it is you")
    }

    @Test("who is not to be disturbed is busy for everybody, and learns who asked")
    func doNotDisturb() throws {
        let office = try Office()
        try office.ada.says("/dnd")
        try office.ada.sees("do not disturb ·")
        try office.bob.calls("ada")
        try office.bob.sees("ada is busy.")
        try office.ada.sees("bob asked you for a chat and was told that you are busy.")
        try office.ada.says("/dnd off")
        try office.ada.nolongerSees("do not disturb ·")
        try office.bob.calls("ada")
        try office.ada.sees("bob, number")
    }

    @Test("a request is sent on, and the caller is asked before it follows")
    func forward() throws {
        let office = try Office()
        try office.carol.calls("ada")
        try office.ada.sees("carol, number")
        try office.ada.types("/forward bob")
        try office.ada.answersDialog("Enter")
        try office.carol.sees("ada sends you on to bob, ")
        #expect(!office.bob.screen.contains("carol, number"), "nobody is called before carol says so")
        try office.carol.answersDialog("Enter")
        try office.bob.sees("carol, number")
        try office.bob.answersDialog("Enter")
        try office.carol.sees("IN_CALL")
    }

    @Test("two requests at once queue, and each is answered by itself")
    func queue() throws {
        let office = try Office()
        try office.bob.calls("ada")
        try office.ada.sees("bob, number")
        try office.carol.calls("ada")
        try office.ada.sees("(1 of 2)")
        try office.ada.presses("Escape")
        try office.bob.sees("ada refused your chat request.")
        try office.ada.sees("carol, number")
        try office.ada.answersDialog("Enter")
        try office.carol.sees("IN_CALL")
    }

    @Test("that somebody types is shown while they do, unless they do not want it")
    func typing() throws {
        let office = try Office()
        try office.ada.talks(to: "bob", office.bob)
        try office.bob.types("well")
        try office.ada.sees("bob is typing")
        try office.bob.presses("C-u")
        try office.ada.nolongerSees("bob is typing")
        try office.bob.types("well")
        try office.ada.sees("bob is typing")
        try office.bob.presses("Enter")
        try office.ada.sees("bob said: well")
        try office.ada.nolongerSees("bob is typing")
        try office.bob.says("/typing off")
        try office.bob.types("secretly")
        try office.bob.presses("Enter")
        try office.ada.sees("bob said: secretly")
        #expect(!office.ada.screen.contains("is typing"))
    }

    @Test("telephone keys arrive in their order")
    func keys() throws {
        let office = try Office()
        try office.ada.talks(to: "bob", office.bob)
        try office.ada.says("/dtmf 159*0#D")
        try office.ada.sees("You pressed 159*0#D.")
        try office.bob.sees("ada pressed 159*0#D.")
    }

    @Test("help names the commands, and a wrong one stays in the line with its explanation")
    func help() throws {
        let office = try Office()
        try office.ada.says("/hlod")
        try office.ada.sees("There is no command /hlod, and nothing was sent.")
        try office.ada.sees("› /hlod")
        try office.ada.presses("C-u")
        try office.ada.says("/help")
        try office.ada.sees("/transfer [NUMBER|NAME]")
    }
}

@Suite("What a person's configuration keeps")
struct ConfigurationTests {
    @Test("who is blocked stays blocked over a restart, and what else is in the file stays too")
    func blocked() throws {
        let folder = NSTemporaryDirectory() + "partyline-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/mine.toml"
        try "# mine\ncolour = \"blue\"\n".write(toFile: file, atomically: true, encoding: .utf8)
        let exchange = try ExchangeProcess()
        let options = ["--name", "ada", "--server", exchange.address, "--config", file]
        // The salesman keeps its number while ada comes and goes.
        let salesman = try Person(["--name", "salesman", "--server", exchange.address], columns: 160, rows: 30)
        try salesman.sees("Echo test")
        do {
            let ada = try Person(options, columns: 160, rows: 30)
            try ada.sees("salesman")
            try ada.says("/block salesman")
            try ada.sees("is blocked: requests and messages")
            try salesman.calls("ada")
            try salesman.sees("ada refused your chat request.")
            try ada.sees("salesman, who is blocked, asked you for a chat and was refused.")
            try ada.presses("C-q")
            try ada.sees("[left with 0]")
        }
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.hasSuffix("# mine\ncolour = \"blue\"\n") && text.hasPrefix("blocked = [\""))
        let ada = try Person(options, columns: 160, rows: 30)
        try ada.sees("×salesman")
        try salesman.waits(for: "ada to be back") { salesman.screen.components(separatedBy: "ada is ONLINE").count > 2 }
        try salesman.calls("ada")
        try ada.sees("salesman, who is blocked, asked you for a chat and was refused.")
        #expect(!ada.screen.contains("salesman, number"))
        try ada.says("/unblock salesman")
        try ada.nolongerSees("×salesman")
        try salesman.calls("ada")
        try ada.sees("salesman, number")
    }

    @Test("a broken file is told with its line, and is not written over")
    func broken() throws {
        let file = NSTemporaryDirectory() + "partyline-\(UUID().uuidString).toml"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "# mine\ntyping = maybe\n".write(toFile: file, atomically: true, encoding: .utf8)
        let exchange = try ExchangeProcess()
        let ada = try Person(
            ["--name", "ada", "--server", exchange.address, "--config", file], columns: 250, rows: 30)
        try ada.sees(".toml:2: ")
        try ada.sees("Nothing of the file counts")
        try ada.says("/block 1234")
        try ada.sees("Not kept: ")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "# mine\ntyping = maybe\n")
    }
}
