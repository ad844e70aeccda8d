import Exchange
import SIP

/// What the machine is not told, but the process around it.
extension ExchangeReader {
    mutating func readListen() {
        guard var section = root.section("listen") else { return }
        var listen: [ExchangeSettings.Listen] = []
        for transport in TransportProtocol.allCases {
            guard transports.contains(transport) else {
                if let entry = section.peek(transport.rawValue) {
                    _ = section.take(transport.rawValue)
                    section.complain(
                        entry.place, transport.rawValue, "This exchange does not speak \(transport.viaName).")
                }
                continue
            }
            for (text, place) in section.strings(transport.rawValue) ?? [] {
                guard let address = Self.address(text) else {
                    section.complain(
                        place, transport.rawValue,
                        "'\(text)' is no address. Write a numeric address and a port, such as 192.0.2.1:5060, [2001:db8::1]:5060, or 0.0.0.0:5060 for all."
                    )
                    continue
                }
                let wanted = ExchangeSettings.Listen(transport: transport, address: address)
                if listen.contains(wanted) {
                    section.complain(place, transport.rawValue, "\(address) is listed twice, in two spellings.")
                } else {
                    refuseSharing(wanted, with: listen, at: place, in: &section)
                    listen.append(wanted)
                }
            }
        }
        if listen.isEmpty, section.complaints.isEmpty, section.isUsedUp {
            section.complain(nil, nil, "The section listen names no address, so nobody could connect.")
        }
        settings.listen = listen
        root.close(section)
    }

    /// All but UDP run over TCP, where one port has one owner.
    private func refuseSharing(
        _ wanted: ExchangeSettings.Listen, with others: [ExchangeSettings.Listen], at place: Document.Place,
        in section: inout Section
    ) {
        guard wanted.transport != .udp,
            let owner = others.first(where: { $0.transport != .udp && $0.address == wanted.address })
        else { return }
        section.complain(
            place, wanted.transport.rawValue,
            "\(wanted.address) is listened on over \(owner.transport.viaName) already. Choose another port.")
    }

    private static func address(_ text: String) -> SocketAddress? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0,
            text[text.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = host.dropFirst().dropLast()
            let bare = inner.prefix { $0 != "%" }
            return IPAddress.isIPv6(bare) ? SocketAddress(host: String(inner), port: port) : nil
        }
        return IPAddress.isIPv4(host) ? SocketAddress(host: String(host), port: port) : nil
    }

    mutating func readAccess() {
        guard var section = root.section("access") else { return }
        settings.access.allowed = ranges(&section, "allow")
        settings.access.denied = ranges(&section, "deny")
        if section.peek("trusted") != nil { settings.exchange.trusted = ranges(&section, "trusted") }
        settings.origins = origins(&section)
        root.close(section)
    }

    private func origins(_ section: inout Section) -> [String] {
        (section.strings("origins") ?? []).compactMap { text, place in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count == 3, ["http:", "https:"].contains(parts[0].lowercased()), parts[1].isEmpty,
                !parts[2].isEmpty
            {
                return text
            }
            section.complain(
                place, "origins",
                "'\(text)' is no page's origin. Write it as browsers do, without a path: https://chat.example.")
            return nil
        }
    }

    private func ranges(_ section: inout Section, _ key: String) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for (text, place) in section.strings(key) ?? [] {
            do throws(AddressRange.Fault) {
                ranges.append(try AddressRange(text))
            } catch {
                section.complain(place, key, "'\(text)' is no range of addresses: \(error).")
            }
        }
        return ranges
    }

    mutating func readCertificate() {
        guard var section = root.section("tls") else {
            let encrypted = settings.listen?.first { $0.transport == .tls || $0.transport == .wss }
            if let encrypted {
                root.complain(
                    nil, "tls",
                    "Listening over \(encrypted.transport.viaName) needs a certificate: a line [tls] with the keys certificate and key below it."
                )
            }
            return
        }
        let certificate = nonEmpty(&section, "certificate")
        let key = nonEmpty(&section, "key")
        if let certificate, let key {
            settings.certificate = ExchangeSettings.CertificateFiles(certificate: certificate, key: key)
        } else if section.complaints.isEmpty {
            section.complain(
                nil, certificate == nil ? "certificate" : "key",
                "TLS needs both, certificate = \"FILE\" and key = \"FILE\", in PEM.")
        }
        root.close(section)
    }

    /// Name, bounds, and where it goes.
    private static let limits: [(String, ClosedRange<Int64>, @Sendable (inout Exchange.Limits, Int) -> Void)] = [
        ("clients-per-line", 1...10_000, { $0.clientsPerLine = $1 }),
        ("numbers-per-flow", 1...10_000, { $0.numbersPerFlow = $1 }),
        ("subscriptions-per-client", 1...1_000, { $0.subscriptionsPerClient = $1 }),
        ("requests-per-flow", 1...1_000_000, { $0.relaysPerFlow = $1 }),
        ("requests-per-address", 1...1_000_000, { $0.relaysPerAddress = $1 }),
        ("requests", 1...1_000_000, { $0.relays = $1 }),
        ("request-bodies", 65_536...1 << 40, { $0.relayedOctets = $1 }),
        ("transactions", 1_000...10_000_000, { $0.transactions = $1 }),
        ("transactions-per-flow", 100...10_000_000, { $0.transactionsPerFlow = $1 }),
        ("transactions-per-address", 100...10_000_000, { $0.transactionsPerAddress = $1 }),
        ("registrations-per-second", 1...1_000_000, { $0.registrationsPerSecond = UInt32(clamping: $1) }),
        ("echo-sessions", 1...100_000, { $0.echoSessions = $1 }),
        ("echo-voices", 1...1_000, { $0.echoVoices = $1 }),
        ("body", 1_300...65_000, { $0.bodySize = $1 }),
        ("wrong-passwords", 1...1_000, { $0.wrongPasswords = $1 }),
        ("wrong-passwords-per-address", 1...1_000_000, { $0.wrongPasswordsPerAddress = $1 }),
        ("longest-wait", 4...86_400, { $0.longestWait = UInt32(clamping: $1) }),
    ]

    mutating func readLimits() {
        guard var section = root.section("limits") else { return }
        for (key, bounds, set) in Self.limits {
            if let (number, _) = section.integer(key, in: bounds) { set(&settings.exchange.limits, Int(number)) }
        }
        for limit in TransportLimit.allCases {
            if let (number, _) = section.integer(limit.rawValue, in: limit.bounds) {
                settings.transport[limit] = Int(number)
            }
        }
        root.close(section)
    }
}
