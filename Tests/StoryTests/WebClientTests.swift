import Foundation
import SIP
import Testing
import Webphone

@Suite("The client for programs that wait and loop", .timeLimit(.minutes(5)))
struct WebClientTests {
    static func account(_ name: String, port: UInt16 = 7777, line: String = "Webphone1") -> Account {
        Account(host: "127.0.0.1", port: port, transport: .tcp, line: line, displayName: name)
    }

    @Test("a bot of twenty lines answers who calls it")
    func parrot() async throws {
        let room = Room()
        let bot = Task { try await StoryTests.parrot(over: room.door()) }
        let visitor = WebClient(transport: room.door())
        try await visitor.connect(Self.account("visitor"))
        for await change in visitor.clientStates {
            guard case .online(let party) = change, party.name == "Parrot" else { continue }
            let call = await visitor.createCall(party.number)
            await call.start()
            for await state in call.states where state == .inCall { break }
            try await call.send("hello")
            for await text in call.messages {
                #expect(text == "You said: hello")
                break
            }
            await call.hangUp()
            break
        }
        await visitor.disconnect()
        #expect(await visitor.state == .connectionClosed(reason: "You disconnected.", retryIn: nil))
        bot.cancel()
    }

    @Test("a bot sets a call aside and goes on with it, is busy when it wants, and is not sent on")
    func telephone() async throws {
        let room = Room()
        let (bot, visitor) = (WebClient(transport: room.door()), WebClient(transport: room.door()))
        let number = try await bot.connect(Self.account("bot"))
        try await visitor.connect(Self.account("visitor"))
        let call = await visitor.createCall(number)
        var states = call.states.makeAsyncIterator()
        await call.start()
        for await request in bot.incomingCalls {
            await request.accept()
            while await states.next() != .inCall {}
            await request.hold()
            #expect(await states.next() == .hold)
            await request.resume()
            #expect(await states.next() == .inCall)
            break
        }
        await call.transfer(to: "600")
        try await call.send("still here?")
        await call.hangUp()
        await bot.prefer(Preferences(doNotDisturb: true))
        let second = await visitor.createCall(number)
        await second.start()
        var end = CallState.calling
        for await state in second.states { end = state }
        #expect(end == .busy)
        await visitor.disconnect()
        await bot.disconnect()
    }

    @Test("the bot in the documentation is the one that was compiled")
    func documented() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let source = tests.appending(path: "../../Sources/Webphone/Client/WebClient.swift").standardized
        let documentation = try String(contentsOf: source, encoding: .utf8)
        let bot = try String(contentsOf: tests.appending(path: "ParrotBot.swift"), encoding: .utf8)
        let shown = documentation.split(separator: "/// ```swift\n")[1].split(separator: "/// ```")[0]
        let code = shown.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0 == "///" ? "" : $0.dropFirst(4) }.joined(separator: "\n")
        #expect(code == bot)
    }

    @Test("connecting tells why it did not work")
    func refused() async {
        let room = Room()
        let client = WebClient(transport: room.door())
        await #expect(throws: WebClient.Failure(reason: "Nobody answers at 127.0.0.1 port 7778.")) {
            try await client.connect(Self.account("x", port: 7778))
        }
        await #expect(throws: WebClient.Failure(reason: "The exchange has no line named Nowhere (404).")) {
            try await client.connect(Self.account("x", line: "Nowhere"))
        }
    }

    @Test("a call that is refused ends both of its sequences with the reason")
    func rejected() async throws {
        let room = Room()
        let called = WebClient(transport: room.door())
        let number = try await called.connect(Self.account("called"))
        let caller = WebClient(transport: room.door())
        try await caller.connect(Self.account("caller"))
        let call = await caller.createCall(number)
        await call.start()
        for await incoming in called.incomingCalls {
            #expect(incoming.otherParty.name == "caller")
            await incoming.reject()
            break
        }
        var states: [CallState] = []
        for await state in call.states { states.append(state) }
        #expect(states.last == .rejected)
        for await _ in call.messages { Issue.record("nobody wrote") }
        await #expect(throws: WebClient.Failure(reason: "You are in no chat.")) { try await call.send("late") }
    }
}
