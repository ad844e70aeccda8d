import SIP
import Testing

@testable import Exchange

/// Two registered clients, 1000 and 1001.
struct Pair {
    let town: Town
    let ann: Phone
    let bob: Phone

    init(
        _ first: TransportProtocol = .tcp, _ second: TransportProtocol = .tcp,
        _ configuration: Exchange.Configuration = .init()
    ) {
        town = Town(configuration)
        ann = town.phone("ann", over: first)
        bob = town.phone("bob", over: second)
        ann.register()
        bob.register()
        ann.forget()
        bob.forget()
    }

    /// Ann calls Bob, who answers; gives the INVITE as Bob got it and the 200 as Ann got it.
    func call() throws -> (invite: Request, answer: Response) {
        ann.ask("INVITE", "sip:1001@exchange.local", callID: "call")
        let invite = try #require(bob.lastRequest)
        bob.answer(invite, 200)
        return (invite, try #require(ann.responses.last))
    }

    /// A request of the caller in that dialog.
    @discardableResult
    func fromAnn(_ method: String, _ answer: Response, _ fields: [String] = [], body: String = "") -> Response? {
        let routes = answer.headers.values(.recordRoute).reversed().map { "Route: \($0)" }
        return ann.ask(
            method, answer.contact?.uri.description ?? "", to: answer.headers[.to], callID: "call", routes + fields,
            body: body)
    }

    /// A request of the called one.
    @discardableResult
    func fromBob(_ method: String, _ invite: Request, from: String? = nil, _ fields: [String] = []) -> Response? {
        let routes = invite.headers.values(.recordRoute).map { "Route: \($0)" }
        return bob.ask(
            method, invite.contact?.uri.description ?? "", from: from ?? "<sip:1001@exchange.local>;tag=bob",
            to: invite.headers[.from], callID: "call", routes + fields)
    }
}

@Suite("Calls and messages by number") struct RoutingTests {
    @Test("a client whose Contact has headers is called without them, which a Request-URI must not have")
    func contactWithHeaders() throws {
        let pair = Pair()
        pair.bob.register(contact: "<sip:bob@\(pair.bob.flow.remote);method=BYE?Subject=x>")
        pair.bob.forget()
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "call")
        #expect(pair.bob.lastRequest?.uri.description == "sip:bob@\(pair.bob.flow.remote)")
    }

    @Test(
        "a call, its ACK, a message each way and the BYE, over every pair of transports",
        arguments: [
            (TransportProtocol.tcp, TransportProtocol.tcp), (.udp, .tcp), (.tcp, .udp), (.udp, .udp),
        ])
    func call(first: TransportProtocol, second: TransportProtocol) throws {
        let pair = Pair(first, second)
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "call", body: "v=0")
        let invite = try #require(pair.bob.lastRequest)
        #expect(invite.uri.description == "sip:bob@\(pair.bob.flow.remote)")
        #expect(invite.maxForwards == 69)
        #expect(invite.body == Array("v=0".utf8))
        #expect(invite.vias.count == 2)
        #expect(invite.recordRoutes.count == (first == second ? 1 : 2))
        pair.bob.answer(invite, 180)
        pair.bob.answer(invite, 200)
        #expect(pair.ann.statuses == [180, 200])
        let answer = try #require(pair.ann.responses.last)
        #expect(answer.vias.count == 1)
        #expect(answer.headers.values(.recordRoute) == invite.headers.values(.recordRoute))

