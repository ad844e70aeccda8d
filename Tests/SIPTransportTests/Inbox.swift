import Dispatch
import SIP
import SIPTransport
import Synchronization
import Testing

/// A program's inbox: what the transport gave, waited for with a deadline, never by sleeping.
final class Inbox: Sendable {
    private let batches = Mutex<[[TransportEvent]]>([])
    private let events = Mutex<[TransportEvent]>([])
    private let arrived = DispatchSemaphore(value: 0)

    /// How many events each call of the sink brought.
    var batchSizes: [Int] { batches.withLock { $0.map(\.count) } }

    var waiting: [TransportEvent] { events.withLock { $0 } }

    func receive(_ batch: [TransportEvent]) {
        batches.withLock { $0.append(batch) }
        events.withLock { $0 += batch }
        arrived.signal()
    }

    /// The first event that `choose` makes something of; it is taken out, the ones before it stay.
    func next<Value>(
        _ what: Comment, within limit: DispatchTimeInterval = .seconds(10),
        at location: SourceLocation = #_sourceLocation, _ choose: (TransportEvent) -> Value?
    ) throws -> Value {
        let deadline = DispatchTime.now() + limit
        while true {
            let found: Value? = events.withLock { events in
                for (index, event) in events.enumerated() {
                    guard let value = choose(event) else { continue }
                    events.remove(at: index)
                    return value
                }
                return nil
            }
            if let found { return found }
            if arrived.wait(timeout: deadline) == .timedOut {
                return try #require(nil as Value?, what, sourceLocation: location)
            }
        }
    }

    func message(at location: SourceLocation = #_sourceLocation) throws -> (Message, Flow) {
        try next("a message", at: location) { event in
            if case .received(let message, let flow) = event { (message, flow) } else { nil }
        }
    }

    func request(at location: SourceLocation = #_sourceLocation) throws -> (Request, Flow) {
        guard case (.request(let request), let flow) = try message(at: location) else {
            return try #require(nil as (Request, Flow)?, "a request", sourceLocation: location)
        }
        return (request, flow)
    }

    func opened(_ attempt: UInt64 = 1, at location: SourceLocation = #_sourceLocation) throws -> Flow {
        let outcome: Result<Flow, TransportFailure> = try next("opened", at: location) { event in
            if case .opened(let flow, attempt) = event { return .success(flow) }
            if case .failed(let failure, attempt) = event { return .failure(failure) }
            return nil
        }
        return try outcome.get()
    }

    func failed(_ attempt: UInt64 = 1, at location: SourceLocation = #_sourceLocation) throws -> TransportFailure {
        try next("failed", at: location) { event in
            if case .failed(let failure, attempt) = event { failure } else { nil }
        }
    }

    func closed(_ flow: Flow, at location: SourceLocation = #_sourceLocation) throws -> TransportFailure {
        try next("closed", at: location) { event in
            if case .closed(flow, let failure) = event { failure } else { nil }
        }
    }
}

/// A transport with its inbox, shut down when the test lets go of it.
final class Station: Sendable {
    let inbox = Inbox()
    let transport: Transport

    init(_ change: (inout Configuration) -> Void = { _ in }) {
        var configuration = Configuration()
        change(&configuration)
        let inbox = inbox
        transport = Transport(configuration: configuration) { inbox.receive($0) }
    }

    deinit { transport.shutdown(within: .milliseconds(200)) }

    /// A server on a port of its own.
    static func listening(
        on host: String = "127.0.0.1", _ transports: [TransportProtocol] = [.udp, .tcp],
        _ change: (inout Configuration) -> Void = { _ in }
    ) async throws -> (Station, SIP.SocketAddress) {
        let station = Station(change)
        let address = try await station.transport.listen(
            on: SIP.SocketAddress(host: host, port: 0), transports: transports)
        return (station, address)
    }

    func connect(_ transport: TransportProtocol, to address: SIP.SocketAddress, attempt: UInt64 = 1) {
        let endpoint = Endpoint(transport: transport, host: address.host, port: address.port)
        self.transport.perform([.connect(attempt: attempt, endpoint)])
    }

    func send(_ message: Message, on flow: Flow) { transport.perform([.send(message, on: flow)]) }
}

/// The text of a MESSAGE as a stranger would send it.
func messageText(_ body: String = "lunch?", via: String = "192.0.2.9:5060", number: Int = 1) -> String {
    """
    MESSAGE sip:1002@exchange.local SIP/2.0\r
    Via: SIP/2.0/TCP \(via);branch=z9hG4bK\(number);rport\r
    Max-Forwards: 70\r
    From: "user" <sip:1001@exchange.local>;tag=a\r
    To: <sip:1002@exchange.local>\r
    Call-ID: c\(number)\r
    CSeq: \(number) MESSAGE\r
    Content-Type: text/plain\r
    Content-Length: \(body.utf8.count)\r
    \r
    \(body)
    """
}

func message(_ body: String = "lunch?", number: Int = 1) throws -> Message {
    try Message.parse(Array(messageText(body, number: number).utf8))
}
