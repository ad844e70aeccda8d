#if Voice
import Harness
import RTP
import Testing

@testable import Voice

@Suite("A voice stream") struct StreamCoreTests {
    private static func speech(_ seconds: Double) -> [Int16] {
        let reader = WaveReader(WaveFile(rate: 8_000, samples: Voices.speech(seconds: seconds, rate: 8_000)))
        var sound = [Int16](repeating: 0, count: Int(seconds * 48_000) / 480 * 480)
        reader.read(into: &sound)
        return sound
    }

    @Test("without loss G.711 arrives sample by sample", arguments: [Codec.pcmu, .pcma]) func g711(codec: Codec) throws
    {
        var conversation = try Conversation(codec)
        let speech = Self.speech(10)
        let heard = conversation.say(speech).bob
        let (likeness, delay) = Likeness.correlation(speech[48_000..<420_000], heard, delay: 0...9_600)
        #expect(likeness >= 0.98, "\(likeness) at \(delay)")
        print("\(codec): correlation \(likeness), \(Double(delay) / 48) ms later, of which 20 ms are the network's")
    }

    @Test("keys arrive once each, and the voice goes on behind them") func keys() throws {
        var conversation = try Conversation(.pcmu, keys: true)
        conversation.there.loss = 0.1
        let tone = Voices.tone(440, seconds: 4)
        _ = conversation.say(Array(tone[..<48_000]))
        #expect(conversation.ada.press("12#D".compactMap { TelephoneKey($0) }) == 4)
        let heard = conversation.say(tone).bob
        #expect(conversation.keysAtBob.map { String($0.character) }.joined() == "12#D")
        #expect(abs(Likeness.frequency(heard[120_000..<168_000], near: 440) - 440) < 0.2)
    }

    @Test("a side that knows no keys gets none") func noKeys() throws {
        let conversation = try Conversation(.pcmu)
        #expect(conversation.ada.press("1".compactMap { TelephoneKey($0) }) == 0)
    }

    @Test("muted, nothing of the microphone goes out", arguments: Codec.allCases) func muted(codec: Codec) throws {
        var conversation = try Conversation(codec)
        let tone = Voices.tone(440, seconds: 2)
        #expect(Likeness.loudness(conversation.say(tone).bob[48_000...]) > 5_000)
        conversation.ada.isMuted = true
        _ = conversation.ada.measure(at: conversation.now)
        #expect(Likeness.loudness(conversation.say(tone).bob[24_000...]) < 12)
        #expect(conversation.ada.measure(at: conversation.now).said == .silence)
        conversation.ada.isMuted = false
        #expect(Likeness.loudness(conversation.say(tone).bob[24_000...]) > 5_000)
    }

    @Test("on hold both sides are silent, and afterwards they hear each other again") func hold() throws {
        var conversation = try Conversation(.opus)
        let tone = Voices.tone(440, seconds: 2)
        _ = conversation.say(tone, answer: tone)
        var held = conversation.ada.parameters
        (held.sends, held.receives) = (false, false)
        try conversation.ada.update(held)
        let silent = conversation.say(tone, answer: tone)
        #expect(silent.ada.allSatisfy { $0 == 0 })
        #expect(Likeness.loudness(silent.bob[48_000...]) < 30)
        (held.sends, held.receives) = (true, true)
        try conversation.ada.update(held)
        let back = conversation.say(tone, answer: tone)
        #expect(Likeness.loudness(back.ada[48_000...]) > 5_000)
        #expect(Likeness.loudness(back.bob[48_000...]) > 5_000)
    }

    @Test("the codec changes in the call", arguments: [(Codec.pcmu, Codec.opus), (.opus, .pcma), (.pcmu, .pcma)])
    func codecChange(before: Codec, after: Codec) throws {
        var conversation = try Conversation(before)
        let tone = Voices.tone(440, seconds: 2)
        _ = conversation.say(tone)
        try conversation.ada.update(Conversation.parameters(after, Conversation.bobAddress))
        let heard = conversation.say(tone).bob
        #expect(abs(Likeness.frequency(heard[48_000...], near: 440) - 440) < 0.2)
        #expect(Likeness.loudness(heard[24_000...]) > 5_000)
        #expect(conversation.bob.measure(at: conversation.now).receiving == after)
    }

