import SIP
import Testing

/// The INVITE of alice and what bob makes of it, both ends, with what the proxies between them recorded.
struct Invitation {
    var request: Request
    let recorded: [String]

    init(recorded: [String] = [], number: Int = 41, method: SIP.Method = .invite) {
        self.recorded = recorded
        request = .example(
            method, number: number,
            fields: [(.contact, "\"Alice\" <sip:alice@192.0.2.1:5070;transport=tcp>")])
    }

    /// The request as bob has it.
    var received: Request {
        var request = request
        for route in recorded { request.headers.append(.recordRoute, route) }
        return request
    }

    func response(_ status: Int, tag: String? = "b1", contact: String? = "<sip:bob@192.0.2.9>") -> Response {
        var response = Response(status, to: received, toTag: tag)
        response.headers.removeAll(.recordRoute)
        for route in recorded { response.headers.append(.recordRoute, route) }
        if let contact { response.headers[.contact] = contact }
        return response
    }

    var alice: Dialog? { Dialog(uac: request, response: response(200)) }
    var bob: Dialog? { Dialog(uas: received, response: response(200)) }
}

@Suite("A dialog begins")
struct DialogCreationTests {
    @Test("both ends know it by mirrored names") func mirrored() throws {
        let invitation = Invitation()
        let alice = try #require(invitation.alice)
        let bob = try #require(invitation.bob)
        #expect(alice.id == DialogID(callID: "c1", localTag: "a1", remoteTag: "b1"))
        #expect(bob.id == DialogID(callID: "c1", localTag: "b1", remoteTag: "a1"))
        #expect(alice.local == bob.remote)
        #expect(alice.remote == bob.local)
        #expect(alice.remoteTarget.description == "sip:bob@192.0.2.9")
        #expect(bob.remoteTarget.description == "sip:alice@192.0.2.1:5070;transport=tcp")
        #expect((alice.localCSeq, alice.remoteCSeq) == (41, nil))
        #expect((bob.localCSeq, bob.remoteCSeq) == (nil, 41))
        #expect(alice.state == .confirmed)
    }

    @Test("double Record-Route: the caller visits the proxies in reverse, the callee in order") func recordRoute()
        throws
    {
        let recorded = [
            "<sip:exchange.local;transport=tcp;lr;r2=on>", "<sip:exchange.local;lr;r2=on>", "<sip:edge.example;lr>",
        ]
        let invitation = Invitation(recorded: recorded)
        #expect(try #require(invitation.alice).routeSet.routes.map(\.description) == recorded.reversed())
        #expect(try #require(invitation.bob).routeSet.routes.map(\.description) == recorded)
    }

    @Test("a provisional response with a tag makes an early dialog", arguments: [101, 180, 183, 199])
    func early(status: Int) throws {
        let invitation = Invitation()
        #expect(try #require(Dialog(uac: invitation.request, response: invitation.response(status))).state == .early)
        #expect(try #require(Dialog(uas: invitation.received, response: invitation.response(status))).state == .early)
    }

    @Test("what makes no dialog", arguments: [(100, "b1"), (180, nil), (300, "b1"), (486, "b1"), (603, "b1")])
    func none(status: Int, tag: String?) {
        let invitation = Invitation()
        #expect(Dialog(uac: invitation.request, response: invitation.response(status, tag: tag)) == nil)
        #expect(Dialog(uas: invitation.received, response: invitation.response(status, tag: tag)) == nil)
    }

    @Test("a peer of RFC 2543 that tags nothing is an empty tag") func untagged() throws {
        let invitation = Invitation()
        let alice = try #require(Dialog(uac: invitation.request, response: invitation.response(200, tag: nil)))
        #expect(alice.id.remoteTag == "")
        var untagged = invitation.received
        untagged.headers[.from] = "<sip:alice@a.example>"
        let bob = try #require(Dialog(uas: untagged, response: invitation.response(200)))
        #expect(bob.id.remoteTag == "")
    }

    @Test("a 2xx without Contact leaves the request's URI as target; an INVITE without one makes no dialog")
    func noContact() throws {
        var invitation = Invitation()
        let alice = try #require(Dialog(uac: invitation.request, response: invitation.response(200, contact: nil)))
        #expect(alice.remoteTarget == invitation.request.uri)
        invitation.request.headers[.contact] = nil
        #expect(invitation.bob == nil)
    }

