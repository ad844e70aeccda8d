import SIP

extension Diagnostic: CustomStringConvertible {
    /// A line for a log; what a peer wrote is in it as it came.
    package var description: String {
        switch self {
        case .unserialisable(let flow, let why):
            "not sent to \(Self.place(flow)), a message of ours is malformed: \(why)"
        case .malformed(let flow, let error):
            "malformed message from \(Self.place(flow)): \(error.reason), octet \(error.offset)"
        case .refused(let address): "no room for a connection from \(address)"
        case .denied(let address, let transport): "not let in: \(address) over \(transport.rawValue)"
        case .banned(let source, let seconds, let why): "banned for \(seconds) s: \(source), \(why)"
        case .unbanned(let source, let count):
            "no longer banned: \(source); \(count) datagrams and connections were turned away"
        case .slowed(let flow): "read more slowly, as it sends too much: \(Self.place(flow))"
        case .unaccepted(let why): "no connection can be taken for now: \(why)"
        case .fewDescriptors(let count):
            "the system allows this process so few descriptors that \(count) connections fit"
        case .refusedHandshake(let address, let answer): "no WebSocket for \(address): \(answer)"
        case .handshakeFailed(let address, let why): "no TLS with \(address): \(why)"
        case .listenerFailed(let address, let transport, let why):
            "no longer listening on \(address) over \(transport.rawValue): \(why)"
        }
    }

    private static func place(_ flow: Flow) -> String { "\(flow.remote) over \(flow.transport.rawValue)" }
}
