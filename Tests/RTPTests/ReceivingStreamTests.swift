import RTP
import Testing

/// A stream that is received, and who sends to it.
struct Ear {
    static let peer = address(1, 4_000)
    static let stranger = address(66, 6_666)
    var stream: ReceivingStream
    var now: Duration = .zero

    init(isProtected: Bool = false, signalled: RemoteAddress? = peer, vouched: [RemoteAddress.Host] = []) {
        stream = ReceivingStream(signalled: signalled, isProtected: isProtected, vouched: vouched)
    }

    static func address(_ host: UInt32, _ port: UInt16) -> RemoteAddress {
        RemoteAddress(.init(ipv4: 0xC000_0200 + host), port: port)
    }

    mutating func hear(
        _ sequence: Int, from address: RemoteAddress = peer, ssrc: UInt32 = 7, after pause: Int = 20
    ) -> ReceivingStream.Verdict {
        now += .milliseconds(pause)
        let header = RTPHeader(
            payloadType: 0, sequence: UInt16(truncatingIfNeeded: sequence),
            timestamp: UInt32(truncatingIfNeeded: 160 * sequence), ssrc: ssrc)
        return stream.receive(header, clock: 8_000, from: address, at: now)
    }

    mutating func hearAll(_ sequences: Range<Int>, from address: RemoteAddress = peer, ssrc: UInt32 = 7) {
        for sequence in sequences { _ = hear(sequence, from: address, ssrc: ssrc) }
    }
}

@Suite("Whose stream it is") struct SourceLatchTests {
    @Test("packets of the signalled address are taken from the first one on, and ours go there before any came")
    func signalled() {
        var ear = Ear()
        #expect(ear.stream.destination == Ear.peer)
        #expect(ear.hear(65_535) == .began)
        #expect(ear.hear(65_536) == .taken)
        #expect(ear.stream.destination == Ear.peer)
    }

