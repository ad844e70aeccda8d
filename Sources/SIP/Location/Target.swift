/// What a person wants to reach, before it is known which server that is (RFC 3263 §4).
public struct Target: Hashable, Sendable {
    /// A domain, a host name, or a numeric address without brackets.
    public var host: String
    /// nil where the person named none: then DNS may tell.
    public var port: UInt16?
    /// nil where the person named none: then DNS may tell, and TLS goes before TCP before UDP.
    public var transport: TransportProtocol?
    /// Whether nothing but TLS and secure WebSocket may carry it, whatever DNS says.
    public var isSecured: Bool
    /// Where to try when neither the person nor DNS names a port; nil for the transport's own (RFC 3261 §19.1.2,
    /// RFC 7118 §5).
    public var fallbackPort: UInt16?

    /// A target; with a port or a numeric address there is no need to ask DNS for more than addresses.
    public init(
        host: String, port: UInt16? = nil, transport: TransportProtocol? = nil, isSecured: Bool = false,
        fallbackPort: UInt16? = nil
    ) {
        self.host = host
        self.port = port
        self.transport = transport
        self.isSecured = isSecured
        self.fallbackPort = fallbackPort
    }

    /// Where it is without asking DNS for servers: at the port that was named, at a numeric address, or under a name
    /// that means something on this machine or network only. Nil where DNS is to be asked.
    public var endpoint: Endpoint? {
        port != nil || isLocalName ? fallback : nil
    }

    /// The endpoint where nothing else is known (RFC 3263 §4.2): the host by its address records.
    package var fallback: Endpoint {
        let carrier = carrier
        return Endpoint(
            transport: carrier, host: domain, port: port ?? fallbackPort ?? carrier.defaultPort)
    }

    /// The transport as far as it is the person's to say. A telephone that keeps one flow prefers TCP to the UDP of
    /// RFC 3263 §4.1.
    private var carrier: TransportProtocol {
        let named = transport ?? (isSecured ? .tls : .tcp)
        return isSecured ? named.secured : named
    }

    /// The name that certificates and addresses are for: without the dot that ends a name in DNS.
    package var domain: String {
        host.utf8.count > 1 && host.utf8.last == UInt8(ascii: ".") ? String(host.dropLast()) : host
    }

    /// A numeric address, `localhost`, a name of multicast DNS (RFC 6762), or one that only a search list completes.
    private var isLocalName: Bool {
        if host.utf8.contains(UInt8(ascii: ":")) || IPAddress.isIPv4(domain) { return true }
        let labels = domain.asciiLowercased.split(separator: ".")
        return labels.count < 2 || labels.last == "local" || labels.last == "localhost"
    }
}

extension TransportProtocol {
    /// The port of servers that name no other (RFC 3261 §19.1.2, RFC 7118 §5).
    public var defaultPort: UInt16 {
        switch self {
        case .udp, .tcp: 5060
        case .tls: 5061
        case .ws: 80
        case .wss: 443
        }
    }

    /// What carries the same over TLS.
    fileprivate var secured: TransportProtocol {
        switch self {
        case .udp, .tcp, .tls: .tls
        case .ws, .wss: .wss
        }
    }
}