    @Test("forked answers are dialogs of their own") func forked() {
        let invitation = Invitation()
        let dialogs = ["b1", "b2"].compactMap {
            Dialog(uac: invitation.request, response: invitation.response(200, tag: $0))
        }
        #expect(Set(dialogs.map(\.id)).count == 2)
    }

    @Test("a NOTIFY that overtakes the 200 makes the subscription's dialog, the same as the 200 would") func notify()
        throws
    {
        let invitation = Invitation(method: .subscribe)
        let answered = try #require(invitation.alice)
        var bob = try #require(invitation.bob)
        let notify = bob.request(.notify, contact: NameAddress(.sip("bob", "192.0.2.9")))
        let notified = try #require(Dialog(subscriber: invitation.request, notify: notify))
        #expect(notified.id == answered.id)
        #expect(notified.remoteTarget == answered.remoteTarget)
        #expect(notified.localCSeq == 41)
        #expect(notified.remoteCSeq == 1)
        var foreign = notify
        foreign.headers[.to] = "<sip:alice@a.example>;tag=other"
        #expect(Dialog(subscriber: invitation.request, notify: foreign) == nil)
    }
}

@Suite("Requests in a dialog")
struct DialogRequestTests {
    @Test("count up from the INVITE, to the target, with both tags") func plain() throws {
        var alice = try #require(Invitation().alice)
        let message = alice.request(.message, contentType: "text/plain;charset=UTF-8", body: Array("hi".utf8))
        let bye = alice.bye()
        #expect(message.uri.description == "sip:bob@192.0.2.9")
        #expect(message.cseq == CSeq(42, .message))
        #expect(message.headers[.contentType] == "text/plain;charset=UTF-8")
        #expect(message.body == Array("hi".utf8))
        #expect(bye.cseq == CSeq(43, .bye))
        #expect(bye.method == .bye)
        #expect(DialogID(receivedRequest: bye) == (try #require(Invitation().bob)).id)
        #expect(bye.routes == [])
    }

    @Test("the callee counts for itself") func callee() throws {
        var bob = try #require(Invitation().bob)
        #expect(bob.request(.message).cseq?.number == 1)
        #expect(bob.request(.bye).cseq?.number == 2)
        #expect(DialogID(receivedRequest: bob.bye()) == (try #require(Invitation().alice)).id)
    }

    @Test("loose routers leave the target in the Request-URI") func loose() throws {
        var bob = try #require(Invitation(recorded: ["<sip:p2.example;lr>", "<sip:p1.example;lr>"]).bob)
        let bye = bob.bye()
        #expect(bye.uri.description == "sip:alice@192.0.2.1:5070;transport=tcp")
        #expect(bye.headers.values(.route) == ["<sip:p2.example;lr>", "<sip:p1.example;lr>"])
    }

    @Test(
        "what a Contact has and a Request-URI must not, headers and a method, is left out",
        arguments: [[], ["<sip:edge.example;lr>"]])
    func stripped(recorded: [String]) throws {
        let invitation = Invitation(recorded: recorded)
        let contact = "<sip:bob@192.0.2.9;method=BYE?Subject=x>"
        var alice = try #require(Dialog(uac: invitation.request, response: invitation.response(200, contact: contact)))
        let request = alice.request(.message)
        #expect(request.uri.description == "sip:bob@192.0.2.9")
    }

    @Test("a strict router gets its own address there, and the target comes last in Route") func strict() throws {
        var bob = try #require(Invitation(recorded: ["<sip:p2.example;method=INVITE>", "<sip:p1.example;lr>"]).bob)
        let bye = bob.bye()
        #expect(bye.uri.description == "sip:p2.example")
        #expect(
            bye.headers.values(.route) == ["<sip:p1.example;lr>", "<sip:alice@192.0.2.1:5070;transport=tcp>"])
    }

    @Test("the ACK has the INVITE's number and credentials, the dialog's route, and counts nothing") func ack() throws {
        var invitation = Invitation(recorded: ["<sip:p1.example;lr>"])
        invitation.request.headers[.proxyAuthorization] = "Digest username=\"alice\""
        var alice = try #require(invitation.alice)
        _ = alice.request(.message)
        let ack = alice.ack(for: invitation.request)
        #expect(ack.method == .ack)
        #expect(ack.cseq == CSeq(41, .ack))
        #expect(ack.uri.description == "sip:bob@192.0.2.9")
        #expect(ack.headers.values(.route) == ["<sip:p1.example;lr>"])
        #expect(ack.headers[.proxyAuthorization] == "Digest username=\"alice\"")
        #expect(ack.to?.tag == "b1")
        #expect(alice.localCSeq == 42)
    }

    @Test("the last number of all is followed by a legal one") func lastNumber() throws {
        var alice = try #require(Invitation(number: 2_147_483_647).alice)
        #expect(try #require(alice.bye().cseq).number < 2_147_483_648)
    }
}