    @Test("reports tell loss and round trip, and the encoder hears of it") func reports() throws {
        var conversation = try Conversation(.opus)
        conversation.there.loss = 0.2
        let speech = Voices.speech(seconds: 30)
        _ = conversation.say(speech, answer: speech)
        let statistics = conversation.ada.measure(at: conversation.now)
        #expect((0.08...0.35).contains(statistics.remoteLoss), "\(statistics.remoteLoss)")
        let roundTrip = try #require(statistics.roundTrip)
        #expect((38...60).contains(roundTrip / .milliseconds(1)), "\(roundTrip)")
        #expect(statistics.quality == .good)
        let bob = conversation.bob.measure(at: conversation.now)
        #expect((0.1...0.35).contains(bob.loss), "\(bob.loss)")
        #expect(bob.isAlive)
    }

    @Test("with nothing to say something still goes out, so that the way back stays open") func keepAlive() throws {
        let conversation = try Conversation(.opus)
        var held = conversation.ada.parameters
        held.sends = false
        held.remoteControl = RemoteAddress(Conversation.bobAddress.host, port: 5_001)
        try conversation.ada.update(held)
        var sent: [(Duration, Int)] = []
        for second in 0..<60 {
            let now = Duration.seconds(second)
            conversation.ada.tick(at: now) { packet, port in if port == .voice { sent.append((now, packet.count)) } }
        }
        #expect(sent.map(\.0) == [0, 15, 30, 45].map { .seconds($0) })
        #expect(sent.allSatisfy { $0.1 == 0 })
    }

    /// A packet of G.711 under an SSRC.
    private static func packet(_ ssrc: UInt32, _ sequence: UInt16) -> [UInt8] {
        let header = RTPHeader(
            marker: false, payloadType: 0, sequence: sequence, timestamp: UInt32(sequence) * 160, ssrc: ssrc)
        var octets = [UInt8](repeating: 0x55, count: RTPHeader.size + 160)
        var span = octets.mutableSpan
        header.write(into: &span)
        return octets
    }

    /// What it sends until the next packet of voice: the SSRCs of that one and of goodbyes.
    private static func sent(by core: StreamCore, at now: Duration) -> (voice: UInt32?, goodbyes: [UInt32]) {
        var (voice, goodbyes): (UInt32?, [UInt32]) = (nil, [])
        core.tick(at: now) { octets, _ in
            for case .goodbye(let sources, _) in (try? ControlPacket.parse(Array(octets).span)) ?? [] {
                goodbyes += sources
            }
        }
        for _ in 0..<2 {
            core.say([Int16](repeating: 900, count: Sound.deviceFrame), at: now) { octets, _ in
                voice = (try? RTPPacket(parsing: Array(octets).span))?.header.ssrc
            }
        }
        return (voice, goodbyes)
    }

    @Test("a peer that chose our SSRC is said goodbye to with it, and spoken to under another one") func collision()
        throws
    {
        let own = Conversation.identity(1)
        let core = try StreamCore(own, Conversation.parameters(.pcmu, Conversation.bobAddress), at: .zero)
        #expect(Self.sent(by: core, at: .zero).voice == own.ssrc)
        var octets = Self.packet(own.ssrc, 7)
        _ = core.receive(&octets, count: octets.count, from: Conversation.bobAddress, port: .voice, at: .seconds(1))
        #expect(core.nextTick <= .seconds(1))
        let (voice, goodbyes) = Self.sent(by: core, at: .seconds(1))
        #expect(goodbyes == [own.ssrc] && voice != nil && voice != own.ssrc)
        #expect(core.identity.cname == own.cname)
        let (same, none) = Self.sent(by: core, at: .seconds(2))
        #expect(same == voice && none.isEmpty, "once")
    }

