import Glibc
import NIOCore
import SIP

/// One UDP socket: a server's, which talks to everybody, or a client's, which is connected to its one peer and so
/// hears of an ICMP port unreachable.
///
/// Datagrams are sent on the descriptor itself: NIO closes a datagram channel on most errors of one send, and a
/// request from an address that cannot be answered would end the listener for everybody. A datagram that the kernel
/// does not take is lost like any other; the transactions' timers see to it.
final class DatagramSocket: ChannelInboundHandler, Reader {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let switchboard: Switchboard
    private var channel: (any Channel)?
    private var descriptor: CInt = -1
    private var local: SIP.SocketAddress?
    /// The one flow of a client's socket.
    private var client: Flow?
    private var flows: [KernelAddress: Flow] = [:]
    var isListed = false

    init(_ switchboard: Switchboard) { self.switchboard = switchboard }

    var isClient: Bool { client != nil }

    /// - Parameter attempt: the client's `connect` that this answers; nil for a server's socket.
    /// - Returns: false when the socket is gone already.
    func open(_ channel: any Channel, attempt: UInt64?) -> Bool {
        guard let local = channel.localAddress.flatMap({ SIP.SocketAddress($0) }),
            let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
                of: NIOBSDSocket.Handle.self, { $0 })
        else { return false }
        if let attempt {
            guard let remote = channel.remoteAddress.flatMap({ SIP.SocketAddress($0) }) else { return false }
            let flow = Flow(transport: .udp, local: local, remote: remote)
            client = flow
            switchboard.emit(.opened(flow, attempt: attempt))
        }
        self.channel = channel
        self.local = local
        self.descriptor = descriptor
        switchboard.register(self, at: local)
        return true
    }

    // MARK: - Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard isClient || switchboard.admits(envelope.remoteAddress, over: .udp) else { return }
        let bytes = envelope.data.readableBytesView
        // Keep-alives over UDP are a few CR LF, or a NUL byte, of clients behind a NAT: no answer is expected.
        guard bytes.count > 4 else { return }
        guard let flow = flow(from: envelope) else { return switchboard.counters.dropped += 1 }
        switch switchboard.read(Array(bytes), on: flow) {
        case .message(let message): switchboard.received(message, on: flow, by: self)
        case .rejected(let answer): if let answer { send(answer, to: flow) }
        }
    }

    private func flow(from envelope: AddressedEnvelope<ByteBuffer>) -> Flow? {
        if let client { return client }
        guard envelope.remoteAddress.isAnswerable, let local else { return nil }
        // Only a wildcard socket is told where a datagram was sent to; those flows are spelled out each time.
        if let destination = envelope.metadata?.packetInfo?.destinationAddress {
            guard let remote = SIP.SocketAddress(envelope.remoteAddress), let to = SIP.SocketAddress(destination)
            else { return nil }
            return Flow(
                transport: .udp, local: SIP.SocketAddress(host: to.host, port: local.port), remote: remote)
        }
        if let known = flows[envelope.remoteAddress] { return known }
        guard let remote = SIP.SocketAddress(envelope.remoteAddress) else { return nil }
        let flow = Flow(transport: .udp, local: local, remote: remote)
        if flows.count >= switchboard.configuration.limits.rememberedRemotes { flows.removeAll() }
        flows[envelope.remoteAddress] = flow
        return flow
    }

    func setReading(_ isReading: Bool) {
        try? channel?.syncOptions?.setOption(.autoRead, value: isReading)
    }

    // MARK: - Sending

    func send(_ bytes: [UInt8], to flow: Flow) {
        guard descriptor >= 0 else { return switchboard.counters.unsent += 1 }
        let written: Int
        if let client {
            guard client == flow else { return switchboard.counters.unsent += 1 }
            written = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_DONTWAIT))
        } else {
            guard let remote = flow.remote.kernelAddress else { return switchboard.counters.unsent += 1 }
            written = remote.withSockAddr { address, size in
                sendto(descriptor, bytes, bytes.count, CInt(MSG_DONTWAIT), address, socklen_t(size))
            }
        }
        if written == bytes.count {
            switchboard.counters.sent += 1
            switchboard.counters.flushes += 1
        } else {
            let code = errno
            switchboard.counters.unsent += 1
            // The answer to an earlier datagram: nobody listens there. A full buffer is only loss.
            if isClient, [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ENETDOWN].contains(code) {
                close(TransportFailure(errno: code))
            }
        }
    }

    // MARK: - Closing

    func close(_ failure: TransportFailure) {
        guard let channel else { return }
        finish(failure)
        channel.close(promise: nil)
    }

    private func finish(_ failure: TransportFailure) {
        guard let local else { return }
        descriptor = -1
        channel = nil
        self.local = nil
        if let client {
            switchboard.emit(.closed(client, failure))
        } else if failure != .closedLocally {
            switchboard.diagnose(.listenerFailed(local, .udp, String(describing: failure)))
        }
        switchboard.unregister(self, at: local)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure = TransportFailure(error)
        if isClient || !context.channel.isActive { close(failure) }
    }

    func channelInactive(context: ChannelHandlerContext) { finish(.unreachable("the socket was closed")) }
}
