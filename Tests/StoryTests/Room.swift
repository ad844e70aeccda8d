import Exchange
import SIP
import Webphone

/// An exchange in memory for programs that wait and loop. It tells changes of the list at once; its other timers stand
/// still: nothing is lost here, so that what is tried needs none.
actor Room {
    private var exchange = Exchange(.init(), identifiers: .seeded(1))
    private var seats: [Flow: (flow: Flow, events: AsyncStream<TransportEvent>.Continuation)] = [:]
    private var ports: UInt16 = 0

    /// A way into the room. Every command goes through one stream, so that they stay in order.
    nonisolated func door() -> Door {
        let (commands, command) = AsyncStream.makeStream(of: TransportCommand.self)
        let (events, event) = AsyncStream.makeStream(of: TransportEvent.self)
        Task { for await next in commands { await self.take(next, event) } }
        return Door(events: events, commands: command)
    }

    struct Door: ClientTransport {
        let events: AsyncStream<TransportEvent>
        let commands: AsyncStream<TransportCommand>.Continuation

        func perform(_ command: TransportCommand) { commands.yield(command) }
    }

    private func take(_ command: TransportCommand, _ events: AsyncStream<TransportEvent>.Continuation) {
        switch command {
        case .locate: break  // nothing here has a name
        case .connect(let attempt, let endpoint):
            guard endpoint.port == 7777 else {
                events.yield(.failed(.refused, attempt: attempt))
                return
            }
            ports += 1
            let here = SocketAddress(host: "127.0.0.1", port: ports)
            let there = SocketAddress(host: "127.0.0.1", port: 7777)
            let flow = Flow(transport: .tcp, local: here, remote: there, connection: UInt64(ports))
            let mirrored = Flow(transport: .tcp, local: there, remote: here, connection: UInt64(ports))
            seats[mirrored] = (flow, events)
            events.yield(.opened(flow, attempt: attempt))
        case .send(let message, let flow):
            perform(exchange.handle(.received(message, on: mirrored(flow))))
        case .close(let flow):
            seats[mirrored(flow)] = nil
            perform(exchange.handle(.closed(mirrored(flow))))
        }
    }

    private func mirrored(_ flow: Flow) -> Flow {
        Flow(transport: flow.transport, local: flow.remote, remote: flow.local, connection: flow.connection)
    }

    private func perform(_ effects: [Exchange.Effect]) {
        for effect in effects {
            switch effect {
            case .transmit(let message, let flow):
                guard let seat = seats[flow] else { continue }
                seat.events.yield(.received(message, on: seat.flow))
            case .start(.roster, _):
                perform(exchange.handle(.fired(.roster)))
            case .start, .cancel, .close, .busy, .idle, .report, .sound:
                break
            }
        }
    }
}
