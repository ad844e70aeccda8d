import SIP

/// One transaction layer on one flow under a virtual clock. What it does becomes lines of text: the second, then
/// `>` what went out on the wire, `^` what the transaction user was told, `x` what failed.
struct TransactionHost {
    var layer: TransactionLayer
    let flow: Flow
    private(set) var now: Duration = .zero
    /// Everything that went out, oldest first.
    private(set) var sent: [Message] = []
    /// Everything the transaction user was given to answer, oldest first.
    private(set) var asked: [(request: Request, id: TransactionLayer.ServerID)] = []
    /// Everything the transaction user was answered, oldest first.
    private(set) var answers: [Response] = []
    private var log: [String] = []
    private var timers: [TransactionLayer.Timer: (due: Duration, order: Int)] = [:]
    private var started = 0

    init(_ transport: TransportProtocol = .udp, limits: TransactionLayer.Limits = .init()) {
        layer = TransactionLayer(identifiers: .seeded(7), limits: limits)
        flow = .example(transport)
    }

    /// What happened since the last call.
    mutating func news() -> String {
        defer { log = [] }
        return log.joined(separator: "\n")
    }

    /// The timers that run, by name, with the seconds they still have: `timerA 0.5`.
    var running: [String] {
        timers.sorted { ($0.value.due, $0.value.order) < ($1.value.due, $1.value.order) }
            .map { "\($0.key.label) \(seconds($0.value.due - now))" }
    }

    /// The last request of the method that went out.
    func sent(_ method: Method) -> Request? {
        sent.lazy.compactMap { if case .request(let request) = $0, request.method == method { request } else { nil } }
            .last
    }

    /// The last response that went out.
    var sentResponse: Response? {
        sent.lazy.compactMap { if case .response(let response) = $0 { response } else { nil } }.last
    }

    mutating func elapse(_ seconds: Double) {
        let end = now + .milliseconds(Int64(seconds * 1000))
        while let (timer, (due, _)) = timers.min(by: {
            ($0.value.due, $0.value.order) < ($1.value.due, $1.value.order)
        }), due <= end {
            now = due
            timers[timer] = nil
            perform(layer.handle(.fired(timer)))
        }
        now = end
    }

    @discardableResult
    mutating func send(_ request: Request, on other: Flow? = nil) -> TransactionLayer.ClientID {
        let (id, effects) = layer.send(request, on: other ?? flow)
        perform(effects)
        return id
    }

    @discardableResult
    mutating func send(_ method: Method) -> TransactionLayer.ClientID { send(.example(method)) }

    mutating func cancel(_ id: TransactionLayer.ClientID) { perform(layer.cancel(id)) }

    /// The peer answers the last request of the method.
    mutating func hear(_ status: Int, to method: Method = .invite, tag: String? = nil) {
        guard let request = sent(method) else { return log.append("nothing to answer") }
        hear(Response(status, to: request, toTag: tag))
    }

    mutating func hear(_ response: Response) { perform(layer.handle(.received(.response(response), on: flow))) }

    mutating func hear(_ request: Request, on other: Flow? = nil) {
        perform(layer.handle(.received(.request(request), on: other ?? flow)))
    }

    /// Our user answers the last request it was given.
    mutating func answer(_ status: Int, tag: String? = "b1") {
        guard let (request, id) = asked.last else { return log.append("nothing to answer") }
        answer(Response(status, to: request, toTag: tag), to: id)
    }

    mutating func answer(_ response: Response, to id: TransactionLayer.ServerID) {
        perform(layer.respond(response, to: id))
    }

    mutating func close() { perform(layer.handle(.closed(flow))) }

    mutating func perform(_ effects: [TransactionLayer.Effect]) {
        for effect in effects { perform(effect) }
    }

    private mutating func perform(_ effect: TransactionLayer.Effect) {
        switch effect {
        case .transmit(let message, on: _):
            sent.append(message)
            note("> \(message.label)")
        case .start(let timer, after: let delay):
            started += 1
            timers[timer] = (now + delay, started)
        case .cancel(let timer):
            if timers.removeValue(forKey: timer) == nil { note("cancelled \(timer.label), which was not running") }
        case .request(let request, let id, on: _):
            asked.append((request, id))
            note("^ \(request.method)")
        case .cancelled: note("^ CANCEL")
        case .ack: note("^ ACK")
        case .response(let response, _, on: _):
            answers.append(response)
            note("^ \(Message.response(response).label)")
        case .failed(_, let failure): note("x \(failure)")
        }
    }

    private mutating func note(_ line: String) { log.append("\(seconds(now)) \(line)") }
}

/// `0.5`, `32`.
private func seconds(_ duration: Duration) -> String {
    let milliseconds = duration / .milliseconds(1)
    let value = milliseconds.rounded() / 1000
    return value == value.rounded() ? "\(Int(value))" : "\(value)"
}

extension TransactionLayer.Timer {
    /// The RFC's name alone.
    var label: String {
        switch name {
        case .inviteClient(_, let timer): "\(timer)"
        case .nonInviteClient(_, let timer): "\(timer)"
        case .inviteServer(_, let timer): "\(timer)"
        case .nonInviteServer(_, let timer): "\(timer)"
        }
    }
}

extension Message {
    /// `INVITE`, or `200 tag` where the To has one.
    var label: String {
        switch self {
        case .request(let request): request.method.rawValue
        case .response(let response): "\(response.status)" + (response.to?.tag.map { " \($0)" } ?? "")
        }
    }
}

extension Flow {
    /// From us at 192.0.2.1 to the peer at 192.0.2.9; `port` tells peers apart.
    static func example(_ transport: TransportProtocol, peer port: UInt16 = 5060) -> Flow {
        Flow(
            transport: transport, local: SocketAddress(host: "192.0.2.1", port: 5070),
            remote: SocketAddress(host: "192.0.2.9", port: port))
    }
}

extension Request {
    /// A request from alice to bob; with a `via` as a peer would send it, without as our user gives it to the layer.
    static func example(
        _ method: Method, via: String? = nil, number: Int = 1, callID: String = "c1",
        fields more: [(HeaderName, String)] = []
    ) -> Request {
        var fields = Headers()
        if let via { fields.append(.via, via) }
        fields.append(.from, "\"Alice\" <sip:alice@a.example>;tag=a1")
        fields.append(.to, "<sip:bob@b.example>")
        fields.append(.callID, callID)
        fields.append(.cseq, "\(number) \(method.rawValue)")
        for (name, value) in more { fields.append(name, value) }
        return Request(method, .sip("bob", "b.example"), headers: fields)
    }

    /// The same as the peer at 192.0.2.9 would send it.
    static func arriving(_ method: Method, branch: String = "z9hG4bKpeer1", number: Int = 1) -> Request {
        .example(method, via: "SIP/2.0/UDP 192.0.2.9:5060;branch=\(branch)", number: number)
    }
}
