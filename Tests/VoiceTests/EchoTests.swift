#if Voice
import Harness
import RTP
import Testing

@testable import Voice

/// Somebody who speaks with an echo, in a time of their own: what each sends arrives at once.
private struct Booth {
    static let ada = RemoteAddress(.init(ipv4: 0xC000_0202), port: 4_000)
    static let stranger = RemoteAddress(.init(ipv4: 0xC000_0242), port: 4_000)

    /// What the echo sent, and where to.
    struct Sent: Equatable {
        var octets: [UInt8]
        var port: StreamCore.Port
        var address: RemoteAddress

        var packet: RTPPacket? { try? RTPPacket(parsing: octets.span) }
    }

    let speaker: StreamCore
    let echo: EchoCore
    private(set) var now: Duration = .zero
    private(set) var sent: [Sent] = []
    /// What came to the echo, as often as it came.
    private(set) var received: [[UInt8]] = []
    private(set) var keysHeard: [TelephoneKey] = []

    init(_ codec: Codec = .pcmu, keys: (ada: StreamKeys, echo: StreamKeys)? = nil) throws {
        var toEcho = Conversation.parameters(codec, Conversation.bobAddress)
        (toEcho.keysPayloadType, toEcho.keysReceiving, toEcho.security) = (101, [101], keys?.ada)
        var toAda = toEcho
        (toAda.remote, toAda.security) = (Self.ada, keys?.echo)
        speaker = try StreamCore(Conversation.identity(1), toEcho, at: .zero)
        echo = try EchoCore(Conversation.identity(2), toAda, at: .zero)
    }

    static func keys() throws -> (ada: StreamKeys, echo: StreamKeys) {
        let one = try #require(MasterKey(.aes128CounterSHA1Tag80, octets: (0..<30).map { $0 }))
        let two = try #require(MasterKey(.aes128CounterSHA1Tag80, octets: (0..<30).map { $0 &+ 100 }))
        return (StreamKeys(sending: one, receiving: two), StreamKeys(sending: two, receiving: one))
    }

    /// A packet of G.711 that a test makes up.
    static func packet(_ sequence: UInt16, ssrc: UInt32 = 5, payloadType: UInt8 = 0, octets: Int = 160) -> [UInt8] {
        var packet = [UInt8](repeating: 0x55, count: RTPHeader.size + octets)
        var target = packet.mutableSpan
        RTPHeader(
            payloadType: payloadType, sequence: sequence, timestamp: UInt32(sequence) &* 160, ssrc: ssrc
        ).write(into: &target)
        return packet
    }

    /// A datagram comes to the echo.
    ///
    /// - Returns: what it sends for it.
    @discardableResult
    mutating func hears(_ octets: [UInt8], from address: RemoteAddress, port: StreamCore.Port = .voice) -> [Sent] {
        received.append(octets)
        var datagram = octets
        var answers: [Sent] = []
        echo.receive(&datagram, count: octets.count, from: address, port: port, at: now) {
            answers.append(Sent(octets: Array($0), port: $1, address: $2))
        }
        sent += answers
        return answers
    }

    /// Time passes in which nobody says anything.
    mutating func wait(_ time: Duration) {
        let end = now + time
        while now < end {
            now += .milliseconds(100)
            tick()
        }
    }

    private mutating func tick() {
        guard now >= echo.nextTick else { return }
        var reports: [Sent] = []
        echo.tick(at: now) { reports.append(Sent(octets: Array($0), port: $1, address: $2)) }
        sent += reports
        for report in reports where report.address == Self.ada { deliver(report) }
    }

    private mutating func deliver(_ packet: Sent) {
        var octets = packet.octets
        keysHeard += speaker.receive(
            &octets, count: octets.count, from: Conversation.bobAddress, port: packet.port, at: now)
    }

    /// Ada says this; what she hears.
    mutating func say(_ sound: [Int16]) -> [Int16] {
        var heard: [Int16] = []
        var frame = [Int16](repeating: 0, count: Sound.deviceFrame)
        for start in stride(from: 0, through: sound.count - frame.count, by: frame.count) {
            frame.copy(sound, start..<start + frame.count)
            var said: [([UInt8], StreamCore.Port)] = []
            speaker.say(frame, at: now) { said.append((Array($0), $1)) }
            if now >= speaker.nextTick { speaker.tick(at: now) { said.append((Array($0), $1)) } }
            for (octets, port) in said { hears(octets, from: Self.ada, port: port).forEach { deliver($0) } }
            tick()
            speaker.play(&frame, at: now)
            heard += frame
            now += .milliseconds(10)
        }
        return heard
    }
}

