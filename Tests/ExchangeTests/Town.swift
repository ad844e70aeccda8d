import SIP
import Testing

@testable import Exchange

/// An exchange with phones around it, in virtual time: what it transmits arrives at once.
final class Town {
    private(set) var exchange: Exchange
    private(set) var now = Duration.zero
    private var timers: [Exchange.Timer: (at: Duration, order: Int)] = [:]
    private var phones: [Flow: Phone] = [:]
    private var order = 0
    private(set) var facts: [Exchange.Fact] = []
    /// `.busy` and `.idle` as they came.
    private(set) var occupation: [Exchange.Effect] = []
    private var ports: UInt16 = 40_000
    /// What the Echo test ordered, and whether there are ports for it.
    private(set) var orders: [Exchange.SoundOrder] = []
    var hasPorts = true
    /// Connections that the exchange has ended; `endConnections` has it hear so.
    private(set) var closed: [Flow] = []

    /// The most that one event had.
    var mostEffects = 0

    init(_ configuration: Exchange.Configuration = .init(lines: ["Webphone1", "Webphone2"])) {
        exchange = Exchange(configuration, identifiers: .seeded(7))
    }

    var runningTimers: Int { timers.count }

    var status: Exchange.Status { exchange.status(at: now) }

    /// A phone that is connected and has said nothing yet.
    func phone(_ name: String, over transport: TransportProtocol = .tcp, at host: String = "127.0.0.1") -> Phone {
        Phone(name, in: self, flow: connect(over: transport, at: host))
    }

    func connect(over transport: TransportProtocol = .tcp, at host: String = "127.0.0.1") -> Flow {
        ports += 1
        return Flow(
            transport: transport, local: SocketAddress(host: "127.0.0.1", port: 7777),
            remote: SocketAddress(host: host, port: ports),
            connection: transport.isReliable ? UInt64(ports) : 0)
    }

    func attach(_ phone: Phone, to flow: Flow) { phones[flow] = phone }

    func handle(_ event: Exchange.Event) {
        exchange.clock = now
        var orders: [Exchange.SoundOrder] = []
        let effects = exchange.handle(event)
        mostEffects = max(mostEffects, effects.count)
        for effect in effects {
            switch effect {
            case .transmit(let message, let flow): phones[flow]?.receive(message, on: flow)
            case .start(let timer, let delay):
                order += 1
                timers[timer] = (now + delay, order)
            case .cancel(let timer): timers[timer] = nil
            case .close(let flow): closed.append(flow)
            case .busy, .idle: occupation.append(effect)
            case .report(let fact): facts.append(fact)
            case .sound(let order): orders.append(order)
            }
        }
        for order in orders { hear(order) }
    }

    private func hear(_ order: Exchange.SoundOrder) {
        orders.append(order)
        guard case .reserve(let id, let host, let isSecured) = order else { return }
        let capabilities = AudioCapabilities(
            address: SocketAddress(host: host, port: 16_384), control: SocketAddress(host: host, port: 16_385),
            codecs: exchange.configuration.codecs, security: isSecured ? .required : .answered,
            keys: [SRTPKey(.aes128SHA1Tag80, Array(repeating: 7, count: 30))].compactMap(\.self))
        handle(.sound(.reserved(id, hasPorts ? capabilities : nil)))
    }

    func close(_ flow: Flow) {
        phones[flow] = nil
        handle(.closed(flow))
    }

    /// What the transport tells of the connections it was asked to close.
    func endConnections() {
        let ended = closed
        closed = []
        for flow in ended { close(flow) }
    }

    /// Lets time pass, timer by timer.
    func wait(_ duration: Duration) {
        let end = now + duration
        while let (timer, due) = timers.min(by: { ($0.value.at, $0.value.order) < ($1.value.at, $1.value.order) }),
            due.at <= end
        {
            timers[timer] = nil
            now = due.at
            handle(.fired(timer))
        }
        now = end
    }
}

/// A client that speaks SIP text, and does by itself only what it is told to: answer NOTIFYs.
final class Phone {
    let name: String
    let town: Town
    private(set) var flow: Flow
    var callID: String
    var instance: String?
    private(set) var number = "nobody"
    private(set) var responses: [Response] = []
    /// Requests other than NOTIFY.
    private(set) var requests: [Request] = []
    private(set) var notifies: [Request] = []
    /// How it answers a NOTIFY; nil leaves it unanswered.
    var notifyStatus: Int? = 200
    private var cseq = 0
    private var branches = 0

    init(_ name: String, in town: Town, flow: Flow) {
        self.name = name
        self.town = town
        self.flow = flow
        callID = "reg-\(name)-\(flow.remote.port)"
        town.attach(self, to: flow)
    }

    func receive(_ message: Message, on flow: Flow) {
        switch message {
        case .response(let response): responses.append(response)
        case .request(let request) where request.method == .notify:
            notifies.append(request)
            if let notifyStatus { answer(request, notifyStatus) }
        case .request(let request): requests.append(request)
        }
    }

    // MARK: Sending

