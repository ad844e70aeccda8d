import SIP
import Testing

@Suite("Audio in a session description") struct AudioDescriptionTests {
    static let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"

    /// What is understood of the first medium.
    static func read(_ lines: String...) throws -> AudioDescription? {
        let text = head + lines.map { $0 + "\r\n" }.joined()
        let description = try SessionDescription(parsing: Array(text.utf8))
        return AudioDescription(description.media[0], in: description)
    }

    @Test("is read with codecs, packet time, RTCP and keys") func whole() throws {
        let audio = try #require(
            try Self.read(
                "m=audio 4000 RTP/SAVP 96 0 101", "a=rtpmap:96 opus/48000/2", "a=fmtp:96 useinbandfec=1",
                "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=maxptime:60",
                "a=rtcp:4010 IN IP4 192.0.2.10", "a=rtcp-mux", "a=crypto:\(CryptoTests.example)", "a=recvonly"))
        var opus = AudioCodec.opus
        opus.parameters = "useinbandfec=1"
        var keys = AudioCodec.telephoneEvent(clockRate: 8_000)
        keys.parameters = "0-15"
        #expect(
            audio
                == AudioDescription(
                    profile: .savp, address: SocketAddress(host: "192.0.2.9", port: 4000),
                    control: SocketAddress(host: "192.0.2.10", port: 4010), isMultiplexed: true,
                    formats: [AudioFormat(96, opus), AudioFormat(0, .pcmu), AudioFormat(101, keys)], packetTime: 20,
                    longestPacketTime: 60, cryptos: [try #require(CryptoAttribute(CryptoTests.example))],
                    direction: .recvonly))
    }

    @Test("is written as it is read") func roundTrip() throws {
        let audio = AudioDescription(
            profile: .savpf, address: SocketAddress(host: "2001:db8::1", port: 4000),
            control: SocketAddress(host: "2001:db8::2", port: 4001), isMultiplexed: true,
            formats: [
                AudioFormat(96, .opus), AudioFormat(0, .pcmu), AudioFormat(8, .pcma),
                AudioFormat(97, .telephoneEvent(clockRate: 48_000)),
            ], packetTime: 20, longestPacketTime: 120,
            cryptos: [try #require(CryptoAttribute(CryptoTests.example))], direction: .sendonly)
        let description = SessionDescription(
            origin: .init(sessionID: "1", version: "1", address: .init(host: "192.0.2.1")), connection: nil,
            media: [audio.media])
        let again = try SessionDescription(parsing: description.serialized)
        #expect(AudioDescription(again.media[0], in: again) == audio)
        #expect(
            again.media[0].attributes.map { $0.name + ($0.value.map { ":" + $0 } ?? "") } == [
                "rtpmap:96 opus/48000/2", "fmtp:96 useinbandfec=1;usedtx=1", "rtpmap:0 PCMU/8000",
                "rtpmap:8 PCMA/8000", "rtpmap:97 telephone-event/48000", "fmtp:97 0-16", "ptime:20", "maxptime:120",
                "rtcp:4001 IN IP6 2001:db8::2", "rtcp-mux",
                "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", "sendonly",
            ])
    }

    /// The numbers of an m= line, attributes, and what the numbers are taken for.
    @Test(
        "has codecs by their assignment or by rtpmap, and none that contradict themselves",
        arguments: [
            ("0 8 9 18", [], ["0 PCMU/8000", "8 PCMA/8000", "9 G722/8000", "18 G729/8000"]),
            ("0", ["rtpmap:0 pcmu/8000"], ["0 pcmu/8000"]),
            ("0 8", ["rtpmap:0 PCMA/8000"], ["8 PCMA/8000"]),
            ("10 11", [], ["10 L16/44100/2", "11 L16/44100"]),
            // dynamic ones mean nothing by themselves
            ("96 97", ["rtpmap:97 opus/48000/2"], ["97 opus/48000/2"]),
            ("96 0", ["rtpmap:96 opus/48000/2", "rtpmap:96 OPUS/48000/2"], ["96 OPUS/48000/2", "0 PCMU/8000"]),
            ("96 0", ["rtpmap:96 opus/48000/2", "rtpmap:96 speex/8000"], ["0 PCMU/8000"]),
            ("96 0", ["rtpmap:96 a/8000", "rtpmap:96 b/8000", "rtpmap:96 a/8000"], ["0 PCMU/8000"]),
            ("96 96 0 0", ["rtpmap:96 opus/48000/2"], ["96 opus/48000/2", "0 PCMU/8000"]),
            ("35 63", ["rtpmap:35 a/8000", "rtpmap:63 b/8000"], ["35 a/8000", "63 b/8000"]),
            // these would look like RTCP
            ("64 72 95 0", ["rtpmap:64 a/8000", "rtpmap:72 a/8000", "rtpmap:95 a/8000"], ["0 PCMU/8000"]),
            ("1 2 19 34", [], []),
            // one that is not offered
            ("0", ["rtpmap:96 opus/48000/2"], ["0 PCMU/8000"]),
            (
                "96 97 98 99 100 101 102 103 104 105 106",
                [
                    "rtpmap:96 opus", "rtpmap:97 opus/", "rtpmap:98 opus/48000/", "rtpmap:99 opus/48000/2/2",
                    "rtpmap:100 opus/4294967296", "rtpmap:101 opus/-1", "rtpmap:102 opus/0", "rtpmap:103 opus/48000/0",
                    "rtpmap:104 opus/48000/256", "rtpmap:105 o pus/48000", "rtpmap:106 /48000",
                ], []
            ),
            ("96", ["rtpmap:300 opus/48000/2", "rtpmap:-96 opus/48000/2", "rtpmap:96", "rtpmap"], []),
        ] as [(String, [String], [String])])
    func codecs(_ numbers: String, _ attributes: [String], _ taken: [String]) throws {
        let text = Self.head + "m=audio 4000 RTP/AVP \(numbers)\r\n" + attributes.map { "a=\($0)\r\n" }.joined()
        let description = try SessionDescription(parsing: Array(text.utf8))
        let audio = try #require(AudioDescription(description.media[0], in: description))
        #expect(audio.formats.map { "\($0.payloadType) \($0.codec.mapping)" } == taken)
    }

    @Test("has the first of what is said twice, and nothing of what makes no sense") func nonsense() throws {
        let audio = try #require(
            try Self.read(
                "m=audio 4000 RTP/AVP 0", "a=ptime:-1", "a=ptime:0", "a=ptime:20.5", "a=ptime:4294967316", "a=ptime:30",
                "a=ptime:10", "a=maxptime:x", "a=rtcp:0", "a=rtcp:65536", "a=rtcp:4001 IN IP4 host.example",
                "a=rtcp:4001 IN", "a=rtcp-mux:1", "a=crypto:nonsense", "a=fmtp:0", "a=fmtp:0 first", "a=fmtp:0 second",
                "a=fmtp:999 x", "a=sendonly", "a=recvonly"))
        #expect(audio.packetTime == 30 && audio.longestPacketTime == nil)
        #expect(audio.control == SocketAddress(host: "192.0.2.9", port: 4001) && !audio.isMultiplexed)
        #expect(audio.cryptos.isEmpty && audio.formats[0].codec.parameters == "first")
        #expect(audio.direction == .sendonly)
        let long = try Self.read("m=audio 4000 RTP/AVP 0 8", "a=fmtp:0 " + String(repeating: "x", count: 513))
        #expect(long?.formats.map(\.payloadType) == [8])
    }

    @Test("keeps only so many keys, each tag once") func keys() throws {
        let second = CryptoTests.example.replacing("d0Rm", with: "AAAA")
        let lines = [CryptoTests.example, second] + (2..<40).map { "\($0)" + CryptoTests.example.dropFirst() }
        let text = Self.head + "m=audio 4000 RTP/SAVP 0\r\n" + lines.map { "a=crypto:\($0)\r\n" }.joined()
        let description = try SessionDescription(parsing: Array(text.utf8))
        let audio = try #require(AudioDescription(description.media[0], in: description))
        #expect(audio.cryptos.map(\.tag) == Array(1...16))
        #expect(audio.cryptos[0] == CryptoAttribute(CryptoTests.example))
    }

    @Test(
        "is none of ours over another transport, refused, or received at no single address",
        arguments: [
            "m=video 4000 RTP/AVP 0", "m=audio 0 RTP/AVP 0", "m=audio 4000 UDP/TLS/RTP/SAVPF 0", "m=audio 4000 udp x",
            "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 host.example", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 224.2.1.1/127",
            "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 224.2.1.1", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 255.255.255.255",
            "m=audio 4000 RTP/AVP 0\r\nc=IN IP6 ff02::1", "m=audio 4000 RTP/AVP 0\r\nc=IN IP6 ::ffff:224.0.0.1",
        ])
    func others(_ line: String) throws {
        #expect(try Self.read(line) == nil)
    }

    @Test("at the last port has no next one for RTCP, and at no address is held") func edges() throws {
        let last = try #require(try Self.read("m=audio 65535 RTP/AVP 0"))
        #expect(last.control.port == 0)
        #expect(try Self.read("m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0")?.isUnspecified == true)
        #expect(try Self.read("m=audio 4000 RTP/AVP 0", "c=IN IP6 ::")?.isUnspecified == true)
        #expect(try Self.read("m=audio 9 RTP/AVP 0")?.isDiscarded == true)
    }

    @Test(
        "says which keys of a telephone it takes",
        arguments: [
            ("0-16", true), ("0-15", true), ("0-11,16", true), ("0-9,10,11", true), ("0-9", false), ("16", false),
            ("0-15,66,70", true), ("0 - 15", true), ("", false), ("15-0", false), ("0-256", false), ("0--15", false),
            ("-1", false), (nil, true),
        ] as [(String?, Bool)])
    func events(_ parameters: String?, _ hasKeys: Bool) {
        let codec = AudioCodec("Telephone-Event", clockRate: 8_000, parameters: parameters)
        #expect(codec.hasKeys == hasKeys)
        #expect(!AudioCodec("PCMU", clockRate: 8_000, parameters: parameters).hasKeys)
    }

    @Test("cut or changed at any byte is read or refused, never worse") func cut() throws {
        let text =
            Self.head + "m=audio 4000 RTP/SAVP 96 0 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
            + "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=rtcp:4010 IN IP4 192.0.2.10\r\n"
            + "a=rtcp-mux\r\na=crypto:\(CryptoTests.example)\r\n"
        let whole = Array(text.utf8)
        var dice = Identifiers.seeded(3)
        for round in 0..<4_000 {
            var bytes = round < whole.count ? Array(whole[..<round]) : whole
            for _ in 0..<3 where round >= whole.count {
                bytes[Int.random(in: bytes.indices, using: &dice)] = .random(in: 0x20...0x7E, using: &dice)
            }
            guard let description = try? SessionDescription(parsing: bytes) else { continue }
            for medium in description.media {
                guard let audio = AudioDescription(medium, in: description), !audio.formats.isEmpty else { continue }
                var again = description
                again.media = [audio.media]
                #expect(AudioDescription(again.media[0], in: again) == audio)
            }
        }
    }
}
