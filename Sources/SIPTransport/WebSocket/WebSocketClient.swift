import NIOCore
import NIOHTTP1
import NIOWebSocket
import SIP

/// A client's handshake (RFC 6455 §4.1): asks for a WebSocket with SIP inside, and opens the flow when it is there.
///
/// It stands before the stream from the connection's start; whatever goes wrong is told as the failure of the attempt.
final class WebSocketClient: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let endpoint: Endpoint
    private let attempt: UInt64
    private let stream: StreamConnection
    private let switchboard: Switchboard
    private let deadline: NIODeadline
    private var isSettled = false
    private var timer: Scheduled<Void>?

    /// - Parameter deadline: when the attempt fails for want of an answer.
    init(
        _ switchboard: Switchboard, _ stream: StreamConnection, to endpoint: Endpoint, attempt: UInt64,
        deadline: NIODeadline
    ) {
        self.switchboard = switchboard
        self.stream = stream
        self.endpoint = endpoint
        self.attempt = attempt
        self.deadline = deadline
    }

    /// Puts itself, and what HTTP needs, before the stream.
    func addHandlers(to channel: any Channel) throws {
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(
            HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: WebSocketHandshake.limits))
        let upgrade = NIOHTTPClientUpgradeHandler(
            upgraders: [WebSocketDemand(self)], httpHandlers: [encoder, decoder, self],
            upgradeCompletionHandler: { _ in })
        try channel.pipeline.syncOperations.addHandlers([encoder, decoder, upgrade, self], position: .before(stream))
    }

    // MARK: - Asking

    func channelActive(context: ChannelHandlerContext) {
        let fields: HTTPHeaders = [
            "Host": String(describing: SIP.SocketAddress(host: endpoint.host, port: endpoint.port)),
            WebSocketHandshake.subprotocolField: WebSocketHandshake.subprotocol,
        ]
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: WebSocketHandshake.path, headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.fail(.timedOut, context.channel)
        }
        context.fireChannelActive()
    }

    // MARK: - The answer

    /// Both sides have said yes: what follows are frames.
    fileprivate func agreed(_ channel: any Channel) {
        guard !isSettled else { return }
        guard !switchboard.isShutDown else { return fail(.closedLocally, channel) }
        guard (try? channel.pipeline.syncOperations.addWebSocket(before: stream, role: .client)) != nil,
            stream.open(channel, attempt: attempt)
        else { return fail(.closedByPeer, channel) }
        isSettled = true
        timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        let objection = WebSocketHandshake.objection(to: head) ?? "its answer is not to our WebSocket handshake"
        fail(.protocolViolation(objection), context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is NIOHTTPClientUpgradeError: break  // The answer itself follows, and tells more.
        case is HTTPParserError: fail(.protocolViolation("it does not speak WebSocket"), context.channel)
        default: fail(TransportFailure(error), context.channel)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closedByPeer, context.channel)
        context.fireChannelInactive()
    }

    private func fail(_ failure: TransportFailure, _ channel: any Channel) {
        guard !isSettled else { return }
        isSettled = true
        timer?.cancel()
        switchboard.emit(.failed(failure, attempt: attempt))
        channel.close(promise: nil)
    }
}

/// NIO's upgrader with SIP's demands.
private final class WebSocketDemand: NIOHTTPClientProtocolUpgrader {
    private let client: WebSocketClient
    private let upgrader = NIOWebSocketClientUpgrader(upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeSucceededVoidFuture()
    })

    init(_ client: WebSocketClient) { self.client = client }

    var supportedProtocol: String { upgrader.supportedProtocol }
    var requiredUpgradeHeaders: [String] { upgrader.requiredUpgradeHeaders }

    func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {
        upgrader.addCustom(upgradeRequestHeaders: &upgradeRequestHeaders)
    }

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool {
        WebSocketHandshake.objection(to: upgradeResponse) == nil
            && upgrader.shouldAllowUpgrade(upgradeResponse: upgradeResponse)
    }

    func upgrade(context: ChannelHandlerContext, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Void> {
        client.agreed(context.channel)
        return context.eventLoop.makeSucceededVoidFuture()
    }
}
