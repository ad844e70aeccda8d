import Exchange
import SIP
import Webphone

// Input of the machine targets: records whose first byte says what happens. Messages are written with bare line feeds,
// so that the corpus can be read.

/// Clients `a`, `b`, `c` say whatever they like to an exchange: what it sends can be written and read, goes to who is
/// there, and each event causes a bounded number of effects.
///
/// `aTEXT` client a says TEXT; `A` its connection ends; `rNNN` the client that was asked last answers with a status and
/// further fields; `t` the next timer fires; `kBITS` another configuration; `e` nothing more is heard of the oldest sound.
func fuzzExchange(_ bytes: [UInt8]) {
    var host = ExchangeHost()
    for record in records(of: bytes).prefix(200) {
        let content = record.dropFirst()
        switch record.first {
        case UInt8(ascii: "a")?: host.hears(content, on: 0)
        case UInt8(ascii: "b")?: host.hears(content, on: 1)
        case UInt8(ascii: "c")?: host.hears(content, on: 2)
        case UInt8(ascii: "A")?: host.handle(.closed(host.flows[0]))
        case UInt8(ascii: "B")?: host.handle(.closed(host.flows[1]))
        case UInt8(ascii: "r")?:
            guard let (request, flow) = host.asked, let response = answer(to: request, content) else { continue }
            host.handle(.received(.response(response), on: flow))
        case UInt8(ascii: "t")?:
            if let timer = host.timers.fireNext() { host.handle(.fired(timer)) }
        case UInt8(ascii: "k")?: host.handle(.configured(configuration(content.first ?? 0)))
        case UInt8(ascii: "e")?: if let sound = host.sounds.first { host.handle(.sound(.ended(sound))) }
        default: continue
        }
    }
}

/// One of several configurations, by what differs.
private func configuration(_ bits: UInt8) -> Exchange.Configuration {
    var configuration = Exchange.Configuration(lines: bits & 1 == 0 ? ["Webphone1"] : ["Support"])
    if bits & 2 != 0 { configuration.lines.append("Sales") }
    if bits & 4 != 0 { configuration.echoTest = 1_001 }
    if bits & 8 != 0 { configuration.domain = "pbx.example" }
    if bits & 16 != 0 { configuration.numbers = 1_000...1_002 }
    if bits & 64 != 0 { configuration.codecs = ownVoice.codecs }
    if bits & 32 != 0, let name = DisplayName("Ada") {
        let hash = PasswordHash(user: "1000", realm: configuration.domain, password: "x", .md5)
        configuration.extensions = [.init(number: 1_000, name: name, passwords: [hash], line: "Sales")]
    }
    return configuration
}

private struct ExchangeHost {
    var exchange = Exchange(.init(), identifiers: .seeded(1))
    let flows = (0..<3).map { exampleFlow(UInt16($0), $0 == 2 ? .udp : .tcp) }
    var asked: (Request, Flow)?
    var timers = Timers<Exchange.Timer>()
    /// Those with ports, the oldest first.
    private(set) var sounds: [Exchange.SoundID] = []

    mutating func hears(_ content: ArraySlice<UInt8>, on flow: Int) {
        guard let message = try? Message.parse(withReturns(content)) else { return }
        handle(.received(message, on: flows[flow]))
    }

    mutating func handle(_ event: Exchange.Event) {
        let effects = exchange.handle(event)
        require(effects.count < 256, "\(effects.count) effects of one event")
        for effect in effects {
            switch effect {
            case .transmit(let message, let flow):
                require(flows.contains(flow), "sent to nobody")
                if case .request(let request) = writtenAndRead(message).read { asked = (request, flow) }
            case .start(let timer, let delay): timers.start(timer, delay)
            case .cancel(let timer): timers.cancel(timer)
            case .close(let flow): require(flows.contains(flow), "closed nobody's connection")
            case .busy, .idle, .report, .sound: break
            }
        }
        for case .sound(let order) in effects { perform(order) }
        require(timers.count < 2_000, "timers without end")
    }

    private mutating func perform(_ order: Exchange.SoundOrder) {
        switch order {
        case .reserve(let id, _, _):
            require(!sounds.contains(id), "asked for ports twice")
            sounds.append(id)
            handle(.sound(.reserved(id, sounds.count % 3 == 0 ? nil : ownVoice)))
        case .echo(let id, _, _): require(sounds.contains(id), "sound without ports")
        case .release(let id):
            require(sounds.contains(id), "gives back what it has not")
            sounds.removeAll { $0 == id }
        }
        require(sounds.count <= Exchange.Limits().echoVoices, "sounds without end")
    }
}