    /// Sends text as it stands, with CRLF for the line ends and a Content-Length.
    func say(_ text: String, over other: Flow? = nil, body: String = "") {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        lines.append("Content-Length: \(body.utf8.count)")
        let octets = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
        do {
            town.handle(.received(try Message.parse(octets), on: other ?? flow))
        } catch {
            Issue.record("the test says what is no SIP: \(error)\n\(text)")
        }
    }

    /// A request with all it needs.
    @discardableResult
    func ask(
        _ method: String, _ uri: String, from: String? = nil, to: String? = nil, callID: String? = nil,
        _ fields: [String] = [], cseq number: Int? = nil, branch: String? = nil, body: String = ""
    ) -> Response? {
        cseq += 1
        branches += 1
        let address = from ?? "\"\(name)\" <sip:\(self.number)@exchange.local>;tag=\(name)"
        let text = """
            \(method) \(uri) SIP/2.0
            Via: SIP/2.0/\(flow.transport.viaName) \(flow.remote);branch=\(branch ?? "z9hG4bK-\(name)-\(flow.remote.port)-\(branches)");rport
            From: \(address)
            To: \(to ?? "<\(uri)>")
            Call-ID: \(callID ?? "call-\(name)-\(cseq)")
            CSeq: \(number ?? cseq) \(method)
            Contact: <sip:\(name)@\(flow.remote)>
            \((["Max-Forwards: 70"].filter { _ in !fields.contains { $0.hasPrefix("Max-Forwards") } } + fields).joined(separator: "\n"))
            """
        let before = responses.count
        say(text, body: body)
        return responses.dropFirst(before).last
    }

    @discardableResult
    func register(
        line: String = "Webphone1", as displayName: String? = nil, expires: Int? = 60, host: String = "127.0.0.1",
        contact: String? = nil, _ fields: [String] = []
    ) -> Response? {
        cseq += 1
        branches += 1
        let address = "\"\(displayName ?? name)\" <sip:\(line)@\(host)>"
        let instance = self.instance.map { ";+sip.instance=\"<\($0)>\";reg-id=1" } ?? ""
        var lines = [
            "REGISTER sip:\(host) SIP/2.0",
            "Via: SIP/2.0/\(flow.transport.viaName) \(flow.remote);branch=z9hG4bK-\(name)-\(flow.remote.port)-\(branches);rport",
            "Max-Forwards: 70", "From: \(address);tag=\(name)", "To: \(address)", "Call-ID: \(callID)",
            "CSeq: \(cseq) REGISTER", "Contact: \(contact ?? "<sip:\(name)@\(flow.remote)>\(instance)")",
        ]
        if let expires { lines.append("Expires: \(expires)") }
        let before = responses.count
        say((lines + fields).joined(separator: "\n"))
        let response = responses.dropFirst(before).last
        if let granted = response?.associatedNumber { number = granted }
        return response
    }

    @discardableResult
    func subscribe(line: String = "Webphone1", expires: Int = 120, _ fields: [String] = []) -> Response? {
        ask(
            "SUBSCRIBE", "sip:\(line)@exchange.local", callID: "sub-\(name)",
            ["Event: presence", "Accept: application/pidf+xml", "Expires: \(expires)"] + fields)
    }

    /// Answers a request it got; more fields and a body where wanted.
    func answer(_ request: Request, _ status: Int, _ fields: [String] = [], body: [UInt8] = []) {
        var response = Response(status, to: request, toTag: name)
        response.headers.append(.contact, "<sip:\(name)@\(flow.remote)>")
        for field in fields {
            let parts = field.split(separator: ":", maxSplits: 1)
            response.headers.append(HeaderName(parts[0]), String(parts[1].drop { $0 == " " }))
        }
        response.body = body
        town.handle(.received(.response(response), on: flow))
    }

    // MARK: The network

    func disconnect() { town.close(flow) }

    /// The cable is pulled and put in again: a new connection, and the exchange knows nothing of the old one's end.
    func reconnect(over transport: TransportProtocol = .tcp) {
        flow = town.connect(over: transport)
        town.attach(self, to: flow)
    }

    // MARK: What it heard

    var lastRequest: Request? { requests.last }
    var statuses: [Int] { responses.map(\.status) }

    /// Whom the last NOTIFY says to be online, as `number name`.
    var list: [String] { notifies.last.map { Self.entries(of: $0) } ?? [] }

    static func entries(of notify: Request) -> [String] {
        let text = String(decoding: notify.body, as: UTF8.self)
        return text.split(separator: "<tuple ").dropFirst().map { tuple in
            let number = tuple.split(separator: "'")[1].dropFirst()
            let name = tuple.split(separator: "<note>")[1].split(separator: "</note>")[0]
            return "\(number) \(name)"
        }
    }

    func forget() {
        responses = []
        requests = []
        notifies = []
    }
}

extension Response {
    var associatedNumber: String? {
        headers[.pAssociatedURI].flatMap { try? NameAddress(parsing: $0) }?.uri.user
    }
}