@Suite("An echo") struct EchoTests {
    @Test("gives back what is said, encrypted or not, and tells how it came", arguments: Codec.allCases, [true, false])
    func echoes(codec: Codec, isSecured: Bool) throws {
        var booth = try Booth(codec, keys: isSecured ? Booth.keys() : nil)
        let heard = booth.say(Voices.tone(440, seconds: 20))
        #expect(abs(Likeness.frequency(heard[480_000..<528_000], near: 440) - 440) < 0.2)
        #expect(Likeness.loudness(heard[48_000...]) > 5_000)
        let statistics = booth.speaker.measure(at: booth.now)
        #expect(statistics.quality == .good && statistics.roundTrip != nil && statistics.counts.missing == 0)
        #expect(statistics.remoteLoss == 0 && statistics.counts.strangers == 0)
        if isSecured {
            #expect(Set(booth.sent.map(\.octets)).isDisjoint(with: booth.received), "with a key of its own")
        }
    }

    @Test("comes from a source of its own, and has what stood in the packet, byte by byte") func source() throws {
        var booth = try Booth()
        let packets = [(7, 0), (8, 0), (11, 101), (10, 0), (12, 8)].map { sequence, type in
            Booth.packet(UInt16(sequence), payloadType: UInt8(type), octets: type == 101 ? 4 : 160)
        }
        let back = packets.flatMap { booth.hears($0, from: Booth.ada) }
        #expect(back.map { Array($0.octets[12...]) } == packets.map { Array($0[12...]) })
        let headers = back.compactMap { $0.packet?.header }
        #expect(headers.map(\.payloadType) == [0, 0, 101, 0, 8])
        let first = try #require(headers.first)
        #expect(headers.map { $0.sequence &- first.sequence } == [0, 1, 4, 3, 5])
        #expect(headers.map { $0.timestamp &- first.timestamp } == [0, 160, 640, 480, 800])
        #expect(headers.allSatisfy { $0.ssrc == Conversation.identity(2).ssrc })
        #expect(back.allSatisfy { $0.address == Booth.ada && $0.port == .voice })
    }

    @Test("gives back keys, each once") func keys() throws {
        var booth = try Booth(.opus)
        _ = booth.say(Voices.tone(440, seconds: 1))
        #expect(booth.speaker.press("42#".compactMap { TelephoneKey($0) }) == 3)
        _ = booth.say(Voices.tone(440, seconds: 3))
        #expect(booth.keysHeard.map { String($0.character) }.joined() == "42#")
    }

