import CResolver
import Dispatch
import NIOCore
import SIP

/// Where servers are, from the system's resolver.
extension Switchboard {
    /// Finds the servers of a target; the machines hear `located` or `failed` within `Intervals.lookUp`.
    func locate(_ target: Target, attempt: UInt64) {
        guard !isShutDown else { return emit(.failed(.closedLocally, attempt: attempt)) }
        searches[attempt] = ServerLocator(target, identifiers: identifiers.split())
        search(.begin, attempt, target)
        guard searches[attempt] != nil else { return }
        loop.assumeIsolated().scheduleTask(in: TimeAmount(configuration.intervals.lookUp)) {
            self.search(.timedOut, attempt, target)
        }
    }

    private func search(_ event: ServerLocator.Event, _ attempt: UInt64, _ target: Target) {
        for effect in searches[attempt]?.handle(event) ?? [] {
            switch effect {
            case .ask(let question): ask(question, attempt, target)
            case .located(let endpoints):
                searches[attempt] = nil
                if endpoints.isEmpty {
                    let words = "its domain says that it has no such service"
                    emit(.failed(.unreachable(words), attempt: attempt))
                } else {
                    emit(.located(endpoints, attempt: attempt))
                }
            }
        }
    }

    private func ask(_ question: DNSQuestion, _ attempt: UInt64, _ target: Target) {
        let answered = loop.makePromise(of: [DNSRecord]?.self)
        let server = configuration.nameServer
        // It waits for the network, so that neither the loop nor a thread that others wait for is the place for it.
        DispatchQueue.global().async { @Sendable [thread] in
            withExtendedLifetime(thread) { answered.succeed(records(for: question, from: server)) }
        }
        answered.futureResult.assumeIsolated().whenSuccess { records in
            self.search(.answered(question, records), attempt, target)
        }
    }
}

/// What DNS has for a question; nil when it gives no answer, or one that makes no sense. Blocks.
private func records(for question: DNSQuestion, from server: SIP.SocketAddress?) -> [DNSRecord]? {
    var answer = [UInt8](repeating: 0, count: 65_535)
    let length = Int(
        resolver_ask(
            question.name, CInt(question.kind.rawValue), server?.host, server?.port ?? 0, &answer, CInt(answer.count)))
    guard length != 0 else { return [] }
    guard length > 0 else { return nil }
    return (try? DNSAnswer(Array(answer.prefix(length)), to: question))?.records
}
