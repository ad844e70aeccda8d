import NIOCore
import NIOHTTP1
import NIOWebSocket
import SIP

/// What a connection that we accepted passes before it is a WebSocket: NIO's handlers for HTTP, and the refusal of
/// what is none.
enum WebSocketServer {
    /// - Parameter stream: the last handler of the pipeline, where it is already.
    static func addHandlers(to channel: any Channel, before stream: StreamConnection, _ switchboard: Switchboard) throws
    {
        let origins = Set(switchboard.configuration.allowedOrigins.map { $0.lowercased() })
        let encoder = HTTPResponseEncoder()
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: WebSocketHandshake.limits))
        let refusal = WebSocketRefusal(allowedOrigins: origins, switchboard)
        let upgrade = HTTPServerUpgradeHandler(
            upgraders: [WebSocketAcceptance(stream, allowedOrigins: origins)], httpEncoder: encoder,
            extraHTTPHandlers: [decoder, refusal], upgradeCompletionHandler: { _ in })
        try channel.pipeline.syncOperations.addHandlers(
            [encoder, decoder, upgrade, refusal], position: .before(stream))
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// What stands between the bytes and the messages once both sides have agreed.
    func addWebSocket(before stream: StreamConnection, role: StreamConnection.Role) throws {
        let frames = WebSocketFrames(upTo: Limits.messageSize)
        try addHandlers(
            [WebSocketFrameEncoder(), ByteToMessageHandler(frames), WebSocketMessages(role: role, decoder: frames)],
            position: .before(stream))
    }
}

/// Makes the 101, and a WebSocket of the connection behind it.
private final class WebSocketAcceptance: HTTPServerProtocolUpgrader {
    private let stream: StreamConnection
    private let allowedOrigins: Set<String>
    private let upgrader: NIOWebSocketServerUpgrader

    init(_ stream: StreamConnection, allowedOrigins: Set<String>) {
        self.stream = stream
        self.allowedOrigins = allowedOrigins
        upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in
                channel.eventLoop.makeSucceededFuture([
                    WebSocketHandshake.subprotocolField: WebSocketHandshake.subprotocol
                ])
            },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
    }

    var supportedProtocol: String { upgrader.supportedProtocol }
    var requiredUpgradeHeaders: [String] { upgrader.requiredUpgradeHeaders }

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        if let refusal = WebSocketHandshake.refusal(of: upgradeRequest, allowedOrigins: allowedOrigins) {
            return channel.eventLoop.makeFailedFuture(refusal)
        }
        return upgrader.buildUpgradeResponse(
            channel: channel, upgradeRequest: upgradeRequest, initialResponseHeaders: initialResponseHeaders)
    }

    func upgrade(context: ChannelHandlerContext, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Void> {
        context.eventLoop.makeCompletedFuture {
            try context.pipeline.syncOperations.addWebSocket(before: stream, role: .server)
        }
    }
}

/// Answers what does not become a WebSocket, once, and has the connection closed.
private final class WebSocketRefusal: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let allowedOrigins: Set<String>
    private let switchboard: Switchboard
    private var hasAnswered = false

    init(allowedOrigins: Set<String>, _ switchboard: Switchboard) {
        self.allowedOrigins = allowedOrigins
        self.switchboard = switchboard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        let refusal = WebSocketHandshake.refusal(of: head, allowedOrigins: allowedOrigins)
        answer(context, refusal ?? WebSocketHandshake.Refusal(status: .badRequest, words: "This is no WebSocket."))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is WebSocketHandshake.Refusal: break  // The request itself follows, and is answered then.
        case is HTTPParserError:
            answer(context, WebSocketHandshake.Refusal(status: .badRequest, words: "This is no HTTP."))
        default: context.fireErrorCaught(error)
        }
    }

    private func answer(_ context: ChannelHandlerContext, _ refusal: WebSocketHandshake.Refusal) {
        guard !hasAnswered else { return }
        hasAnswered = true
        let body = ByteBuffer(string: refusal.words + "\n")
        var fields = refusal.fields
        fields.add(name: "Content-Type", value: "text/plain")
        fields.add(name: "Content-Length", value: String(body.readableBytes))
        fields.add(name: "Connection", value: fields.contains(name: "Upgrade") ? "upgrade, close" : "close")
        let head = HTTPResponseHead(version: .http1_1, status: refusal.status, headers: fields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if let remote = context.channel.remoteAddress.flatMap({ SIP.SocketAddress($0) }) {
            switchboard.diagnose(.refusedHandshake(remote, refusal.words))
        }
        context.fireUserInboundEventTriggered(StreamEvent.violated("no WebSocket handshake"))
    }
}
