/// The way to the exchange that is in use.
package struct Route: Equatable, Sendable {
    /// As people write it: `pbx.example:5061`, `[2001:db8::1]:5061`.
    package let server: String
    /// `tls`, `wss`, `tcp`, ….
    package let transport: String
    package let isEncrypted: Bool
    /// Nothing leaves this machine, encrypted or not.
    package let isLocal: Bool

    init(host: String, port: UInt16, transport: String, isEncrypted: Bool) {
        server = (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
        self.transport = transport
        self.isEncrypted = isEncrypted
        isLocal = host == "localhost" || host == "::1" || Self.isLoopback(host)
    }

    /// How safe it is, for the title: `tls`, or `tcp, not encrypted`; nil where there is nothing to say.
    package var words: String? { isLocal ? nil : isEncrypted ? transport : "\(transport), not encrypted" }

    /// 127.0.0.0/8 in numbers; `127.example.com` is somebody else's name.
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
