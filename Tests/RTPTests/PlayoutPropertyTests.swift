import RTP
import Testing

/// What has to hold over any network, as many seeds see it.
@Suite("Playout over any network") struct PlayoutPropertyTests {
    static func network(_ seed: Int) -> Network {
        var numbers = SeededNumbers(seed)
        return Network(
            seed: seed, delay: Double.random(in: 0..<200, using: &numbers),
            jitter: [0, 5, 20, 60, 150].randomElement(using: &numbers) ?? 0,
            loss: [0, 0.01, 0.05, 0.2].randomElement(using: &numbers) ?? 0,
            burst: [1, 3, 8].randomElement(using: &numbers) ?? 1,
            duplication: [0, 0.1].randomElement(using: &numbers) ?? 0, keepsOrder: Bool.random(using: &numbers))
    }

    @Test(
        "each packet that came is played once and in order, was too late, or was left out; no other is",
        arguments: 1...60)
    func once(_ seed: Int) {
        let network = Self.network(seed)
        var listening = Listening()
        var numbers = SeededNumbers(seed)
        listening.play(
            packets: 1_500, over: network,
            by: .init(
                drift: Double.random(in: -300...300, using: &numbers), followsSpeed: Bool.random(using: &numbers),
                isQuiet: Bool.random(using: &numbers)))
        let arrivals = network.carry((0..<1_500).map { Double($0) * 20 }).map(\.packet)
        let arrived = Set(arrivals)
        let counts = listening.buffer.counts
        #expect(zip(listening.packets, listening.packets.dropFirst()).allSatisfy { $0 < $1 })
        #expect(arrived.isSuperset(of: listening.packets))
        #expect(listening.packets.count + counts.late + counts.dropped >= arrived.count)
        #expect(counts.played == listening.packets.count)
        // What is missing was lost or late, but for what was lost before the first and behind the last, of which nobody knows.
        let known = (arrivals.first ?? 0)...(listening.packets.last ?? 0)
        let lost = known.count - arrived.filter { known.contains($0) }.count
        #expect(counts.missing >= lost)
        #expect(counts.missing <= lost + counts.late)
        #expect(listening.delays().upperBound <= network.delay + network.jitter + 500)
    }

    @Test("without loss and overtaking every frame is played, whatever the jitter", arguments: 1...20) func lossless(
        _ seed: Int
    ) {
        var network = Self.network(seed)
        (network.loss, network.keepsOrder) = (0, true)
        var listening = Listening()
        listening.play(packets: 1_500, over: network)
        #expect(listening.packets == Array(0..<1_500))
        #expect(listening.buffer.counts.missing == 0)
    }

    @Test("lost in bursts, as many are missing as were lost", arguments: 1...10) func bursts(_ seed: Int) {
        var listening = Listening()
        let network = Network(seed: seed, loss: 0.1, burst: 5)
        listening.play(packets: 3_000, over: network)
        let arrived = network.carry((0..<3_000).map { Double($0) * 20 }).map(\.packet)
        #expect(listening.packets == arrived)
        #expect(listening.delays(after: 2_000).upperBound < 160)
    }

    @Test("any numbers from anybody neither trap nor fill the memory, and time goes on", arguments: 1...20)
    func hostile(_ seed: Int) {
        var numbers = SeededNumbers(seed)
        var buffer = PlayoutBuffer(clock: 8_000)
        let payload = [UInt8](repeating: 0, count: 1_600)
        var now: Duration = .zero
        for step in 0..<3_000 {
            let isNear = Bool.random(using: &numbers)
            let header = RTPHeader(
                payloadType: 0,
                sequence: isNear
                    ? UInt16(truncatingIfNeeded: step) : UInt16.random(in: .min ... .max, using: &numbers),
                timestamp: isNear
                    ? UInt32(step * 160) : UInt32.random(in: .min ... .max, using: &numbers),
                ssrc: UInt32.random(in: 0..<2, using: &numbers))
            buffer.put(
                header, payload.span.extracting(0..<Int.random(in: 0...1_600, using: &numbers)),
                ticks: Int.random(in: -10...2_000, using: &numbers),
                clock: [8_000, 8_000, 8_000, 48_000].randomElement(using: &numbers) ?? 8_000, at: now)
            now += .milliseconds(Double(Int.random(in: 0...40, using: &numbers)))
            switch buffer.next(at: now, isQuiet: Bool.random(using: &numbers)) {
            case .frame(let frame, _): #expect(frame.ticks > 0 && frame.ticks <= 6_000 && frame.count <= 1_500)
            case .missing(let ticks, _), .silence(let ticks): #expect(ticks > 0 && ticks <= 6_000)
            }
            #expect((0.995...1.005).contains(buffer.speed))
            #expect(buffer.target <= .milliseconds(400))
        }
    }
}

