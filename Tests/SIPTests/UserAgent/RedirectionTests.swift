import SIP
import Testing

@Suite("A call that is sent elsewhere") struct RedirectionTests {
    static let call = SessionID.placed(1)
    static let dialled = URI.sip("1002", "exchange.local")

    /// Why a call ended that was answered so.
    static func ended(_ status: Int, _ contacts: [String]) throws -> SessionEnd.Cause? {
        var phone = Phone("1001")
        phone.does(.invite(call, to: dialled, on: Phone.udp))
        phone.hears(status, to: try phone.takeRequest(.invite)) {
            for contact in contacts { $0.headers.append(.contact, contact) }
        }
        #expect(phone.count(.invite) == 0, "nothing is called by itself")
        guard case .session(call, .ended(let end))? = phone.latest else { return nil }
        #expect(end.side == .them)
        return end.cause
    }

    @Test(
        "goes nowhere by itself: both sides are told where, over UDP and TCP", arguments: [TransportProtocol.udp, .tcp])
    func both(_ transport: TransportProtocol) {
        var wire = Wire(transport)
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .ring(Wire.answered))
        wire.wait(.milliseconds(10))
        wire.does(.b, .redirect(Wire.answered, to: .sip("1003", "exchange.local")))
        wire.wait(.seconds(60))
        let other = [NameAddress(.sip("1003", "exchange.local"))]
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.redirected(to: other), by: .them)))
        #expect(wire.states(.b, Wire.answered) == [.ended(.init(.redirected(to: other), by: .us))])
        #expect(wire.log == ["a> INVITE", "b> 180 INVITE", "b> 302 INVITE", "a> ACK"])
        #expect(wire.isQuiet)
    }

    @Test("tells the most wanted address first, and of equals the first", arguments: [300, 301, 302, 399])
    func order(_ status: Int) throws {
        let contacts = [
            "<sip:low@x.invalid>;q=0.1, <sip:none@x.invalid>;q=0", "\"High\" <sip:high@x.invalid>;q=1.000",
            "<sip:unsaid@x.invalid>", "<sips:middle@x.invalid>;q=0.55;expires=60", "<sip:odd@x.invalid>;q=9",
        ]
        guard case .redirected(let others)? = try Self.ended(status, contacts) else {
            return #expect(Bool(false), "not redirected")
        }
        #expect(others.map(\.uri.user) == ["high", "unsaid", "middle", "low", "none", "odd"])
        #expect(others.first?.displayName == "High")
        #expect(others.allSatisfy { $0.parameters.isEmpty })
    }

    @Test(
        "to nowhere that can be called is refused with the status",
        arguments: [
            (302, []), (302, ["<tel:+15550100>", "<http://x.invalid/>", "<mailto:x@x.invalid>"]),
            (302, ["<sip:1002@exchange.local>"]), (305, ["<sip:proxy.invalid>"]), (380, ["<sip:1003@exchange.local>"]),
        ] as [(Int, [String])])
    func nowhere(_ status: Int, _ contacts: [String]) throws {
        guard case .refused(status, _)? = try Self.ended(status, contacts) else {
            return #expect(Bool(false), "not refused with \(status)")
        }
    }

    @Test("puts nothing into our request but an address") func smuggling() throws {
        let contact = "<sip:1003@exchange.local;method=BYE?Route=%3Csip:evil.invalid%3E&Subject=x>"
        #expect(
            try Self.ended(302, [contact]) == .redirected(to: [NameAddress(.sip("1003", "exchange.local"))]))
    }

    @Test("to a thousand addresses is bounded, and none comes twice") func bounded() throws {
        let many = (1...500).map { "<sip:\($0 / 2)@exchange.local>" }.joined(separator: ",")
        guard case .redirected(let others)? = try Self.ended(302, [many]) else {
            return #expect(Bool(false), "not redirected")
        }
        #expect(others.count == UserAgent.Limits.redirections)
        #expect(Set(others).count == others.count)
    }

    @Test("once it was answered, or is over, stays as it is") func tooLate() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite))
        phone.does(.accept(.received(1)))
        phone.sent = []
        phone.does(.redirect(.received(1), to: .sip("1003", "exchange.local")))
        phone.does(.redirect(.received(9), to: .sip("1003", "exchange.local")))
        #expect(phone.sent.isEmpty)
        #expect(phone.latest == .session(.received(1), .established))
    }
}
