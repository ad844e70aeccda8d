import Testing
import Webphone

@testable import ChatCore

@Suite("Reading commands") struct CommandTests {
    @Test(
        "a line that begins with a slash",
        arguments: [
            ("/call 1234", Command.call("1234")), ("/dnd", .doNotDisturb(nil)), ("/dnd on", .doNotDisturb(true)),
            ("/DND  Off ", .doNotDisturb(false)),
            ("/hold", .hold), ("/resume ", .resume), ("/transfer", .transfer(nil)),
            ("/transfer 1003", .transfer("1003")),
            ("/transfer Echo test", .transfer("Echo test")), ("/forward carol", .forward("carol")),
            ("/dtmf 123#", .dtmf("123#")), ("/dtmf 1 2 a*", .dtmf("12A*")), ("/block", .block(nil)),
            ("/block 1007", .block("1007")), ("/unblock 1007", .unblock("1007")), ("/blocked", .blocked),
            ("/typing off", .typing(false)), ("/receipts on", .receipts(true)), ("/help", .help),
        ])
    func read(line: String, command: Command) throws {
        #expect(try Command(line) == command)
    }

    @Test(
        "a wrong argument is answered with the usage",
        arguments: [
            "/call", "/dnd maybe", "/hold on", "/resume 1", "/forward", "/dtmf", "/dtmf 12x", "/unblock",
            "/blocked all",
            "/typing", "/typing yes", "/receipts", "/help me",
            "/dtmf " + String(repeating: "1", count: Chat.Limits.telephoneKeys + 1),
        ])
    func misused(line: String) throws {
        let name = line.dropFirst().prefix { $0 != " " }
        let word = try #require(Command.Word(rawValue: String(name)))
        #expect(throws: Objection("It is written \(word.usage): \(word.words).")) { try Command(line) }
    }

    @Test("an unknown one is named, with those like it, and how to write a text with a slash") func unknown() throws {
        let objection = #expect(throws: Objection.self) { try Command("/un 1003") }
        #expect(
            objection?.words == """
                There is no command /un, and nothing was sent. Did you mean /unblock? F1 lists the commands; a text that \
                begins with a slash is written with two: //
                """)
        #expect(throws: Objection.self) { try Command("/") }
        #expect(throws: Objection.self) { try Command("/ hold") }
    }

    @Test("the words for each end without a stop, so that they fit into a sentence")
    func words() {
        for word in Command.Word.allCases { #expect(word.words.last != "." && !word.words.isEmpty) }
    }
}

@Suite("Typing commands") struct TypedCommandTests {
    @Test("an unknown command is not sent, stays in the line and is explained") func unknown() {
        var desk = Desk.inChat()
        desk.type("/etc/passwd⏎")
        #expect(desk.commands().isEmpty)
        #expect(desk.line == "/etc/passwd|")
        #expect(desk.box().hasPrefix("! There is no command /etc/passwd, and nothing was sent."))
    }

    @Test("a text that begins with a slash is written with two, and sent with one") func doubled() {
        var desk = Desk.inChat()
        desk.type("//etc is a folder⏎")
        #expect(desk.commands() == [.send(MessageID(1), "/etc is a folder", in: .placed(1))])
        #expect(desk.box() == "… You said: /etc is a folder")
    }

    @Test("what others write is never a command") func received() {
        var desk = Desk.inChat()
        for line in ["/block 1003", "/dnd on", "//dnd", "/transfer 1003"] {
            desk.hears(.message(.placed(1), from: Desk.guest, line))
            #expect(desk.box() == "  guest said: " + line)
        }
        #expect(desk.commands().isEmpty)
        #expect(desk.effects().isEmpty)
    }