    @Test("a report under our SSRC is a collision as well; what then comes back is ours, and changes nothing")
    func collidingReport() throws {
        let own = Conversation.identity(1)
        let core = try StreamCore(own, Conversation.parameters(.pcmu, Conversation.bobAddress), at: .zero)
        for round in 1...5 {
            let ssrc = core.identity.ssrc
            var octets = [UInt8](repeating: 0, count: 64)
            var span = octets.mutableSpan
            let packets: [ControlPacket] = [
                .receiverReport(ssrc: ssrc, []), .description([SourceDescription(ssrc: ssrc, cname: "x")]),
            ]
            let count = try #require(ControlPacket.write(packets, into: &span))
            let now = Duration.seconds(round)
            _ = core.receive(&octets, count: count, from: Conversation.bobAddress, port: .control, at: now)
            #expect((core.identity.ssrc == ssrc) == (round > 1))
        }
        #expect(core.measure(at: .seconds(6)).counts.refused == 4)
    }

    @Test("garbage, strangers and our own packets back leave the stream alone") func garbage() throws {
        var conversation = try Conversation(.pcmu)
        let tone = Voices.tone(440, seconds: 2)
        _ = conversation.say(tone)
        var random = SplitMix(state: 5)
        for length in 0..<400 {
            let octets = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            conversation.inject(octets, from: Conversation.adaAddress)
            conversation.inject([0x80, 0] + octets, from: RemoteAddress(.init(ipv4: 0x0A00_0001), port: 9))
            conversation.inject([0x80, 200, 0, 6] + octets, from: Conversation.adaAddress)
        }
        let heard = conversation.say(tone).bob
        #expect(Likeness.correlation(tone[..<48_000], Array(heard), delay: 0...9_600).correlation > 0.97)
        #expect(conversation.bob.measure(at: conversation.now).counts.strangers > 100)
    }
}

@Suite("A secured stream") struct SecuredStreamTests {
    private static func keys() throws -> (ada: StreamKeys, bob: StreamKeys) {
        let one = try #require(MasterKey(.aes128CounterSHA1Tag80, octets: Array(1...30)))
        let two = try #require(MasterKey(.aes128CounterSHA1Tag80, octets: Array(31...60)))
        return (StreamKeys(sending: one, receiving: two), StreamKeys(sending: two, receiving: one))
    }

    @Test("a secured call is heard, says so, and its reports arrive") func secured() throws {
        var conversation = try Conversation(.opus, security: Self.keys())
        let tone = Voices.tone(440, seconds: 12)
        let heard = conversation.say(tone, answer: tone).bob
        #expect(abs(Likeness.frequency(heard[48_000...], near: 440) - 440) < 0.2)
        let statistics = conversation.bob.measure(at: conversation.now)
        #expect(statistics.security == .aes128CounterSHA1Tag80)
        #expect(statistics.roundTrip != nil)
        #expect(statistics.counts.unauthenticated == 0)
    }

    @Test("a wrong key is heard by nobody, and the call lives on when the right one comes") func wrongKey() throws {
        let (ada, bob) = try Self.keys()
        let wrong = try #require(MasterKey(.aes128CounterSHA1Tag80, octets: Array(61...90)))
        var conversation = try Conversation(
            .pcmu, security: (StreamKeys(sending: wrong, receiving: ada.receiving), bob))
        let tone = Voices.tone(440, seconds: 2)
        #expect(conversation.say(tone).bob.allSatisfy { $0 == 0 })
        #expect(conversation.bob.measure(at: conversation.now).counts.unauthenticated > 90)
        var mended = conversation.ada.parameters
        mended.security = ada
        try conversation.ada.update(mended)
        #expect(Likeness.loudness(conversation.say(tone).bob[48_000...]) > 5_000)
    }

