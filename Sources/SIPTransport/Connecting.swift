import Dispatch
import Glibc
import NIOCore
import NIOPosix
import SIP

extension Switchboard {
    /// Opens a client flow; the machines hear `opened` or `failed` within `Intervals.connect`.
    func connect(to endpoint: Endpoint, attempt: UInt64) {
        guard !isShutDown else { return emit(.failed(.closedLocally, attempt: attempt)) }
        switch endpoint.transport {
        case .tcp, .tls, .ws, .wss: connectStream(to: endpoint, attempt: attempt)
        case .udp: connectDatagrams(to: endpoint, attempt: attempt)
        }
    }

    private func connectStream(to endpoint: Endpoint, attempt: UInt64) {
        let board = NIOLoopBound(self, eventLoop: loop)
        let deadline = NIODeadline.now() + TimeAmount(configuration.intervals.connect)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(configuration.intervals.connect))
            .streamOptions(configuration)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try board.value.furnish(channel, for: endpoint, attempt: attempt, deadline: deadline)
                }
            }
        let numeric = SIP.SocketAddress(host: endpoint.host, port: endpoint.port).kernelAddress
        let connected =
            numeric.map { bootstrap.connect(to: $0) }
            ?? bootstrap.connect(host: endpoint.host, port: Int(endpoint.port))
        connected.assumeIsolated().whenComplete { result in
            switch result {
            case .success where endpoint.transport.isWebSocket: break  // The handshake has just begun.
            case .success(let channel): self.awaitReady(channel, attempt: attempt)
            case .failure(let error):
                self.emit(.failed(TransportFailure(connecting: error, to: endpoint.host), attempt: attempt))
            }
        }
    }

    /// Puts in what the endpoint's transport needs. A name may have several addresses, and each gets its own.
    private func furnish(_ channel: any Channel, for endpoint: Endpoint, attempt: UInt64, deadline: NIODeadline) throws
    {
        let pipeline = channel.pipeline.syncOperations
        var ready: EventLoopFuture<Void>?
        if endpoint.transport.isSecure {
            let gate = try ClientGate(clientTrust.handshake(with: endpoint), deadline: deadline, on: loop)
            ready = gate.passed
            try gate.addHandlers(to: channel)
        }
        let stream = StreamConnection(self, role: .client, transport: endpoint.transport, ready: ready)
        try pipeline.addHandler(stream)
        guard endpoint.transport.isWebSocket else { return }
        try WebSocketClient(self, stream, to: endpoint, attempt: attempt, deadline: deadline).addHandlers(to: channel)
    }

    /// The connection is there; a handshake before SIP may still be under way.
    private func awaitReady(_ channel: any Channel, attempt: UInt64) {
        guard let stream = try? channel.pipeline.syncOperations.handler(type: StreamConnection.self) else {
            return emit(.failed(.closedByPeer, attempt: attempt))
        }
        stream.ready.assumeIsolated().whenComplete { result in
            switch result {
            case .success where self.isShutDown:
                channel.closeAtOnce()
                self.emit(.failed(.closedLocally, attempt: attempt))
            case .success:
                guard !stream.open(channel, attempt: attempt) else { return }
                channel.closeAtOnce()
                self.emit(.failed(.closedByPeer, attempt: attempt))
            case .failure(let error):
                self.emit(.failed(TransportFailure(error), attempt: attempt))
            }
        }
    }

    // MARK: - Datagrams

    private func connectDatagrams(to endpoint: Endpoint, attempt: UInt64) {
        if let address = SIP.SocketAddress(host: endpoint.host, port: endpoint.port).kernelAddress {
            return connectDatagrams(to: [address][...], attempt: attempt)
        }
        let resolved = loop.makePromise(of: [KernelAddress].self)
        // NIO resolves names for streams only. A look-up may take long, so that neither the loop nor a thread that
        // others wait for is the place for it.
        DispatchQueue.global().async { @Sendable [thread] in
            withExtendedLifetime(thread) { resolved.succeed(lookUp(endpoint.host, port: endpoint.port)) }
        }
        let deadline = loop.scheduleTask(in: TimeAmount(configuration.intervals.connect)) {
            resolved.fail(ChannelError.connectTimeout(.zero))
        }
        resolved.futureResult.assumeIsolated().whenComplete { result in
            deadline.cancel()
            switch result {
            case .success(let addresses) where addresses.isEmpty:
                self.emit(.failed(.unknownHost(endpoint.host), attempt: attempt))
            case .success(let addresses): self.connectDatagrams(to: addresses[...], attempt: attempt)
            case .failure: self.emit(.failed(.timedOut, attempt: attempt))
            }
        }
    }

    /// Takes the first address that there is a route to: without a handshake nothing more can be known.
    private func connectDatagrams(to addresses: ArraySlice<KernelAddress>, attempt: UInt64) {
        guard let address = addresses.first, !isShutDown else {
            return emit(.failed(.closedLocally, attempt: attempt))
        }
        let board = NIOLoopBound(self, eventLoop: loop)
        DatagramBootstrap(group: loop)
            .datagramOptions()
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramSocket(board.value))
                }
            }
            .connect(to: address).assumeIsolated().whenComplete { result in
                switch result {
                case .success(let channel):
                    let socket = try? channel.pipeline.syncOperations.handler(type: DatagramSocket.self)
                    if self.isShutDown || socket?.open(channel, attempt: attempt) != true {
                        channel.close(promise: nil)
                        self.emit(.failed(.closedLocally, attempt: attempt))
                    }
                case .failure where addresses.count > 1:
                    self.connectDatagrams(to: addresses.dropFirst(), attempt: attempt)
                case .failure(let error):
                    self.emit(.failed(TransportFailure(error), attempt: attempt))
                }
            }
    }
}

/// All addresses of a name, the preferred first; empty when it has none. Blocks.
private func lookUp(_ host: String, port: UInt16) -> [KernelAddress] {
    var hints = addrinfo()
    hints.ai_socktype = CInt(SOCK_DGRAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var addresses: [KernelAddress] = []
    var next = list
    while let info = next?.pointee {
        if let raw = info.ai_addr {
            switch info.ai_family {
            case AF_INET:
                raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { addresses.append(KernelAddress($0.pointee)) }
            case AF_INET6:
                raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    addresses.append(KernelAddress($0.pointee))
                }
            default: break
            }
        }
        next = info.ai_next
    }
    // Each address has a route to this machine: the one that servers listen on unless told otherwise goes first.
    return addresses.filter(\.isLocalIPv4) + addresses.filter { !$0.isLocalIPv4 }
}

extension KernelAddress {
    fileprivate var isLocalIPv4: Bool {
        `protocol` == .inet
            && numeric.map { address in AddressRange.loopback.contains { $0.contains(address) } } == true
    }
}

extension TransportFailure {
    /// - Parameter error: a connection's to a name has an error for each address and for the look-up.
    init(connecting error: any Error, to host: String) {
        guard let error = error as? NIOConnectionError else {
            self.init(error)
            return
        }
        let failures = error.connectionErrors.map { TransportFailure($0.error) }
        // Somebody who said no tells more than an address family without a route.
        self =
            failures.contains(.refused)
            ? .refused : failures.first ?? (error.dnsAError != nil ? .unknownHost(host) : .timedOut)
    }
}
