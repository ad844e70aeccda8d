import SIP
import Testing

extension AudioCapabilities {
    static let all: [AudioCodec] = [
        .opus, .pcmu, .pcma, .telephoneEvent(clockRate: 48_000), .telephoneEvent(clockRate: 8_000),
    ]

    /// What somebody at 192.0.2.`host` brings.
    static func of(
        _ host: Int, _ codecs: [AudioCodec] = all, _ security: SRTPPolicy = .answered,
        suites: [SRTPSuite] = SRTPSuite.allCases
    ) -> AudioCapabilities {
        let keys = suites.enumerated().compactMap { place, suite in
            SRTPKey(suite, Array(repeating: UInt8(10 * host + place), count: 30))
        }
        return AudioCapabilities(
            address: SocketAddress(host: "192.0.2.\(host)", port: UInt16(4_000 + host)), codecs: codecs,
            security: security, keys: keys)
    }
}

@Suite("Voice agreed by offer and answer") struct AudioMediaTests {
    /// Two sides of one session that began as one of texts.
    struct Pair {
        var one: AudioMedia
        var other: AudioMedia

        init() {
            var identifiers = Identifiers.seeded(5)
            one = AudioMedia(identifiers: &identifiers, takesVoice: true)
            other = AudioMedia(identifiers: &identifiers, takesVoice: true)
            _ = exchange()
        }

        /// An offer of the first and its answer, over the wire; nil where it is refused.
        mutating func exchange(
            holding: (Bool, Bool) = (false, false), _ change: (String) -> String = { $0 }
        ) -> AudioMedia.Outcome? {
            let offer = one.offer(from: "192.0.2.1", isHolding: holding.0)
            guard let heard = try? SessionDescription(parsing: Array(change(offer.text).utf8)),
                let answer = other.answer(heard, from: "192.0.2.2", isHolding: holding.1)
            else {
                one.refused()
                return nil
            }
            let told = try? SessionDescription(parsing: answer.serialized)
            return one.accepted(told)
        }

        mutating func turn() { (one, other) = (other, one) }
    }

    static func agreed(_ first: AudioCapabilities, _ second: AudioCapabilities) -> Pair {
        var pair = Pair()
        (pair.one.voice, pair.other.voice) = (first, second)
        #expect(pair.exchange() == .voice)
        return pair
    }

