import SIP
import Testing

/// One user agent with its timers, on a virtual clock; what it sends and reports is kept.
struct Phone {
    static let udp = Flow(
        transport: .udp, local: SocketAddress(host: "192.0.2.1", port: 5060),
        remote: SocketAddress(host: "192.0.2.9", port: 5060))
    static let tcp = Flow(
        transport: .tcp, local: SocketAddress(host: "192.0.2.1", port: 40_000),
        remote: SocketAddress(host: "192.0.2.9", port: 5060), connection: 1)

    var agent: UserAgent
    var now = Duration.zero
    private(set) var timers: [UserAgent.Timer: (at: Duration, order: Int)] = [:]
    private var started = 0
    /// Everything sent and not taken yet.
    var sent: [Message] = []
    /// Everything reported.
    var reports: [UserAgent.Report] = []

    init(
        _ user: String, seed: UInt64 = 1, trust: UserAgent.Trust = .everyFlow, limit: Int = UserAgent.Limits.sessions,
        codecs: [AudioCodec] = []
    ) {
        let identity = NameAddress(.sip(user, "exchange.local"), displayName: user)
        let configuration = UserAgent.Configuration(
            identity: identity, trust: trust, sessionLimit: limit, codecs: codecs)
        agent = UserAgent(configuration, identifiers: .seeded(seed))
    }

    mutating func does(_ command: UserAgent.Command) { handle(.command(command)) }

    mutating func handle(_ event: UserAgent.Event) {
        for effect in agent.handle(event) {
            switch effect {
            case .transmit(let message, _): sent.append(message)
            case .start(let timer, let delay):
                started += 1
                timers[timer] = (now + delay, started)
            case .cancel(let timer): timers[timer] = nil
            case .report(let report): reports.append(report)
            }
        }
    }

    var nextTimer: Duration? { timers.values.map(\.at).min() }

    /// Fires the first timer, which is due now.
    mutating func fireNext() {
        guard let first = timers.min(by: { ($0.value.at, $0.value.order) < ($1.value.at, $1.value.order) }) else {
            return
        }
        now = max(now, first.value.at)
        timers[first.key] = nil
        handle(.fired(first.key))
    }

    /// Lets time pass.
    mutating func wait(_ time: Duration) {
        let end = now + time
        while let next = nextTimer, next <= end { fireNext() }
        now = end
    }
}

/// For stories with one phone, where the test is the peer.
extension Phone {
    /// Takes the oldest thing sent, which must be a request; with whatever stands before it that is not.
    mutating func takeRequest(_ method: SIP.Method, _ location: SourceLocation = #_sourceLocation) throws -> Request {
        while !sent.isEmpty {
            if case .request(let request) = sent.removeFirst(), request.method == method { return request }
        }
        return try #require(nil as Request?, "no \(method) was sent", sourceLocation: location)
    }

    mutating func takeResponse(_ location: SourceLocation = #_sourceLocation) throws -> Response {
        while !sent.isEmpty {
            if case .response(let response) = sent.removeFirst() { return response }
        }
        return try #require(nil as Response?, "no response was sent", sourceLocation: location)
    }

    /// How many requests of the method wait in `sent`.
    func count(_ method: SIP.Method) -> Int {
        sent.count { if case .request(let request) = $0 { request.method == method } else { false } }
    }

    mutating func hears(_ request: Request, on flow: Flow = udp) { handle(.received(.request(request), on: flow)) }

    mutating func hears(_ response: Response, on flow: Flow = udp) { handle(.received(.response(response), on: flow)) }

    /// Answers a request it sent.
    mutating func hears(
        _ status: Int, to request: Request, tag: String? = "peer", on flow: Flow = udp,
        _ change: (inout Response) -> Void = { _ in }
    ) {
        var response = Response(status, to: request, toTag: tag)
        change(&response)
        hears(response, on: flow)
    }

    /// The newest report.
    var latest: UserAgent.Report? { reports.last }
}

/// Requests of a peer, by hand.
func request(
    _ method: SIP.Method, from: String = "1002", to: String = "1001", callID: String = "call", cseq: UInt32 = 1,
    branch: String = "z9hG4bKpeer", fromTag: String = "theirs", toTag: String? = nil, body: String = "",
    type: String? = nil
) -> Request {
    var request = Request(method, .sip(to, "192.0.2.1"))
    request.headers[.via] = "SIP/2.0/UDP 192.0.2.9:5060;branch=\(branch)\(callID)\(cseq)\(method.rawValue)"
    request.from = NameAddress(.sip(from, "exchange.local"), displayName: "guest", tag: fromTag)
    request.to = NameAddress(.sip(to, "exchange.local"), tag: toTag)
    request.callID = callID
    request.cseq = CSeq(cseq, method)
    request.contact = NameAddress(.sip(from, "192.0.2.9", port: 5060))
    request.headers[.contentType] = type ?? (body.isEmpty ? nil : "text/plain")
    request.body = Array(body.utf8)
    // The answer, in case the offer was ours; where it was not, it means nothing.
    if method == .ack && body.isEmpty { request.answer(HoldTests.offer("inactive")) }
    return request
}

extension Request {
    /// Carries a session description, or none.
    mutating func answer(_ description: String) {
        headers[.contentType] = description.isEmpty ? nil : "application/sdp"
        body = Array(description.utf8)
    }
}