    @Test("goes nowhere but where it came from: a stranger gets nothing, and moves nothing", arguments: [true, false])
    func stranger(isSecured: Bool) throws {
        var booth = try Booth(keys: isSecured ? Booth.keys() : nil)
        for sequence in 1...50 as ClosedRange<UInt16> {
            #expect(booth.hears(Booth.packet(sequence, ssrc: 66), from: Booth.stranger).isEmpty)
        }
        booth.wait(.seconds(30))
        #expect(booth.sent.isEmpty, "and nobody else gets anything for it")
        let heard = booth.say(Voices.tone(440, seconds: 4))
        let ssrc = try #require(
            booth.received.last { $0.count > 100 }.map { $0[8..<12].reduce(0) { $0 << 8 | UInt32($1) } })
        for sequence in 1...50 as ClosedRange<UInt16> {
            #expect(booth.hears(Booth.packet(sequence, ssrc: ssrc), from: Booth.stranger).isEmpty)
        }
        #expect(Likeness.loudness(heard[48_000...]) > 5_000)
        #expect(Likeness.loudness(booth.say(Voices.tone(440, seconds: 2))[24_000...]) > 5_000)
        #expect(booth.sent.allSatisfy { $0.address == Booth.ada })
    }

    @Test("gives a packet back once: replays are dropped", arguments: [true, false]) func replay(isSecured: Bool) throws
    {
        var booth = try Booth(keys: isSecured ? Booth.keys() : nil)
        _ = booth.say(Voices.tone(440, seconds: 1))
        for octets in booth.received { #expect(booth.hears(octets, from: Booth.ada).isEmpty) }
        #expect(Likeness.loudness(booth.say(Voices.tone(440, seconds: 2))[24_000...]) > 5_000)
    }

    @Test("says nothing before anything came, and what nothing comes to is forgotten; on hold it waits") func silent()
        throws
    {
        var booth = try Booth()
        booth.wait(.seconds(59))
        #expect(!booth.echo.isForgotten(at: booth.now))
        booth.wait(.seconds(2))
        #expect(booth.echo.isForgotten(at: booth.now) && booth.sent.isEmpty)
        var held = booth.echo.parameters
        (held.sends, held.receives) = (false, false)
        try booth.echo.update(held, at: booth.now)
        booth.wait(.seconds(600))
        #expect(!booth.echo.isForgotten(at: booth.now))
        #expect(booth.hears(Booth.packet(1), from: Booth.ada).isEmpty, "on hold nothing comes back")
        (held.sends, held.receives) = (true, true)
        try booth.echo.update(held, at: booth.now)
        #expect(booth.hears(Booth.packet(2), from: Booth.ada).count == 1)
        booth.wait(.seconds(59))
        #expect(!booth.echo.isForgotten(at: booth.now))
        booth.wait(.seconds(2))
        #expect(booth.echo.isForgotten(at: booth.now))
        #expect(booth.sent.map(\.port) == [.voice, .control], "a report for what did not come back")
    }

    @Test("never sends more than came, at no more than a pace", arguments: 1...20) func bounded(seed: UInt64) throws {
        var booth = try Booth(keys: seed % 2 == 0 ? Booth.keys() : nil)
        var random = SplitMix(state: seed)
        var sequence: UInt16 = 0
        for _ in 0..<2_000 {
            sequence &+= UInt16(random.unit() * 3)
            let octets = Int(random.unit() * 300)
            switch random.unit() {
            case ..<0.5: booth.hears(Booth.packet(sequence, octets: octets), from: Booth.ada)
            case ..<0.7: booth.hears([0x80, 200, 0, 1, 0, 0, 0, 5], from: Booth.ada, port: .control)
            case ..<0.8: booth.hears((0..<octets).map { _ in UInt8(random.unit() * 255) }, from: Booth.ada)
            case ..<0.9: _ = booth.say(Voices.tone(440, seconds: 0.1))
            default: booth.wait(.milliseconds(Int(random.unit() * 400)))
            }
            #expect(booth.sent.reduce(0) { $0 + $1.octets.count } <= booth.received.reduce(0) { $0 + $1.count })
        }
        let before = booth.sent.count
        for next in 1...1_000 as ClosedRange<UInt16> { booth.hears(Booth.packet(next, ssrc: 77), from: Booth.ada) }
        #expect(booth.sent.count - before <= 100)
    }

    @Test("of a host that signalling vouches for any port may be the other side's, after three packets") func vouched()
        throws
    {
        var booth = try Booth()
        var parameters = booth.echo.parameters
        parameters.vouched = [Booth.stranger.host]
        try booth.echo.update(parameters, at: .zero)
        let answers = (1...5 as ClosedRange<UInt16>).map { booth.hears(Booth.packet($0), from: Booth.stranger) }
        #expect(answers.map(\.count) == [0, 0, 1, 1, 1])
        #expect(booth.sent.allSatisfy { $0.address == Booth.stranger })
    }

    @Test("who has chosen its SSRC is answered under another one, and what it sent itself is not sent again")
    func collision() throws {
        var booth = try Booth()
        let own = Conversation.identity(2).ssrc
        let back = (1...3 as ClosedRange<UInt16>).map { booth.hears(Booth.packet($0, ssrc: own), from: Booth.ada) }
        let header = try #require(back.first?.last?.packet?.header)
        #expect(header.ssrc != own && back[1].isEmpty == false)
        for sequence in 4...9 as ClosedRange<UInt16> {
            #expect(booth.hears(Booth.packet(sequence, ssrc: header.ssrc), from: Booth.ada).isEmpty)
        }
    }

    @Test("another codec comes back under numbers of its own") func codecChange() throws {
        var booth = try Booth(.opus)
        _ = booth.hears(Booth.packet(1, payloadType: 96), from: Booth.ada)
        _ = booth.hears(Booth.packet(2, payloadType: 0), from: Booth.ada)
        _ = booth.hears(Booth.packet(3, payloadType: 0), from: Booth.ada)
        let sources = booth.sent.compactMap { $0.packet?.header.ssrc }
        #expect(sources.count == 3 && sources[0] != sources[1] && sources[1] == sources[2])
    }
}
#endif
