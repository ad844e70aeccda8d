import SIP

extension Exchange {
    /// What an exchange knows about itself at one moment.
    package struct Status: Equatable, Sendable {
        /// One line and how full it is.
        package struct Line: Equatable, Sendable {
            package var name: String
            package var clients: Int
            package var limit: Int
        }

        /// Somebody who is registered.
        package struct Client: Equatable, Sendable {
            package var number: PhoneNumber
            package var name: String
            /// Nil for an extension that stands on no list.
            package var line: String?
            package var flow: Flow
            package var online: Duration
        }

        /// A call between two clients, the Echo test included.
        package struct Call: Equatable, Sendable {
            package enum State: String, Equatable, Sendable {
                case asked, ringing, talking
                /// It was answered, and one of the two has lost its connection since.
                case interrupted
            }

            /// Its Call-ID, as the caller chose it.
            package var id: String
            package var caller: PhoneNumber
            package var callee: PhoneNumber
            package var state: State
            /// Since it was asked for, and since it was answered.
            package var age: Duration
            package var talking: Duration?
        }

        package var domain: String
        package var lines: [Line]
        /// By number.
        package var clients: [Client]
        /// The oldest first.
        package var calls: [Call]
        package var counters: Counters
        /// Flows over which somebody is registered.
        package var flows: [TransportProtocol: Int]
        package var subscriptions: Int
        package var transactions: Int
        package var transactionCounters: TransactionLayer.Counters
    }

    /// - Parameter now: on the clock that `clock` is set from.
    package func status(at now: Duration) -> Status {
        let clients = registrar.clients.values.filter { $0.flow != EchoTest.flow }
            .sorted { $0.number.value < $1.number.value }
            .map { client in
                Status.Client(
                    number: client.number, name: client.name.text, line: client.line.map { registrar.lines[$0].name },
                    flow: client.flow, online: now - (arrivals[client.number] ?? now))
            }
        let calls = calls.all.map { call in
            let isWhole = registrar.clients[call.caller] != nil && registrar.clients[call.callee] != nil
            let state: Status.Call.State =
                switch call.state {
                case .asked: .asked
                case .ringing: .ringing
                case .talking: isWhole ? .talking : .interrupted
                }
            return Status.Call(
                id: call.id, caller: call.caller, callee: call.callee, state: state, age: now - call.began,
                talking: call.answered.map { now - $0 })
        }
        return Status(
            domain: configuration.domain,
            lines: registrar.lineIndex.values.sorted().map { index in
                let line = registrar.lines[index]
                return Status.Line(name: line.name, clients: line.count, limit: configuration.limits.clientsPerLine)
            },
            clients: clients, calls: calls, counters: counters,
            flows: Dictionary(grouping: flows, by: \.transport).mapValues(\.count),
            subscriptions: subscriptions.count, transactions: layer.count, transactionCounters: layer.counters)
    }
}
