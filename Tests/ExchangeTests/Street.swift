import SIP

@testable import Exchange

/// The library's user agents at one exchange, with all their timers, over lines that may lose, in virtual time.
final class Street {
    var exchange: Exchange
    private(set) var houses: [House] = []
    private(set) var now = Duration.zero
    private var travelling: [(at: Duration, order: Int, message: Message, to: Int?, from: Int)] = []
    private var timers: [Exchange.Timer: (at: Duration, order: Int)] = [:]
    private var order = 0
    private var dice: Identifiers
    private let transport: TransportProtocol
    /// How many of a hundred messages are lost.
    var loss = 0.0

    struct House {
        var agent: UserAgent
        /// As the exchange sees it.
        let flow: Flow
        var reports: [UserAgent.Report] = []
        var timers: [UserAgent.Timer: (at: Duration, order: Int)] = [:]
        /// Requests that came, `REFER` for instance.
        var heard: [Request] = []
        /// As the agent sees it.
        var ownFlow: Flow { Flow(transport: flow.transport, local: flow.remote, remote: flow.local) }
    }

    /// Houses whose people register in this order as 1000 and so on.
    init(_ names: [String], over transport: TransportProtocol = .tcp, seed: UInt64 = 3) {
        exchange = Exchange(.init(), identifiers: .seeded(seed))
        dice = .seeded(seed &* 7 &+ 1)
        self.transport = transport
        for (index, name) in names.enumerated() {
            let address = NameAddress(.sip("Webphone1", "127.0.0.1"), displayName: name)
            let flow = Flow(
                transport: transport, local: SocketAddress(host: "127.0.0.1", port: 7777),
                remote: SocketAddress(host: "127.0.0.1", port: UInt16(40_001 + index)))
            let agent = UserAgent(.init(identity: address), identifiers: .seeded(seed &* 31 &+ UInt64(index)))
            houses.append(House(agent: agent, flow: flow))
            let registration = Registration.Parameters(
                registrar: .sip(nil, "127.0.0.1"), address: address, instance: "urn:uuid:\(index)")
            does(index, .register(registration, on: houses[index].ownFlow))
            wait(.milliseconds(200))
        }
    }

    func does(_ index: Int, _ command: UserAgent.Command) {
        perform(index, houses[index].agent.handle(.command(command)))
    }

    func reports(_ index: Int) -> [UserAgent.Report] { houses[index].reports }

    func states(_ index: Int, _ id: SessionID) -> [SessionState] {
        reports(index).compactMap { if case .session(id, let state) = $0 { state } else { nil } }
    }

    func progress(_ index: Int) -> [TransferProgress] {
        reports(index).compactMap { if case .transfer(_, let progress) = $0 { progress } else { nil } }
    }

    /// A call from one to another who accepts it; they are numbered as they come.
    func call(_ caller: Int, _ callee: Int, _ placed: UInt64, _ received: UInt64) {
        let target = URI.sip(String(1000 + callee), "exchange.local")
        does(caller, .invite(.placed(placed), to: target, on: houses[caller].ownFlow))
        wait(.milliseconds(200))
        does(callee, .accept(.received(received)))
        wait(.milliseconds(200))
    }

    func wait(_ time: Duration) {
        let end = now + time
        while let next = nextMoment, next <= end { step(at: next) }
        now = end
    }

    private var nextMoment: Duration? {
        (travelling.map(\.at) + timers.values.map(\.at) + houses.flatMap { $0.timers.values.map(\.at) }).min()
    }

    private func step(at moment: Duration) {
        now = max(now, moment)
        if let index = travelling.indices.filter({ travelling[$0].at <= now })
            .min(by: { travelling[$0].order < travelling[$1].order })
        {
            let arrival = travelling.remove(at: index)
            guard let house = arrival.to else {
                return perform(exchange.handle(.received(arrival.message, on: houses[arrival.from].flow)))
            }
            if case .request(let request) = arrival.message { houses[house].heard.append(request) }
            return perform(
                house, houses[house].agent.handle(.received(arrival.message, on: houses[house].ownFlow)))
        }
        if let timer = timers.filter({ $0.value.at <= now }).min(by: { $0.value.order < $1.value.order })?.key {
            timers[timer] = nil
            return perform(exchange.handle(.fired(timer)))
        }
        for index in houses.indices {
            let due = houses[index].timers.filter { $0.value.at <= now }
            guard let timer = due.min(by: { $0.value.order < $1.value.order })?.key else { continue }
            houses[index].timers[timer] = nil
            return perform(index, houses[index].agent.handle(.fired(timer)))
        }
    }

    private func perform(_ index: Int, _ effects: [UserAgent.Effect]) {
        for effect in effects {
            switch effect {
            case .transmit(let message, _): carry(message, from: index, to: nil)
            case .report(let report): houses[index].reports.append(report)
            case .start(let timer, let delay):
                order += 1
                houses[index].timers[timer] = (now + delay, order)
            case .cancel(let timer): houses[index].timers[timer] = nil
            }
        }
    }

    private func perform(_ effects: [Exchange.Effect]) {
        for effect in effects {
            switch effect {
            case .transmit(let message, let flow):
                if let index = houses.firstIndex(where: { $0.flow == flow }) { carry(message, from: index, to: index) }
            case .start(let timer, let delay):
                order += 1
                timers[timer] = (now + delay, order)
            case .cancel(let timer): timers[timer] = nil
            case .busy, .idle, .report, .close, .sound: break
            }
        }
    }

    private func carry(_ message: Message, from: Int, to: Int?) {
        if transport == .udp, Double.random(in: 0..<100, using: &dice) < loss { return }
        // As bytes: what cannot be written or read does not arrive.
        guard let bytes = try? message.serialized(), let arrived = try? Message.parse(bytes) else { return }
        order += 1
        let delay = transport == .udp ? Int64.random(in: 1...20, using: &dice) : 1
        travelling.append((now + .milliseconds(delay), order, arrived, to, from))
    }
}
