import SIP
import Testing

/// The same story in bad weather, from many seeds.
@Suite("Over a line that loses, repeats and overtakes") struct StormTests {
    static let weather = Wire.Weather(loss: 0.15, duplication: 0.15, delay: .milliseconds(900))

    @Test("a call keeps every message once and in order, and ends on both sides", arguments: 0..<20)
    func conversation(_ block: Int) {
        var complete = 0
        for seed in UInt64(block * 20)..<UInt64(block * 20 + 20) {
            var wire = Wire(weather: Self.weather, seed: seed)
            wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
            wire.wait(.seconds(20))
            wire.does(.b, .ring(Wire.answered))
            wire.wait(.milliseconds(300))
            wire.does(.b, .accept(Wire.answered))
            wire.says(.b, 1, "b1")
            wire.wait(.seconds(20))
            for number in 1...5 as ClosedRange<UInt64> {
                wire.says(.a, number, "a\(number)")
                wire.says(.b, number + 1, "b\(number + 1)")
            }
            wire.does(.b, .renew(Wire.answered))
            wire.wait(.seconds(120))
            wire.does(.a, .hangUp(Wire.call))
            wire.wait(.seconds(200))
            check(wire, seed)
            if wire.texts(.a).count == 6 && wire.texts(.b).count == 5 { complete += 1 }
        }
        #expect(complete >= 19, "retransmission gets nearly all through")
    }

    /// What was said is heard once and in order as far as it was delivered; each message has one result; nothing is
    /// left running.
    private func check(_ wire: Wire, _ seed: UInt64) {
        for (from, to) in [(Wire.End.a, Wire.End.b), (.b, .a)] {
            let results = wire.results(from)
            #expect(results.count == (from == .a ? 5 : 6), "seed \(seed)")
            #expect(results.values.allSatisfy { $0.count == 1 }, "seed \(seed)")
            let delivered = results.filter { $0.value == [.delivered] }.keys.sorted().map { "\(from)\($0)" }
            let heard = wire.texts(to)
            #expect(heard == heard.sorted() && Set(heard).count == heard.count, "seed \(seed): \(heard)")
            #expect(Set(delivered).isSubset(of: heard), "seed \(seed)")
        }
        for (end, id) in [(Wire.End.a, Wire.call), (.b, Wire.answered)] {
            let states = wire.states(end, id)
            let ends = states.count { if case .ended = $0 { true } else { false } }
            #expect(ends == 1, "seed \(seed): \(states)")
        }
        #expect(wire.isQuiet, "seed \(seed)")
    }

    @Test("a call taken back at any moment ends on both sides", arguments: 0..<15)
    func takenBack(_ block: Int) {
        for seed in UInt64(block * 20)..<UInt64(block * 20 + 20) {
            var wire = Wire(weather: Self.weather, seed: seed)
            var dice = Identifiers.seeded(seed)
            wire.does(.a, .invite(Wire.call, to: Wire.guest, on: wire.flow(.a)))
            wire.wait(.milliseconds(Int64.random(in: 0...4_000, using: &dice)))
            wire.does(.b, .ring(Wire.answered))
            wire.wait(.milliseconds(Int64.random(in: 0...2_000, using: &dice)))
            wire.does(.b, .accept(Wire.answered))
            wire.wait(.milliseconds(Int64.random(in: 0...1_000, using: &dice)))
            wire.does(.a, .hangUp(Wire.call))
            wire.wait(.seconds(10))
            wire.does(.b, .hangUp(Wire.answered))
            wire.wait(.seconds(300))
            let ends = wire.states(.a, Wire.call).count { if case .ended = $0 { true } else { false } }
            #expect(ends == 1, "seed \(seed)")
            #expect(wire.isQuiet, "seed \(seed)")
        }
    }
}
