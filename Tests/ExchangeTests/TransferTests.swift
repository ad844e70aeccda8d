import SIP
import Testing

@testable import Exchange

/// Ann (1000), Bob (1001) and Cat (1002), each with the library's user agent.
@Suite("Calls that are passed on, through this exchange") struct TransferTests {
    static let (ann, bob, cat) = (0, 1, 2)

    static func street(_ transport: TransportProtocol = .tcp, seed: UInt64 = 3) -> Street {
        Street(["ann", "bob", "cat"], over: transport, seed: seed)
    }

    static func referral(_ street: Street, _ index: Int) -> (ReferralID, NameAddress, NameAddress?)? {
        street.reports(index).compactMap {
            if case .referred(let id, _, let to, let by) = $0 { (id, to, by) } else { nil }
        }.last
    }

    static func number(_ number: Int) -> URI { .sip(String(number), "exchange.local") }

    /// Bob follows Ann's REFER with his second call.
    static func follow(_ street: Street) throws {
        let (id, to, _) = try #require(referral(street, bob))
        street.does(bob, .invite(.placed(2), to: to.uri, on: street.houses[bob].ownFlow, following: id))
        street.wait(.milliseconds(50))
    }

    @Test("blind: Ann sends Bob to Cat, and is told how it goes", arguments: [TransportProtocol.tcp, .udp])
    func blind(_ transport: TransportProtocol) throws {
        let street = Self.street(transport)
        street.call(Self.ann, Self.bob, 1, 1)
        street.does(Self.ann, .refer(.placed(1), to: Self.number(1002)))
        street.wait(.milliseconds(100))
        let (_, to, by) = try #require(Self.referral(street, Self.bob))
        #expect(to == NameAddress(Self.number(1002)))
        #expect(by?.uri == Self.number(1000))
        try Self.follow(street)
        street.does(Self.cat, .ring(.received(1)))
        street.wait(.milliseconds(100))
        #expect(street.progress(Self.ann) == [.accepted, .ringing])
        street.does(Self.cat, .accept(.received(1)))
        street.wait(.milliseconds(200))
        #expect(street.progress(Self.ann) == [.accepted, .ringing, .succeeded])
        #expect(street.states(Self.ann, .placed(1)).last == .established, "Ann hangs up herself")
        street.does(Self.ann, .hangUp(.placed(1)))
        street.wait(.milliseconds(100))
        #expect(street.states(Self.bob, .received(1)).last == .ended(.init(.hungUp, by: .them)))
        #expect(street.states(Self.bob, .placed(2)).last == .established)
        let invite = try #require(street.houses[Self.cat].heard.first { $0.method == .invite })
        #expect(invite.assertedIdentity?.uri == Self.number(1001), "who calls is what the exchange says")
        #expect(invite.referredBy?.uri == Self.number(1000), "and on whose behalf, as the exchange saw it")
    }

    @Test("blind, with Ann gone before Cat answers", arguments: [TransportProtocol.tcp, .udp])
    func unattended(_ transport: TransportProtocol) throws {
        let street = Self.street(transport)
        street.call(Self.ann, Self.bob, 1, 1)
        street.does(Self.ann, .refer(.placed(1), to: Self.number(1002)))
        street.wait(.milliseconds(100))
        street.does(Self.ann, .hangUp(.placed(1)))
        street.wait(.milliseconds(100))
        try Self.follow(street)
        street.does(Self.cat, .accept(.received(1)))
        street.wait(.milliseconds(200))
        #expect(street.progress(Self.ann) == [.accepted, .succeeded], "it is told, though she hung up")
        #expect(street.states(Self.bob, .placed(2)).last == .established)
    }