        pair.ann.forget()
        pair.bob.forget()
        pair.fromAnn("ACK", answer)
        #expect(pair.bob.lastRequest?.method == .ack)
        #expect(pair.bob.lastRequest?.routes.isEmpty == true)
        pair.fromAnn("MESSAGE", answer, ["Content-Type: text/plain"], body: "lunch?")
        #expect(pair.bob.lastRequest?.body == Array("lunch?".utf8))
        pair.bob.answer(try #require(pair.bob.lastRequest), 200)
        #expect(pair.ann.statuses == [200])
        pair.fromBob("BYE", invite)
        #expect(pair.ann.lastRequest?.method == .bye)
        pair.ann.answer(try #require(pair.ann.lastRequest), 200)
        #expect(pair.bob.statuses == [200])
    }

    @Test("the exchange says who calls, whatever the caller claims") func identity() throws {
        let pair = Pair()
        pair.ann.ask(
            "INVITE", "sip:1001@exchange.local",
            [
                "P-Asserted-Identity: \"Boss\" <sip:1@exchange.local>", "P-Associated-URI: <sip:1@x>",
                "p-asserted-identity: <tel:1>",
            ])
        let invite = try #require(pair.bob.lastRequest)
        #expect(invite.headers.values(.pAssertedIdentity) == ["\"ann\" <sip:1000@exchange.local>"])
        #expect(!invite.headers.contains(.pAssociatedURI))
        pair.bob.answer(invite, 180, ["P-Asserted-Identity: <sip:1@exchange.local>"])
        #expect(pair.ann.responses.last?.headers.values(.pAssertedIdentity) == ["\"bob\" <sip:1001@exchange.local>"])
    }

    @Test("answers are passed on as they are", arguments: [486, 603, 480, 488, 404, 302, 500, 401])
    func refusals(status: Int) throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local")
        pair.bob.answer(try #require(pair.bob.lastRequest), status)
        #expect(pair.ann.statuses == [status])
        #expect(pair.bob.lastRequest?.method == .ack)
    }

    @Test("CANCEL is answered, passed on, and the 487 comes back") func cancel() throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "c", cseq: 50, branch: "z9hG4bKx")
        let invite = try #require(pair.bob.lastRequest)
        pair.bob.answer(invite, 180)
        pair.ann.ask("CANCEL", "sip:1001@exchange.local", callID: "c", cseq: 50, branch: "z9hG4bKx")
        #expect(pair.ann.statuses == [180, 200])
        let cancel = try #require(pair.bob.lastRequest)
        #expect(cancel.method == .cancel)
        pair.bob.answer(cancel, 200)
        pair.bob.answer(invite, 487)
        #expect(pair.ann.statuses == [180, 200, 487])
    }

    @Test("a cancelled call whose phone says nothing ends all the same") func silentCancel() {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "c", cseq: 50, branch: "z9hG4bKx")
        pair.ann.ask("CANCEL", "sip:1001@exchange.local", callID: "c", cseq: 50, branch: "z9hG4bKx")
        pair.town.wait(.seconds(6))
        #expect(pair.ann.statuses.last == 487)
    }

    @Test("a CANCEL from another flow cancels nothing") func foreignCancel() throws {
        let pair = Pair()
        let eve = pair.town.phone("eve")
        eve.register()
        pair.ann.ask("INVITE", "sip:1001@exchange.local", callID: "c", cseq: 50, branch: "z9hG4bKx")
        pair.bob.answer(try #require(pair.bob.lastRequest), 180)
        eve.say(
            """
            CANCEL sip:1001@exchange.local SIP/2.0
            Via: SIP/2.0/TCP \(pair.ann.flow.remote);branch=z9hG4bKx
            From: "ann" <sip:1000@exchange.local>;tag=ann
            To: <sip:1001@exchange.local>
            Call-ID: c
            CSeq: 50 CANCEL
            """)
        #expect(eve.statuses.last == 481)
        #expect(pair.bob.lastRequest?.method == .invite)
    }

    @Test(
        "refusals of the exchange",
        arguments: [
            ("MESSAGE", "sip:1999@exchange.local", "", 404), ("INVITE", "sip:Webphone1@exchange.local", "", 404),
            ("INVITE", "sip:01001@exchange.local", "", 404), ("INVITE", "sip:exchange.local", "", 484),
            ("INVITE", "tel:1001", "", 416), ("MESSAGE", "mailto:bob@example.org", "", 416),
            ("PUBLISH", "sip:1001@exchange.local", "", 405), ("BYE", "sip:1001@exchange.local", "", 405),
            ("FROBNICATE", "sip:1001@exchange.local", "", 405), ("NOTIFY", "sip:1001@exchange.local", "", 405),
            ("MESSAGE", "sip:1001@exchange.local", "Max-Forwards: 0", 483),
            ("INVITE", "sip:1001@exchange.local", "Proxy-Require: foo", 420),
        ])
    func refused(method: String, uri: String, field: String, status: Int) {
        let pair = Pair()
        #expect(pair.ann.ask(method, uri, field.isEmpty ? [] : [field])?.status == status)
        #expect(pair.bob.requests.isEmpty)
    }

    @Test("a body over the limit is refused and the other unaffected") func oversize() {
        let pair = Pair()
        let body = String(repeating: "x", count: 32_769)
        #expect(pair.ann.ask("MESSAGE", "sip:1001@exchange.local", body: body)?.status == 413)
        #expect(pair.bob.requests.isEmpty)
    }

    @Test("a large message reaches a client over UDP too") func largeOverUDP() {
        let pair = Pair(.tcp, .udp)
        pair.ann.ask("MESSAGE", "sip:1001@exchange.local", body: String(repeating: "x", count: 20_000))
        #expect(pair.bob.lastRequest?.body.count == 20_000)
    }

    @Test("a request that comes back to the exchange is a loop") func loop() throws {
        let pair = Pair()
        pair.ann.ask("MESSAGE", "sip:1000@exchange.local", callID: "self")
        let own = try #require(pair.ann.lastRequest)
        pair.ann.say(
            """
            MESSAGE sip:1000@exchange.local SIP/2.0
            Via: SIP/2.0/TCP \(pair.ann.flow.remote);branch=z9hG4bKagain
            Via: \(own.headers[.via] ?? "")
            From: "ann" <sip:1000@exchange.local>;tag=ann
            To: <sip:1000@exchange.local>
            Call-ID: self
            CSeq: 90 MESSAGE
            Max-Forwards: 68
            """)
        #expect(pair.ann.statuses == [482])
    }

    @Test("a client may call itself") func selfCall() throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1000@exchange.local")
        pair.ann.answer(try #require(pair.ann.lastRequest), 486)
        #expect(pair.ann.statuses == [486])
    }

    @Test("OPTIONS to the exchange itself is answered to anybody: it is the ping over UDP") func ping() {
        let town = Town()
        #expect(
            town.phone("x", over: .udp).ask("OPTIONS", "sip:127.0.0.1", from: "<sip:x@127.0.0.1>;tag=1")?.status == 200)
    }
}

