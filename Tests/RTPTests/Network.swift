import RTP

/// The same numbers for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// What a network does to packets, as a seed says.
struct Network {
    var seed = 1
    var delay = 30.0
    /// Milliseconds that a packet may take longer than another, each as likely; what is overtaken is reordered.
    var jitter = 0.0
    /// Of all packets, how many are lost: 0 to 1.
    var loss = 0.0
    /// How many are lost in a row, in the mean.
    var burst = 1.0
    /// Of all packets, how many come twice.
    var duplication = 0.0
    /// Nothing overtakes: what is late holds up what is behind it.
    var keepsOrder = false

    /// When each of `count` packets arrives, sent at these milliseconds: in the order of arrival.
    func carry(_ sent: [Double]) -> [(arrival: Double, packet: Int)] {
        var numbers = SeededNumbers(seed)
        var arrivals: [(arrival: Double, packet: Int)] = []
        var isLosing = false
        var latest = 0.0
        for (packet, time) in sent.enumerated() {
            // Two states (Gilbert): leaving the lossy one is as likely as its bursts are short.
            let leaving = 1 / burst
            let entering = loss >= 1 ? 1 : loss * leaving / (1 - loss)
            isLosing = Double.random(in: 0..<1, using: &numbers) < (isLosing ? 1 - leaving : min(1, entering))
            guard !isLosing else { continue }
            for _ in 0..<(Double.random(in: 0..<1, using: &numbers) < duplication ? 2 : 1) {
                let late = jitter > 0 ? Double.random(in: 0..<jitter, using: &numbers) : 0
                let arrival = time + delay + late
                latest = max(latest, arrival)
                arrivals.append((keepsOrder ? latest : arrival, packet))
            }
        }
        return arrivals.sorted { ($0.arrival, $0.packet) < ($1.arrival, $1.packet) }
    }
}

/// A stream through a network into a playout buffer, and what is played of it: virtual time, in milliseconds.
struct Listening {
    struct Played: Equatable {
        /// Since the stream began.
        var packet: Int
        /// From being sent until being played; a frame's own length is not in it.
        var delay: Double
        var time: Double
    }

    var buffer: PlayoutBuffer
    var clock = 8_000
    var played: [Played] = []
    var missing = 0
    var followed = 0
    var silent = 0
    /// Milliseconds of sound and silence handed out.
    var handedOut = 0.0

    init(limits: PlayoutBuffer.Limits = .init()) { buffer = PlayoutBuffer(clock: clock, limits: limits) }

    /// How the player behaves.
    struct Player {
        /// How much faster its clock goes than the sender's, in millionths.
        var drift = 0.0
        /// Whether it plays at the speed that is asked for.
        var followsSpeed = true
        /// Whether it plays nothing but silence, as the buffer is told.
        var isQuiet = false
        /// Frames that it pulls at once.
        var pulls = 1
        /// Milliseconds of a device's frame: it pulls until one is full, and takes any length. Nil for a player that pulls
        /// whenever what it got has been played.
        var device: Double?
    }

    /// Plays a stream of 20 ms frames, the first one sent at 0.
    mutating func play(
        packets: Int, over network: Network, by player: Player = Player(), sent: ((Int) -> Double)? = nil,
        header: ((Int) -> RTPHeader)? = nil, late: ((Int) -> Double)? = nil
    ) {
        let times = (0..<packets).map { sent?($0) ?? Double($0) * 20 }
        let arrivals = network.carry(times).map { ($0.arrival + (late?($0.packet) ?? 0), $0.packet) }
            .sorted { $0.0 < $1.0 }
        let last = max(times.last ?? 0, arrivals.last?.0 ?? 0) + 1_000
        var next = 0
        var time = network.delay
        var ahead = 0.0
        while time < last {
            while next < arrivals.count, arrivals[next].0 <= time {
                let (arrival, packet) = arrivals[next]
                put(packet, header?(packet) ?? Self.header(packet), at: arrival)
                next += 1
            }
            var period = 0.0
            if let device = player.device {
                while ahead < device {
                    let length = pull(
                        at: time, ahead: ahead, lacking: device - ahead, times: times, isQuiet: player.isQuiet)
                    ahead += length / (player.followsSpeed ? buffer.speed : 1)
                }
                ahead -= device
                period = device
            } else {
                for _ in 0..<player.pulls { period += pull(at: time, times: times, isQuiet: player.isQuiet) }
                if player.followsSpeed { period /= buffer.speed }
            }
            time += period / (1 + player.drift / 1_000_000)
        }
    }

    static func header(_ packet: Int) -> RTPHeader {
        RTPHeader(
            payloadType: 0, sequence: UInt16(truncatingIfNeeded: 65_000 + packet),
            timestamp: UInt32(truncatingIfNeeded: 4_294_960_000 + packet * 160), ssrc: 7)
    }

    @discardableResult
    mutating func put(_ packet: Int, _ header: RTPHeader, at time: Double) -> PlayoutBuffer.Arrival {
        let payload = (0..<160).map { UInt8(truncatingIfNeeded: packet >> (8 * ($0 % 4))) }
        return buffer.put(header, payload.span, ticks: 160, clock: clock, at: .milliseconds(time))
    }

    private mutating func pull(
        at time: Double, ahead: Double = 0, lacking: Double? = nil, times: [Double], isQuiet: Bool
    ) -> Double {
        let output = buffer.next(
            at: .milliseconds(time), ahead: .milliseconds(ahead), lacking: lacking.map { .milliseconds($0) },
            isQuiet: isQuiet)
        let ticks: Int
        switch output {
        case .frame(let frame, _):
            let packet = number(frame)
            played.append(Played(packet: packet, delay: time + ahead - times[packet], time: time))
            ticks = frame.ticks
        case .missing(let length, let following):
            missing += 1
            if following != nil { followed += 1 }
            ticks = length
        case .silence(let length):
            silent += 1
            ticks = length
        }
        handedOut += Double(ticks) / 8
        return Double(ticks) / 8
    }

    func number(_ frame: PlayoutBuffer.Frame) -> Int {
        buffer.withPayload(of: frame) { payload in
            (0..<4).reduce(0) { $0 | Int(payload[$1]) << (8 * $1) }
        }
    }

    var packets: [Int] { played.map(\.packet) }
    /// Of what was played after so many milliseconds.
    func delays(after start: Double = 0) -> ClosedRange<Double> {
        let delays = played.filter { $0.time >= start }.map(\.delay)
        return (delays.min() ?? 0)...(delays.max() ?? 0)
    }
}

extension Duration {
    static func milliseconds(_ value: Double) -> Duration { .nanoseconds(Int64(value * 1_000_000)) }
}
