import SIP
import Testing

@Suite("A call") struct CallTests {
    @Test("is placed, rung, accepted, used both ways and hung up", arguments: [TransportProtocol.udp, .tcp])
    func wholeCall(_ transport: TransportProtocol) {
        var wire = Wire.inCall(transport)
        wire.says(.a, 1, "lunch?")
        wire.says(.b, 1, "in ten minutes 🍜")
        wire.wait(.milliseconds(10))
        wire.does(.b, .hangUp(Wire.answered))
        wire.wait(.seconds(60))

        #expect(wire.states(.a, Wire.call) == [.calling, .ringing, .established, .ended(.init(.hungUp, by: .them))])
        #expect(wire.states(.b, Wire.answered) == [.established, .ended(.init(.hungUp, by: .us))])
        #expect(wire.texts(.b) == ["lunch?"])
        #expect(wire.texts(.a) == ["in ten minutes 🍜"])
        #expect(wire.results(.a) == [1: [.delivered]])
        #expect(
            wire.log == [
                "a> INVITE", "b> 180 INVITE", "b> 200 INVITE", "a> ACK",
                "a> MESSAGE", "b> MESSAGE", "b> 200 MESSAGE", "a> 200 MESSAGE", "b> BYE", "a> 200 BYE",
            ])
        #expect(wire.isQuiet)
    }

    @Test("is refused, and who refused is told to both") func rejected() {
        var wire = Wire()
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .reject(Wire.answered, status: 603))
        wire.wait(.seconds(60))
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.refused(status: 603, reason: "Decline"), by: .them)))
        #expect(wire.states(.b, Wire.answered) == [.ended(.init(.refused(status: 603, reason: "Decline"), by: .us))])
        #expect(wire.isQuiet)
    }

    @Test("taken back before the answer ends with CANCEL and 487") func cancelled() {
        var wire = Wire()
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .ring(Wire.answered))
        wire.wait(.milliseconds(10))
        wire.does(.a, .hangUp(Wire.call))
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.cancelled, by: .us)), "the person is told at once")
        wire.wait(.seconds(60))
        #expect(wire.states(.b, Wire.answered) == [.ended(.init(.cancelled, by: .them))])
        #expect(wire.log.suffix(4) == ["a> CANCEL", "b> 200 CANCEL", "b> 487 INVITE", "a> ACK"])
        #expect(wire.isQuiet)
    }

    @Test("whose CANCEL crosses the 200 is acknowledged and ended with BYE") func cancelCrosses() {
        var wire = Wire()
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .ring(Wire.answered))
        wire.wait(.milliseconds(10))
        wire.does(.b, .accept(Wire.answered))
        wire.does(.a, .hangUp(Wire.call))
        wire.wait(.seconds(60))
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.cancelled, by: .us)))
        #expect(wire.states(.b, Wire.answered) == [.established, .ended(.init(.hungUp, by: .them))])
        #expect(wire.log.contains("a> ACK") && wire.log.contains("a> BYE"))
        #expect(wire.isQuiet)
    }

    @Test("whose ACKs are lost has its 200 repeated from T1 to T2, and lives when one gets through") func ackLost() {
        var wire = Wire()
        wire.loses = { end, message in end == .a && message.summary == "ACK" }
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .accept(Wire.answered))
        wire.wait(.milliseconds(7_990))
        // 0, 0.5, 1.5, 3.5, 7.5 s
        #expect(wire.log.count { $0 == "b> 200 INVITE" } == 5)
        #expect(wire.log.count { $0 == "a> ACK" } == 5)
        wire.loses = { _, _ in false }
        wire.wait(.seconds(100))
        #expect(wire.log.count { $0 == "b> 200 INVITE" } == 6)
        #expect(wire.states(.b, Wire.answered) == [.established])
        wire.says(.b, 1, "still here")
        wire.wait(.seconds(1))
        #expect(wire.texts(.a) == ["still here"])
    }

    @Test("that is never acknowledged is ended with BYE after 64·T1") func neverAcknowledged() {
        var wire = Wire()
        wire.loses = { end, message in end == .a && message.summary == "ACK" }
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .accept(Wire.answered))
        wire.wait(.seconds(31))
        #expect(wire.states(.b, Wire.answered) == [.established])
        wire.wait(.seconds(60))
        #expect(wire.states(.b, Wire.answered).last == .ended(.init(.timedOut, by: .them)))
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.hungUp, by: .them)))
        #expect(wire.isQuiet)
    }

    @Test("hung up by the callee before the ACK waits for it with its BYE") func hangUpBeforeAck() {
        var wire = Wire()
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .accept(Wire.answered))
        wire.does(.b, .hangUp(Wire.answered))
        #expect(wire.states(.b, Wire.answered) == [.established, .ended(.init(.hungUp, by: .us))])
        #expect(!wire.log.contains("b> BYE"))
        wire.wait(.seconds(40))
        #expect(wire.log.suffix(3) == ["a> ACK", "b> BYE", "a> 200 BYE"])
        #expect(wire.isQuiet)
    }

    @Test("that nobody answers at all times out") func noAnswer() {
        var wire = Wire()
        wire.loses = { _, _ in true }
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.seconds(40))
        #expect(wire.states(.a, Wire.call) == [.calling, .ended(.init(.timedOut, by: .them))])
        #expect(wire.isQuiet)
    }

    @Test("that rings for three minutes is given up and taken back") func ringsForEver() {
        var wire = Wire()
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .ring(Wire.answered))
        wire.wait(.seconds(170))
        #expect(wire.log.count { $0 == "b> 180 INVITE" } == 3, "every minute, for the proxies")
        wire.wait(.seconds(60))
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.timedOut, by: .them)))
        #expect(wire.states(.b, Wire.answered).last == .ended(.init(.cancelled, by: .them)))
        #expect(wire.isQuiet)
    }

    @Test("placed by both at once makes two sessions, each on its own") func crossedInvites() {
        var wire = Wire()
        wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
        wire.does(.b, .invite(Wire.call, to: .sip("1001", "exchange.local"), on: wire.flow(.b)))
        wire.wait(.milliseconds(10))
        wire.does(.a, .accept(Wire.answered))
        wire.does(.b, .reject(Wire.answered, status: 486))
        wire.wait(.milliseconds(10))
        #expect(wire.states(.a, Wire.answered) == [.established])
        #expect(wire.states(.b, Wire.call) == [.calling, .established])
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.refused(status: 486, reason: "Busy Here"), by: .them)))
    }

    @Test("on a flow that closes is lost, and its message under way is marked") func flowCloses() {
        var wire = Wire.inCall(.tcp)
        wire.loses = { _, _ in true }
        wire.says(.a, 1, "under way")
        wire.says(.a, 2, "waiting")
        wire.closes(.a)
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.lost, by: .us)))
        #expect(wire.results(.a) == [1: [.failed(.lost)], 2: [.failed(.lost)]])
        #expect(wire[.a].timers.isEmpty)
    }

    @Test("beyond the limit is answered 486, and the calls there are go on") func limit() throws {
        var phone = Phone("1001", limit: 2)
        for number in 1...3 as ClosedRange<UInt32> {
            phone.hears(request(.invite, callID: "call\(number)", fromTag: "t\(number)"))
        }
        let incoming = phone.reports.count { if case .incoming = $0 { true } else { false } }
        #expect(incoming == 2)
        #expect(try phone.takeResponse().status == 486)
        phone.does(.accept(.received(2)))
        #expect(try phone.takeResponse().status == 200)
    }

    @Test("after call leaves nothing behind that grows: what is remembered of hundreds is what was of a few")
    func hundreds() {
        var wire = Wire(.tcp)
        var after: [Int: Int] = [:]
        for count in UInt64(1)...300 {
            wire.does(.a, .invite(.placed(count), to: Wire.guest, on: wire.flow(.a)))
            wire.wait(.milliseconds(10))
            if count % 2 == 0 { wire.does(.b, .accept(.received(count))) }
            wire.wait(.milliseconds(10))
            wire.does(.b, count % 2 == 0 ? .hangUp(.received(count)) : .reject(.received(count), status: 486))
            wire.wait(.seconds(20))
            after[Int(count)] = max(wire[.a].agent.remembered, wire[.b].agent.remembered)
        }
        let early = (20...60).compactMap { after[$0] }.max() ?? 0
        let late = (260...300).compactMap { after[$0] }.max() ?? .max
        #expect(late <= early && early <= 24, "\(early), then \(late)")
    }

    @Test("that says how long it may ring is over then, and not before") func expires() throws {
        var phone = Phone("1001")
        var invite = request(.invite)
        invite.expires = 20
        phone.hears(invite)
        phone.does(.ring(.received(1)))
        phone.wait(.milliseconds(19_900))
        phone.sent = []
        phone.wait(.milliseconds(100))
        #expect(try phone.takeResponse().status == 487)
        #expect(phone.latest == .session(.received(1), .ended(.init(.timedOut, by: .us))))

        var answered = Phone("1001")
        answered.hears(invite)
        answered.does(.accept(.received(1)))
        let tag = try #require(try answered.takeResponse().to?.tag)
        answered.hears(request(.ack, toTag: tag))
        answered.wait(.seconds(60))
        #expect(answered.latest == .session(.received(1), .established))
    }

    @Test("with names and numbers of every kind says who calls: the exchange's word, else From") func caller() throws {
        var phone = Phone("1001")
        var invite = request(.invite)
        invite.headers[.from] = "<sip:1002@exchange.local>;tag=nameless"
        phone.hears(invite)
        #expect(
            phone.latest == .incoming(.received(1), from: NameAddress(.sip("1002", "exchange.local")), offer: nil))
        invite = request(.invite, callID: "second")
        invite.headers[.pAssertedIdentity] = "<tel:+4912345>, \"%n $(id)\" <sip:1003@exchange.local>"
        phone.hears(invite)
        let asserted = NameAddress(.sip("1003", "exchange.local"), displayName: "%n $(id)")
        #expect(phone.latest == .incoming(.received(2), from: asserted, offer: nil))
    }
}
