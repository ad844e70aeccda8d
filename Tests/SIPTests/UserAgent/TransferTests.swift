import SIP
import Testing

@Suite("Asking the peer to call somebody else") struct TransferTests {
    static let call = MessageTests.call
    static let target = URI.sip("1003", "exchange.local")

    static func progress(_ phone: Phone) -> [TransferProgress] {
        phone.reports.compactMap { if case .transfer(call, let progress) = $0 { progress } else { nil } }
    }

    /// A phone in a call whose REFER is on its way.
    static func referring() throws -> (Phone, Request) {
        var (phone, _) = try MessageTests.calling()
        phone.does(.refer(call, to: target))
        let refer = try phone.takeRequest(.refer)
        return (phone, refer)
    }

    static func notify(
        _ refer: Request, _ line: String?, _ state: String = "active;expires=60", cseq: UInt32 = 1,
        event: String = "refer", type: String = "message/sipfrag;version=2.0"
    ) -> Request {
        var notify = request(
            .notify, callID: refer.callID ?? "", cseq: cseq, fromTag: "peer", toTag: refer.from?.tag,
            body: line ?? "", type: line == nil ? nil : type)
        notify.headers[.event] = event
        notify.headers[.subscriptionState] = state
        return notify
    }

    @Test("says whom to call and who asks") func written() throws {
        let (_, refer) = try Self.referring()
        #expect(refer.referTo == NameAddress(Self.target))
        #expect(refer.referredBy == NameAddress(.sip("1001", "exchange.local"), displayName: "1001"))
        #expect(refer.contact != nil)
        #expect(refer.to?.tag == "peer")
    }

    @Test("is told of step by step, and the call is left to the person") func wholeStory() throws {
        var (phone, refer) = try Self.referring()
        phone.hears(202, to: refer)
        let news = [
            "SIP/2.0 100 Trying\r\n", "SIP/2.0 180 Ringing", "SIP/2.0 183 Session Progress", "SIP/2.0 200 OK\r\nTo: x",
        ]
        for (index, line) in news.enumerated() {
            let state = index == 3 ? "terminated;reason=noresource" : "active;expires=60"
            phone.hears(Self.notify(refer, line, state, cseq: UInt32(index) + 1))
            #expect(try phone.takeResponse().status == 200)
        }
        #expect(Self.progress(phone) == [.accepted, .ringing, .succeeded])
        #expect(phone.count(.bye) == 0)
        phone.hears(Self.notify(refer, "SIP/2.0 200 OK", "terminated", cseq: 5))
        #expect(try phone.takeResponse().status == 481, "the subscription is over")
        phone.wait(.seconds(1_000))
        #expect(Self.progress(phone) == [.accepted, .ringing, .succeeded])
        #expect(phone.timers.isEmpty)
    }

    @Test("refused is told with the status, and another may follow", arguments: [603, 405, 501, 403, 420, 500])
    func refused(_ status: Int) throws {
        var (phone, refer) = try Self.referring()
        phone.hears(status, to: refer)
        #expect(Self.progress(phone) == [.failed(status: status, reason: Response.phrase(for: status))])
        phone.does(.refer(Self.call, to: Self.target))
        phone.hears(202, to: try phone.takeRequest(.refer))
        #expect(Self.progress(phone).last == .accepted)
        #expect(phone.count(.bye) == 0)
    }

    @Test("whose call is refused is told with that status and words") func declined() throws {
        var (phone, refer) = try Self.referring()
        phone.hears(202, to: refer)
        phone.hears(Self.notify(refer, "SIP/2.0 486 Busy \u{1B}[31m", "terminated;reason=noresource"))
        #expect(Self.progress(phone) == [.accepted, .failed(status: 486, reason: "Busy [31m")])
    }

    @Test("whose news overtake the answer to it is told right") func overtaken() throws {
        var (phone, refer) = try Self.referring()
        phone.hears(Self.notify(refer, "SIP/2.0 200 OK", "terminated;reason=noresource"))
        #expect(try phone.takeResponse().status == 200)
        phone.hears(202, to: refer)
        #expect(Self.progress(phone) == [.accepted, .succeeded])
        #expect(!phone.timers.keys.contains { $0.kind == .session(Self.call, .transfer) })
    }

    @Test("with no word at all, or none after a while, comes to nothing in the end") func silence() throws {
        var (phone, refer) = try Self.referring()
        phone.hears(202, to: refer)
        phone.wait(.seconds(33))
        #expect(Self.progress(phone) == [.accepted, .failed(status: 408, reason: "Request Timeout")])

        (phone, refer) = try Self.referring()
        phone.hears(202, to: refer)
        phone.hears(Self.notify(refer, "SIP/2.0 100 Trying", "active;expires=4000000000"))
        phone.wait(.seconds(599))
        #expect(Self.progress(phone) == [.accepted])
        phone.wait(.seconds(34))
        #expect(Self.progress(phone).last == .failed(status: 408, reason: "Request Timeout"))
        #expect(phone.timers.isEmpty)
    }

    @Test("without an answer fails, and the session with it") func unanswered() throws {
        var (phone, _) = try Self.referring()
        phone.wait(.seconds(33))
        #expect(Self.progress(phone) == [.failed(status: 408, reason: "Request Timeout")])
        #expect(phone.latest == .session(Self.call, .ended(.init(.gone, by: .them))))
    }