    @Test("a paste of several lines is text, whatever it begins with") func pasted() {
        var desk = Desk.inChat()
        desk.feed(.paste("/block 1003\n/dnd on"))
        desk.type("⏎")
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.send(MessageID(1), "/block 1003\n/dnd on", in: .placed(1))])
        desk.type("/dtmf ")
        desk.feed(.paste("1\n2"))
        desk.type("⏎")
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.send(MessageID(2), "/dtmf 1\n2", in: .placed(1))])
    }

    @Test("Tab completes the first word as far as it is certain, and moves on where there is nothing to complete")
    func completion() {
        var desk = Desk("user")
        desk.type("/tr⇥")
        #expect(desk.line == "/transfer |")
        desk.type("⇥")
        #expect(desk.state.focus == .send)
        desk.type("⇤^U/bl⇥")
        #expect(desk.line == "/block|")
        desk.type("⇥")
        #expect(desk.state.focus == .send)
        desk.type("⇤^U/hol⇥")
        #expect(desk.line == "/hold|")
        desk.type("^U//tr⇥")
        #expect(desk.line == "//tr|")
    }

    @Test("a command needs no chat and no connection, and ^P brings it back") func anywhere() {
        var desk = Desk("user")
        desk.hears(.connection(.connectionClosed(reason: "gone", retryIn: nil)))
        desk.type("/dnd⏎")
        #expect(desk.effects() == [.preferences(Preferences(doNotDisturb: true))])
        #expect(desk.line == "|")
        desk.type("^P")
        #expect(desk.line == "/dnd|")
    }

    @Test("/help shows the commands") func help() {
        var desk = Desk("user")
        desk.type("/help⏎")
        #expect(desk.state.help.map { Help.lines[$0].keys } == "/call NUMBER|NAME")
        #expect(Help.lines.map(\.keys).contains("/transfer [NUMBER|NAME]"))
    }

    @Test("/call asks whoever has the number, on the list or not; where that cannot be, the line stays") func call() {
        var desk = Desk.inChat()
        desk.type("/call 1234⏎")
        #expect(desk.commands() == [.hangUp(.placed(1)), .call(.placed(2), number: "1234")])
        #expect(desk.box() == "= Your chat with guest has ended. You have sent a chat request to 1234.")
        desk.type("/call nobody⏎")
        #expect(desk.box() == "! Nobody called nobody is online. A number can be given instead.")
        #expect(desk.line == "/call nobody|")
        desk.hears(.connection(.connectionClosed(reason: "gone", retryIn: nil)))
        desk.type("^U/call 1234⏎")
        #expect(desk.commands().contains { if case .call = $0 { true } else { false } } == false)
        #expect(desk.line == "/call 1234|")
    }

    @Test("/dtmf presses keys in a chat, and only there") func dtmf() {
        var desk = Desk("user")
        desk.type("/dtmf 1⏎")
        #expect(desk.box() == "! The keys were not sent: you are not in a chat.")
        #expect(desk.line == "/dtmf 1|")
        desk = Desk.inChat()
        desk.type("/dtmf 12 3#⏎")
        #expect(desk.commands() == [.dtmf(.placed(1), "123#")])
        #expect(desk.box() == "= You pressed 123#.")
        desk.hears(.note(.placed(1), .dtmf("5")))
        #expect(desk.box() == "= guest pressed 5.")
    }

    @Test("keys that come one by one stand in one line, until something else is said") func pressed() {
        var desk = Desk.inChat()
        for key in ["1", "2", "#"] { desk.hears(.note(.placed(1), .dtmf(key))) }
        #expect(
            desk.box(2) == """
                = guest accepted your chat request.
                = guest pressed 12#.
                """)
        desk.type("hi⏎")
        desk.hears(.note(.placed(1), .dtmf("4")))
        #expect(desk.box(3) == "= guest pressed 12#.\n… You said: hi\n= guest pressed 4.")
        for _ in 0..<64 { desk.hears(.note(.placed(1), .dtmf("7"))) }
        #expect(desk.box(2) == "= guest pressed 4\(String(repeating: "7", count: 63)).\n= guest pressed 7.")
    }
}

