import Exchange
import Glibc
import Journal
import SIP
import SIPTransport
import Settings

/// `partyline exchange status`: the exchange's side.
extension ExchangeHost {
    /// Tells its status to whoever may ask, from now on.
    ///
    /// - Parameters:
    ///   - named: the socket that was asked for; without it one beside the other exchanges' is made.
    ///   - address: the first that it listens on.
    func tellStatus(at named: String?, of address: SocketAddress) throws(StatusError) -> StatusServer {
        let path: String
        if let named {
            path = named
        } else {
            let folder = StatusFolder { name in getenv(name).map { String(cString: $0) } }
            try folder.prepare()
            path = folder.socket(for: "\(address)")
        }
        let server = try StatusServer(at: path)
        server.serve(version: Partyline.version) { [weak self] form in await self?.status(form) ?? "" }
        return server
    }

    private func status(_ form: StatusProtocol.Form) async -> String {
        let transportCounters = await transport.counters()
        let now = MachineTimers<Exchange.Timer>.now
        let report = StatusReport(
            version: Partyline.version, process: Int(getpid()), memory: .own, uptime: now - started,
            time: time(nil), listeners: listening.places, exchange: exchange.status(at: now),
            transport: transportCounters.named)
        return switch form {
        case .table: report.table
        case .json: report.json
        }
    }
}

extension [ExchangeSettings.Listen: SocketAddress] {
    /// Each address once, with what is listened to there.
    fileprivate var places: [StatusReport.Listener] {
        var places: [String: [TransportProtocol]] = [:]
        for (listen, bound) in self { places["\(bound)", default: []].append(listen.transport) }
        return places.sorted { $0.key < $1.key }.map { address, transports in
            StatusReport.Listener(address: address, transports: TransportProtocol.allCases.filter(transports.contains))
        }
    }
}

extension Counters {
    /// As they are called in a status.
    fileprivate var named: [(name: String, count: Int)] {
        [
            ("received", received), ("sent", sent), ("rejected", rejected), ("dropped", dropped),
            ("violations", violations), ("refusedConnections", refusedConnections), ("unaccepted", unaccepted),
            ("denied", denied), ("excessive", excessive), ("banned", banned), ("bans", bans), ("slowed", slowed),
            ("failedHandshakes", failedHandshakes), ("unserialisable", unserialisable), ("unsent", unsent),
            ("flushes", flushes), ("batches", batches), ("connections", connections),
            ("halfOpenConnections", halfOpenConnections), ("bansInForce", bansInForce),
        ]
    }
}
