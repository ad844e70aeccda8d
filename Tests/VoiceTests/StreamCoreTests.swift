#if Voice
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
