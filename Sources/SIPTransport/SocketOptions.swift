import Glibc
import NIOCore
import NIOPosix

extension Configuration {
    /// What every TCP connection of ours asks of the kernel: no waiting to fill segments, and a peer that vanished
    /// without a word (cable pulled, power gone) noticed whether data is under way or not.
    fileprivate var streamOptions: [(ChannelOptions.Types.SocketOption, Int)] {
        [
            (ChannelOptions.tcpOption(.tcp_nodelay), 1),
            (ChannelOptions.socketOption(.so_keepalive), 1),
            (ChannelOptions.tcpOption(.init(rawValue: TCP_KEEPIDLE)), intervals.probeIdle),
            (ChannelOptions.tcpOption(.init(rawValue: TCP_KEEPINTVL)), intervals.probeDistance),
            (
                ChannelOptions.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)),
                Int(clamping: intervals.unacknowledged.clampedNanoseconds / 1_000_000)
            ),
        ]
    }

    /// Starts small and grows with what arrives: most connections are idle most of the time.
    fileprivate func receiveAllocator(upTo size: Int) -> AdaptiveRecvByteBufferAllocator {
        AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 1_024, maximum: max(1_024, size))
    }
}

extension ClientBootstrap {
    func streamOptions(_ configuration: Configuration) -> ClientBootstrap {
        configuration.streamOptions.reduce(
            channelOption(
                .recvAllocator, value: configuration.receiveAllocator(upTo: configuration.limits.clientRead))
        ) { $0.channelOption($1.0, value: $1.1) }
    }
}

extension ServerBootstrap {
    /// One read for each connection in a turn of the loop: who has more to say says it when the others were heard.
    func streamOptions(_ configuration: Configuration) -> ServerBootstrap {
        configuration.streamOptions.reduce(
            childChannelOption(
                .recvAllocator, value: configuration.receiveAllocator(upTo: configuration.limits.serverRead)
            )
            .childChannelOption(.maxMessagesPerRead, value: 1)
        ) { $0.childChannelOption($1.0, value: $1.1) }
    }
}

extension DatagramBootstrap {
    /// The largest datagram fits, and NIO reuses the one buffer: only the pages that packets touch become real.
    func datagramOptions() -> DatagramBootstrap {
        channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
            .channelOption(.maxMessagesPerRead, value: 64)
    }

    /// Everybody's datagrams share the one socket, and what is customary holds some two hundred: a burst of one would
    /// push out the others'. The kernel grants less where `net.core.rmem_max` is less.
    func serverOptions() -> DatagramBootstrap {
        datagramOptions().channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .channelOption(.maxMessagesPerRead, value: 16)
    }
}

/// Lets :: and 0.0.0.0 be listened on side by side.
let onlyIPv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
