import SIP
import Testing

/// Extension 601 at an exchange that asks for its password, the test being the exchange.
private struct Extension {
    static let account = DigestAccount(user: "601", password: "Open Sesame")
    static let number = URI.sip("601", "exchange.local")
    static let peer = URI.sip("1002", "exchange.local")

    var phone = Phone("601", trust: .registeredFlows)
    private var nonces = 0

    /// Registered by way of a 401.
    init() throws {
        let register = try ask()
        hears(401, to: register)
        grant(try phone.takeRequest(.register))
    }

    /// Has not sent anything.
    init(unregistered: Void) {}

    mutating func ask() throws -> Request {
        let parameters = Registration.Parameters(
            registrar: .sip(nil, "exchange.local"), address: NameAddress(Self.number), account: Self.account)
        phone.does(.register(parameters, on: Phone.udp))
        return try phone.takeRequest(.register)
    }

    mutating func grant(_ register: Request) {
        phone.hears(200, to: register) { RegistrationTests.grant(&$0, register, 60, number: "601") }
    }

    /// The exchange asks for the password, with a new nonce each time.
    mutating func hears(
        _ status: Int, to request: Request, realm: String = "exchange.local", stale: Bool = false, tag: String = "peer",
        on flow: Flow = Phone.udp
    ) {
        nonces += 1
        let challenge = DigestChallenge(realm: realm, nonce: "n\(nonces)", algorithm: .sha256, isStale: stale)
        phone.hears(status, to: request, tag: tag, on: flow) {
            $0.headers.append(status == 401 ? .wwwAuthenticate : .proxyAuthenticate, challenge.field.description)
        }
    }

