import RTP
import Testing

/// As the program plays: a device asks for 10 ms at a time, and what waits at first waits no longer than it must.
@Suite("A playout buffer before a device") struct PlayoutDeviceTests {
    private static let limits = PlayoutBuffer.Limits(minimum: .milliseconds(3), initial: .milliseconds(3))
    private static let device = Listening.Player(device: 10)

    /// One of twenty comes 25 ms late, behind the one that follows it.
    private static func overtaken(_ packet: Int) -> Double { packet % 20 == 7 ? 25 : 0 }

    @Test(
        "packets overtaken by the next one are played, from the second one on, in whatever phase the device asks",
        arguments: [0.0, 2, 5, 7, 9])
    func overtaking(_ phase: Double) {
        var listening = Listening(limits: Self.limits)
        let sent = { (packet: Int) in Double(packet) * 20 + phase }
        listening.play(packets: 3_000, over: Network(), by: Self.device, sent: sent, late: Self.overtaken)
        #expect(listening.buffer.counts.missing <= 1)
        #expect(listening.packets.count >= 2_999)
        #expect(listening.delays(after: 1_000).upperBound < Network().delay + 25 + 2.5 + 10)
        let settled = listening.delays(after: 15_000)
        #expect(settled.upperBound - settled.lowerBound < 0.01)
    }

    @Test("what is lost leaves the wait as it was", arguments: [0.01, 0.05, 0.2])
    func loss(_ loss: Double) {
        var listening = Listening(limits: Self.limits)
        listening.play(packets: 3_000, over: Network(loss: loss), by: Self.device)
        #expect(listening.delays().upperBound - listening.delays().lowerBound < 0.01)
        #expect(listening.delays().upperBound < Network().delay + 13)
    }

    @Test("a single loss now and then is not worth a longer wait, where packets restore the one before")
    func singleLosses() {
        var listening = Listening(limits: Self.limits)
        listening.buffer.awaitsFollowing = true
        let all = (0..<3_000).filter { $0 % 100 != 50 }
        listening.play(packets: all.count, over: Network(), by: Self.device, sent: { Double(all[$0]) * 20 }) {
            Listening.header(all[$0])
        }
        #expect(listening.delays().upperBound < Network().delay + 13)
        #expect(listening.buffer.counts.missing == 3_000 - all.count)
    }

    @Test("of two lost in a row the second is restored from the one behind it")
    func pairs() {
        var listening = Listening(limits: Self.limits)
        listening.buffer.awaitsFollowing = true
        let all = (0..<3_000).filter { $0 % 20 != 10 && $0 % 20 != 11 }
        listening.play(packets: all.count, over: Network(), by: Self.device, sent: { Double(all[$0]) * 20 }) {
            Listening.header(all[$0])
        }
        #expect(listening.followed >= 149)
        #expect(listening.buffer.counts.missing == 3_000 - all.count)
    }

    @Test("behind a short silence those that are late have all their time, wherever the silence was", arguments: 1...4)
    func shortSilence(_ late: Int) {
        var listening = Listening(limits: .init(minimum: .milliseconds(80), initial: .milliseconds(80)))
        let sent = { (packet: Int) in Double(packet + (packet >= 100 ? 1 : 0)) * 20 }
        listening.play(packets: 200, over: Network(), by: Self.device, sent: sent) { packet in
            var header = Listening.header(packet)
            if packet >= 100 { header.timestamp &+= 160 }
            return header
        } late: {
            (100..<100 + late).contains($0) ? 78 : 0
        }
        #expect(listening.packets == Array(0..<200))
        #expect(listening.buffer.counts.missing == 0)
    }

    @Test("a clock that is slower costs nothing where there are soft places")
    func slowSender() {
        var listening = Listening(limits: Self.limits)
        var player = Self.device
        (player.drift, player.isQuiet) = (200, true)
        listening.play(packets: 15_000, over: Network(), by: player)
        #expect(listening.packets == Array(0..<15_000))
        #expect(listening.buffer.counts.missing == 0)
        #expect(listening.buffer.counts.inserted <= 6, "10 ms each, and 200 millionths of 300 s are 60")
        #expect(listening.delays().upperBound < Network().delay + 13)
    }
}