    @Test("goes to the other's address, in the first codec that both have, with keys beside it") func plain() throws {
        let pair = Self.agreed(.of(1), .of(2))
        let (one, other) = (try #require(pair.one.stream), try #require(pair.other.stream))
        #expect(one.remote == SocketAddress(host: "192.0.2.2", port: 4_002) && one.remoteControl == one.remote)
        #expect(other.remote == SocketAddress(host: "192.0.2.1", port: 4_001) && other.isMultiplexed)
        for stream in [one, other] {
            #expect(stream.sends == AudioFormat(96, .opus) && stream.packetTime == 20)
            #expect(stream.receives.map(\.payloadType) == [96, 0, 8])
            #expect(stream.sendsKeys == AudioFormat(97, .telephoneEvent(clockRate: 48_000)))
            #expect(stream.receivesKeys.map(\.payloadType) == [97, 98])
            #expect(stream.maySend && stream.mayReceive && stream.security == nil)
        }
    }

    @Test("a call of texts names every codec, for telephones with but one, by the numbers that they keep for voice")
    func silentCodecs() throws {
        var pair = Pair()
        var identifiers = Identifiers.seeded(6)
        var first = AudioMedia(identifiers: &identifiers, takesVoice: true)
        let offer = first.offer(from: "192.0.2.1").text
        #expect(offer.contains("m=audio 9 RTP/AVP 96 0 8\r\na=rtpmap:96 opus/48000/2\r\na=inactive"))
        var other = first
        other.voice = .of(1)
        #expect(other.offer(from: "192.0.2.1").text.contains("RTP/AVP 96 0 8 97 98"))
        pair.other.voice = .of(2, [.pcma, .opus])
        pair.turn()
        pair.other.voice = .of(1)
        #expect(pair.exchange() == .voice)
        #expect(pair.other.stream?.receives == [AudioFormat(8, .pcma), AudioFormat(96, .opus)])
    }

    @Test("is in the codec that the offer wants most, and of several suites the one that it names first") func order()
        throws
    {
        var pair = Self.agreed(
            .of(1, [.pcma, .pcmu, .opus], .required, suites: [.aes128SHA1Tag32, .aes128SHA1Tag80]),
            .of(2, [.opus, .pcmu]))
        let (one, other) = (try #require(pair.one.stream), try #require(pair.other.stream))
        #expect(one.sends.codec == .pcmu && other.sends.codec == .pcmu && one.sendsKeys == nil)
        #expect(one.security?.local.suite == .aes128SHA1Tag32)
        #expect(one.security?.local == other.security?.remote && one.security?.remote == other.security?.local)
        #expect(pair.exchange() == .voice)
        #expect(pair.one.stream == one && pair.other.stream == other, "the same keys, as nothing changed")
        pair.turn()
        #expect(pair.exchange() == .voice)
        #expect(pair.one.stream?.security == other.security, "whoever offers")
    }

    @Test(
        "is encrypted where one side wants that and the other can", arguments: SRTPPolicy.allCases, SRTPPolicy.allCases)
    func security(_ first: SRTPPolicy, _ second: SRTPPolicy) {
        var pair = Pair()
        (pair.one.voice, pair.other.voice) = (
            .of(1, AudioCapabilities.all, first), .of(2, AudioCapabilities.all, second)
        )
        let outcome = pair.exchange()
        if first == .answered && second == .required {
            #expect(outcome == nil && pair.one.stream == nil && pair.other.stream == nil)
        } else {
            #expect(outcome == .voice)
            #expect((pair.one.stream?.security != nil) == (first != .answered))
        }
    }

    @Test("is plain where the other has no keys, if that may be") func noKeys() {
        for (policy, isAgreed) in [
            (SRTPPolicy.offered, false), (.preferred, false), (.required, false), (.answered, true),
        ] {
            var pair = Pair()
            (pair.one.voice, pair.other.voice) = (
                .of(1, AudioCapabilities.all, policy), .of(2, AudioCapabilities.all, suites: [])
            )
            #expect((pair.exchange() == .voice) == isAgreed)
            guard !isAgreed else { continue }
            #expect(!pair.one.isOfferEncrypted)
            pair.one.isPlain = true
            #expect(pair.exchange() == .voice)
            #expect(pair.one.stream?.security == nil && pair.one.stream != nil)
        }
    }

    @Test("once encrypted does not become plain") func downgrade() {
        var pair = Self.agreed(.of(1, AudioCapabilities.all, .offered), .of(2))
        let former = pair.other.stream
        let outcome = pair.exchange { text in
            text.replacing("RTP/SAVP", with: "RTP/AVP").split(separator: "\r\n").filter { !$0.hasPrefix("a=crypto") }
                .joined(separator: "\r\n")
        }
        #expect(outcome == nil && pair.other.stream == former && former?.security != nil)
    }

    @Test("whose answer has another tag, another suite, two keys or another profile is none", arguments: 0..<5)
    func wrongAnswer(_ kind: Int) throws {
        var media = Pair().one
        media.voice = .of(1, AudioCapabilities.all, .offered)
        let offer = media.offer(from: "192.0.2.1")
        let key = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
        let line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 \(key)\r\n"
        let lines = [
            line.replacing("crypto:1", with: "crypto:3"), line.replacing("_80", with: "_32"),
            line + line.replacing("crypto:1", with: "crypto:2").replacing("_80", with: "_32"), "", line,
        ]
        let text =
            AudioDescriptionTests.head + "m=audio 4000 RTP/\(kind == 4 ? "AVP" : "SAVP") 0\r\n" + lines[kind]
        let answer = try SessionDescription(parsing: Array(text.utf8))
        #expect(answer.media.count == offer.media.count)
        #expect(media.accepted(answer) == (kind == 4 ? .unencrypted : .unusable) && media.stream == nil)
        #expect(media.isStale == false, "what was offered is what the peer knows")
    }

    @Test("has the numbers of whoever offers first, and keeps them whoever offers next") func numbers() throws {
        var pair = Pair()
        (pair.one.voice, pair.other.voice) = (.of(1), .of(2))
        let outcome = pair.exchange { text in
            text.replacing("96", with: "111").replacing("97", with: "96").replacing("98", with: "97")
        }
        #expect(outcome == .voice && pair.one.stream?.sends.payloadType == 111)
        let other = try #require(pair.other.stream)
        #expect(other.sends.payloadType == 111 && other.receives[0].payloadType == 111)
        #expect(other.receivesKeys.map(\.payloadType) == [96, 97])
        let again = pair.other.offer(from: "192.0.2.2")
        #expect(again.media[0].formats == ["111", "0", "8", "96", "97"])
    }

    @Test("is sent under the peer's number, and received under ours, where they differ") func asymmetric() throws {
        var media = Pair().one
        media.voice = .of(1)
        _ = media.offer(from: "192.0.2.1")
        let text =
            AudioDescriptionTests.head + "m=audio 4000 RTP/AVP 120 101\r\na=rtpmap:120 opus/48000/2\r\n"
            + "a=fmtp:120 maxplaybackrate=16000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:60\r\na=maxptime:40\r\n"
        #expect(media.accepted(try SessionDescription(parsing: Array(text.utf8))) == .voice)
        let stream = try #require(media.stream)
        #expect(stream.sends.payloadType == 120 && stream.sends.codec.parameters == "maxplaybackrate=16000")
        #expect(stream.receives.map(\.payloadType) == [96] && stream.packetTime == 40)
        #expect(stream.sendsKeys?.payloadType == 101 && stream.receivesKeys.map(\.payloadType) == [98])
        #expect(!stream.isMultiplexed && stream.remoteControl.port == 4_001)
    }

    @Test("takes another number where the peer's means something else with us") func collision() throws {
        var media = Pair().one
        media.voice = .of(1)
        _ = media.offer(from: "192.0.2.1")
        media.refused()
        let text =
            AudioDescriptionTests.head + "m=audio 4000 RTP/AVP 98 96\r\na=rtpmap:96 telephone-event/8000\r\n"
            + "a=rtpmap:98 opus/48000/2\r\n"
        let offer = try SessionDescription(parsing: Array(text.utf8))
        let said = media.answer(offer, from: "192.0.2.1")
        let answer = try #require(said)
        #expect(answer.media[0].formats == ["96", "98"], "opus is 96 with us since our offer, keys are 98")
        #expect(media.stream?.sends.payloadType == 98 && media.stream?.receives.map(\.payloadType) == [96])
        #expect(media.stream?.sendsKeys?.payloadType == 96)
    }

    @Test("changes its codec by another offer, and address and packet time with it") func codecChange() {
        var pair = Self.agreed(.of(1), .of(2))
        #expect(pair.one.stream?.sends.codec == .opus)
        var moved = AudioCapabilities.of(3, [.pcmu])
        moved.packetTime = 30
        pair.one.voice = moved
        #expect(pair.one.isStale)
        #expect(pair.exchange() == .voice)
        #expect(!pair.one.isStale)
        #expect(pair.one.stream?.sends == AudioFormat(0, .pcmu) && pair.one.stream?.receives.count == 1)
        #expect(pair.other.stream?.remote == moved.address && pair.other.stream?.packetTime == 30)
    }

    @Test("in nothing that both have is refused, and what was agreed before stays") func nothingInCommon() {
        var pair = Self.agreed(.of(1), .of(2))
        let former = pair.other.stream
        pair.one.voice = .of(1, [AudioCodec("speex", clockRate: 16_000), .telephoneEvent(clockRate: 8_000)])
        #expect(pair.exchange() == nil && pair.other.stream == former)
        pair.one.keep()
        #expect(!pair.one.isStale && pair.exchange() == .voice)
    }

    /// Who holds, what is said, and what the other may still send and hear.
    @Test(
        "set aside is silent, and goes on as it was",
        arguments: [
            (true, false, "sendonly", "recvonly"), (false, true, "sendrecv", "sendonly"),
            (true, true, "sendonly", "inactive"), (false, false, "sendrecv", "sendrecv"),
        ])
    func hold(_ one: Bool, _ other: Bool, _ offered: String, _ answered: String) throws {
        var pair = Self.agreed(.of(1), .of(2))
        let (first, second) = (pair.one.stream, pair.other.stream)
        var said = ""
        #expect(
            pair.exchange(holding: (one, other)) {
                said = $0; return $0
            } == .voice)
        #expect(said.contains("a=\(offered)\r\n"))
        let streams = [try #require(pair.one.stream), try #require(pair.other.stream)]
        #expect(streams.map(\.maySend) == (one || other ? [!one && !other, !other && !one] : [true, true]))
        let back = pair.other.offer(from: "192.0.2.2", isHolding: other)
        #expect(back.media[0].port == 4_002)
        pair.other.refused()
        #expect(pair.exchange() == .voice)
        #expect(pair.one.stream == first && pair.other.stream == second)
        #expect(first?.maySend == true && second?.mayReceive == true && answered != "")
    }

    @Test("held by 0.0.0.0 sends nothing") func oldHold() {
        var pair = Self.agreed(.of(1), .of(2))
        #expect(pair.exchange { $0.replacing("c=IN IP4 192.0.2.1", with: "c=IN IP4 0.0.0.0") } == .voice)
        #expect(pair.other.stream?.maySend == false)
        #expect(pair.exchange() == .voice)
        #expect(pair.other.stream?.maySend == true)
    }

    @Test("ends with an offer that is received nowhere, and may begin anew") func end() throws {
        var pair = Self.agreed(.of(1, AudioCapabilities.all, .offered), .of(2))
        pair.one.fallSilent()
        #expect(pair.one.isStale && pair.one.stream == nil)
        var said = ""
        #expect(
            pair.exchange {
                said = $0; return $0
            } == .text)
        #expect(said.contains("m=audio 9 RTP/SAVP 96 0 8 97 98\r\n") && said.contains("a=inactive\r\n"))
        #expect(!pair.one.isStale && pair.other.stream == nil)
        pair.turn()
        pair.one.voice = .of(2)
        pair.other.voice = .of(1)
        #expect(pair.exchange() == .voice)
        #expect(pair.one.stream?.security != nil, "the medium was encrypted, and stays so")
    }

    @Test("is of the first encrypted medium, else of the first plain one; the others are refused in their places")
    func severalMedia() throws {
        let line = "a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"
        for (media, place) in [
            ("m=video 1 RTP/AVP 96|m=audio 2 RTP/AVP 0|m=audio 3 RTP/SAVP 0|\(line)m=audio 4 RTP/AVP 8|", 2),
            ("m=audio 2 RTP/AVP 18|m=audio 4 RTP/AVP 8|m=audio 5 RTP/SAVP 0|", 1),
            ("m=audio 0 RTP/AVP 0|m=audio 4 RTP/AVPF 0|m=text 5 TCP/MSRP *|", 1),
            ("m=audio 9 RTP/AVP 0|m=audio 4 RTP/AVP 0|", 1),
        ] {
            var side = Pair().one
            side.voice = .of(1)
            let text = AudioDescriptionTests.head + media.replacing("|", with: "\r\n")
            let offer = try SessionDescription(parsing: Array(text.utf8))
            let said = side.answer(offer, from: "192.0.2.1")
            let answer = try #require(said)
            #expect(answer.media.map(\.kind) == offer.media.map(\.kind))
            #expect(answer.media.indices.map { answer.media[$0].port != 0 } == offer.media.indices.map { $0 == place })
            #expect(side.stream?.remote.port == offer.media[place].port)
            if place == 2 {
                #expect(
                    answer.media[2].attributes.contains { $0.value?.hasPrefix("7 AES_CM_128_HMAC_SHA1_32") == true })
            }
        }
    }