    @Test("attended: Bob takes Ann's place with Cat", arguments: [TransportProtocol.tcp, .udp])
    func attended(_ transport: TransportProtocol) throws {
        let street = Self.street(transport)
        street.call(Self.ann, Self.bob, 1, 1)
        street.call(Self.ann, Self.cat, 2, 1)
        street.does(Self.ann, .join(.placed(1), with: .placed(2)))
        street.wait(.milliseconds(100))
        try Self.follow(street)
        street.wait(.milliseconds(300))
        #expect(street.states(Self.bob, .placed(2)).last == .established)
        let from = NameAddress(Self.number(1001), displayName: "bob")
        #expect(street.reports(Self.cat).contains(.replaced(.received(1), by: .received(2), from: from)))
        #expect(street.states(Self.cat, .received(1)).last == .ended(.init(.hungUp, by: .us)))
        #expect(street.states(Self.cat, .received(2)).last == .established)
        #expect(street.states(Self.ann, .placed(2)).last == .ended(.init(.hungUp, by: .them)))
        #expect(street.progress(Self.ann) == [.accepted, .succeeded])
        street.does(Self.cat, .message(MessageToken(1), .init(text: "hello Bob"), in: .received(2)))
        street.wait(.milliseconds(100))
        #expect(street.reports(Self.cat).last == .messageResult(MessageToken(1), .delivered))
    }

    @Test("attended, where Cat had called Ann and Ann had been called by Bob") func attendedTheOtherWay() throws {
        let street = Self.street()
        street.call(Self.bob, Self.ann, 1, 1)
        street.call(Self.cat, Self.ann, 1, 2)
        street.does(Self.ann, .join(.received(1), with: .received(2)))
        street.wait(.milliseconds(100))
        try Self.follow(street)
        street.wait(.milliseconds(100))
        #expect(street.progress(Self.ann) == [.accepted, .succeeded])
        #expect(street.states(Self.cat, .placed(1)).last == .ended(.init(.hungUp, by: .us)))
        #expect(street.states(Self.cat, .received(1)) == [.established])
    }