@Suite("Playout when something happens") struct PlayoutEventTests {
    @Test("a sender that is silent is heard again in time, and nothing is missing meanwhile") func discontinuous() {
        var listening = Listening()
        // Four seconds of speech, three of silence with a packet every 400 ms, over and over.
        var sent: [Int] = []
        var frame = 0
        while sent.count < 2_000 {
            sent.append(frame)
            frame += (frame % 350) < 200 ? 1 : 20
        }
        listening.play(
            packets: 2_000, over: Network(jitter: 10), sent: { Double(sent[$0]) * 20 },
            header: {
                RTPHeader(
                    payloadType: 0, sequence: UInt16(truncatingIfNeeded: $0),
                    timestamp: UInt32(truncatingIfNeeded: sent[$0] * 160), ssrc: 7)
            })
        #expect(listening.packets == Array(0..<2_000))
        #expect(listening.buffer.counts.missing == 0)
        #expect(listening.buffer.counts.jumps == 0)
        #expect(listening.delays(after: 1_000).upperBound < 85)
    }

    @Test(
        "a pause is none of its business, whether timestamps run on, stand still or begin anew",
        arguments: [60.0 * 8_000, 160, 1_000_000_000, -1_000_000_000])
    func paused(_ jump: Double) {
        var listening = Listening()
        listening.play(
            packets: 400, over: Network(), sent: { Double($0) * 20 + ($0 >= 200 ? 60_000 : 0) },
            header: {
                var header = Listening.header($0)
                if $0 >= 200 { header.timestamp &+= UInt32(truncatingIfNeeded: Int(jump) - 160) }
                return header
            })
        #expect(listening.packets == Array(0..<400))
        #expect(listening.delays(after: 60_000).upperBound < 80)
    }

    @Test(
        "timestamps that jump while the numbers go on are played on without a gap",
        arguments: [12_345_678, -5_000_000, 1 << 31])
    func timestampJump(_ jump: Int) {
        var listening = Listening()
        listening.play(
            packets: 600, over: Network(jitter: 5),
            header: {
                var header = Listening.header($0)
                if $0 >= 300 { header.timestamp &+= UInt32(truncatingIfNeeded: jump) }
                return header
            })
        #expect(listening.packets == Array(0..<600))
        #expect(listening.buffer.counts.jumps == 1)
        #expect(listening.delays().upperBound < 90)
    }

    @Test(
        "a sender that begins anew, with other numbers or another SSRC, is played from its second packet on",
        arguments: [7, 8] as [UInt32])
    func restarted(_ ssrc: UInt32) {
        var listening = Listening()
        listening.play(
            packets: 600, over: Network(),
            header: {
                var header = Listening.header($0)
                if $0 >= 300 {
                    header.sequence &+= 30_000
                    header.timestamp &+= 77_777
                    header.ssrc = ssrc
                }
                return header
            })
        #expect(listening.packets == Array(0..<300) + Array(301..<600))
        #expect(listening.delays().upperBound < 90)
    }

    @Test(
        "a network that stands still for two seconds and then gives everything at once costs the sound of that time, not delay"
    )
    func stalled() {
        var listening = Listening()
        listening.play(packets: 1_000, over: Network(), late: { (200..<300).contains($0) ? Double(300 - $0) * 20 : 0 })
        #expect(listening.delays(after: 7_000).upperBound < 100)
        #expect(listening.packets.suffix(600) == Array(400..<1_000)[...])
    }

    @Test("a way that becomes longer loses nothing, and when it is short again the wait becomes short too")
    func longerWay() {
        var listening = Listening()
        listening.play(
            packets: 4_000, over: Network(jitter: 5),
            late: { (500..<1_000).contains($0) ? 150 : 0 })
        #expect(listening.packets.prefix { $0 < 990 } == Array(0..<990)[...])
        #expect(listening.delays(after: 60_000).upperBound < 80)
    }

    @Test("packets that come by threes, or are pulled by threes, are played evenly", arguments: [1, 3]) func threes(
        _ pulls: Int
    ) {
        var listening = Listening()
        listening.play(
            packets: 2_000, over: Network(), by: .init(pulls: pulls),
            late: { pulls == 1 ? Double(2 - $0 % 3) * 20 : 0 })
        #expect(listening.packets == Array(0..<2_000))
        #expect(listening.buffer.counts.held < 20)
        #expect(listening.delays(after: 5_000).upperBound < 130)
    }

    @Test("where packets restore the one before, nearly every single loss is played with the next one at hand")
    func following() {
        var listening = Listening()
        listening.buffer.awaitsFollowing = true
        listening.play(packets: 6_000, over: Network(loss: 0.05))
        #expect(listening.followed > listening.missing * 8 / 10)
        #expect(listening.delays(after: 5_000).upperBound < 95)
    }