@Suite("Do not disturb, and blocking") struct PreferenceTests {
    @Test("/dnd turns it the other way, and on and off do what they say") func doNotDisturb() {
        var desk = Desk("user")
        desk.type("/dnd⏎")
        #expect(desk.state.preferences.doNotDisturb)
        #expect(
            desk.box() == "  Do not disturb is on: who asks you for a chat is told that you are busy. /dnd off ends it."
        )
        desk.hears(.turnedAway(Desk.bob, .doNotDisturb))
        desk.hears(.turnedAway(Desk.bob, .doNotDisturb))
        #expect(
            desk.box(2) == """
                  Do not disturb is on: who asks you for a chat is told that you are busy. /dnd off ends it.
                = bob asked you for a chat and was told that you are busy.
                """)
        _ = desk.effects()
        desk.type("/dnd on⏎")
        #expect(desk.effects().isEmpty)
        desk.type("/dnd⏎")
        #expect(desk.effects() == [.preferences(Preferences())])
        #expect(desk.box() == "  Do not disturb is off: you can be asked for a chat.")
    }

    @Test("/block takes a name, a number, or whoever is at hand") func whom() {
        var desk = Desk("user")
        desk.type("/block bob⏎")
        #expect(desk.state.preferences.blocked == ["1003"])
        #expect(
            desk.box()
                == "  bob (1003) is blocked: requests and messages from there are refused. /unblock 1003 ends it.")
        desk.type("/block 0049301234⏎/block⏎")
        #expect(desk.state.preferences.blocked == ["1003", "0049301234", "1002"])
        desk.type("/blocked⏎")
        #expect(desk.box() == "  Blocked: guest (1002), bob (1003), 0049301234.")
        desk.type("/unblock BOB⏎/unblock 1002⏎/unblock 0049301234⏎/blocked⏎")
        #expect(desk.box() == "  Nobody is blocked.")
        desk.type("/unblock bob⏎")
        #expect(desk.box() == "! bob is not blocked; /blocked lists who is.")
        desk.type("^U/block 1001⏎")
        #expect(desk.box() == "! You cannot block yourself.")
    }

    @Test("blocking ends the chat, and refuses the request that is open") func ends() {
        var desk = Desk.inChat()
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.type("/block⏎")
        #expect(desk.commands() == [.reject(.received(1))])
        #expect(desk.state.preferences.blocked == ["1003"])
        desk.type("/block⏎")
        #expect(desk.commands() == [.hangUp(.placed(1))])
        #expect(desk.state.call == nil)
        desk.hears(.turnedAway(Desk.guest, .blocked))
        #expect(desk.box() == "  guest, who is blocked, asked you for a chat and was refused.")
    }

    @Test("a name that two bear is asked back with their numbers") func ambiguous() {
        var desk = Desk("user", with: [Desk.guest, Party(number: "1010", name: "Guest"), Desk.bob])
        desk.type("/block guest⏎")
        #expect(desk.box() == "! 2 online clients are called guest: 1002 and 1010. Give the number.")
        #expect(desk.state.preferences.blocked.isEmpty)
        desk.type("^U/block guest (1002)⏎")
        #expect(desk.state.preferences.blocked == ["1002"])
        desk.type("/block nobody⏎")
        #expect(desk.box() == "! Nobody called nobody is online. A number can be given instead.")
    }

    @Test(
        "what counts as a number",
        arguments: [
            ("1003", true), ("+49-30-123", true), ("*8#", true), ("601a", true), ("ada@pbx.example", true),
            ("ada@pbx.example:5061", true), ("ada@[2001:db8::1]", true), ("ada", false), ("a-b", false), ("@x", false),
            ("ada@", false), ("1@2@3", false), ("10 03", false), ("1003;x=y", false), ("", false), ("1003>", false),
            ("١٢٣", false), ("sip:1003@host", false), (String(repeating: "1", count: 65), false),
        ])
    func numbers(text: String, isNumber: Bool) {
        #expect(Chat.isNumber(text) == isNumber)
    }

    @Test("what was kept counts from the start, save that one is never undisturbed by surprise") func kept() {
        var desk = Desk("user")
        desk.feed(.preferences(Preferences(doNotDisturb: true, blocked: ["1007"], tellsTyping: false)))
        #expect(desk.commands() == [.preferences(Preferences(blocked: ["1007"], tellsTyping: false))])
        desk.type("/receipts off⏎")
        #expect(
            desk.effects() == [.preferences(Preferences(blocked: ["1007"], tellsTyping: false, tellsDelivery: false))])
    }
}
