import NIOCore
import NIOSSL
import NIOTLS
import SIP

/// Stands behind the handler that encrypts and lets nothing pass, in either direction, before the server has proved
/// whom it is. Those behind it hear that the channel is active when it has, and the reason when it has not.
final class ClientGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum State { case waiting, open, shut }

    /// Succeeds when the server has proved whom it is. When it fails, with a `TransportFailure`, the connection is
    /// closed.
    var passed: EventLoopFuture<Void> { outcome.futureResult }

    private let handshake: ClientHandshake
    private let encryption: NIOSSLClientHandler
    private let deadline: NIODeadline
    private let outcome: EventLoopPromise<Void>
    private var state = State.waiting
    private var timer: Scheduled<Void>?

    /// - Parameter deadline: when a handshake that is not over fails.
    init(_ handshake: ClientHandshake, deadline: NIODeadline, on loop: any EventLoop) throws {
        self.handshake = handshake
        self.deadline = deadline
        encryption = try handshake.makeHandler()
        outcome = loop.makePromise()
    }

    /// Puts the handler that encrypts at the end of the pipeline, and itself behind it.
    func addHandlers(to channel: any Channel) throws {
        do {
            try channel.pipeline.syncOperations.addHandlers([encryption, self])
        } catch {
            shut(.closedByPeer)
            throw error
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.refuse(.timedOut, context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard state == .waiting, case .handshakeCompleted? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        if let objection = handshake.objection(to: encryption.peerCertificate) { return refuse(objection, context) }
        state = .open
        timer?.cancel()
        context.fireChannelActive()
        outcome.succeed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if state == .open { context.fireChannelRead(data) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .waiting: refuse(handshake.failure(error, certificate: encryption.peerCertificate), context)
        case .open: context.fireErrorCaught(error)
        case .shut: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        refuse(.closedByPeer, context)
        context.fireChannelInactive()
    }

    /// The last word, also for a connection that never came about.
    func handlerRemoved(context: ChannelHandlerContext) { shut(.closedByPeer) }

    private func refuse(_ failure: TransportFailure, _ context: ChannelHandlerContext) {
        guard state == .waiting else { return }
        shut(failure)
        context.fireErrorCaught(failure)
        context.channel.closeAtOnce()
    }

    private func shut(_ failure: TransportFailure) {
        guard state == .waiting else { return }
        state = .shut
        timer?.cancel()
        outcome.fail(failure)
    }
}

extension Channel {
    /// Closes without TLS's farewell, which waits for the peer to say it too.
    func closeAtOnce() {
        if let context = try? pipeline.syncOperations.context(handlerType: NIOSSLHandler.self) {
            context.close(promise: nil)
        } else {
            close(promise: nil)
        }
    }
}
