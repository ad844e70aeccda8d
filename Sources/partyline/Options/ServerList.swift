import ArgumentParser
import SIP

/// What `--server` names: `HOST`, `HOST:PORT`, `sips:HOST` or `sip:HOST;transport=tls`, several with commas between.
enum ServerList {
    /// - Parameters:
    ///   - transport: from `--transport`, for those that name none themselves.
    /// - Throws: `ValidationError` in words for people.
    static func targets(_ text: String, over transport: TransportProtocol?) throws -> [Target] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        return try names.map { try target(String($0).trimmed, over: transport) }
    }

    private static func target(_ text: String, over common: TransportProtocol?) throws -> Target {
        let (rest, isSecured) = try withoutScheme(text)
        let parts = rest.split(separator: ";", omittingEmptySubsequences: false)
        let place = try HostPort.parse(String(parts[0]))
        let named = try parts.dropFirst().map { try carrier(in: String($0), of: text) }.last
        if named == nil, common == nil, isSecured || !isOfThisMachine(place.host) {
            // DNS may choose, of what is encrypted.
            return Target(host: place.host, port: place.port, isSecured: true)
        }
        let chosen = try secured(named ?? common, isSecured, text) ?? .tcp
        return Target(
            host: place.host, port: place.port, transport: chosen, isSecured: isSecured,
            fallbackPort: chosen == .tcp || chosen == .udp ? HostPort.defaultPort : nil)
    }

    private static func withoutScheme(_ text: String) throws -> (rest: String, isSecured: Bool) {
        let lowercased = text.lowercased()
        guard !text.contains("@") else {
            throw ValidationError(
                "'\(text)' names somebody at a server. Write the server only, as in sips:pbx.example.")
        }
        if lowercased.hasPrefix("sips:") { return (String(text.dropFirst(5)), true) }
        return (lowercased.hasPrefix("sip:") ? String(text.dropFirst(4)) : text, false)
    }

    private static func carrier(in parameter: String, of text: String) throws -> TransportProtocol {
        let parts = parameter.lowercased().split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "transport", let transport = TransportProtocol(rawValue: String(parts[1]))
        else {
            throw ValidationError("';\(parameter)' of '\(text)' is none of transport=tls, tcp, udp, ws and wss.")
        }
        return transport
    }

    /// With `sips:` nothing goes in the clear (RFC 3261 §26.2.2): there `transport=tcp` is what TLS runs over.
    private static func secured(
        _ transport: TransportProtocol?, _ isSecured: Bool, _ text: String
    ) throws -> TransportProtocol? {
        guard isSecured else { return transport }
        switch transport {
        case nil, .tls, .tcp: return .tls
        case .ws, .wss: return .wss
        case .udp: throw ValidationError("'\(text)' wants encryption, and there is none over UDP.")
        }
    }

    /// Whether nothing that is said to it leaves this machine.
    private static func isOfThisMachine(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