    @Test(
        "a third party captures nothing: not before the first packet, not during the call, not in a pause, whatever its SSRC"
    )
    func thirdParty() {
        var ear = Ear()
        for sequence in 0..<50 { #expect(ear.hear(sequence, from: Ear.stranger) == .dropped(.stranger)) }
        ear.hearAll(100..<150)
        for sequence in 0..<100 {
            #expect(ear.hear(30_000 + sequence, from: Ear.stranger, ssrc: 9, after: 1) == .dropped(.stranger))
            // Even where it knows the SSRC, as long as the peer speaks.
            #expect(ear.hear(150 + sequence, from: Ear.stranger, after: 1) == .dropped(.stranger))
            #expect(ear.hear(150 + sequence, after: 18) == .taken)
        }
        ear.now += .seconds(60)
        for sequence in 0..<100 {
            #expect(ear.hear(sequence, from: Ear.stranger, ssrc: 9) == .dropped(.stranger))
        }
        #expect(ear.stream.destination == Ear.peer)
        #expect(ear.hear(250) == .taken)
    }

    @Test("another program on the peer's own host is a third party too") func sameHost() {
        var ear = Ear()
        let neighbour = Ear.address(1, 4_002)
        for sequence in 0..<50 { #expect(ear.hear(sequence, from: neighbour, ssrc: 9) == .dropped(.stranger)) }
        ear.hearAll(0..<10)
        for sequence in 0..<50 { #expect(ear.hear(sequence, from: neighbour, ssrc: 9) == .dropped(.stranger)) }
        #expect(ear.stream.destination == Ear.peer)
    }

    @Test("who guesses SSRCs and numbers at random does not come in in a hundred thousand packets") func guessing() {
        var ear = Ear()
        ear.hearAll(0..<10)
        var numbers = SeededNumbers(4)
        ear.now += .seconds(1)
        for _ in 0..<100_000 {
            let verdict = ear.hear(
                Int(UInt16.random(in: .min ... .max, using: &numbers)), from: Ear.stranger,
                ssrc: UInt32.random(in: .min ... .max, using: &numbers), after: 0)
            #expect(verdict == .dropped(.stranger))
        }
        #expect(ear.stream.destination == Ear.peer)
    }

    @Test("a peer whose NAT gives it another port, or that changes networks, is followed after three packets in a row")
    func moved() {
        var ear = Ear()
        ear.hearAll(0..<50)
        let moved = Ear.address(9, 31_000)
        var verdicts: [ReceivingStream.Verdict] = []
        for sequence in 50..<70 { verdicts.append(ear.hear(sequence, from: moved)) }
        let lost = verdicts.count { $0 == .dropped(.stranger) }
        // 200 ms of silence, of which the third packet behind them is the first one taken.
        #expect(lost == 11)
        #expect(verdicts.last == .taken)
        #expect(ear.stream.destination == moved)
        // Back where it was signalled, at once.
        #expect(ear.hear(70) == .taken)
        #expect(ear.stream.destination == Ear.peer)
    }

    @Test("what is still under way from before moves nothing back") func stragglers() {
        var ear = Ear()
        ear.hearAll(0..<50)
        let moved = Ear.address(9, 31_000)
        ear.hearAll(55..<90, from: moved)
        #expect(ear.stream.destination == moved)
        #expect(ear.hear(52) == .taken)
        #expect(ear.stream.destination == moved)
    }

    @Test("a stream said again by somebody else moves nothing: its numbers are not ahead") func replayedElsewhere() {
        var ear = Ear()
        ear.hearAll(0..<200)
        ear.now += .seconds(5)
        for sequence in 0..<200 {
            #expect(ear.hear(sequence, from: Ear.stranger) == .dropped(.stranger))
        }
        #expect(ear.stream.destination == Ear.peer)
    }

    @Test("a new description counts at once; what is under way from the old address is taken until the new one speaks")
    func described() {
        var ear = Ear()
        ear.hearAll(0..<10)
        let other = Ear.address(3, 5_000)
        ear.stream.signal(other)
        #expect(ear.stream.destination == other)
        #expect(ear.hear(10) == .taken)
        #expect(ear.stream.destination == other)
        #expect(ear.hear(11, from: other) == .taken)
        #expect(ear.hear(12) == .dropped(.stranger))
    }

    @Test("the same description again leaves a peer that moved where it is; none at all ends sending") func again() {
        var ear = Ear()
        ear.hearAll(0..<50)
        let moved = Ear.address(9, 31_000)
        ear.hearAll(50..<80, from: moved)
        ear.stream.signal(Ear.peer)
        #expect(ear.stream.destination == moved)
        ear.stream.signal(nil)
        #expect(ear.stream.destination == nil)
    }

    @Test("a host that the caller vouches for may begin from any port, until the signalled address has spoken")
    func vouched() {
        let host = Ear.address(5, 0).host
        var ear = Ear(vouched: [host])
        let port = Ear.address(5, 40_404)
        #expect(ear.hear(0, from: port) == .dropped(.stranger))
        #expect(ear.hear(1, from: port) == .dropped(.stranger))
        #expect(ear.hear(2, from: port) == .began)
        #expect(ear.stream.destination == port)
        var other = Ear(vouched: [host])
        other.hearAll(0..<3)
        for sequence in 0..<9 { #expect(other.hear(sequence, from: port, ssrc: 9) == .dropped(.stranger)) }
    }

    @Test("where packets authenticate the peer is who can, wherever it is") func protected() {
        var ear = Ear(isProtected: true)
        let inner = Ear.address(40, 12_345)
        #expect(ear.hear(0, from: inner) == .began)
        #expect(ear.stream.destination == inner)
        // A copy that is faster than its original moves nothing; going on from there does.
        let other = Ear.address(41, 1)
        #expect(ear.hear(1, from: other) == .taken)
        #expect(ear.stream.destination == inner)
        #expect(ear.hear(2, from: other) == .taken)
        #expect(ear.hear(3, from: other) == .taken)
        #expect(ear.stream.destination == other)
    }

    @Test("reports are the peer's from where its stream comes, or from the port signalled for them") func reports() {
        let ear = Ear()
        let control = Ear.address(1, 4_001)
        #expect(ear.stream.takesControl(from: Ear.peer))
        #expect(!ear.stream.takesControl(from: control))
        #expect(ear.stream.takesControl(from: control, control: control))
        #expect(!ear.stream.takesControl(from: Ear.stranger, control: control))
        #expect(Ear(isProtected: true).stream.takesControl(from: Ear.stranger))
    }
}

@Suite("A received stream") struct ReceivingStreamTests {
    @Test("each packet is played once, however often it comes, and the call lives") func replay() {
        var ear = Ear()
        ear.hearAll(65_500..<65_600)
        for sequence in 65_500..<65_600 {
            let isTold = ear.hear(sequence, after: 0)
            #expect(isTold == .dropped(.duplicate))
        }
        #expect(ear.hear(65_600) == .taken)
    }

    @Test("a long stretch said again from the peer's address is dropped, and what follows is played") func oldReplay() {
        var ear = Ear()
        ear.hearAll(0..<1_000)
        for sequence in 0..<800 {
            let verdict = ear.hear(sequence, after: 0)
            #expect(verdict == .dropped(.astray) || verdict == .dropped(.duplicate))
        }
        for sequence in 1_000..<1_100 { #expect(ear.hear(sequence) == .taken) }
    }

    @Test("what was reordered is taken once, up to a hundred packets late") func reordered() {
        var ear = Ear()
        for sequence in [0, 2, 1, 5, 3, 4, 3, 200, 101, 101] { _ = ear.hear(sequence) }
        #expect(ear.hear(102) == .taken)
        #expect(ear.hear(101) == .dropped(.duplicate))
        #expect(ear.hear(99) == .dropped(.astray))
    }

    @Test("another sender at the peer's address is heard when the known one is silent and two of its packets came")
    func otherSource() {
        var ear = Ear()
        ear.hearAll(0..<10)
        #expect(ear.hear(500, ssrc: 8) == .dropped(.otherSource))
        #expect(ear.hear(501, ssrc: 8) == .dropped(.otherSource))
        for sequence in 502..<504 { #expect(ear.hear(sequence, ssrc: 8) == .dropped(.otherSource)) }
        #expect(ear.hear(504, ssrc: 8) == .began)
        #expect(ear.hear(505, ssrc: 8) == .taken)
    }

    @Test("single packets of invented senders end nothing") func invented() {
        var ear = Ear()
        ear.hearAll(0..<10)
        for sequence in 10..<200 {
            #expect(ear.hear(sequence * 31, ssrc: UInt32(1_000 + sequence), after: 10) == .dropped(.otherSource))
            #expect(ear.hear(sequence, after: 10) == .taken)
        }
    }

    @Test("who forges the peer's address in its pause is heard only until the peer speaks again") func forged() {
        var ear = Ear()
        ear.hearAll(0..<50)
        ear.now += .seconds(2)
        #expect(ear.hear(9_000, ssrc: 66) == .dropped(.otherSource))
        #expect(ear.hear(9_001, ssrc: 66) == .began)
        var sequence = 9_002
        func forge() {
            for _ in 0..<3 {
                _ = ear.hear(sequence, ssrc: 66, after: 0)
                sequence += 1
            }
        }
        forge()
        #expect(ear.hear(50) == .dropped(.otherSource))
        #expect(ear.hear(51) == .began)
        for next in 52..<100 {
            forge()
            #expect(ear.hear(next) == .taken)
        }
        #expect(ear.hear(sequence, ssrc: 66, after: 0) == .dropped(.otherSource))
    }

    @Test("a sender that begins its numbers anew is followed") func restarted() {
        var ear = Ear()
        ear.hearAll(0..<10)
        ear.now += .seconds(1)
        #expect(ear.hear(20_000) == .dropped(.astray))
        #expect(ear.hear(20_001) == .began)
        #expect(ear.hear(20_002) == .taken)
        #expect(ear.hear(20_002) == .dropped(.duplicate))
    }

    @Test("its report tells of the source that is played, and of no other") func report() {
        var ear = Ear()
        #expect(ear.stream.report(at: .zero) == nil)
        ear.hearAll(0..<10)
        ear.stream.receive(
            SenderReport(ssrc: 8, time: NTPTime(.seconds(1)), timestamp: 0, packets: 0, octets: 0), at: ear.now)
        #expect(ear.stream.report(at: ear.now)?.lastReport == 0)
        ear.stream.receive(
            SenderReport(ssrc: 7, time: NTPTime(.seconds(1)), timestamp: 0, packets: 0, octets: 0), at: ear.now)
        #expect(ear.stream.report(at: ear.now)?.lastReport == 1 << 16)
        #expect(ear.stream.report(at: ear.now)?.highestSequence == 9)
    }
}
