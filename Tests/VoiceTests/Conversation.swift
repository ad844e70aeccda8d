#if Voice
import Harness
import RTP

@testable import Voice

/// What a network does to packets, by a seed.
struct Impairment {
    var loss = 0.0
    /// Each packet is late by up to so much.
    var jitter: Duration = .zero
    /// How many come twice, and how many come after the one behind them.
    var duplication = 0.0
    var reordering = 0.0
    var delay: Duration = .milliseconds(20)
    var random = SplitMix(state: 7)

    /// When a packet arrives that was sent now; never, once or twice.
    mutating func arrivals(at now: Duration) -> [Duration] {
        if random.unit() < loss { return [] }
        var arrival = now + delay + jitter * random.unit()
        if random.unit() < reordering { arrival += .milliseconds(25) }
        return random.unit() < duplication ? [arrival, arrival + .milliseconds(5)] : [arrival]
    }
}

/// Two streams joined in memory, in a time of their own: minutes take seconds.
struct Conversation {
    static let adaAddress = RemoteAddress(.init(ipv4: 0x7F00_0001), port: 4_000)
    static let bobAddress = RemoteAddress(.init(ipv4: 0x7F00_0002), port: 5_000)

    let ada: StreamCore
    let bob: StreamCore
    var there = Impairment()
    var back = Impairment()
    /// How much faster Ada's devices run than Bob's, in millionths.
    var drift = 0.0
    private(set) var now: Duration = .zero
    private(set) var keysAtBob: [TelephoneKey] = []
    private var underway: [(at: Duration, toBob: Bool, port: StreamCore.Port, octets: [UInt8])] = []
    private var adaTime: Duration = .zero
    private var bobTime: Duration = .milliseconds(3)

    init(_ codec: Codec, keys: Bool = false, security: (ada: StreamKeys, bob: StreamKeys)? = nil) throws {
        var toBob = Self.parameters(codec, Self.bobAddress)
        var toAda = Self.parameters(codec, Self.adaAddress)
        if keys { (toBob.keysPayloadType, toAda.keysReceiving) = (101, [101]) }
        (toBob.security, toAda.security) = (security?.ada, security?.bob)
        ada = try StreamCore(Self.identity(1), toBob, at: .zero)
        bob = try StreamCore(Self.identity(2), toAda, at: .zero)
    }

    static func parameters(_ codec: Codec, _ remote: RemoteAddress) -> StreamParameters {
        let numbers: [Codec: UInt8] = [.opus: 96, .pcmu: 0, .pcma: 8]
        return StreamParameters(
            codec: codec, payloadType: numbers[codec] ?? 127, receiving: [96: .opus, 0: .pcmu, 8: .pcma], remote: remote
        )
    }

    static func identity(_ number: UInt32) -> StreamIdentity {
        StreamIdentity(
            ssrc: number &* 0x0101_0101, sequence: UInt16(number) &* 30_000, timestamp: number &* 1_000_000_000,
            cname: "end \(number)", seed: UInt64(number))
    }

    /// Ada says this, from the microphone on.
    ///
    /// - Parameter answer: what Bob says meanwhile; silence behind its end.
    /// - Returns: what Bob hears, and what Ada hears.
    mutating func say(_ sound: [Int16], answer: [Int16] = []) -> (bob: [Int16], ada: [Int16]) {
        var (heard, heardBack) = ([Int16](), [Int16]())
        heard.reserveCapacity(sound.count)
        var frame = [Int16](repeating: 0, count: Sound.deviceFrame)
        var (said, answered) = (0, 0)
        let adaPeriod = Duration.milliseconds(10) / (1 + drift / 1_000_000)
        while said < sound.count {
            if adaTime <= bobTime {
                now = adaTime
                deliver(until: now)
                Self.cut(sound, said, into: &frame)
                said += Sound.deviceFrame
                ada.say(frame, at: now) { post($0, $1, toBob: true) }
                ada.tick(at: now) { post($0, $1, toBob: true) }
                ada.play(&frame, at: now)
                heardBack += frame
                adaTime += adaPeriod
            } else {
                now = bobTime
                deliver(until: now)
                bob.play(&frame, at: now)
                heard += frame
                Self.cut(answer, answered, into: &frame)
                answered += Sound.deviceFrame
                bob.say(frame, at: now) { post($0, $1, toBob: false) }
                bob.tick(at: now) { post($0, $1, toBob: false) }
                bobTime += .milliseconds(10)
            }
        }
        return (heard, heardBack)
    }

    private static func cut(_ sound: [Int16], _ start: Int, into frame: inout [Int16]) {
        let count = max(0, min(frame.count, sound.count - start))
        if count > 0 { frame.copy(sound, start..<(start + count)) }
        frame.silence(count..<frame.count)
    }

    private mutating func post(_ packet: UnsafeBufferPointer<UInt8>, _ port: StreamCore.Port, toBob: Bool) {
        let arrivals = toBob ? there.arrivals(at: now) : back.arrivals(at: now)
        for arrival in arrivals {
            let place = underway.lastIndex { $0.at <= arrival }.map { $0 + 1 } ?? 0
            underway.insert((arrival, toBob, port, Array(packet)), at: place)
        }
    }

    private mutating func deliver(until time: Duration) {
        while let first = underway.first, first.at <= time {
            underway.removeFirst()
            var octets = first.octets
            let from = first.toBob ? Self.adaAddress : Self.bobAddress
            let keys = (first.toBob ? bob : ada).receive(
                &octets, count: octets.count, from: from, port: first.port, at: first.at)
            if first.toBob { keysAtBob += keys }
        }
    }

    /// Something reaches Bob that the network did not bring from Ada.
    mutating func inject(_ octets: [UInt8], from address: RemoteAddress) {
        var octets = octets
        _ = bob.receive(&octets, count: octets.count, from: address, port: .voice, at: now)
    }
}
#endif
