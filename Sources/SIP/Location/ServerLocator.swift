/// Finds the servers of a domain (RFC 3263 §4): which transports it offers (NAPTR), at which hosts and ports (SRV),
/// in which order; without any of that its address at the usual port.
///
///     begin ──> asks NAPTR, and SRV for every transport we speak ──answered──> asks SRV where NAPTR points ──> located
///
/// All that can be asked is asked at once, so that a network that swallows one kind of question costs no time for
/// the others; what came when `timedOut` counts. Addresses are the operating system's business, as a host is opened.
///
/// Whoever forges answers can send us elsewhere or nowhere, but not to less: a target that is secured has secured
/// endpoints only, and each keeps the domain that its certificate must be for.
package struct ServerLocator: Sendable, Equatable {
    package enum Event: Equatable, Sendable {
        case begin
        /// Nil where DNS gave no answer that can be used.
        case answered(DNSQuestion, [DNSRecord]?)
        case timedOut
    }

    package enum Effect: Equatable, Sendable {
        /// Answered by `answered`.
        case ask(DNSQuestion)
        /// The order in which to try; empty where the domain says that it has no such service (RFC 2782). Once.
        case located([Endpoint])
    }

    package enum Limits {
        /// Services taken from NAPTR.
        package static let services = 6
        /// Endpoints altogether.
        package static let endpoints = 16
    }

    /// SRV records to look for, and what they are servers of.
    private struct Service: Equatable, Sendable {
        var question: DNSQuestion
        var transport: TransportProtocol
    }

    private enum State: Equatable {
        case idle
        /// NAPTR is not answered.
        case choosing
        case searching
        case over
    }

    private let target: Target
    private var identifiers: Identifiers
    private var state = State.idle
    private var services: [Service]
    private var asked: Set<DNSQuestion> = []
    private var answers: [DNSQuestion: [DNSRecord]] = [:]

    package init(_ target: Target, identifiers: Identifiers) {
        self.target = target
        self.identifiers = identifiers
        services = Self.usual(of: target)
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch (event, state) {
        case (.begin, .idle):
            return begin()
        case (.answered(let question, let records), .choosing), (.answered(let question, let records), .searching):
            guard asked.contains(question), answers[question] == nil else { return [] }
            answers[question] = records ?? []
            return advance()
        case (.timedOut, .choosing), (.timedOut, .searching):
            return finish()
        case (.begin, _), (.answered, _), (.timedOut, _):
            return []
        }
    }

    private var pointers: DNSQuestion { DNSQuestion(target.domain, .naptr) }

    private mutating func begin() -> [Effect] {
        guard target.endpoint == nil else { return finish() }
        let effects = ask(services.map(\.question))
        guard target.transport == nil else {
            // The transport is chosen, which is all that NAPTR is for.
            state = .searching
            return effects.isEmpty ? finish() : effects
        }
        state = .choosing
        return ask([pointers]) + effects
    }

    private mutating func ask(_ questions: [DNSQuestion]) -> [Effect] {
        questions.filter { asked.insert($0).inserted }.map { .ask($0) }
    }

    private mutating func advance() -> [Effect] {
        var effects: [Effect] = []
        if state == .choosing {
            guard let records = answers[pointers] else { return [] }
            state = .searching
            let offered = offered(records)
            if !offered.isEmpty {
                services = offered
                effects = ask(offered.map(\.question))
            }
        }
        return services.allSatisfy { answers[$0.question] != nil } ? finish() : effects
    }

    private mutating func finish() -> [Effect] {
        state = .over
        if let endpoint = target.endpoint { return [.located([endpoint])] }
        var endpoints: [Endpoint] = []
        var isDenied = false
        for service in services {
            let records = answers[service.question] ?? []
            for record in ordered(records) {
                isDenied = isDenied || record.target.isEmpty
                guard let endpoint = endpoint(record, service.transport), !endpoints.contains(endpoint) else {
                    continue
                }
                endpoints.append(endpoint)
            }
        }
        if endpoints.isEmpty, !isDenied { endpoints = [target.fallback] }
        return [.located(Array(endpoints.prefix(Limits.endpoints)))]
    }

    private func endpoint(_ record: DNSRecord.Service, _ transport: TransportProtocol) -> Endpoint? {
        guard !record.target.isEmpty, record.port > 0, !IPAddress.isIPv4(record.target) else { return nil }
        return Endpoint(transport: transport, host: record.target, port: record.port, domain: target.domain)
    }
}

/// Which services.
extension ServerLocator {
    /// Those to look for where NAPTR tells nothing (RFC 3263 §4.1), the best first.
    private static func usual(of target: Target) -> [Service] {
        guard target.endpoint == nil else { return [] }
        let transports: [TransportProtocol]
        if target.transport != nil {
            transports = [target.fallback.transport]
        } else {
            transports = target.isSecured ? [.tls] : [.tls, .tcp, .udp]
        }
        return transports.compactMap { transport in
            let label: String
            switch transport {
            case .tls: label = "_sips._tcp."
            case .tcp: label = "_sip._tcp."
            case .udp: label = "_sip._udp."
            case .ws, .wss: return nil  // RFC 7118 §5 gives them a NAPTR service and no SRV name
            }
            return Service(question: DNSQuestion(label + target.domain, .srv), transport: transport)
        }
    }

    /// What the domain offers and we may use, in its order of preference.
    private func offered(_ records: [DNSRecord]) -> [Service] {
        let pointers = records.compactMap { if case .pointer(let pointer) = $0 { pointer } else { nil } }
        let usable = pointers.enumerated().compactMap { index, pointer -> (key: [Int], service: Service)? in
            guard pointer.flags == "s", !pointer.isRewriting, !pointer.replacement.isEmpty,
                let transport = Self.transport(of: pointer.service), transport.isSecure || !target.isSecured
            else { return nil }
            let question = DNSQuestion(pointer.replacement, .srv)
            return (
                [Int(pointer.order), Int(pointer.preference), index],
                Service(question: question, transport: transport)
            )
        }
        return usable.sorted { $0.key.lexicographicallyPrecedes($1.key) }.prefix(Limits.services).map(\.service)
    }

    private static func transport(of service: String) -> TransportProtocol? {
        switch service {
        case "sips+d2t": .tls
        case "sip+d2t": .tcp
        case "sip+d2u": .udp
        case "sips+d2w": .wss
        case "sip+d2w": .ws
        default: nil
        }
    }
}

/// In which order.
extension ServerLocator {
    /// By priority, and at random within one, the heavier the sooner (RFC 2782).
    private mutating func ordered(_ records: [DNSRecord]) -> [DNSRecord.Service] {
        let services = records.compactMap { if case .service(let service) = $0 { service } else { nil } }
        let groups = Dictionary(grouping: services, by: \.priority)
        return groups.keys.sorted().flatMap { shuffled(groups[$0] ?? []) }
    }

    private mutating func shuffled(_ services: [DNSRecord.Service]) -> [DNSRecord.Service] {
        // Those without weight go first in the sum: they are drawn, but hardly ever before the others.
        var left = services.filter { $0.weight == 0 } + services.filter { $0.weight > 0 }
        var drawn: [DNSRecord.Service] = []
        while !left.isEmpty {
            let total = left.reduce(0) { $0 + Int($1.weight) }
            var rest = Int.random(in: 0...total, using: &identifiers)
            let index = left.firstIndex { service in
                rest -= Int(service.weight)
                return rest <= 0
            }
            drawn.append(left.remove(at: index ?? 0))
        }
        return drawn
    }
}