/// An exchange says whatever it likes to a phone that is online: what the phone sends can be written and read, and what
/// it shows is plain text.
///
/// `aTEXT` the exchange says TEXT; `rNNN` it answers the last request; `t` the next timer fires; `x` the connection ends;
/// `c`, `y`, `n`, `h`, `sTEXT` the person calls, accepts, refuses, hangs up, says TEXT; `o`, `u`, `fTEXT`, `j`, `g`, `p`
/// sets aside, goes on, sends on, joins, follows, types; `v`, `w`, `z`, `q` asks for voice, says yes to it, says no, ends it.
func fuzzPhone(_ bytes: [UInt8]) {
    var host = PhoneHost()
    host.register()
    for record in records(of: bytes).prefix(200) { host.perform(record[0], record.dropFirst()) }
}

private struct PhoneHost {
    var phone = Phone(identifiers: .seeded(1), codecs: ownVoice.codecs)
    var flow = Flow?.none
    var asked: Request?
    var timers = Timers<Phone.Timer>()
    var placed = 0
    var received = 0
    var connections: UInt16 = 0

    mutating func register() {
        let account = Account(host: "192.0.2.1", port: 5060, transport: .tcp, line: "Webphone1", displayName: "anna")
        handle(.command(.connect(account)))
        let fields = "200P-Associated-URI: <sip:1000@exchange.local>\nContact: <sip:1000@192.0.2.2>;expires=60"
        perform(UInt8(ascii: "r"), Array(fields.utf8)[...])
        perform(UInt8(ascii: "r"), Array("200Expires: 120".utf8)[...])
    }

    mutating func perform(_ kind: UInt8, _ content: ArraySlice<UInt8>) {
        switch kind {
        case UInt8(ascii: "a"):
            guard let flow, let message = try? Message.parse(withReturns(content)) else { return }
            handle(.transport(.received(message, on: flow)))
        case UInt8(ascii: "r"):
            guard let flow, let asked, let response = answer(to: asked, content) else { return }
            handle(.transport(.received(.response(response), on: flow)))
        case UInt8(ascii: "t"): if let timer = timers.fireNext() { handle(.fired(timer)) }
        case UInt8(ascii: "x"):
            guard let lost = flow else { return }
            flow = nil
            handle(.transport(.closed(lost, .closedByPeer)))
        case UInt8(ascii: "c"):
            placed += 1
            handle(.command(.call(.placed(placed), number: String(decoding: content, as: UTF8.self))))
        case UInt8(ascii: "y"): handle(.command(.accept(.received(received))))
        case UInt8(ascii: "n"): handle(.command(.reject(.received(received))))
        case UInt8(ascii: "h"):
            handle(.command(.hangUp(.received(received))))
            handle(.command(.hangUp(.placed(placed))))
        case UInt8(ascii: "s"):
            for call in [CallID.received(received), .placed(placed)] {
                handle(.command(.send(MessageID(timers.started), String(decoding: content, as: UTF8.self), in: call)))
            }
        case UInt8(ascii: "o"):
            for call in [CallID.received(received), .placed(placed)] { handle(.command(.hold(call))) }
        case UInt8(ascii: "u"):
            for call in [CallID.received(received), .placed(placed)] { handle(.command(.resume(call))) }
        case UInt8(ascii: "f"):
            let number = String(decoding: content, as: UTF8.self)
            handle(.command(.forward(.received(received), to: number)))
            for call in [CallID.received(received), .placed(placed)] {
                handle(.command(.transfer(call, to: number)))
                handle(.command(.dtmf(call, number)))
            }
        case UInt8(ascii: "j"):
            handle(.command(.join(.received(received), with: .placed(placed))))
        case UInt8(ascii: "g"):
            placed += 1
            handle(.command(.acceptTransfer(.received(received), as: .placed(placed))))
        case UInt8(ascii: "v"):
            for call in [CallID.received(received), .placed(placed)] { handle(.command(.offerVoice(call, ownVoice))) }
        case UInt8(ascii: "w"):
            for call in [CallID.received(received), .placed(placed)] { handle(.command(.acceptVoice(call, ownVoice))) }
        case UInt8(ascii: "z"):
            for call in [CallID.received(received), .placed(placed)] { handle(.command(.refuseVoice(call))) }
        case UInt8(ascii: "q"):
            for call in [CallID.received(received), .placed(placed)] { handle(.command(.endVoice(call))) }
        case UInt8(ascii: "p"):
            for call in [CallID.received(received), .placed(placed)] {
                handle(.command(.typing(call, content.count % 2 == 1)))
            }
        default: break
        }
    }

