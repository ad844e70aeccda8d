import SIP
import Testing

/// What crosses on the wire, and what never arrives.
@Suite("The end of a call") struct CrossingTests {
    @Test("said by both at once is the end for both") func byeCrossesBye() {
        var wire = Wire.inCall()
        wire.does(.a, .hangUp(Wire.call))
        wire.does(.b, .hangUp(Wire.answered))
        wire.wait(.seconds(60))
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.hungUp, by: .us)))
        #expect(wire.states(.b, Wire.answered).last == .ended(.init(.hungUp, by: .us)))
        #expect(wire.log.suffix(4).sorted() == ["a> 481 BYE", "a> BYE", "b> 481 BYE", "b> BYE"])
        #expect(wire.isQuiet)
    }

    @Test("that crosses a hold ends the call, and the hold is answered", arguments: [Wire.End.a, .b])
    func byeCrossesReinvite(_ end: Wire.End) {
        var wire = Wire.inCall()
        wire.does(end, .hold(wire.session(end)))
        wire.does(end.other, .hangUp(wire.session(end.other)))
        wire.wait(.seconds(120))
        #expect(wire.states(end, wire.session(end)).last == .ended(.init(.hungUp, by: .them)))
        #expect(wire.states(end.other, wire.session(end.other)).last == .ended(.init(.hungUp, by: .us)))
        #expect(wire.held(end).isEmpty)
        #expect(wire.isQuiet)
    }

    @Test("that overtakes our own hold ends the call, and the late 200 is nobody's") func ownByeBehindHold() {
        var wire = Wire.inCall()
        wire.does(.a, .hold(Wire.call))
        wire.does(.a, .hangUp(Wire.call))
        wire.wait(.seconds(120))
        #expect(wire.states(.a, Wire.call).last == .ended(.init(.hungUp, by: .us)))
        #expect(wire.states(.b, Wire.answered).last == .ended(.init(.hungUp, by: .them)))
        #expect(wire.isQuiet)
    }

    @Test("of which one side never hears is found out by its session timer", arguments: [Wire.End.a, .b])
    func lostBye(_ end: Wire.End) {
        var wire = Wire.inCall()
        wire.loses = { _, message in message.summary == "BYE" }
        wire.does(end, .hangUp(wire.session(end)))
        wire.wait(.seconds(200))
        #expect(wire.states(end.other, wire.session(end.other)).last == .ended(.init(.gone, by: .them)))
        wire.wait(.seconds(60))
        #expect(wire.isQuiet)
    }

    @Test("by one that restarted and knows nothing any more is found out at the next refresh") func restarted() throws {
        var (phone, _) = try SessionTimerTests.calling { $0.headers[.allow] = "UPDATE, MESSAGE" }
        phone.wait(.seconds(90))
        phone.hears(481, to: try phone.takeRequest(.update))
        #expect(phone.latest == .session(MessageTests.call, .ended(.init(.gone, by: .them))))
    }

    @Test("in bad weather, with holds and renewals crossing it, leaves nothing behind", arguments: 0..<10)
    func storm(_ block: Int) {
        for seed in UInt64(block * 20)..<UInt64(block * 20 + 20) {
            var wire = Wire.inCall(seed: seed)
            var dice = Identifiers.seeded(seed)
            wire.weather = StormTests.weather
            for _ in 1...6 {
                let end: Wire.End = Bool.random(using: &dice) ? .a : .b
                let id = wire.session(end)
                let commands: [UserAgent.Command] = [.hold(id), .resume(id), .renew(id), .dtmf(id, "1")]
                wire.does(end, commands.randomElement(using: &dice) ?? .renew(id))
                wire.wait(.milliseconds(Int64.random(in: 0...1_500, using: &dice)))
            }
            let end: Wire.End = Bool.random(using: &dice) ? .a : .b
            wire.does(end, .hangUp(wire.session(end)))
            wire.wait(.milliseconds(Int64.random(in: 0...300, using: &dice)))
            wire.does(end.other, .hold(wire.session(end.other)))
            wire.wait(.seconds(400))
            for end in Wire.End.allCases {
                let ends = wire.states(end, wire.session(end)).count { if case .ended = $0 { true } else { false } }
                #expect(ends == 1, "seed \(seed)")
            }
            #expect(wire.isQuiet, "seed \(seed)")
        }
    }

    @Test("does not come to a call that is kept alive for a day") func day() {
        var wire = Wire.inCall()
        wire.wait(.seconds(86_400))
        #expect(wire.states(.a, Wire.call).last == .established)
        #expect(wire.states(.b, Wire.answered).last == .established)
        wire.says(.b, 1, "good morning")
        wire.wait(.seconds(1))
        #expect(wire.texts(.a) == ["good morning"])
        #expect(wire[.a].timers.count < 5 && wire[.b].timers.count < 5)
    }
}