@Suite("Who may speak") struct IdentityTests {
    @Test("nobody speaks before registering", arguments: ["MESSAGE", "INVITE", "SUBSCRIBE", "OPTIONS", "REFER"])
    func registerFirst(method: String) {
        let pair = Pair()
        let eve = pair.town.phone("eve")
        let refusal = eve.ask(method, "sip:1001@exchange.local", from: "<sip:1000@exchange.local>;tag=1")
        #expect(refusal?.status == 403)
        #expect(refusal?.reason == "Register First")
        #expect(pair.bob.requests.isEmpty)
    }

    @Test(
        "a client that speaks as somebody else is refused",
        arguments: [
            "<sip:1000@exchange.local>", "<sip:600@exchange.local>", "<sip:Webphone2@exchange.local>",
            "<sip:1002@elsewhere.example>", "<sip:exchange.local>", "<tel:1002>",
        ])
    func anotherNumber(from: String) {
        let pair = Pair()
        let eve = pair.town.phone("eve")
        eve.register()
        #expect(eve.ask("MESSAGE", "sip:1001@exchange.local", from: "\(from);tag=1")?.status == 403)
        #expect(pair.bob.requests.isEmpty)
    }

    @Test(
        "a phone that knows only the line it registered on speaks as its number all the same", arguments: [true, false])
    func asTheLine(isAlone: Bool) throws {
        let pair = Pair()
        if !isAlone {
            let second = pair.town.phone("second")
            second.say(
                """
                REGISTER sip:127.0.0.1 SIP/2.0
                Via: SIP/2.0/TCP \(pair.ann.flow.remote);branch=z9hG4bK-second
                From: "second" <sip:Webphone1@127.0.0.1>;tag=second
                To: <sip:Webphone1@127.0.0.1>
                Call-ID: second
                CSeq: 1 REGISTER
                Contact: <sip:second@\(pair.ann.flow.remote)>
                Expires: 60
                """, over: pair.ann.flow)
        }
        let from = "\"bob\" <sip:Webphone1@exchange.local>;tag=1"
        let refusal = pair.ann.ask("INVITE", "sip:1001@exchange.local", from: from)
        #expect(refusal?.status == (isAlone ? nil : 403), "on a flow with several of the line nobody knows who it is")
        #expect(
            pair.bob.lastRequest?.headers[.pAssertedIdentity] == (isAlone ? "\"ann\" <sip:1000@exchange.local>" : nil))
    }

    @Test("a number speaks only from its own flow, also after it moved") func oldFlow() {
        let pair = Pair()
        let old = pair.town.phone("ann")
        pair.ann.reconnect()
        pair.ann.register()
        #expect(old.ask("MESSAGE", "sip:1001@exchange.local", from: "<sip:1000@exchange.local>;tag=1")?.status == 403)
        pair.ann.ask("MESSAGE", "sip:1001@exchange.local")
        #expect(pair.bob.requests.count == 1)
    }

    @Test("a stranger cannot speak within a call of others") func strangerInDialog() throws {
        let pair = Pair()
        let (_, answer) = try pair.call()
        let eve = pair.town.phone("eve")
        eve.register()
        pair.bob.forget()
        let routes = answer.headers.values(.recordRoute).map { "Route: \($0)" }
        let target = answer.contact?.uri.description ?? ""
        // As Ann, from another flow.
        #expect(
            eve.ask(
                "BYE", target, from: pair.ann.responses.last?.headers[.from], to: answer.headers[.to],
                callID: "call", routes)?.status == 403)
        // As herself.
        #expect(eve.ask("BYE", target, to: answer.headers[.to], callID: "call", routes)?.status == 481)
        eve.ask("ACK", target, to: answer.headers[.to], callID: "call", routes)
        #expect(pair.bob.requests.isEmpty)
    }

    @Test("within a call nobody speaks as the other one") func otherInDialog() throws {
        let pair = Pair()
        let (invite, _) = try pair.call()
        pair.ann.forget()
        #expect(pair.fromBob("MESSAGE", invite, from: "<sip:1000@exchange.local>;tag=bob")?.status == 403)
        #expect(pair.ann.requests.isEmpty)
    }

    @Test(
        "the one who was called by another name than a number can speak and hang up",
        arguments: [
            "<sip:reception@elsewhere.example>", "<sip:1001@elsewhere.example>", "<tel:+1-201-555-0123>",
        ])
    func calledByName(to: String) throws {
        let pair = Pair()
        pair.ann.ask("INVITE", "sip:1001@exchange.local", to: to, callID: "call")
        let invite = try #require(pair.bob.lastRequest)
        pair.bob.answer(invite, 200)
        pair.fromBob("BYE", invite, from: "\(to);tag=bob")
        #expect(pair.ann.lastRequest?.method == .bye)
        #expect(pair.ann.lastRequest?.headers[.pAssertedIdentity] == "\"bob\" <sip:1001@exchange.local>")
    }

    @Test("an in-dialog request without our Route belongs to no dialog") func noRoute() {
        let pair = Pair()
        #expect(pair.ann.ask("BYE", "sip:bob@127.0.0.1", to: "<sip:1001@exchange.local>;tag=x")?.status == 481)
        let foreign = ["Route: <sip:10.0.0.1;lr>"]
        #expect(
            pair.ann.ask("BYE", "sip:bob@127.0.0.1", to: "<sip:1001@exchange.local>;tag=x", foreign)?.status == 481)
    }

    @Test("identity is asserted within calls too") func assertedInDialog() throws {
        let pair = Pair()
        let (invite, _) = try pair.call()
        pair.fromBob("MESSAGE", invite, ["P-Asserted-Identity: <sip:1@x>"])
        #expect(pair.ann.lastRequest?.headers.values(.pAssertedIdentity) == ["\"bob\" <sip:1001@exchange.local>"])
    }
}