    @Test(
        "ends where the peer says that it will tell no more",
        arguments: [
            ("terminated;reason=rejected", 603), ("terminated;reason=timeout", 408), ("terminated", 408),
        ])
    func terminated(_ state: String, _ status: Int) throws {
        var (phone, refer) = try Self.referring()
        phone.hears(202, to: refer)
        phone.hears(Self.notify(refer, nil, state))
        guard case .failed(status, _)? = Self.progress(phone).last else { return #expect(Bool(false), "not failed") }
    }

    @Test("goes on though the peer hung up: it may be in the new call already") func outlives() throws {
        var (phone, refer) = try Self.referring()
        phone.hears(202, to: refer)
        phone.hears(request(.bye, callID: refer.callID ?? "", fromTag: "peer", toTag: refer.from?.tag))
        #expect(phone.latest == .session(Self.call, .ended(.init(.hungUp, by: .them))))
        _ = try phone.takeResponse()
        phone.does(.message(MessageTests.token, .init(text: "still there?"), in: Self.call))
        #expect(phone.latest == .messageResult(MessageTests.token, .failed(.noSession)))
        phone.hears(
            request(.message, callID: refer.callID ?? "", cseq: 2, fromTag: "peer", toTag: refer.from?.tag, body: "x"))
        #expect(try phone.takeResponse().status == 481)
        phone.hears(Self.notify(refer, "SIP/2.0 200 OK", "terminated;reason=noresource", cseq: 3))
        #expect(try phone.takeResponse().status == 200)
        #expect(phone.latest == .transfer(Self.call, .succeeded))
        phone.wait(.seconds(100))
        #expect(phone.timers.isEmpty)
        phone.hears(Self.notify(refer, "SIP/2.0 200 OK", "terminated", cseq: 4))
        #expect(try phone.takeResponse().status == 481, "nothing is left of it")
    }

    @Test("a second one is known by its number") func second() throws {
        var (phone, first) = try Self.referring()
        phone.does(.refer(Self.call, to: Self.target))
        #expect(phone.count(.refer) == 0, "one at a time")
        phone.hears(202, to: first)
        phone.hears(Self.notify(first, "SIP/2.0 404 Not Found", "terminated;reason=noresource"))
        phone.does(.refer(Self.call, to: Self.target))
        let second = try phone.takeRequest(.refer)
        phone.hears(202, to: second)
        phone.sent = []
        phone.hears(Self.notify(second, "SIP/2.0 200 OK", "terminated", cseq: 2))
        #expect(try phone.takeResponse().status == 481, "that would be the first one's")
        let number = try #require(second.cseq?.number)
        phone.hears(Self.notify(second, "SIP/2.0 200 OK", "terminated", cseq: 3, event: "refer;id=\(number)"))
        #expect(try phone.takeResponse().status == 200)
        #expect(
            Self.progress(phone)
                == [.accepted, .failed(status: 404, reason: "Not Found"), .accepted, .succeeded])
    }

    @Test(
        "what is no news of it is refused",
        arguments: [
            ("presence", "SIP/2.0 200 OK", "active", "message/sipfrag", 489),
            ("refer;id=77", "SIP/2.0 200 OK", "active", "message/sipfrag", 481),
            ("refer", "SIP/2.0 200 OK", ";", "message/sipfrag", 400),
            ("refer", "200 OK", "active", "message/sipfrag", 400),
            ("refer", "SIP/2.0 999 OK", "active", "message/sipfrag", 400),
            ("refer", "SIP/2.0 2000", "active", "message/sipfrag", 400),
            ("refer", "SIP/2.0", "active", "message/sipfrag", 400),
            ("refer", "INVITE sip:x SIP/2.0", "active", "message/sipfrag", 400),
            ("refer", "SIP/2.0 200 " + String(repeating: "x", count: 600), "active", "message/sipfrag", 400),
            ("refer", "SIP/2.0 200 OK", "active", "text/plain", 415),
        ])
    func noNews(_ event: String, _ body: String, _ state: String, _ type: String, _ status: Int) throws {
        var (phone, refer) = try Self.referring()
        phone.hears(202, to: refer)
        phone.sent = []
        phone.hears(Self.notify(refer, body, state, event: event, type: type))
        let response = try phone.takeResponse()
        #expect(response.status == status)
        if status == 415 { #expect(response.headers[.accept] == "message/sipfrag") }
        if status == 489 { #expect(response.headers[.allowEvents] == "refer") }
        #expect(Self.progress(phone) == [.accepted])
    }

    @Test("without a call, or into one that is not there, fails at once") func noCall() throws {
        var (phone, _) = try MessageTests.calling()
        let failed = TransferProgress.failed(status: 481, reason: "Call/Transaction Does Not Exist")
        phone.does(.refer(.placed(9), to: Self.target))
        #expect(phone.latest == .transfer(.placed(9), failed))
        phone.does(.join(Self.call, with: .placed(9)))
        #expect(phone.latest == .transfer(Self.call, failed))
        phone.does(.join(Self.call, with: Self.call))
        #expect(phone.sent.isEmpty)
        phone.does(.invite(.placed(2), to: Self.target, on: Phone.udp))
        phone.does(.join(Self.call, with: .placed(2)))
        #expect(phone.latest == .transfer(Self.call, failed), "that one is not answered yet")
    }

    @Test("to take our place in another call names that call as its other end knows it") func join() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.invite(.placed(2), to: Self.target, on: Phone.udp))
        let second = try phone.takeRequest(.invite)
        phone.hears(200, to: second, tag: "third") { $0.contact = NameAddress(.sip("1003", "192.0.2.9")) }
        phone.does(.join(Self.call, with: .placed(2)))
        let refer = try phone.takeRequest(.refer)
        let uri = try #require(refer.referTo?.uri)
        #expect(uri.user == "1003" && uri.host == "exchange.local")
        let dialog = DialogID(
            callID: try #require(second.callID), localTag: "third", remoteTag: try #require(second.from?.tag))
        #expect(uri.headers.map { Replaces($0.value) } == [Replaces(dialog)])
    }
}