    @Test("packets that are sent again by somebody are dropped and counted, and the call lives") func replay() throws {
        var conversation = try Conversation(.pcmu, security: Self.keys())
        conversation.there.duplication = 1
        let tone = Voices.tone(440, seconds: 4)
        let heard = conversation.say(tone).bob
        #expect(Likeness.correlation(tone[..<96_000], heard, delay: 0...9_600).correlation > 0.97)
        #expect(conversation.bob.measure(at: conversation.now).counts.replayed > 150)
    }

    @Test("packets without protection are not taken in a secured call") func plain() throws {
        var conversation = try Conversation(.pcmu, security: Self.keys())
        let tone = Voices.tone(440, seconds: 1)
        _ = conversation.say(tone)
        for sequence in UInt8(0)..<100 {
            let header: [UInt8] = [0x80, 0, 0x75, sequence, 0, 0, sequence, 0, 9, 9, 9, 9]
            conversation.inject(header + [UInt8](repeating: 0x10, count: 160), from: Conversation.adaAddress)
        }
        #expect(conversation.bob.measure(at: conversation.now).counts.unauthenticated == 100)
        #expect(Likeness.loudness(conversation.say(tone).bob[24_000...]) > 5_000)
    }

    /// Says a second, which reaches the other side from `address`; gives back what could not be opened there.
    private static func say(
        _ core: StreamCore, to other: StreamCore, from address: RemoteAddress, at start: Duration
    ) -> Int {
        for frame in 0..<100 {
            let now = start + .milliseconds(10 * frame)
            core.say([Int16](repeating: 500, count: Sound.deviceFrame), at: now) { packet, port in
                var octets = Array(packet)
                _ = other.receive(&octets, count: octets.count, from: address, port: port, at: now)
            }
        }
        return other.measure(at: start + .seconds(1)).counts.unauthenticated
    }

    @Test("rollovers are counted on when the address changes, told by a new description or seen by packets alone")
    func rollover() throws {
        let (ada, bob) = try Self.keys()
        var identity = Conversation.identity(1)
        identity.sequence = 65_520
        var (toBob, toAda) = (
            Conversation.parameters(.pcmu, Conversation.bobAddress),
            Conversation.parameters(.pcmu, Conversation.adaAddress)
        )
        (toBob.security, toAda.security) = (ada, bob)
        let speaker = try StreamCore(identity, toBob, at: .zero)
        let listener = try StreamCore(Conversation.identity(2), toAda, at: .zero)
        #expect(Self.say(speaker, to: listener, from: Conversation.adaAddress, at: .zero) == 0)
        let second = RemoteAddress(.init(ipv4: 0x7F00_0009), port: 7_777)
        toAda.remote = second
        try listener.update(toAda)
        #expect(listener.reception.destination == second)
        #expect(Self.say(speaker, to: listener, from: second, at: .seconds(1)) == 0)
        let third = RemoteAddress(.init(ipv4: 0x7F00_000A), port: 8_888)
        #expect(Self.say(speaker, to: listener, from: third, at: .seconds(2)) == 0)
        #expect(listener.reception.destination == third)
        #expect(listener.measure(at: .seconds(3)).counts.received == 150)
    }

    @Test("an address changes in a secured call and the voice goes on") func addressChange() throws {
        var conversation = try Conversation(.pcmu, security: Self.keys())
        let tone = Voices.tone(440, seconds: 2)
        _ = conversation.say(tone)
        let moved = RemoteAddress(.init(ipv4: 0x7F00_0009), port: 7_777)
        for _ in 0..<10 {
            conversation.ada.say([Int16](repeating: 500, count: 480), at: conversation.now) { packet, _ in
                var octets = Array(packet)
                _ = conversation.bob.receive(
                    &octets, count: octets.count, from: moved, port: .voice, at: conversation.now)
            }
        }
        #expect(conversation.bob.reception.destination == moved)
        #expect(Likeness.loudness(conversation.say(tone).bob[24_000...]) > 5_000)
    }
}
#endif
