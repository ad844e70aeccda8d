/// The transports SIP runs over (RFC 3261 §18, RFC 7118).
public enum TransportProtocol: String, Sendable, Hashable, CaseIterable {
    case udp, tcp, tls, ws, wss

    /// Whether the transport delivers in order and without loss, so that retransmission timers stay off.
    public var isReliable: Bool { self != .udp }

    /// Whether nobody on the way can read or change what is sent.
    public var isSecure: Bool { self == .tls || self == .wss }

    /// Whether it is a WebSocket (RFC 7118).
    public var isWebSocket: Bool { self == .ws || self == .wss }

    /// The name in a Via's sent-protocol.
    public var viaName: String {
        switch self {
        case .udp: "UDP"
        case .tcp: "TCP"
        case .tls: "TLS"
        case .ws: "WS"
        case .wss: "WSS"
        }
    }

    /// The value of a URI's `transport` parameter; nil where it needs none. Over WebSocket the scheme alone tells
    /// whether it is a secure one (RFC 7118 §5.2.2).
    public var uriName: String? {
        switch self {
        case .udp: nil
        case .tcp, .tls: rawValue
        case .ws, .wss: "ws"
        }
    }
}

/// An IP address and a port, as a socket knows it; never a host name.
public struct SocketAddress: Hashable, Sendable {
    /// A numeric IPv4 or IPv6 address without brackets, in the form the operating system prints.
    public var host: String
    /// 0 only where the operating system is to choose.
    public var port: UInt16

    /// An address of its parts; the host is taken as it is.
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `192.0.2.1:5060` or `[2001:db8::1]:5060`.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// One bidirectional path to a peer: a connection, or for UDP the pair of a local socket and a remote address
/// (RFC 5626 §3.1). Everything a client says travels on the flow it registered on.
public struct Flow: Hashable, Sendable {
    /// What it runs over.
    public var transport: TransportProtocol
    /// Our end.
    public var local: SocketAddress
    /// The peer's end, as we see it: behind a NAT, the NAT's.
    public var remote: SocketAddress
    /// The host that stands for our end in Via and Contact where nobody could connect to it anyhow: the random name
    /// under `.invalid` of a WebSocket client (RFC 7118 App. B.1). Nil elsewhere.
    public var alias: String?
    /// Tells apart two connections that had the same addresses one after the other; 0 for UDP.
    public var connection: UInt64

    /// A flow of its parts.
    public init(transport: TransportProtocol, local: SocketAddress, remote: SocketAddress, connection: UInt64 = 0) {
        self.transport = transport
        self.local = local
        self.remote = remote
        self.connection = connection
    }

    /// What our end is called in Via and Contact; an alias has no port.
    public var sentBy: (host: String, port: UInt16?) {
        alias.map { ($0, nil) } ?? (local.host, local.port)
    }
}

/// Where a client wants to connect to; `host` may be a name.
public struct Endpoint: Hashable, Sendable {
    /// What to connect over.
    public var transport: TransportProtocol
    /// A host name, or a numeric address without brackets.
    public var host: String
    /// Never 0.
    public var port: UInt16
    /// The name that a certificate must be for: the one the person gave, also where DNS named another host as its
    /// server, since anybody may have forged that answer (RFC 5922 §7.1).
    public var domain: String

    /// An endpoint of its parts; without a domain the host is it.
    public init(transport: TransportProtocol, host: String, port: UInt16, domain: String? = nil) {
        self.transport = transport
        self.host = host
        self.port = port
        self.domain = domain ?? host
    }
}

extension Endpoint: CustomStringConvertible {
    /// `pbx.example:5061 over TLS`.
    public var description: String {
        "\(SocketAddress(host: host, port: port)) over \(transport.viaName)"
    }
}

/// Why a flow could not be opened, or ended.
public enum TransportFailure: Error, Hashable, Sendable {
    /// Nobody listens there (ECONNREFUSED, or an ICMP port unreachable for UDP).
    case refused
    /// The name has no address.
    case unknownHost(String)
    /// No route, network down, or an operating system error, in its words.
    case unreachable(String)
    /// No answer in time, when connecting.
    case timedOut
    /// The peer closed the connection (FIN) or reset it.
    case closedByPeer
    /// No pong came for our ping (RFC 5626 §4.4.1).
    case keepAliveTimedOut
    /// The peer broke the framing, or a limit; the text says which.
    case protocolViolation(String)
    /// We closed it ourselves.
    case closedLocally
    /// The server's certificate does not prove that it is the one we want; nothing was sent to it.
    case untrusted(ServerCertificate)
    /// No TLS connection came about, for another reason than the certificate; the text says which.
    case handshakeFailed(String)
}

/// What the machines ask of the transport.
public enum TransportCommand: Equatable, Sendable {
    /// Finds the servers of a target (RFC 3263 §4); answered by `located` or `failed` with the same `attempt`.
    case locate(attempt: UInt64, Target)
    /// Opens a client flow; answered by `opened` or `failed` with the same `attempt`.
    case connect(attempt: UInt64, Endpoint)
    /// Sends on a flow that is open; on one that is gone nothing happens.
    case send(Message, on: Flow)
    /// Closes a flow once what was sent before has left.
    case close(Flow)
}

/// What the transport tells the machines.
public enum TransportEvent: Equatable, Sendable {
    /// Where the target of `locate` is, in the order in which to try; not empty.
    case located([Endpoint], attempt: UInt64)
    /// The flow that `connect` asked for is there.
    case opened(Flow, attempt: UInt64)
    /// `connect` or `locate` came to nothing.
    case failed(TransportFailure, attempt: UInt64)
    /// A whole message that parsed.
    case received(Message, on: Flow)
    /// The flow is gone; nothing more comes from it.
    case closed(Flow, TransportFailure)
}