    @Test("another codec with another clock goes on where the first one stops") func codecs() {
        var buffer = PlayoutBuffer(clock: 48_000)
        var played: [UInt8] = []
        for packet in 0..<200 {
            let isOpus = packet < 100
            let header = RTPHeader(
                payloadType: isOpus ? 96 : 0, sequence: UInt16(packet),
                timestamp: UInt32(packet * (isOpus ? 960 : 160)), ssrc: 7)
            let payload = [UInt8](repeating: 0x78, count: 160)
            let now: Duration = .milliseconds(20 * packet)
            buffer.put(
                header, payload.span, ticks: isOpus ? 960 : 160, clock: isOpus ? 48_000 : 8_000, at: now)
            switch buffer.next(at: now) {
            case .frame(let frame, _):
                played.append(frame.payloadType)
                #expect(frame.ticks == (frame.payloadType == 96 ? 960 : 160))
            case .missing, .silence: break
            }
        }
        #expect(played.count(where: { $0 == 96 }) >= 97)
        #expect(played.count(where: { $0 == 0 }) >= 97)
        #expect(played == played.sorted(by: >))
    }

    @Test("another codec with the same clock, and frames of another length, leave no gap") func lengths() {
        var buffer = PlayoutBuffer(clock: 8_000)
        var played = 0
        var now: Duration = .zero
        var (timestamp, sent, next) = (UInt32(0), Duration.zero, UInt16(0))
        var missing = 0
        while now < .seconds(20) {
            while sent <= now {
                let ticks = sent < .seconds(5) ? 160 : sent < .seconds(10) ? 240 : 80
                let payload = [UInt8](repeating: 0xFF, count: ticks)
                let header = RTPHeader(
                    payloadType: next % 2 == 0 ? 0 : 8, sequence: next, timestamp: timestamp, ssrc: 7)
                // A frame goes out when its last sample was taken.
                buffer.put(header, payload.span, ticks: ticks, clock: 8_000, at: sent)
                timestamp &+= UInt32(ticks)
                next &+= 1
                sent += .microseconds(ticks * 125)
            }
            switch buffer.next(at: now) {
            case .frame(let frame, _):
                played += frame.ticks
                now += .microseconds(frame.ticks * 125)
            case .missing(let ticks, _):
                missing += 1
                now += .microseconds(ticks * 125)
            case .silence(let ticks): now += .microseconds(ticks * 125)
            }
        }
        #expect(abs(played - 160_000) < 800)
        #expect(missing <= 2)
    }

    @Test("keys in the stream are no loss: sound stops for their time and goes on behind them") func keys() {
        var listening = Listening()
        var now = 0.0
        var silent = 0
        for packet in 0..<100 {
            let header = Listening.header(packet)
            if (50..<57).contains(packet) {
                listening.buffer.pass(header)
            } else {
                listening.put(packet, header, at: now)
            }
            switch listening.buffer.next(at: .milliseconds(now)) {
            case .frame(let frame, _):
                listening.played.append(.init(packet: listening.number(frame), delay: 0, time: now))
            case .missing: listening.missing += 1
            case .silence: silent += 1
            }
            now += 20
        }
        #expect(listening.packets.suffix(80) == (Array(0..<50) + Array(57..<100)).filter { $0 < 99 }.suffix(80))
        #expect(listening.buffer.counts.missing == 0)
        #expect(silent < 10)
    }

    @Test("what is empty, longer than a frame of Ethernet, or of no length, is refused") func refused() {
        var buffer = PlayoutBuffer(clock: 8_000)
        let header = RTPHeader(payloadType: 0, sequence: 0, timestamp: 0, ssrc: 7)
        let payload = [UInt8](repeating: 0, count: 1_501)
        for (count, ticks, clock) in [
            (0, 160, 8_000), (1_501, 160, 8_000), (160, 0, 8_000), (160, 1_001, 8_000), (160, 160, 0),
        ] {
            let arrival = buffer.put(header, payload.span.extracting(0..<count), ticks: ticks, clock: clock, at: .zero)
            #expect(arrival == .refused)
        }
        #expect(buffer.next(at: .seconds(1)) == .silence(ticks: 160))
    }

    @Test("a flood of packets ahead of time pushes out the oldest, and playing goes on with the rest") func overflow() {
        var listening = Listening()
        for packet in 0..<1_000 { listening.put(packet, Listening.header(packet), at: 0) }
        var played: [Int] = []
        for step in 0..<200 {
            if case .frame(let frame, _) = listening.buffer.next(at: .milliseconds(Double(step) * 20)) {
                played.append(listening.number(frame))
            }
        }
        #expect(played.last == 999)
        #expect((played.first ?? 0) >= 872)
        #expect(played == played.sorted())
    }
}