    @Test("left out is answered silently, also to a telephone that only speaks encrypted") func silent() throws {
        var media = Pair().one
        let line = "a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"
        let text = AudioDescriptionTests.head + "m=audio 4000 RTP/SAVP 0\r\n" + line
        let offer = try SessionDescription(parsing: Array(text.utf8))
        let said = media.answer(offer, from: "192.0.2.1")
        let answer = try #require(said)
        #expect(answer.media[0].port == 9 && answer.media[0].transport == "RTP/SAVP")
        #expect(answer.direction(of: answer.media[0]) == .inactive)
        #expect(AudioDescription(answer.media[0], in: answer)?.cryptos.first?.tag == 7)
        var identifiers = Identifiers.seeded(1)
        var without = AudioMedia(identifiers: &identifiers)
        #expect(without.answer(offer, from: "192.0.2.1") == nil)
    }

    @Test("keeps o=, its version one more for each change") func version() {
        var pair = Pair()
        var versions: [String] = []
        func note(_ text: String) -> String {
            versions += text.split(separator: "\r\n").filter { $0.hasPrefix("o=") }.map {
                String($0.split(separator: " ")[2])
            }
            return text
        }
        _ = pair.exchange(note)
        (pair.one.voice, pair.other.voice) = (.of(1), .of(2))
        _ = pair.exchange(note)
        _ = pair.exchange(note)
        _ = pair.exchange(holding: (true, false), note)
        pair.one.fallSilent()
        _ = pair.exchange(note)
        #expect(versions == ["1", "2", "2", "3", "4"])
    }
}

extension SessionDescription {
    fileprivate var text: String { String(decoding: serialized, as: UTF8.self) }
}
