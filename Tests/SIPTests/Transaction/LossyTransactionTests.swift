import SIP
import Testing

/// Two transaction layers over a network that loses, doubles and delays, with users that answer at once.
private struct LossyPair {
    enum Arrival {
        case message(Message, at: Int)
        case timer(TransactionLayer.Timer, of: Int)
    }

    var layers: [TransactionLayer]
    var dice: Identifiers
    let loss: UInt64
    let flows: [Flow]
    var now: Duration = .zero
    var agenda: [(due: Duration, order: Int, arrival: Arrival)] = []
    var order = 0
    /// What the answering user says to every INVITE and to every other request.
    let inviteStatus: Int
    var seen: [String: Int] = [:]
    var finals: [TransactionLayer.ClientID: [Int]] = [:]
    var failures: [TransactionLayer.ClientID: TransactionFailure] = [:]

    init(seed: UInt64, loss: UInt64, inviteStatus: Int, transport: TransportProtocol = .udp) {
        layers = [
            TransactionLayer(identifiers: .seeded(seed)), TransactionLayer(identifiers: .seeded(seed &+ 1)),
        ]
        dice = .seeded(seed &+ 2)
        self.loss = loss
        self.inviteStatus = inviteStatus
        let a = SocketAddress(host: "192.0.2.1", port: 5060)
        let b = SocketAddress(host: "192.0.2.2", port: 5060)
        flows = [
            Flow(transport: transport, local: a, remote: b), Flow(transport: transport, local: b, remote: a),
        ]
    }

    mutating func schedule(_ arrival: Arrival, after delay: Duration) {
        order += 1
        agenda.append((now + delay, order, arrival))
    }

    mutating func transmit(_ message: Message, to side: Int) {
        guard flows[side].transport == .udp else {
            return schedule(.message(message, at: side), after: .milliseconds(1))
        }
        let copies = dice.next() % 100 < 10 ? 2 : 1
        for _ in 0..<copies where dice.next() % 100 >= loss {
            schedule(.message(message, at: side), after: .milliseconds(Int64(dice.next() % 600)))
        }
    }

    mutating func send(_ request: Request) -> TransactionLayer.ClientID {
        let (id, effects) = layers[0].send(request, on: flows[0])
        perform(effects, at: 0)
        return id
    }

    mutating func run() {
        while let next = agenda.indices.min(by: {
            (agenda[$0].due, agenda[$0].order) < (agenda[$1].due, agenda[$1].order)
        }) {
            let (due, _, arrival) = agenda.remove(at: next)
            now = due
            switch arrival {
            case .message(let message, at: let side):
                perform(layers[side].handle(.received(message, on: flows[side])), at: side)
            case .timer(let timer, of: let side):
                perform(layers[side].handle(.fired(timer)), at: side)
            }
        }
    }

    mutating func perform(_ effects: [TransactionLayer.Effect], at side: Int) {
        for effect in effects {
            switch effect {
            case .transmit(let message, on: _): transmit(message, to: 1 - side)
            case .start(let timer, after: let delay): schedule(.timer(timer, of: side), after: delay)
            case .cancel(let timer):
                agenda.removeAll { if case .timer(timer, of: side) = $0.arrival { true } else { false } }
            case .request(let request, let id, on: _):
                seen["\(request.method) \(request.cseq?.number ?? 0)", default: 0] += 1
                let response = Response(request.method == .invite ? inviteStatus : 200, to: request, toTag: "b1")
                perform(layers[side].respond(response, to: id), at: side)
            case .response(let response, let id, on: _):
                if response.status >= 200 { finals[id, default: []].append(response.status) }
            case .failed(let id, let failure): failures[id] = failure
            case .cancelled, .ack: break
            }
        }
    }
}

@Suite("Over a network that loses, doubles and reorders")
struct LossyTransactionTests {
    @Test("each request is seen once at most, settles once, and nothing is left", arguments: 0..<150 as Range<UInt64>)
    func settles(seed: UInt64) {
        var pair = LossyPair(seed: seed, loss: seed % 60, inviteStatus: 486)
        let ids = (1...6).map { pair.send(.example($0 % 2 == 0 ? .invite : .message, number: $0)) }
        pair.run()
        #expect(pair.seen.values.allSatisfy { $0 == 1 })
        for id in ids {
            let outcomes = (pair.finals[id]?.count ?? 0) + (pair.failures[id] == nil ? 0 : 1)
            #expect(outcomes == 1)
        }
        #expect(pair.layers.map(\.count) == [0, 0])
    }

    @Test("an ordinary network loses nothing in the end", arguments: 0..<50 as Range<UInt64>)
    func ordinary(seed: UInt64) {
        var pair = LossyPair(seed: seed, loss: 10, inviteStatus: 603)
        let ids = (1...4).map { pair.send(.example($0 == 1 ? .invite : .message, number: $0)) }
        pair.run()
        #expect(ids.map { pair.finals[$0] } == [[603], [200], [200], [200]])
        #expect(pair.failures == [:])
    }

    @Test("a dead network fails everything at 64·T1 and leaves nothing") func dead() {
        var pair = LossyPair(seed: 1, loss: 100, inviteStatus: 200)
        let ids = [pair.send(.example(.invite)), pair.send(.example(.message, number: 2))]
        pair.run()
        #expect(ids.map { pair.failures[$0] } == [.timedOut, .timedOut])
        #expect(pair.now == .seconds(32))
        #expect(pair.layers.map(\.count) == [0, 0])
    }

    @Test("over TCP the same conversation has no timer left but L and M") func reliable() {
        var pair = LossyPair(seed: 1, loss: 50, inviteStatus: 200, transport: .tcp)
        let ids = [pair.send(.example(.invite)), pair.send(.example(.message, number: 2))]
        pair.run()
        #expect(ids.map { pair.finals[$0] } == [[200], [200]])
        #expect(pair.layers.map(\.count) == [0, 0])
    }
}