@Suite("What arrives in a dialog")
struct DialogReceiveTests {
    @Test("numbers may leave gaps; an older or equal one is out of order and changes nothing") func order() throws {
        var bob = try #require(Invitation().bob)
        func judge(_ number: Int) -> Dialog.Order { bob.receive(.example(.message, number: number)) }
        #expect(judge(42) == .inOrder)
        #expect(judge(50) == .inOrder)
        #expect(judge(49) == .outOfOrder)
        #expect(judge(50) == .outOfOrder)
        #expect(bob.remoteCSeq == 50)
        #expect(judge(51) == .inOrder)
    }

    @Test("the first request of the callee may have any number") func firstNumber() throws {
        var alice = try #require(Invitation().alice)
        #expect(alice.receive(.example(.message, number: 0)) == .inOrder)
        #expect(alice.remoteCSeq == 0)
    }

    @Test("a re-INVITE moves the target, a MESSAGE does not, and neither does an old re-INVITE") func refresh() throws {
        var bob = try #require(Invitation().bob)
        func hear(_ method: SIP.Method, _ number: Int, from contact: String) {
            _ = bob.receive(.example(method, number: number, fields: [(.contact, contact)]))
        }
        hear(.invite, 42, from: "<sip:alice@198.51.100.1>")
        #expect(bob.remoteTarget.description == "sip:alice@198.51.100.1")
        hear(.message, 43, from: "<sip:alice@198.51.100.2>")
        hear(.invite, 42, from: "<sip:alice@198.51.100.3>")
        #expect(bob.remoteTarget.description == "sip:alice@198.51.100.1")
        hear(.update, 44, from: "<sip:alice@198.51.100.4>")
        #expect(bob.remoteTarget.description == "sip:alice@198.51.100.4")
    }

    @Test("the target stays where a Contact is no SIP URI, or not the only one") func poorContacts() throws {
        var bob = try #require(Invitation().bob)
        let before = bob.remoteTarget
        let contacts = ["<mailto:a@b.example>", "<tel:1>", "<sip:a@b.example>, <sip:c@b.example>"]
        for (number, contact) in contacts.enumerated() {
            #expect(bob.receive(.example(.update, number: 42 + number, fields: [(.contact, contact)])) == .inOrder)
        }
        #expect(bob.remoteTarget == before)
    }

    @Test("the 200 confirms an early dialog, with its own route set and target") func confirms() throws {
        let ringing = Invitation(recorded: ["<sip:p1.example;lr>"])
        var alice = try #require(Dialog(uac: ringing.request, response: ringing.response(180)))
        let answered = Invitation(recorded: ["<sip:p1.example;lr>", "<sip:p2.example;lr>"])
        alice.receive(answered.response(200, contact: "<sip:bob@198.51.100.9>"))
        #expect(alice.state == .confirmed)
        #expect(alice.routeSet.routes.map(\.description) == ["<sip:p2.example;lr>", "<sip:p1.example;lr>"])
        #expect(alice.remoteTarget.description == "sip:bob@198.51.100.9")
    }

    @Test("the 200 to a re-INVITE moves the target but never the route set") func reInvite() throws {
        var alice = try #require(Invitation(recorded: ["<sip:p1.example;lr>"]).alice)
        let moved = Invitation(recorded: ["<sip:evil.example;lr>"], number: 42)
        alice.receive(moved.response(200, contact: "<sip:bob@198.51.100.9>"))
        #expect(alice.remoteTarget.description == "sip:bob@198.51.100.9")
        #expect(alice.routeSet.routes.map(\.description) == ["<sip:p1.example;lr>"])
    }

    @Test(
        "481 and 408 end it, other refusals do not", arguments: [(481, false), (408, false), (486, true), (500, true)])
    func ends(status: Int, lives: Bool) throws {
        var alice = try #require(Invitation().alice)
        let survived = alice.receive(Invitation().response(status))
        #expect(survived == lives)
    }

    @Test("a request outside any dialog has no dialog name") func outside() {
        #expect(DialogID(receivedRequest: .example(.message)) == nil)
    }
}
