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
                #expect(street.states(Self.cat, .received(2)).last == .established, "seed \(seed)")
                #expect(street.states(Self.cat, .received(1)).last == .ended(.init(.hungUp, by: .us)), "seed \(seed)")
            }
            #expect((told == .succeeded) == isThere, "seed \(seed): \(told.debugDescription)")
            #expect(street.progress(Self.ann).count { $0 == .succeeded } <= 1, "seed \(seed)")
        }
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