    @Test("Bob says no, or Cat does, or nobody has the number") func refusals() throws {
        var street = Self.street()
        street.call(Self.ann, Self.bob, 1, 1)
        street.does(Self.ann, .refer(.placed(1), to: Self.number(1002)))
        street.wait(.milliseconds(100))
        street.does(Self.bob, .refuse(try #require(Self.referral(street, Self.bob)).0))
        street.wait(.milliseconds(100))
        #expect(street.progress(Self.ann) == [.accepted, .failed(status: 603, reason: "Decline")])

        street.does(Self.ann, .refer(.placed(1), to: Self.number(1002)))
        street.wait(.milliseconds(100))
        try Self.follow(street)
        street.does(Self.cat, .reject(.received(1), status: 486))
        street.wait(.milliseconds(100))
        #expect(street.progress(Self.ann).last == .failed(status: 486, reason: "Busy Here"))

        street = Self.street()
        street.call(Self.ann, Self.bob, 1, 1)
        street.does(Self.ann, .refer(.placed(1), to: Self.number(7777)))
        street.wait(.milliseconds(100))
        try Self.follow(street)
        street.wait(.milliseconds(100))
        #expect(street.progress(Self.ann) == [.accepted, .failed(status: 404, reason: "Not Found")])
        #expect(street.states(Self.ann, .placed(1)).last == .established, "and the first call goes on")
    }

    @Test("Bob never answers the question, and Cat never the call") func silence() throws {
        var street = Self.street()
        street.call(Self.ann, Self.bob, 1, 1)
        street.does(Self.ann, .refer(.placed(1), to: Self.number(1002)))
        street.wait(.seconds(200))
        #expect(street.progress(Self.ann) == [.accepted, .failed(status: 408, reason: "Request Timeout")])

        street = Self.street()
        street.call(Self.ann, Self.bob, 1, 1)
        street.does(Self.ann, .refer(.placed(1), to: Self.number(1002)))
        street.wait(.milliseconds(100))
        try Self.follow(street)
        street.does(Self.cat, .ring(.received(1)))
        street.wait(.seconds(300))
        #expect(street.progress(Self.ann) == [.accepted, .ringing, .failed(status: 408, reason: "Request Timeout")])
    }

    @Test("the Echo test goes nowhere and says so") func echo() {
        let street = Self.street()
        street.does(Self.ann, .invite(.placed(1), to: Self.number(600), on: street.houses[Self.ann].ownFlow))
        street.wait(.milliseconds(100))
        street.does(Self.ann, .refer(.placed(1), to: Self.number(1002)))
        street.wait(.milliseconds(100))
        #expect(street.progress(Self.ann) == [.accepted, .failed(status: 603, reason: "Decline")])
        street.does(Self.ann, .dtmf(.placed(1), "12"))
        street.wait(.milliseconds(100))
        #expect(street.states(Self.ann, .placed(1)).last == .established)
    }

    @Test("over lines that lose a fifth of all, each transfer comes to the same end for all three") func lossy() throws
    {
        var transfers = 0
        for seed in UInt64(1)...30 {
            let street = Self.street(.udp, seed: seed)
            street.call(Self.ann, Self.bob, 1, 1)
            street.call(Self.ann, Self.cat, 2, 1)
            street.loss = 20
            street.does(Self.ann, .join(.placed(1), with: .placed(2)))
            street.wait(.seconds(20))
            guard let (id, to, _) = Self.referral(street, Self.bob) else { continue }
            street.does(
                Self.bob, .invite(.placed(2), to: to.uri, on: street.houses[Self.bob].ownFlow, following: id))
            street.wait(.seconds(40))
            street.loss = 0
            street.wait(.seconds(500))
            let isThere = street.states(Self.bob, .placed(2)).last == .established
            let told = street.progress(Self.ann).last
            if isThere {
                transfers += 1
                #expect(street.states(Self.cat, .received(2)).last == .established, "seed \(seed)")
                #expect(street.states(Self.cat, .received(1)).last == .ended(.init(.hungUp, by: .us)), "seed \(seed)")
            }
            #expect((told == .succeeded) == isThere, "seed \(seed): \(told.debugDescription)")
            #expect(street.progress(Self.ann).count { $0 == .succeeded } <= 1, "seed \(seed)")
        }
        #expect(transfers >= 20, "most get there")
    }

    @Test("who refers is what the exchange says, on the REFER and on the call that follows it") func referrer() throws {
        let pair = Pair()
        let answer = try pair.call().answer
        pair.fromAnn("ACK", answer)
        pair.fromAnn(
            "REFER", answer, ["Refer-To: <sip:1002@exchange.local>", "Referred-By: <sip:1005@exchange.local>"])
        let refer = try #require(pair.bob.lastRequest)
        #expect(refer.method == .refer)
        #expect(refer.headers.values(.referredBy) == ["\"ann\" <sip:1000@exchange.local>"])

        let cat = pair.town.phone("cat")
        cat.register()
        for (claim, told) in [
            ("<sip:1000@exchange.local>", "\"ann\" <sip:1000@exchange.local>"), ("<sip:1002@exchange.local>", nil),
            ("<sip:boss@elsewhere.invalid>", nil),
        ] as [(String, String?)] {
            pair.bob.ask("INVITE", "sip:1002@exchange.local", ["Referred-By: \(claim)"])
            #expect(cat.lastRequest?.headers[.referredBy] == told)
        }
        pair.bob.ask("MESSAGE", "sip:1002@exchange.local", ["Referred-By: <sip:1000@exchange.local>"])
        #expect(cat.lastRequest?.headers[.referredBy] == nil)
        pair.ann.ask("INVITE", "sip:1002@exchange.local", ["Referred-By: <sip:1001@exchange.local>"])
        #expect(cat.lastRequest?.headers[.referredBy] == nil, "Bob asked nobody")
        pair.town.wait(.seconds(50))
        pair.bob.register()
        cat.register()
        #expect(pair.town.exchange.referrals.count == 1)
    }

    @Test("REFERs without number do not fill the exchange's memory") func manyReferrals() {
        var referrals = Referrals()
        for number in UInt32(1)...1_000 {
            referrals.add(PhoneNumber(number), asks: 7, at: 1, limit: 100)
            referrals.add(PhoneNumber(number), asks: 7, at: 2, limit: 100)
        }
        #expect(referrals.count == 100)
        #expect(referrals.holds(1_000, asked: 7, at: 300))
        #expect(!referrals.holds(1_000, asked: 8, at: 300) && !referrals.holds(7, asked: 1_000, at: 300))
        #expect(!referrals.holds(1_000, asked: 7, at: 400), "that is long ago")
        #expect(!referrals.holds(1, asked: 7, at: 2))
    }

    @Test(
        "the methods of a call go both ways in its dialog",
        arguments: ["REFER", "NOTIFY", "INFO", "UPDATE", "PRACK", "MESSAGE", "OPTIONS", "INVITE"])
    func inDialog(_ method: String) throws {
        let pair = Pair()
        let (invite, answer) = try pair.call()
        pair.fromAnn("ACK", answer)
        pair.bob.forget()
        pair.ann.forget()
        pair.fromAnn(method, answer, ["Refer-To: <sip:1002@exchange.local>", "Event: refer"])
        let there = try #require(method == "NOTIFY" ? pair.bob.notifies.last : pair.bob.lastRequest)
        #expect(there.method.rawValue == method)
        if method != "NOTIFY" { pair.bob.answer(there, 200) }
        #expect(pair.ann.statuses == [200])
        pair.fromBob(method, invite, ["Refer-To: <sip:1002@exchange.local>", "Event: refer"])
        let back = try #require(method == "NOTIFY" ? pair.ann.notifies.last : pair.ann.lastRequest)
        #expect(back.method.rawValue == method)
        #expect(back.assertedIdentity?.uri.user == "1001")
    }

    @Test("a Replaces and a Contact of a 302 go through as they are, to the number in the address, on any line")
    func throughput() throws {
        let pair = Pair(.tcp, .tcp, .init(lines: ["Webphone1", "Webphone2"]))
        let cat = pair.town.phone("cat")
        cat.register(line: "Webphone2")
        let replaces = "call@x;to-tag=a;from-tag=b;early-only"
        // As a Refer-To may name Cat: by number and exchange, or by the Contact she registered with.
        let other = pair.town.phone("dan", at: "192.0.2.7")
        other.register(line: "Webphone2", contact: "<sip:1003@192.0.2.7:5060>")
        for (uri, phone) in [
            ("sip:1002@exchange.local", cat), ("sip:1002@127.0.0.1:7777", cat), ("sip:1003@192.0.2.7:5060", other),
        ] {
            pair.bob.ask("INVITE", uri, ["Replaces: \(replaces)", "Require: replaces"])
            #expect(phone.lastRequest?.headers[.replaces] == replaces)
            #expect(phone.lastRequest?.headers[.require] == "replaces")
        }
        #expect(pair.bob.ask("INVITE", "sip:1002@elsewhere.invalid")?.status == 404, "another exchange's 1002")
        pair.ann.ask("INVITE", "sip:1001@exchange.local")
        pair.bob.answer(try #require(pair.bob.lastRequest), 302, ["Contact: <sip:1002@exchange.local>;q=0.9"])
        let moved = try #require(pair.ann.responses.last)
        #expect(moved.status == 302)
        #expect(moved.contacts.contains { $0.uri == Self.number(1002) && $0.parameters["q"] == "0.9" })
        #expect(cat.requests.count == 2, "the exchange follows nothing by itself")
    }

    @Test("sent elsewhere (302): Ann is told, and calls there when she wants to") func redirected() {
        let street = Self.street()
        street.does(Self.ann, .invite(.placed(1), to: Self.number(1001), on: street.houses[Self.ann].ownFlow))
        street.wait(.milliseconds(50))
        street.does(Self.bob, .redirect(.received(1), to: Self.number(1002)))
        street.wait(.milliseconds(50))
        let others = [NameAddress(Self.number(1002))]
        #expect(street.states(Self.ann, .placed(1)).last == .ended(.init(.redirected(to: others), by: .them)))
        #expect(street.reports(Self.cat).count == 1, "nobody was called")
        street.does(Self.ann, .invite(.placed(2), to: others[0].uri, on: street.houses[Self.ann].ownFlow))
        street.wait(.milliseconds(50))
        street.does(Self.cat, .accept(.received(1)))
        street.wait(.milliseconds(50))
        #expect(street.states(Self.ann, .placed(2)).last == .established)
    }
}
