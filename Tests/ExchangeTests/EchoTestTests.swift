import SIP
import Testing

@testable import Exchange

@Suite("600 Echo test") struct EchoTestTests {
    let town = Town()

    /// A phone that called 600 and acknowledged; gives the 200.
    private func chat(_ phone: Phone, callID: String = "echo") throws -> Response {
        let offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
        phone.ask(
            "INVITE", "sip:600@exchange.local", callID: callID, ["Content-Type: application/sdp"], body: offer)
        let answer = try #require(phone.responses.last { $0.cseq?.method == .invite })
        within(phone, answer, "ACK", cseq: answer.cseq.map { Int($0.number) })
        return answer
    }

    @discardableResult
    private func within(
        _ phone: Phone, _ answer: Response, _ method: String, _ body: String = "", cseq: Int? = nil
    ) -> Response? {
        let routes = answer.headers.values(.recordRoute).reversed().map { "Route: \($0)" }
        return phone.ask(
            method, answer.contact?.uri.description ?? "", to: answer.headers[.to], callID: answer.callID,
            routes + (body.isEmpty ? [] : ["Content-Type: text/plain;charset=UTF-8"]), cseq: cseq, body: body)
    }

    @Test("it accepts at once, sends back what it is told, and lets go", arguments: [TransportProtocol.tcp, .udp])
    func echo(transport: TransportProtocol) throws {
        let ann = town.phone("ann", over: transport)
        ann.register()
        let answer = try chat(ann)
        #expect(answer.status == 200)
        #expect(answer.headers[.pAssertedIdentity] == "\"Echo test\" <sip:600@exchange.local>")
        #expect(within(ann, answer, "MESSAGE", "grüß dich 👋")?.status == 200)
        let back = try #require(ann.lastRequest)
        #expect(back.method == .message)
        #expect(back.body == Array("grüß dich 👋".utf8))
        #expect(back.headers[.contentType] == "text/plain;charset=UTF-8")
        #expect(back.to?.tag == "ann")
        #expect(back.headers.values(.pAssertedIdentity) == ["\"Echo test\" <sip:600@exchange.local>"])
        ann.answer(back, 200)
        #expect(within(ann, answer, "BYE")?.status == 200)
        #expect(within(ann, answer, "MESSAGE", "still there?")?.status == 481)
    }

    @Test("its 200 is repeated until the ACK, and nothing is left when none comes") func noAck() {
        let ann = town.phone("ann", over: .udp)
        ann.register()
        ann.ask("INVITE", "sip:600@exchange.local")
        town.wait(.seconds(2))
        #expect(ann.responses.filter { $0.cseq?.method == .invite && $0.status == 200 }.count > 2)
        ann.register()
        town.wait(.seconds(40))
        #expect(ann.lastRequest?.method == .bye)
    }

    @Test("one client has but four chats with it, others are served") func many() throws {
        let ann = town.phone("ann")
        ann.register()
        for index in 0..<4 { #expect(try chat(ann, callID: "e\(index)").status == 200) }
        ann.ask("INVITE", "sip:600@exchange.local", callID: "e5")
        #expect(ann.responses.last?.status == 486)
        let bob = town.phone("bob")
        bob.register()
        #expect(try chat(bob, callID: "b").status == 200)
    }

    @Test("chats of a client that is gone end, and leave room for those to come") func gone() throws {
        let ann = town.phone("ann")
        ann.register()
        for index in 0..<4 { _ = try chat(ann, callID: "e\(index)") }
        ann.disconnect()
        ann.reconnect()
        ann.register()
        ann.forget()
        #expect(try chat(ann, callID: "again").status == 200)
    }

    @Test("two echoes do not talk for ever") func loop() throws {
        let ann = town.phone("ann")
        ann.register()
        let answer = try chat(ann)
        within(ann, answer, "MESSAGE", "hello")
        var heard = 0
        while let back = ann.lastRequest, heard < 1_000 {
            heard += 1
            ann.forget()
            ann.answer(back, 200)
            within(ann, answer, "MESSAGE", "ann said: " + String(decoding: back.body, as: UTF8.self))
        }
        #expect(heard == 21)
        ann.forget()
        within(ann, answer, "MESSAGE", "something else")
        #expect(ann.requests.count == 1)
    }

    @Test("nobody is the Echo test but itself") func impostor() {
        let eve = town.phone("eve")
        eve.register(["P-Preferred-Identity: <sip:600@exchange.local>"])
        #expect(eve.number == "1000")
        #expect(eve.ask("MESSAGE", "sip:1000@exchange.local", from: "<sip:600@exchange.local>;tag=1")?.status == 403)
    }

    @Test("an exchange can do without") func without() {
        var configuration = Exchange.Configuration()
        configuration.echoTest = nil
        let town = Town(configuration)
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        #expect(ann.list == ["1000 ann"])
        #expect(ann.ask("INVITE", "sip:600@exchange.local")?.status == 404)
    }

    @Test("a message outside of a chat is taken, not sent back") func outside() {
        let ann = town.phone("ann")
        ann.register()
        #expect(
            ann.ask("MESSAGE", "sip:600@exchange.local", ["Content-Type: text/plain"], body: "hi")?.status == 200)
        #expect(ann.requests.isEmpty)
    }

    @Test("a text beside the call is sent back in it, as telephones want it that know no texts in calls")
    func beside() throws {
        let ann = town.phone("ann")
        ann.register()
        let answer = try chat(ann)
        let aside = ann.ask("MESSAGE", "sip:600@exchange.local", ["Content-Type: text/plain"], body: "aside")
        #expect(aside?.status == 200)
        let back = try #require(ann.lastRequest)
        #expect(back.method == .message && back.body == Array("aside".utf8))
        #expect(back.callID == answer.callID && back.to?.tag == "ann")

        let bob = town.phone("bob")
        bob.register()
        ann.forget()
        bob.ask("MESSAGE", "sip:600@exchange.local", ["Content-Type: text/plain"], body: "not mine")
        #expect(ann.requests.isEmpty && bob.requests.isEmpty, "a call is answered only to whoever is in it")
    }

    @Test("a call taken back before its answer, which comes at once, ends too") func cancelled() throws {
        let ann = town.phone("ann")
        ann.register()
        ann.ask("INVITE", "sip:600@exchange.local", callID: "c", cseq: 9, branch: "z9hG4bKc")
        ann.ask("CANCEL", "sip:600@exchange.local", callID: "c", cseq: 9, branch: "z9hG4bKc")
        #expect(ann.statuses.suffix(2) == [200, 200])
    }
}
