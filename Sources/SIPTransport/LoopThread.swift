import NIOCore
import NIOPosix

/// The thread of a transport's event loop. It lasts as long as anybody may still have something for it: the transport,
/// or a thread that waits for the answer of a name server.
final class LoopThread: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    var loop: any EventLoop { group.next() }

    deinit { group.shutdownGracefully { _ in } }
}
