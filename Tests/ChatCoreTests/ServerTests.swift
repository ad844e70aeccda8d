import Testing
import Webphone

@testable import ChatCore

@Suite("A chat that knows several servers") struct ServerTests {
    @Test("a dead one ends the chat in words, the line stays, and the next one is named") func failover() {
        var desk = Desk.inChat()
        desk.hears(.connected(through: .init(transport: .tcp, host: "one.example", port: 7777)))
        desk.type("half a thou")
        let closed = "The exchange closed the connection."
        desk.hears(.connection(.connectionClosed(reason: closed, retryIn: .zero)))
        #expect(desk.box() == "! CONNECTION_CLOSED: \(closed) The next attempt follows at once.")
        desk.hears(.connection(.connecting(attempt: 1)))
        #expect(desk.state.call == nil && desk.state.connectionWords == "connecting")
        desk.hears(.connection(.accessGranted(number: "1001")))
        desk.hears(.connected(through: .init(transport: .tcp, host: "two.example", port: 7778)))
        #expect(
            desk.box(2) == """
                  ACCESS_GRANTED: you are again connected to Webphone1 as 1001.
                  You are connected through two.example:7778 now, over tcp.
                """)
        #expect(desk.line == "half a thou|")
    }

    @Test("where several were named, the one that was found is told from the start") func first() {
        for (named, tells) in [("one.example,two.example", true), ("two.example", false)] {
            var chat = Chat(Chat.Settings(name: "user", line: "Webphone1", server: named))
            _ = chat.handle(.start)
            _ = chat.handle(.phone(.connection(.accessGranted(number: "1001"))))
            let end = chat.state.log.end
            _ = chat.handle(.phone(.connected(through: .init(transport: .tls, host: "two.example", port: 5061))))
            #expect((chat.state.log.end == end + 1) == tells)
        }
    }
}