    private mutating func handle(_ event: Phone.Event) {
        var events = [event]
        while let next = events.popLast() {
            let effects = phone.handle(next)
            require(effects.count < 256, "\(effects.count) effects of one event")
            for effect in effects {
                switch effect {
                case .transport(.locate(let attempt, let target)):
                    let found = Endpoint(transport: target.transport ?? .tcp, host: target.host, port: 5060)
                    events.append(.transport(.located([found], attempt: attempt)))
                case .transport(.connect(let attempt, let endpoint)):
                    connections += 1
                    let opened = exampleFlow(connections, endpoint.transport)
                    flow = opened
                    events.append(.transport(.opened(opened, attempt: attempt)))
                case .transport(.send(let message, _)):
                    if case .request(let request) = writtenAndRead(message).read { asked = request }
                case .transport(.close(let closed)): if closed == flow { flow = nil }
                case .start(let timer, let delay): timers.start(timer, delay)
                case .cancel(let timer): timers.cancel(timer)
                case .report(let report): check(report)
                }
            }
        }
        require(timers.count < 2_000, "timers without end")
    }

    private mutating func check(_ report: PhoneReport) {
        switch report {
        case .online(let party), .offline(let party), .party(_, let party): check(party)
        case .roster(let parties): parties.forEach(check)
        case .incoming(let id, let party):
            check(party)
            if case .received(let number) = id { received = number }
        case .message(_, let party, let text):
            check(party)
            requirePlain(text, lines: true)
        case .fault(let words), .call(_, .failed(let words), _), .delivery(_, .failed(let words)),
            .connection(.accessDenied(let words)), .connection(.connectionFailed(let words, _)),
            .connection(.connectionClosed(let words, _)):
            requirePlain(words, lines: false)
        case .call(_, .forwarded(let party), _), .note(_, .handedOver(let party)), .transferAsked(_, let party),
            .turnedAway(let party, _):
            check(party)
        case .note(_, .holdFailed(let words)), .voice(_, .failed(let words)), .note(_, .dtmf(let words)),
            .note(_, .transfer(.failed(_, let words))):
            requirePlain(words, lines: false)
        case .untrusted(let server):
            for words in server.doubts + [server.name] { requirePlain(words, lines: false) }
        case .connection, .call, .delivery, .note, .typing, .connected, .voiceAsked, .voice: break
        }
    }

    private func check(_ party: Party) {
        requirePlain(party.name, lines: false)
        requirePlain(party.number, lines: false)
    }
}

/// Virtual time: the timer that is due next fires when the input asks for it.
struct Timers<Timer: Hashable> {
    private var running: [Timer: (due: Duration, order: Int)] = [:]
    private var now = Duration.zero
    private(set) var started = 0

    var count: Int { running.count }

    mutating func start(_ timer: Timer, _ delay: Duration) {
        require(delay >= .zero, "a timer in the past")
        started += 1
        running[timer] = (now + delay, started)
    }

    mutating func cancel(_ timer: Timer) { running[timer] = nil }

    mutating func fireNext() -> Timer? {
        let next = running.min { ($0.value.due, $0.value.order) < ($1.value.due, $1.value.order) }
        guard let (timer, place) = next else { return nil }
        running[timer] = nil
        now = place.due
        return timer
    }
}

func exampleFlow(_ number: UInt16, _ transport: TransportProtocol) -> Flow {
    Flow(
        transport: transport, local: SocketAddress(host: "192.0.2.1", port: 5060),
        remote: SocketAddress(host: "192.0.2.2", port: 40_000 &+ number),
        connection: transport.isReliable ? UInt64(number) + 1 : 0)
}

/// `NNN` and further fields, a body behind an empty line, as the answer to a request.
func answer(to request: Request, _ content: ArraySlice<UInt8>) -> Response? {
    let text = String(decoding: content, as: UTF8.self)
    guard let status = Int(text.prefix(3)), (100...699).contains(status) else { return nil }
    var response = Response(status, to: request, toTag: "fuzz")
    var lines = text.dropFirst(3).split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.popFirst(), let colon = line.firstIndex(of: ":") {
        response.headers.append(HeaderName(line[..<colon]), String(line[line.index(after: colon)...]))
    }
    response.body = Array(lines.joined(separator: "\n").utf8)
    // Only what the wire carries arrives.
    guard let bytes = try? Message.response(response).serialized(),
        case .response(let read)? = try? Message.parse(bytes)
    else { return nil }
    return read
}

/// The bytes with a CR before each LF that has none.
private func withReturns(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes {
        if byte == 0x0A, result.last != 0x0D { result.append(0x0D) }
        result.append(byte)
    }
    return result
}
