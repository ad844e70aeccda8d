import ArgumentParser
import SIP

/// `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address, as people type it.
struct HostPort: Equatable {
    var host: String
    var port: UInt16

    static let defaultPort: UInt16 = 7777

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// - Throws: `ValidationError` in words for people.
    init(_ text: String, defaultPort: UInt16 = HostPort.defaultPort) throws {
        let place = try HostPort.parse(text)
        host = place.host
        port = place.port ?? defaultPort
    }

    /// The host, and the port if one is named.
    static func parse(_ text: String) throws -> (host: String, port: UInt16?) {
        let parts = try split(text)
        guard !parts.host.isEmpty, !parts.host.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == 0x2F }) else {
            throw ValidationError("'\(text)' names no host. Write HOST or HOST:PORT, for example 127.0.0.1:7777.")
        }
        guard let digits = parts.port else { return (parts.host, nil) }
        guard let number = UInt16(digits), number > 0 else {
            throw ValidationError("'\(digits)' is not a port. A port is a number from 1 to 65535.")
        }
        return (parts.host, number)
    }

    private static func split(_ text: String) throws -> (host: String, port: String?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw ValidationError("'\(text)' lacks the ] that ends an IPv6 address.")
            }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            if rest.isEmpty { return (host, nil) }
            guard rest.hasPrefix(":") else {
                throw ValidationError("'\(text)' has something other than :PORT behind the ].")
            }
            return (host, String(rest.dropFirst()))
        }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}

extension HostPort: CustomStringConvertible {
    var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