    /// A call that rang and was answered.
    mutating func calls() throws -> Request {
        phone.does(.invite(Wire.call, to: Self.peer, on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1002", "192.0.2.9")) }
        _ = try phone.takeRequest(.ack)
        return invite
    }
}

extension Request {
    fileprivate var digests: [DigestCredentials] {
        (headers.values(.authorization) + headers.values(.proxyAuthorization))
            .compactMap { AuthenticationParameters($0) }.compactMap { DigestCredentials($0) }
    }

    fileprivate var isSigned: Bool {
        let hash = PasswordHash(user: "601", realm: "exchange.local", password: "Open Sesame", .sha256)
        return digests.count == 1 && digests[0].user == "601" && digests[0].isRight(hash, method: method.rawValue)
            && digests[0].uri == uri.description
    }
}

@Suite("A user agent with a password") struct PasswordTests {
    @Test("answers its registrar and is registered") func registers() throws {
        var desk = Extension(unregistered: ())
        let first = try desk.ask()
        #expect(first.digests.isEmpty)
        desk.hears(401, to: first)
        let second = try desk.phone.takeRequest(.register)
        #expect(second.isSigned && second.headers.contains(.authorization))
        #expect(second.callID == first.callID && second.cseq == CSeq(2, .register))
        #expect(second.from == first.from && second.expires == first.expires)
        #expect(desk.phone.reports.isEmpty, "the person needs not know")
        desk.grant(second)
        let identity = NameAddress(Extension.number)
        #expect(desk.phone.latest == .registered(identity: identity, expires: .seconds(60)))

        desk.phone.wait(.seconds(30))
        let refresh = try desk.phone.takeRequest(.register)
        #expect(refresh.isSigned && refresh.digests[0].nonce == "n1")
        #expect(refresh.digests[0].quality?.count == 2 && refresh.cseq == CSeq(3, .register))
    }

    @Test("with a wrong one is told so, and does not insist", arguments: [401, 407, 403])
    func wrong(_ status: Int) throws {
        var desk = Extension(unregistered: ())
        desk.hears(401, to: try desk.ask())
        let second = try desk.phone.takeRequest(.register)
        if status == 403 { desk.phone.hears(403, to: second) } else { desk.hears(status, to: second) }
        #expect(desk.phone.latest == .registrationFailed(.wrongPassword(status: status)))
        desk.phone.wait(.seconds(3_600))
        #expect(desk.phone.count(.register) == 0 && desk.phone.reports.count == 1)
    }

    @Test("that counts no more at a refresh is told so too") func changed() throws {
        var desk = try Extension()
        desk.phone.wait(.seconds(30))
        desk.phone.hears(403, to: try desk.phone.takeRequest(.register))
        #expect(desk.phone.latest == .registrationFailed(.wrongPassword(status: 403)))
        let anew = try desk.ask()
        #expect(anew.digests.isEmpty, "what was refused is not sent unasked")
    }

    @Test("meets a stale nonce without a word, and an exchange that calls all of them stale only so often")
    func stale() throws {
        var desk = try Extension()
        desk.phone.wait(.seconds(30))
        desk.hears(401, to: try desk.phone.takeRequest(.register), stale: true)
        let again = try desk.phone.takeRequest(.register)
        #expect(again.isSigned && again.digests[0].nonce == "n2" && again.digests[0].quality?.count == 1)
        desk.grant(again)
        #expect(desk.phone.reports.count == 2)

        desk.phone.wait(.seconds(30))
        var asked = 0
        while desk.phone.count(.register) > 0, asked < 100 {
            asked += 1
            desk.hears(401, to: try desk.phone.takeRequest(.register), stale: true)
        }
        #expect(asked == 1 + DigestClient.longestInsistence)
        #expect(desk.phone.latest == .registrationFailed(.wrongPassword(status: 401)))
    }

    @Test("leaves with its password too") func unregister() throws {
        var desk = try Extension()
        desk.phone.does(.unregister)
        let leave = try desk.phone.takeRequest(.register)
        #expect(leave.isSigned)
        desk.hears(401, to: leave, stale: true)
        let again = try desk.phone.takeRequest(.register)
        #expect(again.isSigned && again.expires == 0)
        desk.phone.hears(200, to: again)
        #expect(desk.phone.latest == .unregistered)
    }

    @Test("calls through an exchange that asks about calls, and acknowledges with the same credentials")
    func call() throws {
        var desk = try Extension()
        desk.phone.does(.invite(Wire.call, to: Extension.peer, on: Phone.udp))
        let first = try desk.phone.takeRequest(.invite)
        desk.hears(407, to: first)
        let refused = try desk.phone.takeRequest(.ack)
        #expect(refused.cseq?.number == 1, "the 407 is acknowledged")
        let invite = try desk.phone.takeRequest(.invite)
        #expect(invite.isSigned && invite.headers.contains(.proxyAuthorization) && invite.cseq == CSeq(2, .invite))
        #expect(invite.callID == first.callID && invite.from == first.from && invite.body == first.body)
        desk.phone.hears(180, to: invite)
        desk.phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1002", "192.0.2.9")) }
        let ack = try desk.phone.takeRequest(.ack)
        #expect(ack.cseq?.number == 2)
        #expect(ack.headers[.proxyAuthorization] == invite.headers[.proxyAuthorization])
        #expect(desk.phone.reports.suffix(3).contains(.session(Wire.call, .established)))

        desk.phone.does(.hangUp(Wire.call))
        let bye = try desk.phone.takeRequest(.bye)
        #expect(bye.cseq == CSeq(3, .bye) && bye.digests.isEmpty, "there it was not asked yet")
        desk.hears(407, to: bye)
        let parting = try desk.phone.takeRequest(.bye)
        #expect(parting.isSigned && parting.cseq == CSeq(4, .bye) && parting.callID == bye.callID)
        desk.hears(407, to: parting)
        desk.phone.wait(.seconds(60))
        #expect(desk.phone.count(.bye) == 0, "once")
    }

    @Test("signs the next call unasked, its ACK too") func nextCall() throws {
        var desk = try Extension()
        desk.phone.does(.invite(.placed(7), to: Extension.peer, on: Phone.udp))
        desk.hears(407, to: try desk.phone.takeRequest(.invite))
        desk.phone.hears(486, to: try desk.phone.takeRequest(.invite))
        desk.phone.does(.invite(.placed(8), to: Extension.peer, on: Phone.udp))
        let invite = try desk.phone.takeRequest(.invite)
        #expect(invite.isSigned && invite.digests[0].quality?.count == 2 && invite.cseq == CSeq(1, .invite))
        desk.phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1002", "192.0.2.9")) }
        var ack = try desk.phone.takeRequest(.ack)
        while ack.callID != invite.callID { ack = try desk.phone.takeRequest(.ack) }
        #expect(ack.headers[.proxyAuthorization] == invite.headers[.proxyAuthorization])
    }

    @Test("does not place a call that was taken back while it was asked") func takenBack() throws {
        var desk = try Extension()
        desk.phone.does(.invite(Wire.call, to: Extension.peer, on: Phone.udp))
        let invite = try desk.phone.takeRequest(.invite)
        desk.phone.does(.hangUp(Wire.call))
        desk.hears(407, to: invite)
        #expect(desk.phone.count(.invite) == 0)
        desk.phone.wait(.seconds(60))
        #expect(desk.phone.count(.invite) == 0)
    }

    @Test(
        "writes, renews and keeps its place in the dialog when the exchange asks inside of it", arguments: [401, 407])
    func inside(_ status: Int) throws {
        var desk = try Extension()
        _ = try desk.calls()
        for number in 1...2 as ClosedRange<UInt64> {
            desk.phone.does(.message(MessageToken(number), .init(text: "hello \(number)"), in: Wire.call))
        }
        let first = try desk.phone.takeRequest(.message)
        desk.hears(status, to: first)
        let again = try desk.phone.takeRequest(.message)
        #expect(again.isSigned && again.cseq == CSeq(3, .message) && again.body == first.body)
        #expect(desk.phone.count(.message) == 0, "the second waits its turn")
        desk.phone.hears(200, to: again)
        #expect(desk.phone.reports.contains(.messageResult(MessageToken(1), .delivered)))
        let second = try desk.phone.takeRequest(.message)
        #expect(second.isSigned && second.cseq == CSeq(4, .message), "unasked")
        desk.phone.hears(200, to: second)

        desk.phone.does(.renew(Wire.call))
        desk.hears(status, to: try desk.phone.takeRequest(.invite), stale: true)
        let renewal = try desk.phone.takeRequest(.invite)
        #expect(renewal.isSigned && renewal.cseq == CSeq(6, .invite))
        desk.phone.hears(200, to: renewal) { $0.contact = NameAddress(.sip("1002", "192.0.2.9")) }
        #expect(desk.phone.latest == .renewed(Wire.call, accepted: true))
        var ack = try desk.phone.takeRequest(.ack)
        while ack.cseq?.number != 6 { ack = try desk.phone.takeRequest(.ack) }
        #expect(ack.digests == renewal.digests)
    }

    @Test("watches, writes outside of calls and asks who is there", arguments: [401, 407])
    func outside(_ status: Int) throws {
        var desk = try Extension()
        let watched = Subscription.Parameters(resource: Extension.peer, event: "presence", accept: [])
        desk.phone.does(.subscribe(SubscriptionID(1), watched, on: Phone.udp))
        desk.hears(status, to: try desk.phone.takeRequest(.subscribe))
        let subscribe = try desk.phone.takeRequest(.subscribe)
        #expect(subscribe.isSigned && subscribe.cseq == CSeq(2, .subscribe))
        desk.phone.hears(200, to: subscribe) {
            $0.expires = 120
            $0.contact = NameAddress(.sip(nil, "192.0.2.9"))
        }
        desk.phone.does(.unsubscribe(SubscriptionID(1)))
        desk.hears(status, to: try desk.phone.takeRequest(.subscribe))
        let leave = try desk.phone.takeRequest(.subscribe)
        #expect(leave.isSigned && leave.cseq == CSeq(4, .subscribe) && leave.expires == 0)

        desk.phone.does(.messageOutside(MessageToken(1), .init(text: "x"), to: Extension.peer, on: Phone.udp))
        let message = try desk.phone.takeRequest(.message)
        #expect(message.isSigned && message.digests[0].quality?.count == 2)
        desk.hears(status, to: message, stale: true)
        desk.phone.hears(200, to: try desk.phone.takeRequest(.message))
        #expect(desk.phone.latest == .messageResult(MessageToken(1), .delivered))
        desk.phone.does(.options(PingToken(1), to: .sip(nil, "exchange.local"), on: Phone.udp))
        desk.hears(status, to: try desk.phone.takeRequest(.options), stale: true)
        desk.phone.hears(200, to: try desk.phone.takeRequest(.options))
        #expect(desk.phone.latest == .ping(PingToken(1), status: 200))
    }

    @Test("gives nothing to the other side of a call that asks", arguments: [401, 407])
    func peer(_ status: Int) throws {
        var desk = try Extension()
        _ = try desk.calls()
        desk.phone.does(.message(MessageToken(1), .init(text: "x"), in: Wire.call))
        desk.hears(status, to: try desk.phone.takeRequest(.message), realm: "peer.example")
        #expect(desk.phone.count(.message) == 0)
        desk.phone.does(.hangUp(Wire.call))
        desk.hears(status, to: try desk.phone.takeRequest(.bye), realm: "peer.example")
        #expect(desk.phone.count(.bye) == 0)
    }

    @Test("answers nobody who asks after he rang, whatever he calls himself") func afterRinging() throws {
        var desk = try Extension()
        desk.phone.does(.invite(Wire.call, to: Extension.peer, on: Phone.udp))
        let invite = try desk.phone.takeRequest(.invite)
        desk.phone.hears(180, to: invite)
        desk.hears(407, to: invite)
        #expect(desk.phone.count(.invite) == 0)
        let end = SessionEnd(.refused(status: 407, reason: "Proxy Authentication Required"), by: .them)
        #expect(desk.phone.latest == .session(Wire.call, .ended(end)))
    }

    @Test("answers for what a transfer is made of too, and keeps its order") func transfers() throws {
        var desk = try Extension()
        let invite = try desk.calls()
        desk.phone.does(.refer(Wire.call, to: .sip("1003", "exchange.local")))
        desk.phone.does(.dtmf(Wire.call, "5"))
        let refer = try desk.phone.takeRequest(.refer)
        desk.hears(407, to: refer, stale: true)
        let again = try desk.phone.takeRequest(.refer)
        #expect(again.isSigned && again.referTo == refer.referTo)
        #expect(again.cseq?.number == refer.cseq.map { $0.number + 1 })
        #expect(desk.phone.count(.info) == 0)
        desk.phone.hears(202, to: again)
        let info = try desk.phone.takeRequest(.info)
        desk.hears(407, to: info, stale: true)
        let key = try desk.phone.takeRequest(.info)
        #expect(key.isSigned && key.body == info.body)
        desk.phone.hears(200, to: key)
        let number = try #require(again.cseq?.number)
        desk.phone.hears(
            TransferTests.notify(invite, "SIP/2.0 200 OK", "terminated", event: "refer;id=\(number)"))
        #expect(desk.phone.latest == .transfer(Wire.call, .succeeded), "the number is that of the one it was taken by")

        desk.phone.hears(ReferralTests.refer(invite, to: "<sip:1003@exchange.local>", cseq: 2))
        let notify = try desk.phone.takeRequest(.notify)
        desk.hears(407, to: notify, stale: true)
        #expect(try desk.phone.takeRequest(.notify).isSigned)
    }

    @Test("fits an INVITE that takes a place, with all it says, into a datagram") func size() throws {
        var desk = try Extension()
        let invite = try desk.calls()
        let callID = String(repeating: "c", count: 48)
        let target =
            "<sip:1003@exchange.local?Replaces=\(callID)%40192.0.2.9%3Bto-tag%3D\(callID)%3Bfrom-tag%3D\(callID)"
            + "&Require=replaces>"
        desk.phone.hears(
            ReferralTests.refer(invite, to: target, by: "\"Guest\" <sip:1002@exchange.local>"))
        let notify = try desk.phone.takeRequest(.notify)
        desk.phone.hears(200, to: notify, tag: nil)
        desk.phone.does(
            .invite(.placed(2), to: .sip("1003", "exchange.local"), on: Phone.udp, following: ReferralID(1)))
        desk.hears(407, to: try desk.phone.takeRequest(.invite))
        let second = try desk.phone.takeRequest(.invite)
        #expect(second.isSigned && second.replaces != nil && second.referredBy != nil)
    }

    @Test("gives nothing on a flow where it is not registered") func otherFlow() throws {
        var desk = try Extension()
        desk.phone.does(.messageOutside(MessageToken(1), .init(text: "x"), to: Extension.peer, on: Phone.tcp))
        desk.hears(407, to: try desk.phone.takeRequest(.message), on: Phone.tcp)
        #expect(desk.phone.count(.message) == 0)
    }

    @Test("keeps nothing of requests that were answered") func memory() throws {
        var desk = try Extension()
        for number in 0..<50 as Range<UInt64> {
            desk.phone.does(.options(PingToken(number), to: .sip(nil, "exchange.local"), on: Phone.udp))
            if number % 2 == 0 { desk.phone.hears(200, to: try desk.phone.takeRequest(.options)) }
        }
        desk.phone.wait(.seconds(40))
        var dumped = ""
        dump(desk.phone.agent, to: &dumped)
        #expect(!dumped.contains("OPTIONS sip") && !dumped.contains("PingToken"))
    }

    @Test("shows its password in no report, effect, command or dump") func silence() throws {
        var desk = Extension(unregistered: ())
        let register = try desk.ask()
        var shown = "\(register)"
        desk.hears(401, to: register)
        let answer = try desk.phone.takeRequest(.register)
        desk.grant(answer)
        dump(desk.phone.agent, to: &shown)
        dump(desk.phone.reports, to: &shown)
        dump(answer, to: &shown)
        let parameters = Registration.Parameters(
            registrar: .sip(nil, "exchange.local"), address: NameAddress(Extension.number), account: Extension.account)
        dump(UserAgent.Command.register(parameters, on: Phone.udp), to: &shown)
        shown += "\(UserAgent.Command.register(parameters, on: Phone.udp)) \(desk.phone.agent)"
        #expect(!shown.contains("Sesame"))
    }
}
