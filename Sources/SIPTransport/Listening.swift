import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import SIP

/// What a server listens on.
struct Listener: Hashable {
    var address: SIP.SocketAddress
    var transport: TransportProtocol
}

extension Switchboard {
    /// How often a free port is looked for that serves every transport, when the system may choose.
    private static let portAttempts = 16

    /// - Returns: the address with its port, or a `ListenError`.
    func listen(on address: SIP.SocketAddress, transports: [TransportProtocol]) -> EventLoopFuture<SIP.SocketAddress> {
        if let secure = transports.first(where: \.isSecure), !loadIdentity() {
            return loop.makeFailedFuture(ListenError.noCertificate(secure))
        }
        guard address.kernelAddress != nil else { return loop.makeFailedFuture(ListenError.notAnAddress(address.host)) }
        allowManyDescriptors()
        return listen(on: address, transports, attempts: address.port == 0 ? Self.portAttempts : 1)
    }

    private func listen(
        on address: SIP.SocketAddress, _ transports: [TransportProtocol], attempts: Int
    ) -> EventLoopFuture<SIP.SocketAddress> {
        // Streams go first: they say reliably whether another program has the port.
        let ordered = transports.filter { $0 != .udp } + transports.filter { $0 == .udp }
        let outcome = loop.makePromise(of: SIP.SocketAddress.self)
        bind(ordered[...], to: address, opened: [:]) { result in
            switch result {
            case .success(let bound): outcome.succeed(bound)
            case .failure(.inUse) where attempts > 1:
                self.listen(on: address, transports, attempts: attempts - 1).cascade(to: outcome)
            case .failure(let error): outcome.fail(error)
            }
        }
        return outcome.futureResult
    }

    /// Binds one transport after the other, all to the port the first one got; none stays when one fails.
    private func bind(
        _ transports: ArraySlice<TransportProtocol>, to address: SIP.SocketAddress, opened: [Listener: any Channel],
        _ done: @escaping (Result<SIP.SocketAddress, ListenError>) -> Void
    ) {
        guard let transport = transports.first else {
            for (listener, channel) in opened { listeners[listener] = channel }
            return done(.success(address))
        }
        guard let kernel = address.kernelAddress else { return done(.failure(.notAnAddress(address.host))) }
        let bound = transport == .udp ? bindDatagrams(to: kernel) : bindStream(to: kernel, transport)
        bound.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                let actual = channel.localAddress.flatMap { SIP.SocketAddress($0) } ?? address
                var opened = opened
                opened[Listener(address: actual, transport: transport)] = channel
                guard !self.isShutDown else {
                    for channel in opened.values { channel.close(promise: nil) }
                    return done(.failure(.failed(address, transport, "the transport was shut down")))
                }
                self.bind(transports.dropFirst(), to: actual, opened: opened, done)
            case .failure(let error):
                for channel in opened.values { channel.close(promise: nil) }
                done(.failure(ListenError(error, at: address, transport)))
            }
        }
    }

    /// Stops listening there. Connections that were accepted stay; those who speak over UDP are no longer heard.
    func stopListening(on address: SIP.SocketAddress, _ transport: TransportProtocol) {
        // The socket first: it then knows that its end is meant.
        if transport == .udp { closeDatagrams(at: address) }
        listeners.removeValue(forKey: Listener(address: address, transport: transport))?.close(promise: nil)
    }

    private func bindStream(to address: KernelAddress, _ transport: TransportProtocol) -> EventLoopFuture<any Channel> {
        let board = NIOLoopBound(self, eventLoop: loop)
        var bootstrap = ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1_024)
            // A restarted exchange finds its port although old connections linger. On Linux two programs still
            // cannot listen on it at the same time.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .streamOptions(configuration)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(board.value.acceptPauses())
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try board.value.furnish(channel, acceptedOver: transport) }
            }
        if address.protocol == .inet6 {
            bootstrap = bootstrap.serverChannelOption(onlyIPv6, value: 1)
        }
        return bootstrap.bind(to: address)
    }

    /// NIO asks again at once when a connection could not be had, and whoever connects stays first in the queue.
    private func acceptPauses() -> AcceptBackoffHandler {
        AcceptBackoffHandler(shouldForwardIOErrorCaught: false) { [weak self] in self?.cannotAccept($0) }
    }

    /// Puts in what the transport needs; before that, whoever is not let in is turned away without a handshake.
    private func furnish(_ channel: any Channel, acceptedOver transport: TransportProtocol) throws {
        guard let remote = channel.remoteAddress, admits(remote, over: transport) else {
            throw ChannelError.ioOnClosedChannel
        }
        let pipeline = channel.pipeline.syncOperations
        if transport.isSecure {
            guard let serverContext else { throw ListenError.noCertificate(transport) }
            try pipeline.addHandler(NIOSSLServerHandler(context: serverContext))
        }
        let stream = StreamConnection(self, role: .server, transport: transport)
        try pipeline.addHandler(stream)
        if transport.isWebSocket { try WebSocketServer.addHandlers(to: channel, before: stream, self) }
    }

    /// Takes the configured identity, unless another one replaced it.
    private func loadIdentity() -> Bool {
        if serverContext == nil, let identity = configuration.tls.identity { replaceIdentity(identity) }
        return serverContext != nil
    }

    /// Clients that connect from now on see this certificate.
    func replaceIdentity(_ identity: ServerIdentity) {
        if let context = try? identity.context(closing: configuration.intervals.close) { serverContext = context }
    }

    private func bindDatagrams(to address: KernelAddress) -> EventLoopFuture<any Channel> {
        let board = NIOLoopBound(self, eventLoop: loop)
        // No SO_REUSEADDR: on Linux it would let a second program take the port, and each lose half of the packets.
        var bootstrap = DatagramBootstrap(group: loop)
            .serverOptions()
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramSocket(board.value))
                }
            }
        if address.protocol == .inet6 { bootstrap = bootstrap.channelOption(onlyIPv6, value: 1) }
        if SIP.SocketAddress(address)?.isWildcard == true {
            bootstrap = bootstrap.channelOption(.receivePacketInfo, value: true)
        }
        return bootstrap.bind(to: address).flatMapThrowing { channel in
            let socket = try channel.pipeline.syncOperations.handler(type: DatagramSocket.self)
            guard socket.open(channel, attempt: nil) else { throw ChannelError.ioOnClosedChannel }
            return channel
        }
    }
}
