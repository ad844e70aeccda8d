import Exchange
import SIP

/// What `partyline exchange status` tells: what the exchange knows, and what the process around it does.
package struct StatusReport: Sendable {
    /// One place where it listens.
    package struct Listener: Equatable, Sendable {
        package var address: String
        package var transports: [TransportProtocol]

        package init(address: String, transports: [TransportProtocol]) {
            self.address = address
            self.transports = transports
        }
    }

    package var version: String
    package var process: Int
    package var memory: Memory
    package var uptime: Duration
    /// Seconds since the start of 1970.
    package var time: Int
    package var listeners: [Listener]
    package var exchange: Exchange.Status
    /// The transport's counts by their names, in the order in which they are shown.
    package var transport: [(name: String, count: Int)]

    package init(
        version: String, process: Int, memory: Memory, uptime: Duration, time: Int, listeners: [Listener],
        exchange: Exchange.Status, transport: [(name: String, count: Int)]
    ) {
        self.version = version
        self.process = process
        self.memory = memory
        self.uptime = uptime
        self.time = time
        self.listeners = listeners
        self.exchange = exchange
        self.transport = transport
    }
}

/// For machines. The names of its members stay; new ones may come.
extension StatusReport {
    package var json: String {
        let document = JSON.object([
            ("version", .text(version)),
            ("process", .number(process)),
            ("memory", .counts([("resident", memory.resident), ("inUse", memory.inUse)])),
            ("time", .text(Clock.universal(time))),
            ("uptime", .seconds(uptime)),
            ("domain", .text(exchange.domain)),
            (
                "listeners",
                .list(
                    listeners.map { listener in
                        .object([
                            ("address", .text(listener.address)),
                            ("transports", .list(listener.transports.map { .text($0.rawValue) })),
                        ])
                    })
            ),
            (
                "lines",
                .list(
                    exchange.lines.map { line in
                        .object([
                            ("name", .text(line.name)), ("clients", .number(line.clients)),
                            ("limit", .number(line.limit)),
                        ])
                    })
            ),
            ("clients", .list(exchange.clients.map(document))),
            ("calls", .list(exchange.calls.map(document))),
            ("flows", .counts(TransportProtocol.allCases.map { ($0.rawValue, exchange.flows[$0] ?? 0) })),
            ("subscriptions", .number(exchange.subscriptions)),
            ("transactions", .number(exchange.transactions)),
            ("counters", counters),
        ])
        return document.written() + "\n"
    }

    private func document(_ client: Exchange.Status.Client) -> JSON {
        .object([
            ("number", .text("\(client.number)")),
            ("name", .text(client.name)),
            ("line", client.line.map { .text($0) } ?? .null),
            ("transport", .text(client.flow.transport.rawValue)),
            ("address", .text("\(client.flow.remote)")),
            ("since", since(client.online)),
            ("seconds", .seconds(client.online)),
        ])
    }

    private func document(_ call: Exchange.Status.Call) -> JSON {
        .object([
            ("id", .text(call.id)),
            ("short", .text(CallStory.tag(of: call.id))),
            ("caller", .text("\(call.caller)")),
            ("callee", .text("\(call.callee)")),
            ("state", .text(call.state.rawValue)),
            ("since", since(call.age)),
            ("seconds", .seconds(call.age)),
            ("talking", call.talking.map { .seconds($0) } ?? .null),
        ])
    }

    private var counters: JSON {
        let counters = exchange.counters
        let transactions = exchange.transactionCounters
        return .object([
            ("requests", .counts(requests)),
            ("refusals", .counts(refusals.map { ("\($0)", $1) })),
            ("limits", .counts(Exchange.Limit.allCases.map { ($0.rawValue, counters.limits[$0] ?? 0) })),
            ("wrongPasswords", .number(counters.wrongPasswords)),
            ("throttled", .number(counters.throttled)),
            (
                "transactions",
                .counts([
                    ("strayResponses", transactions.strayResponses), ("unreadable", transactions.unreadable),
                    ("repeatedRequests", transactions.repeatedRequests), ("overloaded", transactions.overloaded),
                ])
            ),
            ("transport", .counts(transport.map { ($0.name, $0.count) })),
        ])
    }

    private func since(_ age: Duration) -> JSON { .text(Clock.universal(time - Int(age.components.seconds))) }

    /// The most frequent first.
    var requests: [(String, Int)] {
        exchange.counters.requests.map { ($0.key.rawValue, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    /// By status.
    var refusals: [(Int, Int)] { exchange.counters.refusals.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
}

extension JSON {
    fileprivate static func seconds(_ duration: Duration) -> JSON { .number(Int(duration.components.seconds)) }

    fileprivate static func counts(_ counts: [(String, Int)]) -> JSON {
        .object(counts.map { ($0, .number($1)) })
    }
}
