import SIP
import Testing

/// Two user agents joined by a line that may lose, repeat and overtake, on one virtual clock.
struct Wire {
    enum End: Int, CaseIterable {
        case a, b
        var other: End { self == .a ? .b : .a }
    }

    struct Weather {
        var loss = 0.0
        var duplication = 0.0
        /// How long a message is on its way at most; it takes at least a millisecond.
        var delay = Duration.milliseconds(1)
    }

    static let fair = Weather()

    private(set) var phones: [Phone]
    private(set) var now = Duration.zero
    /// `a> INVITE`, `b> 200 INVITE`, in the order they were sent, lost ones too.
    private(set) var log: [String] = []
    /// The same, whole.
    private(set) var carried: [Message] = []
    private var travelling: [(at: Duration, order: Int, to: End, message: Message)] = []
    private var order = 0
    private var dice: Identifiers
    private let transport: TransportProtocol
    var weather: Weather
    /// What becomes of a message on its way.
    var changes: (Message) -> Message = { $0 }
    /// Loses what it says true to.
    var loses: (End, Message) -> Bool = { _, _ in false }
    private var manners = [Etiquette(), Etiquette()]
    /// What either end broke of the rules that every message has to keep.
    var faults: [String] { manners.flatMap(\.faults) }

    init(
        _ transport: TransportProtocol = .udp, weather: Weather = fair, seed: UInt64 = 7, codecs: [AudioCodec] = []
    ) {
        phones = [
            Phone("1001", seed: seed, codecs: codecs), Phone("1002", seed: seed &+ 1_000_003, codecs: codecs),
        ]
        dice = .seeded(seed &* 31 &+ 5)
        self.transport = transport
        self.weather = weather
    }

    func flow(_ end: End) -> Flow {
        let addresses = [SocketAddress(host: "192.0.2.1", port: 5060), SocketAddress(host: "192.0.2.2", port: 5060)]
        return Flow(transport: transport, local: addresses[end.rawValue], remote: addresses[end.other.rawValue])
    }

    subscript(_ end: End) -> Phone { phones[end.rawValue] }

    func reports(_ end: End) -> [UserAgent.Report] { self[end].reports }

    mutating func does(_ end: End, _ command: UserAgent.Command) {
        phones[end.rawValue].now = now
        phones[end.rawValue].does(command)
        collect()
    }

    mutating func closes(_ end: End) {
        phones[end.rawValue].handle(.closed(flow(end)))
        collect()
    }

    /// Lets time pass.
    mutating func wait(_ time: Duration) {
        let end = now + time
        while let next = nextMoment, next <= end { step(at: next) }
        now = end
        for index in phones.indices { phones[index].now = end }
    }

    /// How many messages that both wires and clocks still hold.
    var isQuiet: Bool { travelling.isEmpty && phones.allSatisfy { $0.timers.isEmpty } }

    private var nextMoment: Duration? {
        (travelling.map(\.at) + phones.compactMap(\.nextTimer)).min()
    }

    private mutating func step(at moment: Duration) {
        now = max(now, moment)
        for index in phones.indices { phones[index].now = now }
        if let index = travelling.indices.min(by: {
            (travelling[$0].at, travelling[$0].order) < (travelling[$1].at, travelling[$1].order)
        }), travelling[index].at <= now {
            let arrival = travelling.remove(at: index)
            manners[arrival.to.rawValue].hears(arrival.message)
            phones[arrival.to.rawValue].handle(.received(arrival.message, on: flow(arrival.to)))
        } else if let index = phones.indices.first(where: { (phones[$0].nextTimer ?? .seconds(1 << 40)) <= now }) {
            phones[index].fireNext()
        }
        collect()
    }

    private mutating func collect() {
        for end in End.allCases {
            let sent = phones[end.rawValue].sent
            phones[end.rawValue].sent = []
            for message in sent { carry(message, from: end) }
        }
    }

    private mutating func carry(_ message: Message, from end: End) {
        log.append("\(end)> \(message.summary)")
        manners[end.rawValue].sends(message)
        carried.append(message)
        if loses(end, message) || Double.random(in: 0..<1, using: &dice) < weather.loss { return }
        // Over the wire as bytes: what cannot be written or read is a fault of the test's subject.
        guard let bytes = try? changes(message).serialized(), let arrived = try? Message.parse(bytes) else {
            Issue.record("cannot be written or read: \(message.summary)")
            return
        }
        let copies = Double.random(in: 0..<1, using: &dice) < weather.duplication ? 2 : 1
        for _ in 0..<copies {
            let most = max(1, weather.delay / .milliseconds(1))
            let delay = Duration.milliseconds(Int64(Double.random(in: 1...most, using: &dice)))
            order += 1
            travelling.append((now + delay, order, end.other, arrived))
        }
    }
}

extension Message {
    /// `INVITE`, `200 INVITE`.
    var summary: String {
        switch self {
        case .request(let request): request.method.rawValue
        case .response(let response): "\(response.status) \(response.cseq?.method.rawValue ?? "?")"
        }
    }
}

/// A call between the two, established.
extension Wire {
    static let call = SessionID.placed(1)
    static let answered = SessionID.received(1)
    static let guest = URI.sip("1002", "exchange.local")

    static func inCall(_ transport: TransportProtocol = .udp, seed: UInt64 = 7, codecs: [AudioCodec] = []) -> Wire {
        var wire = Wire(transport, seed: seed, codecs: codecs)
        wire.does(.a, .invite(call, to: guest, on: wire.flow(.a)))
        wire.wait(.milliseconds(10))
        wire.does(.b, .ring(answered))
        wire.wait(.milliseconds(10))
        wire.does(.b, .accept(answered))
        wire.wait(.milliseconds(10))
        return wire
    }

    /// The states that one end was told of the call.
    func states(_ end: End, _ id: SessionID) -> [SessionState] {
        reports(end).compactMap { if case .session(id, let state) = $0 { state } else { nil } }
    }

    /// The texts that one end received.
    func texts(_ end: End) -> [String] {
        reports(end).compactMap { if case .message(_, _, let content) = $0 { content.text } else { nil } }
    }

    /// What one end heard of its messages.
    func results(_ end: End) -> [UInt64: [UserAgent.MessageResult]] {
        reports(end).reduce(into: [:]) { all, report in
            if case .messageResult(let token, let result) = report { all[token.value, default: []].append(result) }
        }
    }

    mutating func says(_ end: End, _ number: UInt64, _ text: String) {
        does(end, .message(MessageToken(number), .init(text: text), in: end == .a ? Wire.call : Wire.answered))
    }
}
