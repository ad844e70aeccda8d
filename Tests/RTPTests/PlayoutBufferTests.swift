import RTP
import Testing

@Suite("A playout buffer") struct PlayoutBufferTests {
    @Test("on a perfect network each frame is played once, in order, 20 ms after it came, and nothing else")
    func perfect() {
        var listening = Listening()
        listening.play(packets: 3_000, over: Network())
        #expect(listening.packets == Array(0..<3_000))
        #expect(listening.delays().lowerBound >= 49)
        #expect(listening.delays().upperBound <= 51)
        #expect(listening.buffer.counts.missing == 0)
        #expect(listening.buffer.speed == 1)
    }

    @Test("loss of 1 to 20 percent leaves out what is lost and no more", arguments: [0.01, 0.05, 0.1, 0.2])
    func loss(_ loss: Double) {
        var listening = Listening()
        let network = Network(loss: loss)
        listening.play(packets: 10_000, over: network)
        let arrived = network.carry((0..<10_000).map { Double($0) * 20 }).map(\.packet)
        #expect(listening.packets == arrived)
        #expect(abs(Double(listening.buffer.counts.missing) - loss * 10_000) < 0.15 * loss * 10_000 + 30)
        #expect(listening.delays().upperBound <= 72)
    }

    @Test("80 ms of jitter with reordering lose less than one of a hundred once it is known", arguments: 1...5)
    func jitter(_ seed: Int) {
        var listening = Listening()
        listening.play(packets: 6_000, over: Network(seed: seed, jitter: 80))
        let settled = listening.played.filter { $0.time > 3_000 }
        #expect(settled.count > 5_700)
        #expect(settled.map(\.packet) == settled.map(\.packet).sorted())
        #expect(listening.delays(after: 3_000).upperBound < 170)
    }

    @Test("200 ppm of drift over ten minutes, both ways, with a player that follows", arguments: [-200.0, 200.0])
    func drift(_ drift: Double) {
        var listening = Listening()
        listening.play(packets: 30_000, over: Network(jitter: 4), by: .init(drift: drift))
        #expect(listening.packets == Array(0..<30_000))
        #expect(listening.delays(after: 3_000).upperBound < 80)
        #expect(listening.buffer.counts.missing == 0)
    }

    @Test("200 ppm of drift over ten minutes with a player that does not follow", arguments: [-200.0, 200.0])
    func driftUnfollowed(_ drift: Double) {
        var listening = Listening()
        listening.play(
            packets: 30_000, over: Network(jitter: 4), by: .init(drift: drift, followsSpeed: false, isQuiet: true))
        #expect(listening.delays(after: 3_000).upperBound < 90)
        #expect(listening.played.count > 29_980)
    }
}
